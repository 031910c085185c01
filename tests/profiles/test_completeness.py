"""Whether a profile is enough to be matched, and what is missing in it."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from sqlalchemy.orm import Session

from mentorship.matching import Img, Mentor
from mentorship.profiles import service
from mentorship.profiles.models import Profile
from tests import factories
from tests.factories import NOW
from tests.profiles.samples import FULL_IMG, FULL_MENTOR
from tests.profiles.test_service import IMGS, MANY, MENTORS


def test_a_full_profile_is_complete_without_any_sensitive_answer() -> None:
    complete = service.Completeness(percent=100, needed=(), missing=())
    assert service.completeness(FULL_IMG) == complete
    assert service.completeness(FULL_MENTOR) == complete


def test_an_empty_img_profile_says_what_it_needs() -> None:
    state = service.completeness(Img(key=""))
    assert not state.ready
    assert state.percent == 0
    assert state.needed == (
        "the stage you are at",
        "a topic or a specialty",
        "a language you speak",
    )


def test_a_mentor_without_seats_is_not_ready() -> None:
    state = service.completeness(Mentor(key="", topics=("soap",)))
    assert state.needed == ("a free seat",)


def test_a_stage_a_specialty_and_a_language_are_enough_for_an_img() -> None:
    img = Img(key="", stage="usce", specialties=("urology",), languages=("en",))
    assert service.completeness(img).ready


@MANY
@given(img=IMGS, mentor=MENTORS)
def test_the_database_counts_by_the_same_rule(session: Session, img: Img, mentor: Mentor) -> None:
    person = factories.person(session)
    service.write_img(session, person_id=person.id, img=img, now=NOW)
    service.write_mentor(session, person_id=person.id, mentor=mentor, now=NOW)
    mine = sa.select(Profile.kind).where(Profile.person_id == person.id, service.is_ready())
    ready = [values for values in (img, mentor) if service.completeness(values).ready]
    assert len(session.scalars(mine).all()) == len(ready)
