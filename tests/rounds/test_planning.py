"""Publishing in two steps: nobody is told before its time, and it can be taken back until then."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.deadlines import publish_due
from mentorship.extensions import transaction
from mentorship.notices.models import Message
from mentorship.rounds import planning, service, steps
from mentorship.rounds.history import history_of
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, Publication
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast
from tests.rounds.work import work

TURNS, LONG_TURNS = 10, 50


def plan(cast: Cast, round_: Round, run: Run, **values: object) -> None:
    planning.plan_publication(
        cast.session,
        round_id=round_.id,
        run_id=run.id,
        by=cast.leader.id,
        now=NOW,
        **values,  # type: ignore[arg-type]  # values of one dict, of many types
    )


def told(session: Session) -> int:
    return sum(
        session.scalars(sa.select(sa.func.count()).select_from(table)).one()
        for table in (Offer, Message, Publication)
    )


def test_nobody_is_told_before_the_time_and_everybody_once_at_it(
    cast: Cast, session: Session
) -> None:
    round_, run = cast.reviewed()
    before = told(session)
    plan(cast, round_, run)
    soon = NOW + planning.UNDO - dt.timedelta(seconds=1)
    assert planning.due_publications(session, now=soon) == []
    assert told(session) == before
    assert cast.again(round_).state is RoundState.PUBLISHED
    due = planning.due_publications(session, now=NOW + planning.UNDO)
    assert due == [round_.id]
    sent = planning.send_out(session, round_id=round_.id, now=NOW + planning.UNDO)
    assert sent
    assert (sent.run_id, sent.published_by_id) == (run.id, cast.leader.id)
    assert cast.again(round_).state is RoundState.ANSWERING
    assert planning.send_out(session, round_id=round_.id, now=NOW + planning.UNDO) is None


def test_it_can_be_taken_back_and_published_again(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    before = told(session)
    plan(cast, round_, run)
    planning.take_back(session, round_id=round_.id, now=NOW)
    assert cast.again(round_).state is RoundState.REVIEW
    assert planning.planned(session, round_.id) is None
    assert told(session) == before
    with pytest.raises(service.RoundChanged):
        planning.take_back(session, round_id=round_.id, now=NOW)
    plan(cast, round_, run)


def test_a_time_can_be_set_and_moved_within_limits(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    monday = NOW + dt.timedelta(days=3)
    plan(cast, round_, run, goes_out_at=monday)
    later = monday + dt.timedelta(days=1)
    planning.move_publication(session, round_id=round_.id, goes_out_at=later, now=NOW)
    assert planning.due_publications(session, now=monday) == []
    assert planning.due_publications(session, now=later) == [round_.id]
    for bad in (NOW, NOW + dt.timedelta(minutes=29), NOW + dt.timedelta(days=61)):
        with pytest.raises(planning.BadTime):
            planning.move_publication(session, round_id=round_.id, goes_out_at=bad, now=NOW)


def test_the_second_leader_learns_who_was_first(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    plan(cast, round_, run)
    with pytest.raises(service.RoundChanged) as second:
        plan(cast, round_, run)
    assert (second.value.by, second.value.at) == (cast.leader.name, NOW)
    assert second.value.goes_out_at == NOW + planning.UNDO


def test_a_run_on_its_way_out_is_not_changed(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    other = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    plan(cast, round_, other)
    with pytest.raises(service.RoundChanged):
        steps.choose(
            session,
            round_id=round_.id,
            run_id=run.id,
            seen=other.id,
            by=cast.leader.id,
            now=NOW,
        )


def test_people_who_change_meanwhile_hold_it_up(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    before = told(session)
    past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=past
    )
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    session.commit()
    publish_due()
    found = planning.planned(session, round_.id)
    assert found
    assert found.held_up_at is not None
    assert told(session) == before + 1  # the leader, of just that
    assert cast.again(round_).state is RoundState.PUBLISHED
    publish_due()  # and not tried again


def test_what_could_not_go_out_is_taken_back_and_run_again_in_one_step(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = cast.reviewed()
    plan(cast, round_, run)
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    planning.hold_up(session, round_id=round_.id, now=NOW)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    asked = leader.submit(f"{home}/publish", action=f"{home}/publish/run-again")
    assert "/jobs/" in (asked.location or "")
    assert cast.again(round_).state is RoundState.REVIEW
    work(session)
    assert "Publish run 2" in leader.follow(leader.get(asked.location or "", status=303)).text
    leader.post(f"{home}/publish/run-again", status=409)


def test_what_goes_wrong_with_one_round_holds_up_no_other(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    rounds = [cast.reviewed("First"), cast.reviewed("Second")]
    for round_, run in rounds:
        planning.plan_publication(
            session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=past
        )
        past += dt.timedelta(minutes=1)
    session.commit()
    broken = rounds[0][0].id
    real = planning.send_when_due

    def send(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
        if round_id == broken:
            raise ZeroDivisionError
        real(session, round_id=round_id, now=now)

    monkeypatch.setattr(planning, "send_when_due", send)
    publish_due()
    assert planning.planned(session, broken)
    assert not planning.planned(session, rounds[1][0].id)


def test_a_worker_lets_it_go_out(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=past
    )
    session.commit()
    publish_due()
    assert cast.again(round_).state is RoundState.ANSWERING


def test_two_leaders_press_at_once_and_one_does(
    new_app: Callable[..., Flask], pytestconfig: pytest.Config
) -> None:
    app = new_app()
    for _ in range(LONG_TURNS if pytestconfig.getoption("--long") else TURNS):
        with app.app_context(), transaction() as session:
            cast = small_cast(session)
            round_, run = cast.reviewed()
            leaders = [cast.leader.id, factories.leader(session, cast.section).id]
        barrier = Barrier(2)

        def press(
            by: uuid.UUID,
            round_id: uuid.UUID = round_.id,
            run_id: uuid.UUID = run.id,
            barrier: Barrier = barrier,
        ) -> str:
            with app.app_context():
                barrier.wait()
                try:
                    with transaction() as session:
                        planning.plan_publication(
                            session, round_id=round_id, run_id=run_id, by=by, now=NOW
                        )
                except service.RoundChanged as changed:
                    return changed.by or ""
                return "mine"

        with ThreadPoolExecutor(2) as pool:
            came = list(pool.map(press, leaders))
        assert came.count("mine") == 1
        assert all(came)  # the other reads a name


def test_leaders_are_told_what_could_not_go_out_and_who_stands_in_its_way(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = cast.reviewed()
    past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    goes_out_at = past + planning.UNDO
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=past
    )
    session.commit()
    leader = sign_in(cast.leader)
    assert "is on its way out" in leader.get("/home/leader").text
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    session.commit()
    publish_due()
    publish_due()  # and told once
    mails = session.scalars(
        sa.select(Message.subject).where(Message.recipient == cast.leader.email)
    ).all()
    assert mails == [f"{round_.name} could not be published"]
    assert f"{round_.name} could not be published" in leader.get("/home/leader").text
    page = leader.get(f"/sections/{cast.section.slug}/rounds/{round_.id}/publish")
    assert "Ana Silva" in page.text
    assert "Change the time" not in page.text
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    with pytest.raises(service.RoundChanged):
        planning.move_publication(session, round_id=round_.id, goes_out_at=later, now=past)
    found = planning.planned(session, round_.id)
    assert found
    assert found.goes_out_at == goes_out_at
    words = [line.what for line in history_of(session, round_.id)]
    assert words[0].startswith("Could not publish run 1 at the planned time")


def test_a_time_that_was_moved_after_it_was_found_due_holds(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    plan(cast, round_, run)
    due = NOW + planning.UNDO
    later = due + dt.timedelta(days=1)
    planning.move_publication(session, round_id=round_.id, goes_out_at=later, now=NOW)
    planning.send_when_due(session, round_id=round_.id, now=due)
    assert cast.again(round_).state is RoundState.PUBLISHED
    planning.send_when_due(session, round_id=round_.id, now=later)
    assert cast.again(round_).state is RoundState.ANSWERING
