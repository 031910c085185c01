"""What a set-up would do, shown before anything is run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import CRITERIA
from mentorship.rounds import effect as effect_module
from mentorship.rounds import service
from mentorship.rounds.effect import Effect, effect
from mentorship.rounds.models import Round, Run, Unmatched
from mentorship.rounds.setup import SetUp
from mentorship.rounds.traits import Traits
from tests.page import PageClient, _values
from tests.rounds.cast import Cast, counted

SignIn = Callable[[User], PageClient]
NOW = dt.datetime.now(dt.UTC)


def seen(cast: Cast, round_: Round, **changes: Any) -> Effect:
    return effect(
        cast.session,
        round_,
        saved=SetUp(),
        changed=replace(SetUp(), **changes),
        now=NOW,
    )


def totals(found: Effect) -> dict[str, tuple[int, int]]:
    return {line.label: (line.now, line.then) for line in (*found.totals, *found.rules)}


def test_a_draft_counts_whoever_would_take_part(cast: Cast) -> None:
    found = seen(cast, cast.draft())
    assert (found.imgs, found.mentors) == (3, 2)
    assert found.unchanged
    assert totals(found)["Pairs that are possible"] == (6, 6)
    assert sum(bar.now for bar in found.bars) == 3


def test_a_rule_leaves_pairs_and_people_out(cast: Cast) -> None:
    cast.img("Dina Farouk", topics=("research",))
    found = seen(cast, cast.open(), must_cover_first_topic=True)
    counted_ = totals(found)
    assert counted_["Pairs that are possible"] == (8, 3)
    assert counted_["IMGs with no possible mentor"] == (0, 1)
    assert counted_["The mentor must offer the topic needed first"] == (0, 5)
    assert sum(bar.then for bar in found.bars) == 3


def test_whom_a_draft_asks_for_is_an_effect_too(sign_in: SignIn, cast: Cast) -> None:
    """Ana alone aims at neurology; the other two come back when nobody is asked for any more."""
    ana = Traits(specialties=("neurology",))
    draft = cast.draft(set_up=SetUp(traits=ana))
    found = effect(
        cast.session, draft, saved=SetUp(traits=ana), changed=SetUp(traits=Traits()), now=NOW
    )
    assert (found.imgs, found.come, found.gone) == (3, 2, 0)
    back = effect(cast.session, draft, saved=SetUp(), changed=SetUp(traits=ana), now=NOW)
    assert (back.imgs, back.come, back.gone) == (1, 0, 2)
    assert not back.unchanged
    page = f"/sections/{cast.section.slug}/rounds/{draft.id}/set-up"
    client = sign_in(cast.leader)
    values = _values(client.get(page).form()) | {"specialties": "psychiatry"}
    shown = client.post(f"{page}/effect", values, status=200).text
    assert "changes nothing" not in shown
    assert "1 IMG takes part who would not as it is saved, and 1 takes part no more" in shown


def test_whom_an_open_round_asks_for_changes_nobody_who_takes_part(cast: Cast) -> None:
    found = seen(cast, cast.open(), traits=Traits(specialties=("neurology",)))
    assert (found.imgs, found.come, found.gone) == (3, 0, 0)
    assert found.asks_others
    assert not found.unchanged


def test_a_minimum_nobody_reaches_leaves_nobody_a_pair(cast: Cast) -> None:
    found = seen(cast, cast.open(), minimum_score=10_000)
    assert totals(found)["Mentors with no possible IMG"] == (0, 2)
    assert totals(found)["IMGs with no possible mentor"] == (0, 3)


def test_the_share_of_each_weight_is_told(cast: Cast) -> None:
    only = dict.fromkeys(CRITERIA, 0) | {"topics": 10}
    found = seen(cast, cast.open(), weights=only)
    shares = {weight.criterion.key: weight.then for weight in found.weights}
    assert shares == dict.fromkeys(CRITERIA, 0) | {"topics": 100}


def test_the_effect_agrees_with_the_run(cast: Cast) -> None:
    cast.img("Dina Farouk", topics=("research",))
    set_up = SetUp(must_cover_first_topic=True)
    round_, run = cast.reviewed(set_up=set_up)
    found = effect(cast.session, round_, saved=set_up, changed=set_up, now=NOW)
    impossible = sa.select(sa.func.count()).where(
        Unmatched.run_id == run.id, Unmatched.reason == "no_possible_mentor"
    )
    assert totals(found)["IMGs with no possible mentor"][0] == cast.session.scalar(impossible) == 1


def test_of_a_large_round_some_of_the_imgs_are_looked_at(cast: Cast) -> None:
    for name in ("Dina Farouk", "Eze Nwosu", "Femi Ade", "Gul Khan"):
        cast.img(name)
    round_ = cast.open()
    with patch.object(effect_module, "LOOKED_AT", 7):
        found = seen(cast, round_, minimum_score=10_000)
    assert (found.imgs, found.all_imgs, found.mentors) == (3, 7, 2)
    assert totals(found)["IMGs with no possible mentor"] == (0, 3)
    assert "Mentors with no possible IMG" not in totals(found)
    assert sum(bar.now for bar in found.bars) == 3


def test_nobody_yet(cast: Cast) -> None:
    round_ = cast.open()
    ids = [cast.profile(name) for name in ("Ana Silva", "Ben Okafor", "Chi Tanaka")]
    service.leave_out(cast.session, round_id=round_.id, profile_ids=ids, now=NOW)
    assert "nothing to compare" in seen(cast, round_).problem


@pytest.mark.parametrize("made", [True, False])
def test_a_leader_sees_it_and_nothing_is_saved(
    sign_in: SignIn, cast: Cast, session: Session, *, made: bool
) -> None:
    home = f"/sections/{cast.section.slug}/rounds"
    page = f"{home}/{cast.open().id}/set-up" if made else f"{home}/new"
    before = session.scalars(sa.select(Round.rules)).all()
    client = sign_in(cast.leader)
    filled = {"name": "", "minimum": "100", "must_share_language": "y"}
    form = client.get(page).form()
    with counted(session) as statements:
        shown = client.post(f"{page}/effect", _values(form) | filled, status=200)
    assert len(statements) <= 12 + 5
    assert "IMGs with no possible mentor" in shown.text
    assert "Over 3 IMGs and 2 mentors" in shown.text
    assert session.scalars(sa.select(Round.rules)).all() == before
    assert not session.scalar(sa.select(sa.func.count()).select_from(Run))
    bad = client.post(f"{page}/effect", _values(form) | {"minimum": "1000"}, status=422)
    assert "Enter 0 to 100" in bad.text


def test_a_new_round_may_be_of_those_who_waited(sign_in: SignIn, cast: Cast) -> None:
    cast.published()
    page = f"/sections/{cast.section.slug}/rounds/new"
    client = sign_in(cast.leader)
    values = _values(client.get(page).form()) | {"name": "", "waited": "y"}
    assert "What it would do" in client.post(f"{page}/effect", values, status=200).text


def test_it_is_for_leaders_of_the_section(sign_in: SignIn, cast: Cast) -> None:
    other = sign_in(cast.people["Noor Haddad"])
    home = f"/sections/{cast.section.slug}/rounds"
    other.post(f"{home}/new/effect", status=404)
    other.post(f"{home}/{cast.draft().id}/set-up/effect", status=404)
