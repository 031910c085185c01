"""Sections are made by administrators; leaders are appointed and dismissed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.sections import belonging, leading, service
from mentorship.sections.listing import all_sections
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from tests import factories
from tests.factories import NOW

IMG, MENTOR, LEADER = SectionRole


def make(session: Session, name: str, slug: str) -> Section:
    return service.create_section(
        session, name=name, slug=slug, about="", approve_imgs=False, now=NOW
    )


def appoint(session: Session, section: Section, who: User) -> Membership:
    return leading.appoint_leader(
        session, section_id=section.id, person_id=who.id, by=None, now=NOW
    )


def test_a_section_is_made(session: Session) -> None:
    made = make(session, "Internal Medicine", "internal-medicine")
    found = session.get_one(Section, made.id)
    assert (found.name, found.slug, found.created_at) == (
        "Internal Medicine",
        "internal-medicine",
        NOW,
    )


@pytest.mark.parametrize(
    "slug", ["", "x", "A-b", "a b", "-ab", "ab-", "a/b", "ä-ö", "a" * 41, "ab\n"]
)
def test_an_unusable_short_name(session: Session, slug: str) -> None:
    with pytest.raises(service.SlugUnusable):
        make(session, "Surgery", slug)


@pytest.mark.parametrize(
    ("name", "slug", "field"), [("Other", "surgery", "slug"), ("Surgery", "other", "name")]
)
def test_names_are_taken_once(session: Session, name: str, slug: str, field: str) -> None:
    make(session, "Surgery", "surgery")
    with pytest.raises(service.SectionTaken) as caught:
        make(session, name, slug)
    assert caught.value.field == field
    assert make(session, "Another", "another").id  # the session is still usable


def test_editing_keeps_names_apart(session: Session) -> None:
    make(session, "Surgery", "surgery")
    second = make(session, "Pediatrics", "pediatrics")
    with pytest.raises(service.SectionTaken):
        service.edit_section(session, second, name="Surgery", about="", approve_imgs=True)
    service.edit_section(session, second, name="Child Health", about="x", approve_imgs=True)
    found = session.execute(
        sa.select(Section.name, Section.about, Section.approve_imgs).where(Section.id == second.id)
    ).one()
    assert tuple(found) == ("Child Health", "x", True)


def test_a_leader_is_appointed_once_and_told_once(session: Session) -> None:
    section, lena = factories.section(session), factories.person(session)
    first, again = appoint(session, section, lena), appoint(session, section, lena)
    assert first.id == again.id
    assert belonging.sections_led_by(session, lena.id) == [section]
    told = session.scalars(sa.select(Message.recipient)).all()
    assert told == [lena.email]


def test_the_last_leader_stays_unless_it_is_said(session: Session) -> None:
    section = factories.section(session)
    admin, lena = factories.administrator(session), factories.person(session)
    only = appoint(session, section, lena)
    with pytest.raises(leading.LastLeader):
        leading.dismiss_leader(session, membership_id=only.id, by=admin.id, now=NOW)
    assert belonging.sections_led_by(session, lena.id) == [section]
    leading.dismiss_leader(session, membership_id=only.id, by=admin.id, now=NOW, even_the_last=True)
    assert belonging.sections_led_by(session, lena.id) == []


def test_one_of_two_leaders_is_dismissed_and_may_come_back(session: Session) -> None:
    section = factories.section(session)
    admin, lena = factories.administrator(session), factories.person(session)
    factories.leader(session, section)
    hers = appoint(session, section, lena)
    for _ in range(2):
        gone = leading.dismiss_leader(session, membership_id=hers.id, by=admin.id, now=NOW)
        assert (gone.state, gone.decided_by_id) == (MembershipState.LEFT, admin.id)
    assert appoint(session, section, lena).state is MembershipState.ACTIVE
    told = session.scalars(sa.select(Message.subject)).all()
    assert sorted(told) == sorted(
        [f"You now lead {section.name}"] * 2 + [f"You no longer lead {section.name}"]
    )


def test_dismissing_reaches_leaders_only(session: Session) -> None:
    section, admin = factories.section(session), factories.administrator(session)
    mentor = factories.member(session, section, MENTOR)
    mine = belonging.memberships_of(session, mentor.id)[0]
    with pytest.raises(NoResultFound):
        leading.dismiss_leader(session, membership_id=mine.id, by=admin.id, now=NOW)
    assert belonging.active_roles(session, mentor.id) == {MENTOR}


@pytest.mark.parametrize("state", [s for s in MembershipState if s is not MembershipState.ACTIVE])
def test_a_section_is_found_by_its_active_leaders_and_members_only(
    session: Session, state: MembershipState
) -> None:
    section = factories.section(session)
    leader, img = factories.leader(session, section), factories.member(session, section, IMG)
    assert belonging.section_led_by(session, leader.id, section.slug) == section
    assert belonging.section_of_member(session, img.id, section.slug) == section
    assert belonging.section_of_member(session, leader.id, section.slug) == section
    with pytest.raises(NoResultFound):
        belonging.section_led_by(session, img.id, section.slug)
    former = factories.member(session, section, LEADER, state=state)
    other = factories.leader(session, factories.section(session))
    for person in (former, other):
        with pytest.raises(NoResultFound):
            belonging.section_led_by(session, person.id, section.slug)
        with pytest.raises(NoResultFound):
            belonging.section_of_member(session, person.id, section.slug)


def test_the_administrators_list_counts_people_once(session: Session) -> None:
    section, empty = factories.section(session, "A full one"), factories.section(session, "B empty")
    factories.leader(session, section)
    both = factories.member(session, section, IMG)
    factories.member(session, section, MENTOR, both)
    factories.member(session, section, MENTOR, state=MembershipState.ASKED)
    found = {o.section: (o.leaders, o.members) for o in all_sections(session)}
    assert (found[section], found[empty]) == ((1, 1), (0, 0))
