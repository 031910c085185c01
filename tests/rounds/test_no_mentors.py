"""A round in which no mentor takes part: its pages say so, and what to do next."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import service
from mentorship.rounds.models import Participant, Round
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast
from tests.rounds.resting import rest

SignIn = Callable[[User], PageClient]


def without_mentors(cast: Cast, session: Session) -> Round:
    round_ = cast.open()
    ids = [cast.profile(name) for name in ("Noor Haddad", "Omar Aziz")]
    service.leave_out(session, round_id=round_.id, profile_ids=ids, now=NOW)
    return cast.again(round_)


def test_before_a_run(cast: Cast, session: Session, sign_in: SignIn) -> None:
    round_ = without_mentors(cast, session)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(home)
    assert "No mentor takes part" in page.text
    assert "A run would leave all 3 IMGs without a mentor" in page.text
    assert f"{home}/people?show=out" in page.links()
    assert page.tree.find(f".//form[@action='{home}/run']") is None


def test_after_a_run(cast: Cast, session: Session, sign_in: SignIn) -> None:
    round_ = without_mentors(cast, session)
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    overview = leader.get(home)
    assert "Run 1 gives nobody a mentor, and there is nothing to publish" in overview.text
    assert "then publish" not in overview.text
    ana = cast.profile("Ana Silva")
    for path in ("review", f"review/by-hand?img={ana}"):
        page = leader.get(f"{home}/{path}")
        assert "No mentor is in this run" in page.text
        assert "then run the match again" in page.text
        assert f"{home}/people?show=new" in page.links()
        assert "Nobody found" not in page.text
    looked_for = leader.get(f"{home}/review/by-hand?img={ana}&q=noor").text
    assert "Nobody found" in looked_for


def test_mentors_came_since_the_run(cast: Cast, session: Session, sign_in: SignIn) -> None:
    round_ = without_mentors(cast, session)
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    service.put_back(session, round_id=round_.id, profile_id=cast.profile("Omar Aziz"), now=NOW)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(home)
    assert "If mentors were added since, run the match again." in page.text
    assert page.tree.find(f".//form[@action='{home}/run']") is not None


def test_a_rest_without_a_seat(cast: Cast, session: Session, sign_in: SignIn) -> None:
    """Noor, who was asked, holds the last seat; Omar offers none any more."""
    round_ = cast.published()
    mentors = sa.update(Profile).where(Profile.kind == ProfileKind.MENTOR)
    session.execute(mentors.values(seats=0))
    cast.img("Dua Late")
    late = Participant(round_id=round_.id, profile_id=cast.profile("Dua Late"), joined_at=NOW)
    session.add(late)
    session.flush()
    run = rest(cast, session, round_)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    page = leader.get(home)
    assert "Nobody of the rest can be paired now" in page.text
    assert page.tree.find(f".//form[@action='{home}/rest/drop']") is not None
    assert "match the rest again" in leader.get(f"{home}/review?run={run.number}").text
