"""Changes that a leader makes by hand to a run: lock, forbid, take apart, swap, pair.

An edit changes whom the rules of the run that counts lock, forbid or leave alone. The rest is
solved again from the same people, so what it does can be looked at before anybody keeps it, and
going back to the run before gives back the same pairs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.rounds.agreed import agreed_of
from mentorship.rounds.jobs import ask
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.rest_runs import never_again
from mentorship.rounds.run_models import JobKind, RunJob
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.steps import hold_review, run_changed, ways

MOST_PAIRS = 500  # of one edit
MOST_NAMED = 3  # pairs of an edit that are told by name
KeyPair = tuple[str, str]


class EditKind(enum.StrEnum):
    LOCK = "lock"  # these pairs stay, whatever else changes
    UNLOCK = "unlock"
    FORBID = "forbid"  # these pairs are never made
    ALLOW = "allow"  # lift the ban
    UNMATCH = "unmatch"  # these IMGs lose this mentor and get nobody instead
    REMATCH = "rematch"  # these IMGs may have anybody again
    SWAP = "swap"  # two IMGs take each other's mentor
    PAIR = "pair"  # this IMG and this mentor, by hand


NEEDS_PAIRS = frozenset(EditKind) - {EditKind.PAIR, EditKind.REMATCH, EditKind.ALLOW}
IN_WORDS: Mapping[EditKind, str] = MappingProxyType(
    {
        EditKind.LOCK: "Lock",
        EditKind.UNLOCK: "Unlock",
        EditKind.FORBID: "Forbid",
        EditKind.ALLOW: "Allow again",
        EditKind.UNMATCH: "Take apart",
        EditKind.REMATCH: "Match again",
        EditKind.SWAP: "Swap",
        EditKind.PAIR: "Pair by hand",
    }
)


class BadEdit(ValueError):
    """The edit makes no sense for this run; the message says why, for the leader."""


@dataclass(frozen=True, slots=True)
class Edit:
    """``pairs`` are (IMG, mentor), profile ids; of a swap the two pairs whose mentors change.

    To match again is about IMGs alone: each stands in its pair twice.
    """

    kind: EditKind
    pairs: tuple[tuple[uuid.UUID, uuid.UUID], ...]

    def keys(self) -> list[KeyPair]:
        return [(str(img), str(mentor)) for img, mentor in self.pairs]

    def noted(self) -> dict[str, Any]:
        """Return what the log keeps: the kind, and the people unless they are too many to name."""
        few = (
            {"pairs": [list(pair) for pair in self.keys()]} if len(self.pairs) <= MOST_NAMED else {}
        )
        return {"kind": str(self.kind), "count": len(self.pairs), **few}

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "pairs": [list(pair) for pair in self.keys()]}


def ask_edit(  # noqa: PLR0913  which run, what, who and when
    session: Session,
    *,
    round_id: uuid.UUID,
    seen: uuid.UUID,
    edit: Edit,
    by: uuid.UUID,
    now: dt.datetime,
) -> RunJob:
    """Have the run that counts solved again with one change; it counts only once it is kept.

    Raises
    ------
    RunChanged, RoundChanged
        Another run counts than the one the leader has ``seen``, or the round is published.
    BadEdit, NoResultFound
        The edit makes no sense, or is about people who are not in the run.

    """
    hold_review(session, round_id)
    if ways(session, round_id).current != seen:
        raise run_changed(session, round_id)
    run = session.get_one(Run, seen)
    _check(session, run, edit)
    before = RunRules.from_json(run.rules)
    made = _made(session, run, edit)
    if edit.kind is EditKind.UNLOCK:
        standing = agreed_of(session, round_id).standing
        made = [pair for pair in made if (uuid.UUID(pair[0]), uuid.UUID(pair[1])) not in standing]
    rules = edited(before, edit, made=made)
    if rules == before:
        raise BadEdit("This changes nothing: it is so already.")
    _check_offered(session, run, before.banned - rules.banned)
    job = RunJob(
        round_id=round_id,
        kind=JobKind.EDIT,
        policy=run.policy,
        rules=rules.to_json(),
        base_run_id=run.id,
        edit=edit.to_json(),
        asked_by_id=by,
        asked_at=now,
    )
    if ask(session, job) is not job:
        raise BadEdit("Another change to this round is being worked out. Wait for it to finish.")
    return job


def edited(rules: RunRules, edit: Edit, *, made: Sequence[KeyPair]) -> RunRules:
    """Return the rules with an edit.

    ``made`` are all pairs that the IMGs in it have in the run, first mentors first. A second mentor
    is locked together with the first, and unlocked with them: alone it would be the first one, and
    theirs be lost. One who agreed by request, and cannot be unlocked, is not in ``made`` then.
    """
    pairs = edit.keys()
    imgs = {img for img, _ in pairs}
    locked, waiting = set(rules.locked), set(rules.waiting)
    banned, alone = set(rules.banned), set(rules.left_alone)
    if edit.kind in {EditKind.LOCK, EditKind.SWAP}:
        firsts = {img: (img, mentor) for img, mentor in reversed(made)}
        locked |= {firsts[img] for img in imgs & firsts.keys()}
    if edit.kind is EditKind.SWAP:
        (one, his), (other, hers) = pairs
        locked -= set(pairs)
        pairs = [(one, hers), (other, his)]
    if edit.kind in {EditKind.PAIR, EditKind.UNMATCH}:
        locked, waiting = (
            {pair for pair in kept if pair[0] not in imgs} for kept in (locked, waiting)
        )
    if edit.kind in {EditKind.PAIR, EditKind.REMATCH}:
        alone -= imgs
    if edit.kind in {EditKind.LOCK, EditKind.SWAP, EditKind.PAIR}:
        locked |= set(pairs)
        banned -= set(pairs)
    elif edit.kind is EditKind.UNLOCK:
        firsts = {img: (img, mentor) for img, mentor in reversed(made)}
        seconds = {pair for pair in made if firsts[pair[0]] in set(pairs)}
        gone = locked & ({*pairs} | seconds)
        alone -= {img for img, _ in gone}  # it was all that kept their other mentor
        locked -= gone
    elif edit.kind is EditKind.FORBID:
        locked -= set(pairs)
        banned |= set(pairs)
    elif edit.kind is EditKind.ALLOW:
        banned -= set(pairs)
    elif edit.kind is EditKind.UNMATCH:
        locked |= set(made) - set(pairs)
        alone |= imgs
    return dataclasses.replace(
        rules,
        locked=frozenset(locked),
        banned=frozenset(banned),
        left_alone=frozenset(alone),
        waiting=frozenset(waiting - set(pairs)),
    )


def _check(session: Session, run: Run, edit: Edit) -> None:
    if not edit.pairs:
        raise BadEdit("Tick at least one pair in the list below.")
    if len(edit.pairs) > MOST_PAIRS:
        raise BadEdit(f"Tick at most {MOST_PAIRS} pairs at once.")
    _check_agreed(session, run, edit)
    if edit.kind is EditKind.SWAP:
        _check_swap(edit.pairs)
    if edit.kind in NEEDS_PAIRS:
        lifted = RunRules.from_json(run.rules).waiting if edit.kind is EditKind.UNLOCK else ()
        of_run = sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id)
        _all_in(session, of_run, edit, besides=lifted)
        return
    imgs = {img for img, _ in edit.pairs} - _ruled_out(run, edit)
    matched = sa.select(Pair.img_id).where(Pair.run_id == run.id, Pair.img_id.in_(imgs))
    left = sa.select(Unmatched.img_id).where(Unmatched.run_id == run.id, Unmatched.img_id.in_(imgs))
    if imgs - set(session.scalars(sa.union(matched, left))):
        raise NoResultFound
    if edit.kind is EditKind.PAIR:
        mentors = {mentor for _, mentor in edit.pairs}
        seats = sa.select(RunSeat.mentor_id).where(RunSeat.run_id == run.id, RunSeat.seats > 0)
        if mentors - set(session.scalars(seats)):
            raise NoResultFound


def _ruled_out(run: Run, edit: Edit) -> set[uuid.UUID]:
    """Return whom an edit that lifts something may be about, whether they are in the run or not."""
    rules = RunRules.from_json(run.rules)
    if edit.kind is EditKind.ALLOW:
        return {uuid.UUID(img) for img, _ in rules.banned}
    return {uuid.UUID(img) for img in rules.left_alone if edit.kind is EditKind.REMATCH}


def _check_agreed(session: Session, run: Run, edit: Edit) -> None:
    """Refuse to part two people who have both said yes, whatever the edit."""
    standing = agreed_of(session, run.round_id).standing
    held = {img for img, _ in standing}
    if edit.kind in {EditKind.LOCK, EditKind.ALLOW, EditKind.REMATCH}:
        parted = False
    elif edit.kind is EditKind.PAIR:
        parted = any(img in held for img, _ in edit.pairs)
    else:
        parted = any(pair in standing for pair in edit.pairs)
    if parted:
        raise BadEdit(
            "A pair of these was agreed by request: both have said yes. Only they, or their"
            " mentorship ending, can undo it. Leave it out of this change."
        )


def _check_offered(session: Session, run: Run, lifted: Collection[KeyPair]) -> None:
    """Refuse to lift, in a run of the rest, what keeps two people from being offered again."""
    if lifted and never_again(session, run) & {*lifted}:
        raise BadEdit(
            "Two of these were offered each other before in this round, and it came to nothing."
            " They are not offered each other again."
        )


def _check_swap(pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> None:
    if len(pairs) != 2:
        raise BadEdit("Choose exactly two pairs to swap.")
    (one, his), (other, hers) = pairs
    if one == other or his == hers:
        raise BadEdit("Choose two different IMGs with two different mentors to swap.")


def _all_in(
    session: Session,
    query: sa.Select[uuid.UUID, uuid.UUID],
    edit: Edit,
    *,
    besides: Collection[KeyPair],
) -> None:
    found = {(str(img), str(mentor)) for img, mentor in session.execute(query)}
    if set(edit.keys()) - found - set(besides):
        raise NoResultFound


def _made(session: Session, run: Run, edit: Edit) -> Sequence[KeyPair]:
    imgs = {img for img, _ in edit.pairs}
    pairs = sa.select(Pair.img_id, Pair.mentor_id)
    of_imgs = pairs.where(Pair.run_id == run.id, Pair.img_id.in_(imgs))
    found = session.execute(of_imgs.order_by(Pair.place))
    return [(str(img), str(mentor)) for img, mentor in found]
