"""Runs side by side: what each gives in sum, and whom going from one to another helps or hurts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import POLICIES, Policy
from mentorship.profiles.models import Profile
from mentorship.rounds.made_with import differing, same_scale
from mentorship.rounds.models import Pair, Run, Unmatched
from mentorship.rounds.paging import Listing, Wanted, cut
from mentorship.rounds.rest_runs import rules_by_leaders
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.scope import LARGEST

MOST_RUNS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RunColumn:
    """One run in figures, and against the first of those compared.

    ``gain``, ``lose``, ``other`` are IMGs with a better score there, a worse one, or another mentor
    at the same score; ``apart`` are pairs that the first run has not. Where the two weigh otherwise
    nobody's scores can be compared: then ``other`` counts all who have another mentor. Who is in
    one of the two only, with a mentor or without, is in none of the three.
    """

    id: uuid.UUID
    number: int
    policy: Policy
    same_scale: bool  # its scores mean the same as those of the first run
    matched: int
    unmatched: int
    total: int
    mean: int | None
    lowest: int | None
    blocking: int | None
    locked: int
    banned: int  # by leaders, not because they were offered each other before
    left_alone: int  # IMGs taken apart
    gain: int
    lose: int
    other: int
    apart: int
    gone: int  # IMGs of the first run who are not in this one
    come: int  # and the other way round

    @property
    def by_hand(self) -> str:
        """Return in words what leaders did to the run."""
        done = {
            f"{self.locked} locked": self.locked,
            f"{self.left_alone} taken apart": self.left_alone,
            f"{self.banned} forbidden": self.banned,
        }
        return ", ".join(words for words, count in done.items() if count)

    @property
    def is_same(self) -> bool:
        """Tell whether it has the same people as the first run, and each with the same mentor."""
        return not (self.gain or self.lose or self.other or self.gone or self.come)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An IMG whose mentors differ; a mentor's name and score in each run."""

    name: str
    mentors: Sequence[Sequence[tuple[str, int]]]
    change: int  # of the score against the first run's, in points of 100 as they are shown


@dataclass(frozen=True, slots=True)
class Comparison:
    columns: Sequence[RunColumn]
    listed: RunColumn  # the run whose people the list compares with the first
    differ: Sequence[tuple[str, Sequence[str]]]  # what the runs were not all made with alike
    counts: Mapping[str, int]  # people of that run, by part of the list
    losers: Sequence[str]  # names of those who lose, most first
    listing: Listing[PersonLine]


# IMG -> mentor -> score, of every IMG in a run. Keys are text: of tens of thousands, made into
# objects and hashed, they would be most of the time that the page takes.
Mates = Mapping[str, Mapping[str, int]]


def runs_of(session: Session, round_id: uuid.UUID, numbers: Sequence[int]) -> Sequence[Run]:
    """Return the runs with these numbers, in that order; numbers there are not are passed over."""
    found = session.scalars(
        sa.select(Run).where(
            Run.round_id == round_id, Run.number.in_([n for n in numbers if abs(n) <= LARGEST])
        )
    )
    runs = {run.number: run for run in found}
    return [runs[number] for number in dict.fromkeys(numbers) if number in runs]


def comparison(
    session: Session, runs: Sequence[Run], wanted: Wanted, *, to: int | None = None
) -> Comparison:
    """Compare runs with the first, in at most four queries; the list is of run ``to``."""
    listed = next((run for run in runs[1:] if run.number == to), runs[-1])
    mates = _mates(session, runs)
    first = mates[runs[0].number]
    alike = {run.number: same_scale(runs[0], run) for run in runs}
    changes = {
        run.number: _changes(first, mates[run.number], told=alike[run.number]) for run in runs
    }
    columns = {
        run.number: _column(
            run, rules, mates[run.number], changes[run.number], first, alike=alike[run.number]
        )
        for run, rules in zip(runs, rules_by_leaders(session, runs), strict=True)
    }
    last = changes[listed.number]
    parts = _parts(last)
    shown = parts.get(wanted.show, [*last])
    names = _names(session, [runs[0].id, listed.id])
    words = wanted.words.casefold()
    found = [img for img in shown if words in names[img].casefold()]
    found.sort(key=lambda img: (last[img], names[img].casefold(), img))
    page = cut(found, wanted)
    held = {img: [mates[run.number].get(img, {}) for run in (runs[0], listed)] for img in page.rows}
    lines = [
        PersonLine(
            names[img],
            [[(names[mentor], score) for mentor, score in one.items()] for one in (before, after)],
            _points(after) - _points(before),
        )
        for img, (before, after) in held.items()
    ]
    counts = {part: len(people) for part, people in parts.items()}
    losers = [names[img] for img in sorted(parts["lose"], key=lambda img: (last[img], names[img]))]
    return Comparison(
        [*columns.values()],
        columns[listed.number],
        differing(runs),
        counts,
        losers,
        Listing(lines, page.found, page.page, page.last),
    )


def _points(held: Mapping[str, int]) -> int:
    """Return the scores of somebody's mentors in points of 100, each rounded as it is shown."""
    return sum((score + 50) // 100 for score in held.values())


def _mates(session: Session, runs: Sequence[Run]) -> Mapping[int, Mates]:
    """Return number of a run -> its pairs, and its IMGs without."""
    found: dict[int, dict[str, dict[str, int]]] = {run.number: {} for run in runs}
    ids = [run.id for run in runs]

    def people(of: type[Pair | Unmatched], *more: Any) -> sa.Select[*tuple[Any, ...]]:
        img = sa.cast(of.img_id, sa.String).label("img")
        query = sa.select(Run.number, img, *more).select_from(of)
        return query.join(Run, Run.id == of.run_id).where(of.run_id.in_(ids))

    mentor = sa.cast(Pair.mentor_id, sa.String).label("mentor")
    both = sa.union_all(
        people(Pair, mentor, Pair.open_score, Pair.place),
        people(Unmatched, sa.null(), sa.null(), sa.literal(0)),
    ).subquery()
    for number, img, whom, score, place in session.execute(sa.select(both).order_by(both.c.place)):
        held = found[number].setdefault(img, {})
        if place:
            held[whom] = score
    return found


def _changes(first: Mates, other: Mates, *, told: bool) -> Mapping[str, int]:
    """Return IMG -> what the score changes by, of those in both whose mentors are not the same.

    In points as they are shown: whoever is said to gain or lose reads by how much. The change is 0
    if it cannot be ``told``.
    """
    return {
        img: told * (_points(other[img]) - _points(first[img]))
        for img in first.keys() & other.keys()
        if first[img].keys() != other[img].keys()
    }


def _parts(changes: Mapping[str, int]) -> Mapping[str, Sequence[str]]:
    return {
        "lose": [img for img, change in changes.items() if change < 0],
        "gain": [img for img, change in changes.items() if change > 0],
        "other": [img for img, change in changes.items() if change == 0],
    }


def _column(  # noqa: PLR0913  a run, its pairs, and what it is set against
    run: Run,
    rules: RunRules,
    mates: Mates,
    changes: Mapping[str, int],
    first: Mates,
    *,
    alike: bool,
) -> RunColumn:
    scores = [score for held in mates.values() for score in held.values()]
    parts = _parts(changes)
    apart = sum(len(held.keys() - first.get(img, {}).keys()) for img, held in mates.items())
    return RunColumn(
        id=run.id,
        number=run.number,
        policy=POLICIES[run.policy],
        same_scale=alike,
        matched=run.matched,
        unmatched=run.unmatched,
        total=run.total,
        mean=round(sum(scores) / len(scores)) if scores else None,
        lowest=min(scores, default=None),
        blocking=run.certificate.get("blocking_pairs"),
        locked=len(rules.locked),
        banned=len(rules.banned),
        left_alone=len(rules.left_alone),
        gain=len(parts["gain"]),
        lose=len(parts["lose"]),
        other=len(parts["other"]),
        apart=apart,
        gone=len(first.keys() - mates.keys()),
        come=len(mates.keys() - first.keys()),
    )


def _names(session: Session, run_ids: Sequence[uuid.UUID]) -> Mapping[str, str]:
    """Return the names of everybody who is in a pair of the runs, IMGs and mentors."""
    sides = [
        sa.select(side).where(Pair.run_id.in_(run_ids)) for side in (Pair.img_id, Pair.mentor_id)
    ]
    rows = session.execute(
        sa.select(sa.cast(Profile.id, sa.String), User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_(sa.union(*sides)))
    )
    return dict(rows.all())
