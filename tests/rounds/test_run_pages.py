"""Pages of runs that failed, of policies side by side, and of more pairs than one change takes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import POLICIES
from mentorship.rounds import jobs, paging, review_views, service
from mentorship.rounds.comparing import MOST_RUNS
from mentorship.rounds.models import Participant
from mentorship.rounds.run_models import JobState, RunJob
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast
from tests.rounds.resting import with_rest
from tests.rounds.work import work

SignIn = Callable[[User], PageClient]


def test_a_number_no_run_can_have_is_passed_over(cast: Cast, sign_in: SignIn) -> None:
    round_, _ = cast.reviewed()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    page = leader.follow(leader.get(f"{home}/compare?run=1&run=99999999999999999999", status=303))
    assert f"Choose two to {MOST_RUNS} runs to compare." in page.text


def test_a_policy_that_was_not_worked_out_is_named(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed(policy="most-matched")
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    asked = jobs.ask_policies(session, round_id=round_.id, run=run, by=cast.leader.id, now=NOW)
    first, *others = asked
    jobs.cancel(session, job_id=first.id, now=NOW)
    failed = {"state": JobState.FAILED, "ended_at": NOW, "failure": {"kind": "trouble"}}
    session.execute(sa.update(RunJob).where(RunJob.id == others[0].id).values(failed))
    work(session)
    page = leader.follow(leader.get(f"{home}/policies?run=1", status=303)).text
    assert "Runs side by side" in page
    assert f"“{POLICIES[first.policy].label}” is not among them. It was cancelled." in page
    unexpected = "is not among them. Something unexpected happened, and it is our fault."
    assert f"“{POLICIES[others[0].policy].label}” {unexpected}" in page
    failed_page = leader.get(f"{home}/jobs/{others[0].id}").text
    assert "Try all policies again" in failed_page
    assert "Run the match again</button>" not in failed_page


def test_policies_of_one_run_are_tried_at_a_time(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    jobs.ask_policies(session, round_id=round_.id, run=run, by=cast.leader.id, now=NOW)
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    page = leader.follow(leader.post(f"{home}/policies"))
    assert page.h1 == "Trying all policies"
    assert "The policies of run 1 are being tried at the moment." in page.text
    assert "then compare all policies of run 2" in page.text
    assert {job.base_run_id for job in session.scalars(sa.select(RunJob))} == {run.id}
    work(session)
    assert leader.follow(leader.post(f"{home}/policies")).h1 == "Trying all policies"
    work(session)
    assert "Runs side by side" in leader.follow(leader.get(f"{home}/policies", status=303)).text


def test_with_no_policy_worked_out_the_pairs_are_shown(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, run = cast.reviewed()
    for job in jobs.ask_policies(session, round_id=round_.id, run=run, by=cast.leader.id, now=NOW):
        jobs.cancel(session, job_id=job.id, now=NOW)
    leader = sign_in(cast.leader)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = leader.follow(leader.get(f"{home}/policies?run=1", status=303)).text
    assert "No policy was worked out, so there is nothing to compare." in page


def test_a_run_that_fails_for_a_mentor_leads_to_this_mentor(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = cast.open()
    noor = cast.profile("Noor Haddad")
    job = jobs.ask_run(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    failure = {"kind": "bad_profile", "profile": str(noor)}
    failed = {"state": JobState.FAILED, "ended_at": NOW, "failure": failure}
    session.execute(sa.update(RunJob).where(RunJob.id == job.id).values(failed))
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    page = leader.get(f"{home}/jobs/{job.id}")
    (link,) = [each for each in page.links() if f"/people/{noor}" in each]
    assert leader.get(link).h1 == "Noor Haddad"
    leader.submit(link, action=f"{home}/people/do")
    out = sa.select(Participant.left_out_at).where(Participant.profile_id == noor)
    assert session.scalars(out).one() is not None


def test_what_mends_a_run_of_the_rest_is_open_then(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    """Nobody is left out of a round that is published, but they can withdraw."""
    round_ = with_rest(cast, session)
    job = jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    failure = {"kind": "bad_profile", "profile": str(cast.profile("Chi Tanaka"))}
    failed = {"state": JobState.FAILED, "ended_at": NOW, "failure": failure}
    session.execute(sa.update(RunJob).where(RunJob.id == job.id).values(failed))
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/jobs/{job.id}").text
    assert "Ask Chi Tanaka to open their profile and save it, or to withdraw" in page
    assert "Leave Chi Tanaka out" not in page


def test_all_pairs_are_offered_only_as_far_as_one_change_takes_them(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, _ = cast.reviewed()
    monkeypatch.setattr(paging, "PAGE_SIZE", 1)
    review = f"/sections/{cast.section.slug}/rounds/{round_.id}/review"
    leader = sign_in(cast.leader)
    assert "All 3 on all pages" in leader.get(review).text
    monkeypatch.setattr(review_views, "MOST_PAIRS", 2)
    page = leader.get(review).text
    assert "on all pages" not in page
    assert "One change takes at most 2 pairs" in page


def test_a_change_that_is_refused_leads_back_to_the_list_as_it_was(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, _ = cast.reviewed()
    monkeypatch.setattr(paging, "PAGE_SIZE", 1)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    seen, change = f"{home}/review?q=a&sort=img&page=2", f"{home}/review/change"
    answer = leader.submit(seen, {"kind": "lock"}, action=change)
    assert dict(parse_qsl(urlsplit(answer.location or "").query)) == {
        "q": "a",
        "sort": "img",
        "page": "2",
    }
    page = leader.follow(answer)
    assert "Tick at least one pair in the list below." in page.text
    assert page.form(change).find(".//input[@name='page']").get("value") == "2"  # type: ignore[union-attr]  # None fails the test


def test_one_pair_is_told_as_one(cast: Cast, session: Session, sign_in: SignIn) -> None:
    round_ = cast.open()
    others = [cast.profile(name) for name in ("Ben Okafor", "Chi Tanaka")]
    service.leave_out(session, round_id=round_.id, profile_ids=others, now=NOW)
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = " ".join(sign_in(cast.leader).get(f"{home}/review").text.split())
    assert "1 pair, with a score of" in page


def test_only_a_run_that_is_asked_for_counts_against_the_limit(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    """Six an hour: a second press starts nothing and uses none up, nor does a refusal."""
    round_, _ = cast.reviewed()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    for _ in range(8):
        leader.post(f"{home}/policies")
        leader.post(f"{home}/rest", status=409)
    for _ in range(5):
        leader.post(f"{home}/run")
        session.execute(sa.update(RunJob).values(state=JobState.CANCELLED, ended_at=NOW))
        session.commit()
    leader.post(f"{home}/run", status=429)


def test_cancelling_what_is_done_changes_nothing_and_says_so(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.open()
    job = jobs.ask_run(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    work(session)
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    late = leader.post(f"{home}/jobs/{job.id}/cancel")
    page = leader.follow(leader.get(late.location or "", status=303))
    assert "It had ended already, so there was nothing to cancel." in page.text
    assert "Cancelled a run" not in leader.get(f"{home}/history").text
