"""Everybody's profiles as the matcher reads them."""

from __future__ import annotations

import dataclasses
import time
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.profiles import service
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.pool import gather
from mentorship.sections.models import Section, SectionRole
from tests import factories
from tests.factories import NOW
from tests.profiles.samples import FULL_IMG, FULL_MENTOR
from tests.profiles.test_service import counted


class Round:
    """A section whose members all have profiles; ``run`` gathers them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.section: Section = factories.section(session)

    def img(self, who: User | None = None, **changes: Any) -> User:
        person = factories.member(self.session, self.section, SectionRole.IMG, who)
        img = dataclasses.replace(FULL_IMG, **changes)
        service.write_img(self.session, person_id=person.id, img=img, now=NOW)
        return person

    def mentor(self, who: User | None = None, **changes: Any) -> User:
        person = factories.member(self.session, self.section, SectionRole.MENTOR, who)
        mentor = dataclasses.replace(FULL_MENTOR, **changes)
        service.write_mentor(self.session, person_id=person.id, mentor=mentor, now=NOW)
        return person

    def key(self, person: User, kind: ProfileKind) -> str:
        mine = sa.select(Profile.id).where(Profile.person_id == person.id, Profile.kind == kind)
        return str(self.session.scalars(mine).one())

    def run(self) -> tuple[list[Img], list[Mentor]]:
        everybody = self.session.scalars(sa.select(Profile.id)).all()
        return gather(self.session, everybody)


def test_the_pool_says_what_people_said(session: Session) -> None:
    here = Round(session)
    img, mentor = here.img(), here.mentor(gender="woman")
    imgs, mentors = here.run()
    assert imgs == [dataclasses.replace(FULL_IMG, key=here.key(img, ProfileKind.IMG))]
    key = here.key(mentor, ProfileKind.MENTOR)
    assert mentors == [dataclasses.replace(FULL_MENTOR, key=key, gender="woman")]


def test_only_the_profiles_asked_for_come(session: Session) -> None:
    here = Round(session)
    here.img()
    here.mentor()
    assert gather(session, [uuid.uuid4()]) == ([], [])


def test_prefer_not_to_say_is_no_answer(session: Session) -> None:
    here = Round(session)
    here.img(visa="prefer_not", gender="prefer_not")
    here.mentor(gender="prefer_not")
    imgs, mentors = here.run()
    assert (imgs[0].visa, imgs[0].gender, mentors[0].gender) == (None, None, None)


def test_a_sealed_answer_that_does_not_open_is_no_answer(session: Session) -> None:
    here = Round(session)
    here.img()
    session.execute(sa.update(Profile).values(visa_sealed=b"gone:" + bytes(40)))
    session.expire_all()
    (img,), _ = here.run()
    assert (img.visa, img.gender) == (None, FULL_IMG.gender)


def test_people_asked_for_become_keys_in_their_rank(session: Session) -> None:
    here = Round(session)
    first, second = here.mentor(), here.mentor()
    elsewhere = factories.member(session, here.section, SectionRole.MENTOR)  # has no profile
    here.img(requests=(str(second.id), str(elsewhere.id), str(first.id)))
    (img,), _ = here.run()
    keys = [here.key(second, ProfileKind.MENTOR), here.key(first, ProfileKind.MENTOR)]
    assert [img.requests[0], img.requests[2]] == keys
    assert len(img.requests) == 3


def test_imgs_who_are_welcome_become_the_keys_of_those_in_the_pool(session: Session) -> None:
    here = Round(session)
    first, second = here.img(), here.img()
    without_profile = factories.member(session, here.section, SectionRole.IMG)
    marked = (first, second, without_profile)
    here.mentor(welcomes=tuple(str(person.id) for person in marked))
    keys = [here.key(first, ProfileKind.IMG), here.key(second, ProfileKind.IMG)]
    (mentor,) = here.run()[1]
    assert mentor.welcomes == tuple(sorted(keys))


def test_people_avoided_become_the_keys_they_could_be_paired_under(session: Session) -> None:
    here = Round(session)
    both = here.mentor()
    here.img(both)
    here.img(avoid=(both.email,))
    excluded = here.img()
    here.mentor(exclude=(str(excluded.id), both.email))
    imgs, mentors = here.run()
    avoid = {key for img in imgs if img.key != here.key(both, ProfileKind.IMG) for key in img.avoid}
    assert avoid == {here.key(both, ProfileKind.MENTOR)}
    exclude = {key for mentor in mentors for key in mentor.exclude}
    assert exclude == {here.key(excluded, ProfileKind.IMG), here.key(both, ProfileKind.IMG)}


def test_an_address_counts_as_soon_as_somebody_has_it(session: Session) -> None:
    here = Round(session)
    here.img(avoid=("comes-later@example.org",))
    assert here.run()[0][0].avoid == ()
    late = here.mentor(factories.person(session, email="comes-later@example.org"))
    assert here.run()[0][0].avoid == (here.key(late, ProfileKind.MENTOR),)


def test_nobody_is_paired_with_their_own_other_profile(session: Session) -> None:
    here = Round(session)
    both = here.img()
    here.mentor(both)
    (img,), _ = here.run()
    assert img.avoid == (here.key(both, ProfileKind.MENTOR),)


def test_the_order_is_that_of_the_keys_whatever_was_asked(session: Session) -> None:
    here = Round(session)
    for _ in range(6):
        here.img()
        here.mentor()
    ids = list(session.scalars(sa.select(Profile.id)))
    imgs, mentors = gather(session, ids)
    assert gather(session, ids[::-1]) == (imgs, mentors)
    assert [img.key for img in imgs] == sorted(img.key for img in imgs)


def test_twenty_people_take_no_more_queries_than_two(session: Session) -> None:
    def statements() -> int:
        with counted(session) as seen:
            here.run()
        return len(seen)

    here = Round(session)
    here.img(avoid=("nobody@example.org",))
    here.mentor()
    before = statements()
    for _ in range(9):
        here.img(avoid=("nobody@example.org",))
        here.mentor()
    assert statements() == before <= 8


def test_two_thousand_people_are_unsealed_within_a_second(session: Session) -> None:
    people = [factories.person(session) for _ in range(40)]
    answers = {person.id: service.Answers(values=FULL_IMG) for person in people}
    service.write_many(session, answers, now=NOW)
    profiles = session.scalars(sa.select(Profile)).all()
    start = time.perf_counter()
    for _ in range(50):
        assert {profile.visa for profile in profiles} == {FULL_IMG.visa}
    assert time.perf_counter() - start < 1
