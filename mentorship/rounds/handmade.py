"""Pairing two people by hand: who there is, how they would fit, and what a leader should know."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import FULL
from mentorship.profiles.models import Profile
from mentorship.rounds.in_the_way import in_the_way
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.priority import priority_of
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.run_seats import seats_nobody_has
from mentorship.rounds.suiting import Suits, suits

MOST_PEOPLE = 10_000  # in one list to choose from


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to choose, with where they stand in the run."""

    id: str
    name: str
    stands: str
    suits: Suits | None = None  # a mentor, to the IMG who is chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """The two lists, and once both are chosen what stands in the way, or else the warnings.

    ``priority`` says why the chosen IMG deserves a mentor first; "" if nothing does.
    """

    imgs: Sequence[Choice]
    mentors: Sequence[Choice]
    img: Choice | None
    mentor: Choice | None
    in_the_way: Sequence[str]
    warnings: Sequence[str]
    priority: str


def by_hand(session: Session, run: Run, *, img: str, mentor: str) -> ByHand:
    """Return everybody of a run to choose from, and what to know of the two who are chosen."""
    imgs, mentors = _imgs(session, run), _mentors(session, run)
    one = next((each for each in imgs if each.id == img), None)
    if one is not None:
        mentors = _best_first(mentors, suits(run, one.id))
    other = next((each for each in mentors if each.id == mentor), None)
    stands: Sequence[str] = ()
    if one and other:
        pair, names = (one.id, other.id), (one.name, other.name)
        stands = in_the_way(session, run, pair, names, other.suits)
    return ByHand(
        imgs=imgs,
        mentors=mentors,
        img=one,
        mentor=other,
        in_the_way=stands,
        warnings=_warnings(session, run, one, other) if one and other and not stands else (),
        priority=_priority(session, one) if one else "",
    )


def _priority(session: Session, img: Choice) -> str:
    key = uuid.UUID(img.id)
    return priority_of(session, [key]).get(key, "")


def _best_first(mentors: Sequence[Choice], found: Mapping[str, Suits]) -> Sequence[Choice]:
    """Return the mentors with how they suit; those a rule stands against come last."""
    told = [dataclasses.replace(each, suits=found.get(each.id)) for each in mentors]
    return sorted(
        told,
        key=lambda each: (each.suits.forbidden, -each.suits.score) if each.suits else (True, 0),
    )


def _imgs(session: Session, run: Run) -> Sequence[Choice]:
    mentor = sa.orm.aliased(User)
    mentor_profile = sa.orm.aliased(Profile)
    matched = (
        sa.select(Profile.id, User.name, mentor.name)
        .join(Pair, Pair.img_id == Profile.id)
        .join(User, User.id == Profile.person_id)
        .join(mentor_profile, mentor_profile.id == Pair.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
        .where(Pair.run_id == run.id, Pair.place == 1)
    )
    left = (
        sa.select(Profile.id, User.name, sa.null())
        .join(Unmatched, Unmatched.img_id == Profile.id)
        .join(User, User.id == Profile.person_id)
        .where(Unmatched.run_id == run.id)
    )
    found: Any = session.execute(sa.union_all(left, matched).limit(MOST_PEOPLE))
    rows: list[Any] = sorted(found, key=lambda row: (row[2] is not None, row[1].casefold()))
    return [
        Choice(str(key), name, f"with {who}" if who else "no mentor") for key, name, who in rows
    ]


def _mentors(session: Session, run: Run) -> Sequence[Choice]:
    rows = session.execute(
        sa.select(Profile.id, User.name, seats_nobody_has())
        .join(RunSeat, RunSeat.mentor_id == Profile.id)
        .join(User, User.id == Profile.person_id)
        .where(RunSeat.run_id == run.id, RunSeat.seats > 0)
        .order_by(sa.func.lower(User.name), Profile.id)
        .limit(MOST_PEOPLE)
    )
    return [Choice(str(key), name, _free(free)) for key, name, free in rows]


def _free(seats: int) -> str:
    return f"{seats} free {'seat' if seats == 1 else 'seats'}" if seats else "full"


def _warnings(session: Session, run: Run, img: Choice, mentor: Choice) -> Sequence[str]:
    rules = RunRules.from_json(run.rules)
    told = []
    if (img.id, mentor.id) in rules.banned:
        told.append("A leader has forbidden this pair. Pairing them lifts that.")
    if img.id in rules.left_alone:
        told.append(f"A leader has taken {img.name} apart. Pairing them by hand lifts that.")
    made = sa.exists().where(
        Pair.run_id == run.id,
        Pair.img_id == uuid.UUID(img.id),
        Pair.mentor_id == uuid.UUID(mentor.id),
    )
    already = session.scalar(sa.select(made))
    if img.stands != "no mentor" and not already:
        told.append(f"{img.name} is {img.stands} now and would change mentor.")
    if mentor.stands == "full" and not already:
        told.append(f"{mentor.name} has no free seat: somebody else would lose theirs.")
    if any(pair[0] == img.id for pair in rules.locked):
        told.append(f"{img.name} is locked to another mentor. That lock would be lifted.")
    if already:
        told.append("They are a pair already. Pairing them by hand locks it.")
    if rules.minimum_score and rules.minimum_score < FULL:
        told.append(
            "A pair made by hand may score below the round's lowest score of"
            f" {rules.minimum_score // 100}."
        )
    return told
