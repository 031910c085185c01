"""The pages of a planned publication: what was typed stays, and no page leads to a closed door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.rounds import planning, service
from mentorship.rounds.comparing import MOST_RUNS
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.run_models import RunJob
from mentorship.sections.models import SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient, _values
from tests.rounds.asking import alter
from tests.rounds.cast import Cast, counted
from tests.rounds.resting import LATER, rest, with_rest

SignIn = Callable[[User], PageClient]
PAST = "2020-02-03T09:30"


@pytest.mark.parametrize("planned", [False, True])
def test_a_refused_time_stays_in_its_field_with_the_reason(
    cast: Cast, sign_in: SignIn, *, planned: bool
) -> None:
    round_, run = cast.reviewed()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    action = None
    if planned:
        leader.submit(f"{home}/publish")
        action = f"{home}/publish/move"
    page = leader.submit(f"{home}/publish", {"goes_out_at": PAST}, action=action, status=422)
    (field,) = page.tree.findall(".//input[@name='goes_out_at']")
    assert field.get("value") == PAST
    assert "Choose a time at least 30 minutes" in page.text
    plan = planning.planned(cast.session, round_.id)
    assert (plan is not None) is planned
    assert run.number == 1


def test_while_a_run_is_on_its_way_out_the_menu_leads_to_open_pages(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    menu = leader.get(home).tree.findall(".//nav[@aria-label='This round']//a")
    assert [link.text for link in menu][1:3] == ["Publication", "People"]
    for link in menu:
        leader.get(link.get("href") or "")
    shut = leader.get(f"{home}/set-up", status=409).text
    assert "your click changed nothing" not in shut
    assert "there is nothing to do on the page you asked for" in shut


STEPS = {  # what a leader presses -> what the other reads of it, who had the same page before them
    "undo": "took back the planned publication of run 1 on",
    "now": "published run 1 right away on",
    "run-again": "took back the planned publication of run 1 and asked for a new one on",
    "move": "changed the time of the planned publication of run 1 on",
}


@pytest.mark.parametrize("second", STEPS)
@pytest.mark.parametrize("first", STEPS)
def test_who_comes_second_reads_who_was_faster_and_nothing_changes(
    cast: Cast, session: Session, sign_in: SignIn, first: str, second: str
) -> None:
    """Who sends the same form twice reads that it was they themselves."""
    mine = first == second
    round_, run = cast.reviewed()
    other = factories.member(session, cast.section, SectionRole.LEADER)
    now = dt.datetime.now(dt.UTC)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=now
    )
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader if mine else other)
    seen = planning.planned(session, round_.id)
    assert seen
    later = {"goes_out_at": f"{now + dt.timedelta(days=2):%Y-%m-%dT%H:%M}", "seen": seen.mark}
    leader.post(f"{home}/publish/{first}", later)
    before = _stands(cast, session, round_)
    page = sign_in(cast.leader).post(f"{home}/publish/{second}", later, status=409)
    who = "You" if mine else other.name
    assert f"{who} {STEPS[first]}" in page.text
    told = "That stands, and this click changed nothing." if mine else "your click changed nothing"
    assert told in page.text
    assert _stands(cast, session, round_) == before


def _stands(cast: Cast, session: Session, round_: Round) -> tuple[object, ...]:
    jobs = session.scalars(sa.select(RunJob.id)).all()
    offers = session.scalars(sa.select(Offer.id)).all()
    entries = session.scalar(sa.select(sa.func.max(AuditEntry.number)))
    plan = planning.planned(session, round_.id)
    return cast.again(round_).state, plan, sorted(jobs), sorted(offers), entries


def test_a_page_of_one_plan_sends_no_other_out(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    again = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    who = {"round_id": round_.id, "by": cast.leader.id}
    planning.plan_publication(session, run_id=run.id, now=NOW, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    old = leader.get(f"{home}/publish").form(f"{home}/publish/now")
    planning.take_back(session, round_id=round_.id, now=NOW)
    planning.plan_publication(session, run_id=again.id, now=NOW, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    leader.post(f"{home}/publish/now", _values(old), status=409)
    assert cast.again(round_).state is RoundState.PUBLISHED


def test_who_planned_it_and_sends_the_form_again_reads_that_it_was_they(
    cast: Cast, sign_in: SignIn
) -> None:
    round_, _ = cast.reviewed()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    form = _values(leader.get(f"{home}/publish").form())
    leader.post(f"{home}/publish", form)
    page = leader.post(f"{home}/publish", form, status=409).text
    assert "You planned to publish run 1 on" in page
    assert "until then it can be taken back. That stands, and this click changed nothing." in page
    assert cast.leader.name not in page.partition("The round has changed")[2]


def test_more_runs_than_fit_are_not_dropped_without_a_word(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, _ = cast.reviewed()
    for _ in range(MOST_RUNS):
        service.run_round(session, round_id=round_.id, by=None, now=NOW)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    asked = "&".join(f"run={number + 1}" for number in range(MOST_RUNS + 1))
    page = leader.follow(leader.get(f"{home}/compare?{asked}", status=303))
    assert f"Choose two to {MOST_RUNS} runs to compare." in page.text
    fewer = asked.removesuffix(f"&run={MOST_RUNS + 1}")
    assert f"Run {MOST_RUNS}" in leader.get(f"{home}/compare?{fewer}").text


def _rest_on_its_way(cast: Cast, session: Session) -> Round:
    round_ = with_rest(cast, session)
    run = rest(cast, session, round_)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    return round_


def _first(statements: list[str], *parts: str) -> int:
    return next(at for at, said in enumerate(statements) if all(part in said for part in parts))


@pytest.mark.parametrize("act", ["publish/now", "publish/undo", "finish", "by itself"])
def test_whoever_holds_what_is_planned_holds_it_before_the_log_and_the_round(
    cast: Cast, session: Session, sign_in: SignIn, act: str
) -> None:
    """Two at once would wait for each other for ever if one of them held the log first."""
    round_ = _rest_on_its_way(cast, session)
    leader = sign_in(cast.leader)
    leader.get("/home/leader")
    with counted(session) as statements:
        if act == "by itself":
            planning.send_when_due(session, round_id=round_.id, now=LATER + planning.UNDO)
        else:
            leader.post(f"/sections/{cast.section.slug}/rounds/{round_.id}/{act}")
    locks = session.get_bind().dialect.name == "postgresql"
    plan = _first(statements, "publish_plan", "FOR UPDATE" if locks else "")
    log = _first(statements, "pg_advisory_xact_lock" if locks else "INSERT INTO audit_entry")
    moved = _first(statements, "UPDATE round SET") if act == "finish" else len(statements)
    assert plan < log < moved
    held = [at for at, said in enumerate(statements) if "FROM round " in said and " FOR " in said]
    assert all(log < at for at in held)


def test_the_history_tells_from_when_to_when_a_publication_was_moved(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    now = dt.datetime.now(dt.UTC)
    goes_out_at = (now + dt.timedelta(days=1)).replace(hour=9, minute=30)
    planning.plan_publication(
        session,
        round_id=round_.id,
        run_id=run.id,
        by=cast.leader.id,
        now=now,
        goes_out_at=goes_out_at,
    )
    cast.leader.timezone = "UTC"
    session.flush()
    home, leader = f"/sections/{cast.section.slug}/rounds/{round_.id}", sign_in(cast.leader)
    later = goes_out_at + dt.timedelta(days=1, hours=6)
    typed = {"goes_out_at": f"{later:%Y-%m-%dT%H:%M}"}
    leader.submit(f"{home}/publish", typed, action=f"{home}/publish/move")
    days = [f"{day:%B} {day.day}, {day.year}" for day in (goes_out_at, later)]
    told = leader.get(f"{home}/history").text
    assert (
        "Changed the time of the planned publication of run 1:"
        f" {days[0]}, 9:30 a.m. UTC → {days[1]}, 3:30 p.m. UTC"
    ) in told


def test_a_run_that_has_gone_out_of_date_is_told_of_by_its_number_and_who_changed(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    """Another run counts by then: its page is not what is shown to be pressed again."""
    round_, old = cast.reviewed()
    home, leader = f"/sections/{cast.section.slug}/rounds/{round_.id}", sign_in(cast.leader)
    form = _values(leader.get(f"{home}/publish?run=1").form())
    ana = [cast.profile("Ana Silva")]
    service.leave_out(session, round_id=round_.id, profile_ids=ana, now=NOW)
    service.run_round(session, round_id=round_.id, by=None, now=NOW)
    page = leader.follow(leader.post(f"{home}/publish", form))
    assert page.h1 == "Run 1 is out of date"
    assert "Run 1 was not published" in page.text
    assert "no longer take part as before (Ana Silva)" in page.text
    assert planning.planned(session, round_.id) is None
    assert old.number == 1


def test_sending_what_has_gone_out_of_date_names_who_changed(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    now = dt.datetime.now(dt.UTC)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=now
    )
    alter(cast, "Noor Haddad", seats=0)
    home, leader = f"/sections/{cast.section.slug}/rounds/{round_.id}", sign_in(cast.leader)
    sent = leader.submit(f"{home}/publish", action=f"{home}/publish/now")
    assert "no longer take part as before (Noor Haddad)" in leader.follow(sent).text
