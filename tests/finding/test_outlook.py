"""What present answers make possible, in counts that point at nobody."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.finding import service
from mentorship.finding.outlook import told
from mentorship.profiles.service import read_img, write_img
from mentorship.sections.models import SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

TODAY = NOW.date()


@pytest.fixture
def cast(session: Session) -> Cast:
    cast = small_cast(session)
    for n in range(6):
        cast.mentor(f"Heart {n}", specialties=("psychiatry",), accepts_languages=("ne",))
    return cast


def test_small_counts_are_not_told() -> None:
    assert [told(n) for n in (0, 1, 4, 5, 6)] == ["fewer than 5"] * 3 + ["5", "6"]


def test_an_img_reads_what_is_possible_and_what_narrows_it(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    before = service.img_outlook(session, ana.id, today=TODAY)
    assert (before.mentors, before.possible) == ("8", "fewer than 5")
    assert before.narrowest is not None
    assert (before.narrowest[0], before.narrowest[2]) == ("your languages", "6")
    speaks = dataclasses.replace(read_img(session, ana.id).values, languages=("en", "ne"))
    write_img(session, person_id=ana.id, img=speaks, now=NOW)
    after = service.img_outlook(session, ana.id, today=TODAY)
    assert (after.possible, after.covering, after.narrowest) == ("8", "7", None)


def test_who_has_an_offer_counts_neither_as_a_seat_nor_as_a_need(
    cast: Cast, session: Session
) -> None:
    ana = cast.people["Ana Silva"]
    for n in range(6):
        cast.img(f"Img {n}", topics=("interview_prep",))
        cast.mentor(f"Free {n}", topics=("interview_prep",))
    noor = cast.people["Noor Haddad"].id
    assert service.mentor_outlook(session, noor, today=TODAY).needing == "8"
    assert service.img_outlook(session, ana.id, today=TODAY).possible == "8"
    cast.published()
    assert service.mentor_outlook(session, noor, today=TODAY).needing == "fewer than 5"
    assert service.img_outlook(session, ana.id, today=TODAY).possible == "fewer than 5"


def test_who_is_left_out_by_a_mentor_cannot_tell(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    cast.mentor("Pat Picky", exclude=(str(ana.id),))
    found = service.img_outlook(session, ana.id, today=TODAY)
    assert found.narrowest is not None
    assert found.narrowest[0] == "your languages"


def test_a_mentor_reads_who_needs_it_and_what_is_short(cast: Cast, session: Session) -> None:
    for n in range(30):
        cast.img(f"Img {n}", topics=("research",))
    noor = service.mentor_outlook(session, cast.people["Noor Haddad"].id, today=TODAY)
    assert (noor.imgs, noor.needing) == ("33", "fewer than 5")
    assert [(topic, count, mine) for topic, count, mine in noor.short] == [
        ("Research and publishing", "30", False)
    ]


def test_pages(cast: Cast, session: Session, sign_in: Callable[[User], PageClient]) -> None:
    eve = factories.member(session, cast.section, SectionRole.IMG)
    assert "Say a little more first" in sign_in(eve).get("/outlook/img").text
    assert "fewer than 5" in sign_in(cast.people["Ana Silva"]).get("/outlook/img").text
    noor = sign_in(cast.people["Noor Haddad"])
    assert "Where your section is short" in noor.get("/find/imgs/outlook").text
    noor.get("/outlook/img", status=404)
    with pytest.raises(NoResultFound):
        service.mentor_outlook(session, eve.id, today=TODAY)
