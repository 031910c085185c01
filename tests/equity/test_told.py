"""What members may read of the fairness of a round that is over: shares of large groups only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.equity.told import ToldShare, told_round
from mentorship.rounds.choices import OVER
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.run_models import RunFairness
from mentorship.sections.models import MembershipState, SectionRole
from tests import factories
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

SignIn = Callable[[User], PageClient]
STAGES: list[list[object]] = [
    ["visa", 40, 30, 8000],
    ["usce", 25, 25, 8000],
    ["practice", 12, 0, None],
    ["fellowship", 9, 9, 8000],
    ["others", 11, 4, 8000],
]


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def over(cast: Cast, *, state: RoundState = RoundState.FINISHED) -> Round:
    """Return a round that is over, with the tables of one that was larger."""
    round_ = cast.published()
    for step in (RoundState.FINISHED, RoundState.ARCHIVED):
        if (round_.state in OVER and round_.state is state) or state not in OVER:
            break
        round_.state = step
        cast.session.flush()

    cast.session.execute(
        sa.update(RunFairness).values(
            tables={"groups": {"stage": STAGES, "region": STAGES[:0]}, "load": [], "mentors": {}}
        )
    )
    cast.session.expire_all()
    return round_


def test_a_member_reads_shares_without_counts(
    cast: Cast, sign_in: SignIn, session: Session
) -> None:
    round_ = over(cast)
    path = f"/equity/rounds/{round_.id}"
    for name in ("Ana Silva", "Noor Haddad"):
        client = sign_in(cast.people[name])
        assert path in client.get("/equity").links()
        page = client.get(path)
        for words in (
            "Of all IMGs counted here, about 70%",
            "about 75%",
            "95% or more",
            "5% or less",
            "The widest gap",
        ):
            assert words in page.text
        rows = [" ".join("".join(row.itertext()).split()) for row in page.tree.iterfind(".//tr")]
        assert len(rows) == 4  # a head, and the three groups that are large and are groups
        assert not any(count in row.split() for row in rows for count in ("40", "30", "12"))
    assert path in sign_in(cast.leader).get("/equity").links()


@pytest.mark.parametrize("state", [RoundState.FINISHED, RoundState.ARCHIVED])
def test_it_is_told_of_rounds_that_are_over(cast: Cast, state: RoundState) -> None:
    round_ = over(cast, state=state)
    ana = cast.people["Ana Silva"]
    assert [table.title for table in told_round(cast.session, ana.id, round_.id)[1].tables] == [
        "Stage of the journey"
    ]


def test_nobody_else_and_nothing_that_goes_on(
    cast: Cast, sign_in: SignIn, session: Session
) -> None:
    going_on = over(cast, state=RoundState.ANSWERING)
    path = f"/equity/rounds/{going_on.id}"
    client = sign_in(cast.people["Ana Silva"])
    client.get(path, status=404)
    assert path not in client.get("/equity").links()
    going_on.state = RoundState.FINISHED
    session.flush()
    client.get(path)
    left = factories.member(session, cast.section, SectionRole.IMG, state=MembershipState.LEFT)
    asking = factories.member(session, cast.section, SectionRole.IMG, state=MembershipState.ASKED)
    elsewhere = factories.leader(session, factories.section(session))
    for other in (left, asking, elsewhere, factories.administrator(session)):
        sign_in(other).get(path, status=404)


@pytest.mark.parametrize(
    ("percent", "words"), [(5, "5% or less"), (50, "about 50%"), (95, "95% or more")]
)
def test_a_share_never_tells_of_each_one(percent: int, words: str) -> None:
    assert ToldShare("x", percent).words == words
