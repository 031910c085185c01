"""Runs side by side: what each gives in sum, and whom going from one to another helps or hurts."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import POLICIES, Policy
from mentorship.profiles.models import Profile
from mentorship.rounds.made_with import differing, same_scale
from mentorship.rounds.models import Pair, Run, Unmatched
from mentorship.rounds.paging import Listing, Wanted, cut
from mentorship.rounds.rest_runs import is_of_rest, offered_before
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


Mates = Mapping[uuid.UUID, Mapping[uuid.UUID, int]]  # IMG -> mentor -> score; none if without


def runs_of(session: Session, round_id: uuid.UUID, numbers: Sequence[int]) -> Sequence[Run]:
    """Return the runs with these numbers, in that order; numbers there are not are passed over."""
    found = session.scalars(
        sa.select(Run)
        .where(Run.round_id == round_id, Run.number.in_([n for n in numbers if abs(n) <= LARGEST]))
        .options(sa.orm.defer(Run.inputs_sealed))
    )
    runs = {run.number: run for run in found}
    return [runs[number] for number in dict.fromkeys(numbers) if number in runs]


def comparison(
    session: Session, runs: Sequence[Run], wanted: Wanted, *, to: int | None = None
) -> Comparison:
    """Compare runs with the first of them in five queries, and one for each run of a rest.

    The list is of run ``to``.
    """
    listed = next((run for run in runs[1:] if run.number == to), runs[-1])
    mates = _mates(session, runs)
    first = mates[runs[0].id]
    alike = {run.id: same_scale(runs[0], run) for run in runs}
    changes = {run.id: _changes(first, mates[run.id], told=alike[run.id]) for run in runs}
    columns = {
        run.id: _column(run, rules, mates[run.id], changes[run.id], first, alike=alike[run.id])
        for run, rules in zip(runs, _rules(session, runs), strict=True)
    }
    last = changes[listed.id]
    parts = _parts(last)
    shown = parts.get(wanted.show, [*last])
    names = _names(session, runs)
    words = wanted.words.casefold()
    found = [img for img in shown if words in names[img].casefold()]
    found.sort(key=lambda img: (last[img], names[img].casefold(), img))
    page = cut(found, wanted)
    lines = [
        PersonLine(
            names[img],
            [
                [(names[mentor], score) for mentor, score in mates[run.id].get(img, {}).items()]
                for run in (runs[0], listed)
            ],
            _points(mates[listed.id].get(img, {})) - _points(first.get(img, {})),
        )
        for img in page.rows
    ]
    counts = {part: len(people) for part, people in parts.items()}
    losers = [names[img] for img in sorted(parts["lose"], key=lambda img: (last[img], names[img]))]
    return Comparison(
        [*columns.values()],
        columns[listed.id],
        differing(runs),
        counts,
        losers,
        Listing(lines, page.found, page.page, page.last),
    )


def _points(held: Mapping[uuid.UUID, int]) -> int:
    """Return the scores of somebody's mentors in points of 100, each rounded as it is shown."""
    return sum((score + 50) // 100 for score in held.values())


def _mates(session: Session, runs: Sequence[Run]) -> Mapping[uuid.UUID, Mates]:
    found: dict[uuid.UUID, dict[uuid.UUID, dict[uuid.UUID, int]]] = {run.id: {} for run in runs}
    rows = session.execute(
        sa.select(Pair.run_id, Pair.img_id, Pair.mentor_id, Pair.open_score)
        .where(Pair.run_id.in_(list(found)))
        .order_by(Pair.place)
    )
    for run_id, img_id, mentor_id, score in rows:
        found[run_id].setdefault(img_id, {})[mentor_id] = score
    without = sa.select(Unmatched.run_id, Unmatched.img_id).where(Unmatched.run_id.in_(list(found)))
    for run_id, img_id in session.execute(without):
        found[run_id].setdefault(img_id, {})
    return found


def _rules(session: Session, runs: Sequence[Run]) -> Sequence[RunRules]:
    """Return the rules of runs with the bans of leaders: a rest bans what was offered before."""
    offered, found = offered_before(session, runs[0].round_id), []
    for run in runs:
        rules = RunRules.from_json(run.rules)
        if rules.banned & offered and is_of_rest(session, run.id):
            rules = dataclasses.replace(rules, banned=rules.banned - offered)
        found.append(rules)
    return found


def _changes(first: Mates, other: Mates, *, told: bool) -> Mapping[uuid.UUID, int]:
    """Return IMG -> what the score changes by, of those in both whose mentors are not the same.

    The change is 0 if it cannot be ``told``.
    """
    return {
        img: told * (sum(other[img].values()) - sum(first[img].values()))
        for img in first.keys() & other.keys()
        if first[img].keys() != other[img].keys()
    }


def _parts(changes: Mapping[uuid.UUID, int]) -> Mapping[str, Sequence[uuid.UUID]]:
    return {
        "lose": [img for img, change in changes.items() if change < 0],
        "gain": [img for img, change in changes.items() if change > 0],
        "other": [img for img, change in changes.items() if change == 0],
    }


def _column(  # noqa: PLR0913  a run, its pairs, and what it is set against
    run: Run,
    rules: RunRules,
    mates: Mates,
    changes: Mapping[uuid.UUID, int],
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


def _names(session: Session, runs: Sequence[Run]) -> Mapping[uuid.UUID, str]:
    ids = [run.id for run in runs]
    paired = sa.union(
        sa.select(Pair.img_id).where(Pair.run_id.in_(ids)),
        sa.select(Pair.mentor_id).where(Pair.run_id.in_(ids)),
    )
    rows = session.execute(
        sa.select(Profile.id, User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_(paired))
    )
    return dict(rows.all())
