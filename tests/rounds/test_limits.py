"""Mentors' own limits are a switch: on they always hold, off they are as if nobody had set any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from mentorship.accounts.models import User
from mentorship.rounds.effect import effect
from mentorship.rounds.made_with import made_with
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.proving import prove_again
from mentorship.rounds.request_pages import request_page
from mentorship.rounds.request_rules import NOT_POSSIBLE
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.setup import SWITCHES, SetUp
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import alter, direct, rank
from tests.rounds.cast import Cast

LABEL = SWITCHES["respect_limits"][0]
OUTSIDE = (
    {"accepts_specialties": ("urology",)},
    {"accepts_stages": ("residency",)},
    {"accepts_languages": ("es",)},
)


def pairs_with(cast: Cast, run: Run, mentor: str) -> int:
    mine = (Pair.run_id == run.id, Pair.mentor_id == cast.profile(mentor))
    return cast.session.scalar(sa.select(sa.func.count()).where(*mine)) or 0


@pytest.mark.parametrize("limit", OUTSIDE)
@pytest.mark.parametrize("kept", [True, False])
def test_a_run_keeps_to_limits_where_the_switch_is_on(
    cast: Cast, limit: dict[str, tuple[str, ...]], *, kept: bool
) -> None:
    alter(cast, "Omar Aziz", **limit)
    _, run = cast.reviewed(set_up=SetUp(respect_limits=kept))
    assert pairs_with(cast, run, "Omar Aziz") == (0 if kept else 2)
    assert (LABEL in made_with(run)["Rules that always hold"]) is kept
    assert RunRules.from_json(run.rules).respect_limits is kept
    assert prove_again(cast.session, run_id=run.id).faults == ()


def test_the_effect_counts_the_pairs_that_limits_forbid(cast: Cast) -> None:
    alter(cast, "Omar Aziz", **OUTSIDE[0], **OUTSIDE[1])
    round_ = cast.open()
    saved = SetUp()
    changed = replace(saved, respect_limits=False)
    found = effect(cast.session, round_, saved=saved, changed=changed, now=dt.datetime.now(dt.UTC))
    counted = {line.label: (line.now, line.then) for line in (*found.totals, *found.rules)}
    assert counted[LABEL] == (3, 0), "a pair outside two limits is one pair"
    assert counted["Pairs that are possible"] == (3, 6)


@pytest.mark.parametrize("kept", [True, False])
def test_a_request_keeps_to_limits_as_the_match_does(cast: Cast, *, kept: bool) -> None:
    alter(cast, "Noor Haddad", accepts_stages=("residency",))
    round_ = direct(cast, respect_limits=kept)
    rank(cast, "Ana Silva", "Noor Haddad")
    page = request_page(cast.session, cast.people["Ana Silva"].id, round_.id, now=NOW)
    assert page is not None
    (choice,) = page.choices
    assert choice.hinders == (NOT_POSSIBLE if kept else "")


def test_people_not_wanted_stay_apart_when_limits_are_off(cast: Cast) -> None:
    alter(cast, "Omar Aziz", exclude=(str(cast.people["Chi Tanaka"].id),))
    _, run = cast.reviewed(set_up=SetUp(respect_limits=False))
    omar, chi = cast.profile("Omar Aziz"), cast.profile("Chi Tanaka")
    made = sa.select(Pair.id).where(Pair.run_id == run.id, Pair.mentor_id == omar)
    assert cast.session.scalar(made.where(Pair.img_id == chi)) is None


def test_the_same_institution_is_one_that_both_wrote(cast: Cast) -> None:
    alter(cast, "Omar Aziz", institution="Lake Side")
    alter(cast, "Chi Tanaka", conflicts=("lake  side",))
    omar, chi = cast.profile("Omar Aziz"), cast.profile("Chi Tanaka")
    for kept in (True, False):
        _, run = cast.reviewed(f"Round {kept}", set_up=SetUp(respect_institutions=kept))
        made = sa.select(Pair.id).where(
            Pair.run_id == run.id, Pair.mentor_id == omar, Pair.img_id == chi
        )
        assert (cast.session.scalar(made) is None) is kept


def test_every_hard_rule_of_the_set_up_is_a_switch_that_is_kept(
    sign_in: Callable[[User], PageClient], cast: Cast
) -> None:
    leader, round_ = sign_in(cast.leader), cast.draft()
    address = f"/sections/{cast.section.slug}/rounds/{round_.id}/set-up"
    for on in (True, False):
        leader.submit(address, dict.fromkeys(SWITCHES, "y" if on else []))
        kept = SetUp.from_json(cast.again(round_).rules)
        assert [getattr(kept, key) for key in SWITCHES] == [on] * len(SWITCHES)
