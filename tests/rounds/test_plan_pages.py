"""The pages of a planned publication: what was typed stays, and no page leads to a closed door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import planning, service
from mentorship.rounds.comparing import MOST_RUNS
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

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
