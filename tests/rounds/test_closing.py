"""Enrolment that closes by hand or by itself, dates that move, and the archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import deadlines
from mentorship.accounts.models import User
from mentorship.rounds import closing, service
from mentorship.rounds.models import Participant, RoundState
from mentorship.rounds.offer_models import Publication
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
SOON, LATER = NOW + dt.timedelta(days=1), NOW + dt.timedelta(days=2)


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


def test_a_moved_deadline_counts(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    closing.set_closing(session, round_id=round_.id, closes_at=SOON, now=NOW)
    closing.set_closing(
        session, round_id=round_.id, closes_at=LATER + dt.timedelta(days=1), now=NOW
    )
    assert not closing.due_closings(session, now=LATER)
    closing.set_closing(session, round_id=round_.id, closes_at=None, now=NOW)
    assert not closing.due_closings(session, now=NOW + dt.timedelta(days=99))


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
