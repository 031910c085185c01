"""Locks and bans hold under every policy, whatever is changed by hand; undo gives the same pairs.

Random edits of a round of a few dozen people, one after another, by service and worker.
"""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mentorship.matching import POLICIES
from mentorship.rounds import editing, jobs, steps
from mentorship.rounds.editing import Edit, EditKind
from mentorship.rounds.models import Run
from mentorship.rounds.scope import run_of_round
from tests.factories import NOW
from tests.rounds.cast import Cast
from tests.rounds.test_editing import Pairs, keep, pairs_of
from tests.rounds.work import work

TOPICS = ("interview_prep", "visa_choice", "research", "usmle_strategy")
SPECIALTIES = ("neurology", "psychiatry", "urology", "pediatrics")
EDITS = 6
MADE = (EditKind.LOCK, EditKind.FORBID, EditKind.UNMATCH, EditKind.PAIR)


def crowd(cast: Cast, dice: random.Random) -> None:
    for number in range(21):
        said: dict[str, Any] = {
            "topics": tuple(dice.sample(TOPICS, 2)),
            "specialties": (dice.choice(SPECIALTIES),),
            "mentors_wanted": dice.choice((1, 1, 2)),
        }
        cast.img(f"Img {number}", **said)
    for number in range(8):
        said = {
            "topics": tuple(dice.sample(TOPICS, 2)),
            "specialties": (dice.choice(SPECIALTIES),),
            "seats": dice.choice((1, 2, 3)),
        }
        cast.mentor(f"Mentor {number}", **said)


class ByHand:
    """What a leader has done, kept apart from the service, so that it can be held against it."""

    def __init__(self) -> None:
        self.locked: Pairs = set()
        self.banned: Pairs = set()
        self.alone: set[uuid.UUID] = set()

    def note(self, edit: Edit) -> None:
        pairs = set(edit.pairs)
        if edit.kind in {EditKind.LOCK, EditKind.PAIR}:
            self.locked |= pairs
        if edit.kind is EditKind.FORBID:
            self.banned |= pairs
            self.locked -= pairs
        if edit.kind is EditKind.UNMATCH:
            self.alone |= {img for img, _ in pairs}
            self.locked -= pairs

    def holds_in(self, found: Pairs) -> bool:
        free_of_ban = not self.banned & found
        alone = all((img, mentor) in self.locked for img, mentor in found if img in self.alone)
        return self.locked <= found and free_of_ban and alone


def drawn(dice: random.Random, made: Pairs, by_hand: ByHand) -> Edit:
    """Return an edit of a pair there is, or of one there is not if it makes one by hand."""
    kind = dice.choice(MADE)
    there = sorted(made - by_hand.locked)
    if kind is not EditKind.PAIR:
        return Edit(kind, (dice.choice(there),))
    imgs = sorted({img for img, _ in made} - by_hand.alone)
    mentors = sorted({mentor for _, mentor in made})
    new = [(i, j) for i in imgs for j in mentors if (i, j) not in made | by_hand.banned]
    return Edit(kind, (dice.choice(new),))


def carried_out(cast: Cast, session: Session, now: Run, edit: Edit) -> Run | None:
    """Have an edit worked out and keep it; None if it cannot be, which changes nothing."""
    who: dict[str, Any] = {"by": cast.leader.id, "now": NOW}
    try:
        job = editing.ask_edit(session, round_id=now.round_id, seen=now.id, edit=edit, **who)
    except editing.BadEdit:
        return None
    work(session)
    session.refresh(job)
    return keep(cast, session, session.get_one(Run, job.run_id)) if job.run_id else None


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("policy", list(POLICIES))
def test_whatever_is_done_by_hand_holds_and_can_be_undone(
    cast: Cast, session: Session, policy: str, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  a choice of cases, no secret
    crowd(cast, dice)
    round_, first = cast.reviewed(policy=policy)
    by_hand, trail = ByHand(), [pairs_of(session, first)]
    kinds = []
    while len(trail) <= EDITS:
        now = run_of_round(session, round_.id)
        edit = drawn(dice, trail[-1], by_hand)
        run = carried_out(cast, session, now, edit)
        if run is None:
            continue
        by_hand.note(edit)
        kinds.append(edit.kind)
        trail.append(pairs_of(session, run))
        assert by_hand.holds_in(trail[-1]), kinds
        assert run.certificate["violations"] == 0
        assert run.policy == policy
    assert EditKind.FORBID in kinds or by_hand.locked
    for pairs in reversed(trail[:-1]):
        seen = run_of_round(session, round_.id).id
        back = steps.undo(session, round_id=round_.id, seen=seen, by=cast.leader.id, now=NOW)
        assert pairs_of(session, back) == pairs
    for pairs in trail[1:]:
        seen = run_of_round(session, round_.id).id
        forth = steps.redo(session, round_id=round_.id, seen=seen, by=cast.leader.id, now=NOW)
        assert pairs_of(session, forth) == pairs


def test_the_locks_and_bans_of_a_run_hold_when_it_is_solved_under_every_other_policy(
    cast: Cast, session: Session
) -> None:
    dice = random.Random(99)  # noqa: S311  a choice of cases, no secret
    crowd(cast, dice)
    round_, first = cast.reviewed()
    by_hand, made = ByHand(), pairs_of(session, first)
    for kind in (EditKind.FORBID, EditKind.LOCK, EditKind.UNMATCH):
        edit = Edit(kind, (dice.choice(sorted(made - by_hand.locked)),))
        run = carried_out(cast, session, run_of_round(session, round_.id), edit)
        assert run
        by_hand.note(edit)
        made = pairs_of(session, run)
    base = run_of_round(session, round_.id)
    asked = jobs.ask_policies(session, round_id=round_.id, run=base, by=cast.leader.id, now=NOW)
    work(session)
    for job in asked:
        session.refresh(job)
    runs = [session.get_one(Run, job.run_id) for job in asked]
    assert {run.policy for run in runs} == set(POLICIES) - {first.policy}
    for run in runs:
        assert by_hand.holds_in(pairs_of(session, run)), run.policy
