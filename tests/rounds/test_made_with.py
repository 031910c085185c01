"""What a run was made with: on its page, in the report, and where two runs differ."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import POLICIES
from mentorship.rounds import comparing, inputs, jobs, planning, proving, running, service
from mentorship.rounds.editing import EditKind
from mentorship.rounds.inputs import kept
from mentorship.rounds.made_with import made_with, runs_out
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.overview import has_changed
from mentorship.rounds.paging import Wanted
from mentorship.rounds.scope import run_of_round
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, ask, direct
from tests.rounds.cast import Cast
from tests.rounds.test_editing import keep, pair, try_edit
from tests.rounds.test_report import taken
from tests.rounds.work import work

SignIn = Callable[[User], PageClient]
TOPICS = {"topics": 3, "languages": 7}


def with_rules(cast: Cast, session: Session, **values: object) -> tuple[Run, Run]:
    """Run a round, change its set-up, and run it again."""
    round_, first = cast.reviewed()
    service.edit_round(
        session,
        round_id=round_.id,
        name=round_.name,
        policy=round_.policy,
        set_up=service.SetUp(**values),  # type: ignore[arg-type]  # values of one dict, of many types
        answer_days=14,
        now=NOW,
    )
    second = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    return first, second


def test_a_run_tells_what_it_was_made_with_when_the_set_up_has_changed_since(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    first, second = with_rules(cast, session, weights=TOPICS, must_share_language=True)
    _, locked = try_edit(cast, session, EditKind.LOCK, pair(cast, "Chi Tanaka", "Omar Aziz"))
    assert locked
    keep(cast, session, locked)
    leader = sign_in(cast.leader)
    home = f"/sections/{cast.section.slug}/rounds/{first.round_id}/review"
    pages = {number: leader.get(f"{home}?run={number}").text for number in (1, 2, 3)}
    assert "Topics 10" in pages[1]
    assert "Both must share a language" not in pages[1]
    assert "Topics 3" in pages[2]
    assert "Both must share a language" in pages[2]
    assert made_with(first)["Locked"] == "none"
    assert made_with(locked)["Locked"] == "1 pair"
    assert second.inputs_digest in pages[2]
    assert "pairs in breach" not in pages[1]


@pytest.mark.parametrize("policy", list(POLICIES))
def test_the_check_is_told_in_words_and_without_sums(cast: Cast, policy: str) -> None:
    _, run = cast.reviewed(policy=policy)
    told = made_with(run)["Check"]
    assert POLICIES[policy].proved in told
    assert not [digit for digit in told if digit.isdigit()]


def test_runs_of_other_weights_are_not_set_against_each_other(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    first, second = with_rules(cast, session, weights=TOPICS)
    found = comparing.comparison(session, [first, second], Wanted())
    assert [column.same_scale for column in found.columns] == [True, False]
    assert (found.columns[1].gain, found.columns[1].lose) == (0, 0)
    assert ("Weight of Topics", ["10", "3"]) in [(what, [*values]) for what, values in found.differ]
    home = f"/sections/{cast.section.slug}/rounds/{first.round_id}"
    page = sign_in(cast.leader).get(f"{home}/compare?run=1&run=2").text
    assert "Run 2 weighs the criteria otherwise than run 1" in page
    assert "nobody can be said to gain or lose" in page
    assert "Weight of Topics 10 3" in page


def test_runs_of_other_rules_say_so_and_keep_gains_and_losses(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    first, _ = with_rules(cast, session, minimum_score=9_900)
    home = f"/sections/{cast.section.slug}/rounds/{first.round_id}"
    page = sign_in(cast.leader).get(f"{home}/compare?run=1&run=2").text
    assert "Lowest score any 99 of 100" in page
    assert "weighs the criteria otherwise" not in page
    again = sign_in(cast.leader).get(f"{home}/compare?run=1&run=1&run=2&run=2").text
    assert "Lowest score any 99 of 100" in again


def test_whether_anybody_could_get_two_mentors_is_kept_with_a_run(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    """It is part of the set-up: a change of it is told, and of a run of before it is not known."""
    cast.img("Dee Two", mentors_wanted=2)
    cast.mentor("Pia Late", seats=3)
    first, second = with_rules(cast, session, two_mentors=False)
    of = sa.select(sa.func.count()).where(Pair.place == 2)
    assert [session.scalar(of.where(Pair.run_id == run.id)) for run in (first, second)] == [1, 0]
    round_ = session.get_one(Round, first.round_id)
    assert [has_changed(session, round_, run) for run in (first, second)] == [True, False]
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/compare?run=1&run=2").text
    assert "Two mentors for whoever asks for two nobody gets two" in page

    told = kept(first)
    untold = dataclasses.replace(told.rules, two_mentors=None)
    old = running.keep(
        session,
        running.solved(dataclasses.replace(told, rules=untold)),
        round_id=round_.id,
        by=None,
        now=NOW,
    )
    assert "two_mentors" not in old.rules
    assert made_with(old)["Two mentors"] == "not noted in runs from before"
    assert not has_changed(session, round_, old)
    assert proving.prove_again(session, run_id=old.id).faults == ()
    anew = {"rules": untold, "policy": round_.policy, "now": NOW}
    assert inputs.gathered(session, round_, **anew).rules.two_mentors is False  # type: ignore[arg-type]  # values of one dict, of many types


def test_the_report_names_every_run_that_went_out(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    cast.mentor("Pia Late", topics=("research",), seats=1)
    round_ = cast.published()
    service.decline_offer(
        session,
        person_id=cast.people["Noor Haddad"].id,
        offer_id=cast.offer("Ana Silva", "Noor Haddad").id,
        reason="no_time",
        words="",
        now=NOW,
    )
    later = NOW + dt.timedelta(days=1)
    jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=later)
    work(session)
    rest = run_of_round(session, round_.id, 2)
    planning.plan_publication(
        session, round_id=round_.id, run_id=rest.id, by=cast.leader.id, now=later
    )
    assert planning.send_out(session, round_id=round_.id, now=later)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    page = leader.get(f"{home}/report").text
    assert "Run 1: what it was made with" in page
    assert "Run 2: what it was made with" in page
    assert all(run.inputs_digest in page for run in (run_of_round(session, round_.id, 1), rest))
    book = load_workbook(io.BytesIO(taken(leader, home, "xlsx").data))
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    assert rows[0] == ("run", "what", "value")
    assert ("2", "Made of (keyed SHA-256)", rest.inputs_digest) in rows
    assert {row[0] for row in rows[1:]} == {"1", "2"}


def test_a_record_counts_the_offers_that_went_out_with_its_run(
    cast: Cast, session: Session
) -> None:
    """A pair that agreed by request is in the run, and was asked long before."""
    round_, later = direct(cast), NOW + dt.timedelta(days=10)
    accept(cast, ask(cast, round_, "Ana Silva"), "Noor Haddad")
    run = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=later)
    published_at = later + dt.timedelta(days=1)
    service.publish_round(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=published_at
    )
    (out,) = runs_out(session, round_.id)
    new = session.scalars(sa.select(Offer).where(Offer.answer_by.is_(None))).all()
    assert (out.at, out.offers) == (published_at, len(new))
    assert {offer.img_id for offer in new} == {
        cast.profile(n) for n in ("Ben Okafor", "Chi Tanaka")
    }
