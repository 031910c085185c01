"""How a run spread its IMGs over groups of mentors; small groups are hidden as those of IMGs are.

Kept with the run beside the groups of IMGs, as rows of (group, mentors, mentors with an IMG, tenths
of an IMG that each of these has). Finer figures would tell, beside everybody's pairs, who is in a
group: leaders know how many IMGs each mentor has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np

from mentorship.extensions import Model
from mentorship.matching import Mentor, Problem, Result
from mentorship.matching.fairness import NO_ANSWER, OTHERS, Group, to_show
from mentorship.rounds.models import Pair, RunSeat
from mentorship.rounds.small_cells import UNTOLD, Split, having_words, splits
from mentorship.vocabulary import LISTS, REGION_OF, REGIONS, Term

LIVED, RETURNING = (
    Term("lived", "Name a visa path of their own"),
    Term("returning", "Mentored before"),
)
NEWCOMER = Term("newcomer", "First round")
# kind of group -> its heading, its words, and what a mentor says of it
GROUPS: Mapping[str, tuple[str, Mapping[str, Term], Callable[[Mentor], str | None]]] = (
    MappingProxyType(
        {
            "stage": ("Career level", LISTS["career_level"], lambda mentor: mentor.career_level),
            "region": (
                "Region of medical school",
                REGIONS,
                lambda mentor: REGION_OF.get(mentor.school_country or ""),
            ),
        }
    )
)
HISTORY = MappingProxyType({term.id: term for term in (RETURNING, NEWCOMER)})
TOLD: Mapping[str, tuple[str, Mapping[str, Term]]] = MappingProxyType(
    {key: (title, words) for key, (title, words, _) in GROUPS.items()}
    | {
        "history": ("Newcomers and who mentored before", HISTORY),
        "visa": ("Visa path lived through", MappingProxyType({LIVED.id: LIVED})),
        "gender": ("Gender, where given", LISTS["gender"]),
    }
)
ALIKE = 5  # points between shares that are nothing to speak of


@dataclass(frozen=True, slots=True)
class LoadLine:
    label: str
    mentors: int
    busy: int  # of them, with an IMG
    each: float | None  # IMGs that each of the busy ones has
    mixed: bool = False
    split: Split = Split.EXACT  # how far it is told who of them has an IMG

    @property
    def share(self) -> int:
        return round(100 * self.busy / self.mentors)

    @property
    def told(self) -> bool:
        return self.split is Split.EXACT

    @property
    def with_img(self) -> str:
        return having_words(self.mentors, self.busy, self.split)

    @property
    def average(self) -> float | None:
        """The mean of five mentors or more."""
        return self.each if self.split in {Split.EXACT, Split.FEW_WITHOUT} else None


@dataclass(frozen=True, slots=True)
class LoadTable:
    """Groups of mentors of one kind, with what they tell in a sentence."""

    title: str
    lines: Sequence[LoadLine]
    reading: str


def load_tables(problem: Problem, result: Result, counted: Collection[str]) -> dict[str, Any]:
    """Return what may be told of each kind of group of mentors with a seat who are ``counted``."""
    if problem.market is None:
        raise ValueError("problem: a matrix says nothing of people")
    taken = np.bincount(result.pairs[:, 1], minlength=len(problem.seats)).tolist()
    there = [
        (mentor, imgs)
        for mentor, imgs, seats in zip(
            problem.market.mentors, taken, problem.seats.tolist(), strict=True
        )
        if seats > 0 and mentor.key in counted
    ]
    return {
        key: _rows((of(mentor), imgs) for mentor, imgs in there)
        for key, (_, _, of) in GROUPS.items()
    }


def add_load_history(
    tables: dict[str, Any],
    rows: Iterable[Model],
    returning: Collection[UUID],
    counted: Collection[str],
) -> None:
    """Add how many IMGs new mentors have against those who took part before."""
    taken: dict[UUID, int] = {}
    for row in rows:
        if isinstance(row, Pair):
            taken[row.mentor_id] = taken.get(row.mentor_id, 0) + 1
        elif isinstance(row, RunSeat) and row.seats > 0:
            taken.setdefault(row.mentor_id, 0)
    tables["mentors"]["history"] = _rows(
        ((RETURNING if mentor in returning else NEWCOMER).id, imgs)
        for mentor, imgs in taken.items()
        if str(mentor) in counted
    )


def _rows(answers: Iterable[tuple[str | None, int]]) -> list[list[Any]]:
    groups: dict[str | None, list[int]] = {}
    for answer, imgs in answers:
        groups.setdefault(answer, []).append(imgs)
    told = to_show({answer: _group(loads) for answer, loads in groups.items()})
    return [[key, each.imgs, each.matched, each.mean] for key, each in told.items()]


def _group(loads: Sequence[int]) -> Group:
    """Return mentors, each given by the number of their IMGs, as a group; its mean is in tenths."""
    busy = sum(1 for imgs in loads if imgs)
    mean = round(10 * sum(loads) / busy) if busy else None
    return Group(imgs=len(loads), matched=busy, mean=mean, lowest=None)


def mentor_tables(kept: Mapping[str, Any]) -> Sequence[LoadTable]:
    """Return what was kept of a run as tables a leader reads; none of a run made earlier."""
    return [_table(key, rows) for key, rows in kept.get("mentors", {}).items() if rows]


def _table(key: str, rows: Sequence[Sequence[Any]]) -> LoadTable:
    title, words = TOLD[key]
    told = splits(key, [(mentors, busy) for _, mentors, busy, _ in rows])
    lines = [
        LoadLine(
            _label(words, group),
            mentors,
            busy,
            None if tenths is None else tenths / 10,
            mixed=group in {NO_ANSWER, OTHERS},
            split=split,
        )
        for (group, mentors, busy, tenths), split in zip(rows, told, strict=True)
    ]
    return LoadTable(title, lines, reading_of(lines))


def _label(words: Mapping[str, Term], group: str) -> str:
    if group == NO_ANSWER:
        return "Not answered"
    return "All smaller groups together" if group == OTHERS else words[group].name


def reading_of(lines: Sequence[LoadLine]) -> str:
    """Say which group has more work than another, or that there is nothing to speak of."""
    lines = [line for line in lines if not line.mixed]
    if len(lines) < 2:
        return "There is no second group of five mentors or more to compare with."
    lines = [line for line in lines if line.told]
    if len(lines) < 2:
        return UNTOLD
    most, least = max(lines, key=lambda x: x.share), min(lines, key=lambda x: x.share)
    if most.share - least.share > ALIKE:
        return (
            f"The widest gap: of “{most.label}”, {most.share}% have an IMG; of “{least.label}”,"
            f" {least.share}%."
        )
    busy = [(line.each, line.label) for line in lines if line.each is not None]
    if busy and (high := max(busy))[0] - (low := min(busy))[0] >= 0.5:
        return (
            f"All groups are asked alike, but “{high[1]}” have more IMGs each: {high[0]:.1f}"
            f" against {low[0]:.1f} of “{low[1]}”."
        )
    return "The work is spread alike: no group of mentors has clearly more IMGs than another."
