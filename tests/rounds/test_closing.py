"""Enrolment that closes by hand or by itself, dates that move, and the archive."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import deadlines
from mentorship.accounts.models import User
from mentorship.rounds import closing, jobs, service
from mentorship.rounds.models import Participant, RoundState, Run
from mentorship.rounds.offer_models import Publication
from mentorship.rounds.run_models import RunJob
from mentorship.rounds.scope import run_of_round
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast
from tests.rounds.work import work

SignIn = Callable[[User], PageClient]
DAY = dt.timedelta(days=1)
SOON, LATER = NOW + DAY, NOW + 2 * DAY


def test_the_worker_closes_a_round_at_its_deadline(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = cast.open()
    cast.img("Late Comer")  # ready before the deadline, and nobody has looked since
    closing.set_closing(session, round_id=round_.id, closes_at=SOON, now=NOW)
    monkeypatch.setattr(deadlines, "utc_now", lambda: NOW)
    deadlines.close_due()
    assert cast.again(round_).state is RoundState.OPEN
    monkeypatch.setattr(deadlines, "utc_now", lambda: LATER)
    deadlines.close_due()
    deadlines.close_due()
    assert cast.again(round_).state is RoundState.CLOSED
    joined = sa.select(sa.func.count()).where(Participant.round_id == round_.id)
    assert session.scalar(joined) == 6
    service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert cast.again(round_).state is RoundState.REVIEW


def test_a_run_of_an_open_round_closes_its_enrolment_and_says_so_before(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    round_, now = cast.open(), dt.datetime.now(dt.UTC)
    closes_at = now + dt.timedelta(days=21)
    closing.set_closing(session, round_id=round_.id, closes_at=closes_at, now=now)
    cast.img("Late Comer")  # ready, and nobody has looked since the round was opened
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    page = leader.get(here)
    assert "Enrolment closes with the first run, and cannot be opened again" in page.text
    assert "no longer holds. 1 more person is ready and comes in with it." in page.text
    button = "".join(page.form(f"{here}/run").itertext())
    assert "Close enrolment and run the match" in button
    leader.post(f"{here}/run")
    assert cast.again(round_).state is RoundState.CLOSED
    work(session)
    assert cast.again(round_).state is RoundState.REVIEW
    in_it = service.candidates(session, cast.again(round_), now=now)
    assert "Late Comer" in {one.name for one in in_it if one.takes_part}
    run = run_of_round(session, round_.id)
    assert run.matched + run.unmatched == 4
    shown, told = leader.get(here).text, leader.get(f"{here}/history").text
    assert "Enrolment closes" not in shown
    assert "Enrolment closed" in shown
    assert cast.again(round_).closes_at <= dt.datetime.now(dt.UTC)  # type: ignore[operator]  # it is set
    assert "Closed the enrolment" in told
    assert "Asked for a run" in told
    leader.post(f"{here}/run")
    work(session)
    assert leader.get(f"{here}/history").text.count("Closed the enrolment") == 1


def test_a_run_that_is_cancelled_leaves_the_enrolment_closed_and_says_so(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    job = leader.post(f"{here}/run").location
    page = leader.follow(leader.post(f"{job}/cancel"))
    assert "The run is cancelled. The enrolment stays closed" in page.text
    assert "Nothing was kept, but the enrolment is closed" in leader.get(job or "").text
    leader.post(f"{here}/open-again")
    assert cast.again(round_).state is RoundState.OPEN
    assert "nothing has changed" in leader.get(job or "").text


def test_a_run_that_was_asked_for_before_enrolment_opened_again_is_not_kept(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    job = leader.post(f"{here}/run").location
    leader.post(f"{here}/open-again")
    work(session)
    assert cast.again(round_).state is RoundState.OPEN
    assert "The enrolment was opened again" in leader.get(job or "").text
    assert not session.scalars(sa.select(Run)).all()


def test_a_round_stays_closed_if_a_run_is_asked_for_while_it_is_opened_again(
    cast: Cast, session: Session
) -> None:
    """As another leader's run that is committed once the jobs of before have ended."""
    round_ = cast.open()
    closing.close_round(session, round_id=round_.id, now=NOW)
    job = {"id": uuid.uuid4(), "round_id": round_.id, "kind": "run", "state": "waiting"}
    asked = sa.insert(RunJob).values(**job, policy="stable", rules={}, asked_at=NOW)

    def in_between(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE run_job"):
            connection.execute(asked)

    engine = session.get_bind().engine
    sa.event.listen(engine, "after_cursor_execute", in_between)
    with pytest.raises(service.RoundChanged):
        jobs.open_again(session, round_id=round_.id, now=NOW)
    sa.event.remove(engine, "after_cursor_execute", in_between)
    assert cast.again(round_).state is RoundState.CLOSED


def test_a_moved_deadline_counts(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    closing.set_closing(session, round_id=round_.id, closes_at=SOON, now=NOW)
    closing.set_closing(
        session, round_id=round_.id, closes_at=LATER + dt.timedelta(days=1), now=NOW
    )
    assert not closing.due_closings(session, now=LATER)
    closing.set_closing(session, round_id=round_.id, closes_at=None, now=NOW)
    assert not closing.due_closings(session, now=NOW + dt.timedelta(days=99))


def test_a_day_that_passed_before_the_round_is_opened_does_not_close_it(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """A day that is still to come stays, even if it is the next."""
    now = dt.datetime.now(dt.UTC)
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds"
    for name, closes_at in (("Spring", now - DAY), ("Fall", now + DAY)):
        draft = cast.draft(name)
        closing.set_closing(session, round_id=draft.id, closes_at=closes_at, now=closes_at - DAY)
        here, passed = f"{home}/{draft.id}", name == "Spring"
        page = leader.get(here)
        assert ("has passed: the round opens without one" in page.text) is passed
        assert page.links().count(f"{here}/deadline") == 1 + passed
        told = leader.follow(leader.post(f"{here}/open")).text
        assert ("had passed, so none is set now" in told) is passed
        assert ("Set a deadline" in leader.get(f"{here}/history").text) is passed
        assert cast.again(draft).closes_at == (None if passed else closes_at)
    assert not closing.due_closings(session, now=now)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_deadline_is_in_the_coming_year(cast: Cast, session: Session, days: int) -> None:
    with pytest.raises(closing.BadDeadline):
        closing.set_closing(
            session, round_id=cast.open().id, closes_at=NOW + dt.timedelta(days=days), now=NOW
        )


def test_a_leader_closes_opens_and_archives(sign_in: SignIn, cast: Cast, session: Session) -> None:
    round_ = cast.open()
    home = f"/sections/{cast.section.slug}/rounds"
    here, client = f"{home}/{round_.id}", sign_in(cast.leader)
    client.submit(f"{here}/deadline", {"at": "2001-01-01T10:00"}, action="", status=422)
    tomorrow = f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=2):%Y-%m-%dT%H:%M}"
    client.submit(f"{here}/deadline", {"at": tomorrow}, action="")
    assert cast.again(round_).closes_at is not None
    assert "closed" in client.follow(client.post(f"{here}/close")).text
    client.get(f"{here}/deadline", status=409)
    client.post(f"{here}/close", status=409)
    client.post(f"{here}/open-again")
    assert cast.again(round_).closes_at is None

    published = cast.published("Autumn")
    there = f"{home}/{published.id}"
    client.submit(f"{there}/deadline", {"at": tomorrow}, action="")
    answer_by = session.get_one(Publication, published.id, populate_existing=True).answer_by
    assert answer_by > dt.datetime.now(dt.UTC)
    client.submit(f"{there}/deadline", {"at": ""}, action="", status=422)
    client.post(f"{there}/archive", status=409)
    client.post(f"{there}/finish")
    client.get(client.post(f"{there}/archive").location or "")
    assert "Archived rounds (1)" in client.get(home).text
    assert "Spring" in client.get(f"/sections/{cast.section.slug}/rounds").text
    for page in ("answers", "people", "review"):
        client.get(f"{there}/{page}")
    client.post(f"{there}/unarchive")
    assert cast.again(published).state is RoundState.FINISHED
    other = sign_in(cast.people["Noor Haddad"])
    other.get(f"{here}/deadline", status=404)
    other.post(f"{here}/close", status=404)


def test_each_reads_of_a_moved_deadline_by_their_own_clock(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    here = f"/sections/{cast.section.slug}/rounds/{cast.open().id}"
    at = (dt.datetime.now(dt.UTC) + dt.timedelta(days=9)).replace(hour=3, minute=5)
    cast.leader.timezone = "Asia/Tokyo"
    session.flush()
    client = sign_in(cast.leader)
    typed = at.astimezone(ZoneInfo("Asia/Tokyo"))
    client.submit(f"{here}/deadline", {"at": f"{typed:%Y-%m-%dT%H:%M}"}, action="")
    day = f"{typed:%B} {typed.day}, {typed.year}"
    assert f"Set a deadline: none → {day}, 12:05 p.m. JST" in client.get(f"{here}/history").text
    cast.leader.timezone = "UTC"
    session.flush()
    day = f"{at:%B} {at.day}, {at.year}"
    assert f"Set a deadline: none → {day}, 3:05 a.m. UTC" in client.get(f"{here}/history").text
