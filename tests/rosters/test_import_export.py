"""What is exported comes in again as it was."""

from __future__ import annotations

import dataclasses
import io

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor
from mentorship.profiles import service as profiles
from mentorship.profiles.models import Profile
from mentorship.profiles.pool import gather
from mentorship.rosters.format import read_imgs, read_mentors, write_imgs, write_mentors
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.rosters.service import Export, export_roster, import_roster
from mentorship.sections.models import SectionRole
from tests import factories
from tests.factories import NOW
from tests.profiles.samples import FULL_IMG, FULL_MENTOR
from tests.profiles.test_service import IMGS, MANY, MENTORS

TODAY = NOW.date()


def read_back(rows: Export) -> tuple[Roster[ImgRow], Roster[MentorRow]]:
    """Write both files and read them."""
    first, second = io.StringIO(newline=""), io.StringIO(newline="")
    write_imgs(first, rows.imgs)
    write_mentors(second, rows.mentors)
    imgs = read_imgs(io.BytesIO(first.getvalue().encode()))
    mentors = read_mentors(io.BytesIO(second.getvalue().encode()))
    assert (imgs.problems, mentors.problems) == ((), ())
    return imgs, mentors


@settings(MANY, max_examples=25)
@given(imgs=st.lists(IMGS, max_size=3), mentors=st.lists(MENTORS, max_size=2), data=st.data())
def test_an_export_changes_nothing_here_and_is_the_same_elsewhere(
    session: Session, imgs: list[Img], mentors: list[Mentor], data: st.DataObject
) -> None:
    here, savepoint = factories.section(session), session.begin_nested()
    guides = [factories.member(session, here, SectionRole.MENTOR) for _ in mentors]
    seekers = [factories.member(session, here, SectionRole.IMG) for _ in imgs]
    some, any_imgs = (
        st.lists(st.sampled_from(keys), unique=True).map(tuple) if keys else st.just(())
        for keys in ([str(person.id) for person in people] for people in (guides, seekers))
    )
    for person, mentor in zip(guides, mentors, strict=True):
        marks = dataclasses.replace(mentor, welcomes=data.draw(any_imgs))
        profiles.write_mentor(session, person_id=person.id, mentor=marks, now=NOW)
    for person, img in zip(seekers, imgs, strict=True):
        said = dataclasses.replace(img, requests=data.draw(some), avoid=data.draw(some))
        profiles.write_img(session, person_id=person.id, img=said, now=NOW)
    exported = export_roster(session, section=here)
    files = read_back(exported)
    again = import_roster(session, section=here, imgs=files[0], mentors=files[1], now=NOW)
    assert (again.created, again.updated) == (0, 0)
    before = by_email(session)
    savepoint.rollback()
    there = factories.section(session)
    moved = import_roster(session, section=there, imgs=files[0], mentors=files[1], now=NOW)
    assert moved.created == len(imgs) + len(mentors)
    assert export_roster(session, section=there) == exported
    assert by_email(session) == before


def by_email(session: Session) -> dict[str, Img | Mentor]:
    """Return the pool with addresses for keys, which are new wherever a profile is made."""
    rows = sa.select(Profile.id, User.email, Profile.kind).join(User)
    names = {str(row.id): f"{row.kind} {row.email}" for row in session.execute(rows)}
    ids = session.scalars(sa.select(Profile.id)).all()
    imgs, mentors = gather(session, ids)
    pool: dict[str, Img | Mentor] = {}
    for img in imgs:
        key = names[img.key]
        pool[key] = dataclasses.replace(
            img,
            key=key,
            requests=tuple(names[asked] for asked in img.requests),
            avoid=tuple(sorted(names[avoided] for avoided in img.avoid)),
        )
    for mentor in mentors:
        excluded = tuple(sorted(names[other] for other in mentor.exclude))
        welcome = tuple(sorted(names[other] for other in mentor.welcomes))
        key = names[mentor.key]
        pool[key] = dataclasses.replace(mentor, key=key, welcomes=welcome, exclude=excluded)
    return pool


def test_only_the_active_people_of_the_section_are_exported(session: Session) -> None:
    here, there = factories.section(session), factories.section(session)
    mine = factories.member(session, here, SectionRole.IMG)
    factories.member(session, there, SectionRole.IMG)
    factories.leader(session, here)
    rows = export_roster(session, section=here)
    assert [row.email for row in rows.imgs] == [mine.email]
    assert rows.mentors == ()
    assert rows.imgs[0].profile == Img(key=mine.email)


def test_addresses_of_another_sections_mentors_are_not_told(session: Session) -> None:
    here, there = factories.section(session), factories.section(session)
    img = factories.member(session, here, SectionRole.IMG)
    factories.member(session, there, SectionRole.IMG, img)
    other = factories.member(session, there, SectionRole.MENTOR)
    said = dataclasses.replace(FULL_IMG, requests=(str(other.id),))
    profiles.write_img(session, person_id=img.id, img=said, now=NOW)
    assert export_roster(session, section=here).imgs[0].profile.requests == ()
    assert export_roster(session, section=there).imgs[0].profile.requests == (other.email,)


def test_addresses_of_another_sections_imgs_are_not_told(session: Session) -> None:
    here, there = factories.section(session), factories.section(session)
    mentor = factories.member(session, here, SectionRole.MENTOR)
    factories.member(session, there, SectionRole.MENTOR, mentor)
    other = factories.member(session, there, SectionRole.IMG)
    said = dataclasses.replace(FULL_MENTOR, welcomes=(str(other.id),))
    profiles.write_mentor(session, person_id=mentor.id, mentor=said, now=NOW)
    assert export_roster(session, section=here).mentors[0].profile.welcomes == ()
    assert export_roster(session, section=there).mentors[0].profile.welcomes == (other.email,)


def test_what_stands_on_the_row_is_exported_too(session: Session) -> None:
    here = factories.section(session)
    mentor = factories.member(session, here, SectionRole.MENTOR)
    profiles.write_mentor(
        session, person_id=mentor.id, mentor=FULL_MENTOR, now=NOW, paused_until=TODAY
    )
    for purpose in ("listed", "share_gender", "share_visa", "matching"):  # of the first two no file
        consents.give(session, mentor.id, purpose, NOW)
    rows = export_roster(session, section=here)
    (row,) = rows.mentors
    assert read_back(rows)[1].rows[0].consents == row.consents
    assert row.paused_until == TODAY
    assert row.consents == ("matching", "share_visa")
    assert row.profile == dataclasses.replace(FULL_MENTOR, key=mentor.email)
