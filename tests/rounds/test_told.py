"""What is told of words in common and of whom a mentor would gladly take, and to whom.

Noor would gladly take Ana, said nothing of Ben, and mentors both.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import service
from mentorship.rounds.models import Pair
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.points import parts_of
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
WORDS = "cardiology and research"


@pytest.fixture
def cast(session: Session) -> Cast:
    where = factories.section(session)
    cast = Cast(session, where, factories.leader(session, where))
    for name in ("Ana Silva", "Ben Okafor"):
        cast.img(name, goals="Cardiology research, by and by.")
    ana = str(cast.people["Ana Silva"].id)
    cast.mentor("Noor Haddad", seats=2, about="A researcher in cardiology.", welcomes=(ana,))
    cast.published()
    return cast


def test_a_reason_that_is_told_no_more_is_not_called_an_answer_not_given(
    cast: Cast, sign_in: SignIn
) -> None:
    """Migration 0055 took such sentences out of the runs of before."""
    pair = cast.session.scalars(sa.select(Pair)).first()
    assert pair is not None
    untold = [{**part, "why": {}, "silent": []} for part in pair.parts or []]
    pair.parts = [{**untold[0], "silent": ["img"]}, *untold[1:]]
    cast.session.flush()
    where = f"/sections/{cast.section.slug}/rounds/{cast.offer('Ana Silva').round_id}/review"
    text = sign_in(cast.leader).get(f"{where}/pairs/{pair.id}?run=1").text
    assert text.count("The reason was kept under earlier rules") == len(parts_of(pair)) - 1 > 0
    assert text.count("not answered, so the average") == 1
    offers = cast.session.scalars(sa.select(Offer).where(Offer.pair_id == pair.id)).one()
    noor = sign_in(cast.people["Noor Haddad"])
    assert "write about" not in noor.get(f"/offers/{offers.id}").text


def match(cast: Cast, sign_in: SignIn, name: str) -> str:
    offer = cast.offer(name)
    service.accept_offer(
        cast.session, person_id=cast.people["Noor Haddad"].id, offer_id=offer.id, now=NOW
    )
    page = sign_in(cast.people[name]).get(f"/matches/{offer.id}")
    return page.text


def test_an_img_reads_that_they_are_welcome(cast: Cast, sign_in: SignIn) -> None:
    text = match(cast, sign_in, "Ana Silva")
    assert "Your mentor would gladly take you." in text
    assert f"You both write about {WORDS}." in text


def test_an_img_never_reads_that_others_are_welcome(cast: Cast, sign_in: SignIn) -> None:
    text = match(cast, sign_in, "Ben Okafor").lower()
    assert "would like to be your mentor" in text
    for word in ("gladly", "marked", "theirs to say"):
        assert word not in text


def test_the_mentor_reads_their_own_mark_and_the_words(cast: Cast, sign_in: SignIn) -> None:
    offers = [cast.offer(name) for name in ("Ana Silva", "Ben Okafor")]
    noor = sign_in(cast.people["Noor Haddad"])
    ana, ben = (noor.get(f"/offers/{offer.id}").text for offer in offers)
    assert "You would gladly take your mentee." in ana
    assert "gladly" not in ben
    assert f"You both write about {WORDS}." in ana


def test_a_leader_reads_how_many_words_but_none_of_them(cast: Cast, sign_in: SignIn) -> None:
    offer = cast.offer("Ben Okafor")
    where = f"/sections/{cast.section.slug}/rounds/{offer.round_id}/review/pairs/{offer.pair_id}"
    text = sign_in(cast.leader).get(where).text
    assert "What both wrote has 2 words in common." in text
    assert "The mentor marked other IMGs, not this one." in text
    assert "research" not in text.lower()


def test_neither_stands_in_the_open(cast: Cast) -> None:
    ben = str(cast.profile("Ben Okafor", ProfileKind.IMG))
    for table in (Pair, Offer):
        for row in cast.session.execute(sa.select(table.__table__)):
            plain = " ".join(str(value) for value in row if not isinstance(value, bytes))
            assert "cardiology" not in plain
            assert "welcomes" not in plain
    pairs = cast.session.scalars(sa.select(Pair)).all()
    (told,) = [pair.parts or [] for pair in pairs if str(pair.img_id) == ben]
    (part,) = [part for part in told if part["criterion"] == "welcomes"]
    assert part["points"] == 0
