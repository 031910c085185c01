"""How a run served groups of IMGs, and how it spread the load over mentors.

Groups of fewer than five people are never told by themselves: they are put together, and if even
that leaves a group one could work out from the sums, the next smallest group joins it. What is
kept with the run and shown later holds nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.extensions import Model
from mentorship.matching import Img, Problem, Result
from mentorship.matching.fairness import (
    NO_ANSWER,
    OTHERS,
    Group,
    by_group,
    load,
    to_show,
)
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.models import Pair, Participant, Round, Unmatched
from mentorship.vocabulary import LISTS, REGION_OF, REGIONS, Term

# kind of group -> its heading, its words, and what an IMG says of it
GROUPS: Mapping[str, tuple[str, Mapping[str, Term], Callable[[Img], str | None]]] = (
    MappingProxyType(
        {
            "stage": ("Stage of the journey", LISTS["stage"], lambda img: img.stage),
            "region": (
                "Region of medical school",
                REGIONS,
                lambda img: REGION_OF.get(img.school_country or ""),
            ),
            "visa": ("Visa situation", LISTS["visa"], lambda img: img.visa),
            "gender": ("Gender, where given", LISTS["gender"], lambda img: img.gender),
            "wanted": ("Mentors wanted", MappingProxyType({}), lambda img: str(img.mentors_wanted)),
        }
    )
)
RETURNING, NEWCOMER = Term("returning", "Took part before"), Term("newcomer", "First round")
HISTORY = MappingProxyType({term.id: term for term in (RETURNING, NEWCOMER)})
# what is told of a run: country is of runs that were made before regions were told
TOLD: Mapping[str, tuple[str, Mapping[str, Term]]] = MappingProxyType(
    {
        **{key: (title, words) for key, (title, words, _) in GROUPS.items()},
        "history": ("Newcomers and who took part before", HISTORY),
        "country": ("Country of medical school", LISTS["country"]),
    }
)


@dataclass(frozen=True, slots=True)
class FairLine:
    label: str
    imgs: int
    matched: int
    mean: int | None
    mixed: bool = False  # people who have nothing in common but that they are few or said nothing

    @property
    def share(self) -> int:
        return round(100 * self.matched / self.imgs)


@dataclass(frozen=True, slots=True)
class FairTable:
    """Groups of one kind, the largest first, with what they tell in a sentence."""

    title: str
    lines: Sequence[FairLine]
    reading: str


def fairness_tables(problem: Problem, result: Result) -> dict[str, Any]:
    """Return what may be told of every kind of group, and how many mentors have how many IMGs."""
    groups = {
        key: [list(row) for row in _told(by_group(problem, result, of))]
        for key, (_, _, of) in GROUPS.items()
    }
    return {"groups": groups, "load": [list(each) for each in load(problem, result).items()]}


def add_history(tables: dict[str, Any], rows: Iterable[Model], returning: Collection[UUID]) -> None:
    """Add to the tables of a run how newcomers fared against IMGs who took part before."""
    scores: dict[UUID, list[int]] = {}
    for row in rows:
        if isinstance(row, Pair):
            scores.setdefault(row.img_id, []).append(row.score)
        elif isinstance(row, Unmatched):
            scores.setdefault(row.img_id, [])
    of_kind: dict[str | None, list[list[int]]] = {}
    for img_id, own in scores.items():
        kind = RETURNING if img_id in returning else NEWCOMER
        of_kind.setdefault(kind.id, []).append(own)
    groups = {kind: _group(people) for kind, people in of_kind.items()}
    tables["groups"]["history"] = [list(row) for row in _told(groups)]


def _group(people: Sequence[Sequence[int]]) -> Group:
    """Return IMGs, each given by the scores of their pairs, as one group."""
    scores = [score for own in people for score in own]
    return Group(
        imgs=len(people),
        matched=sum(1 for own in people if own),
        mean=round(sum(scores) / len(scores)) if scores else None,
        lowest=min(scores, default=None),
    )


def returning(session: Session, round_id: UUID) -> Collection[UUID]:
    """Return the profiles that took part in an earlier published round of the same section."""
    own, earlier = aliased(Round), aliased(Round)
    found = session.scalars(
        sa.select(Participant.profile_id)
        .join(earlier, earlier.id == Participant.round_id)
        .join(own, own.section_id == earlier.section_id)
        .where(
            own.id == round_id,
            earlier.id != own.id,
            earlier.created_at <= own.created_at,
            earlier.state.in_((*OUT, *OVER)),
            Participant.left_out_at.is_(None),
        )
    )
    return set(found)


def _told(groups: Mapping[str | None, Group]) -> list[tuple[str, int, int, int | None]]:
    """Return (group, IMGs, matched, mean score); small ones together, so that none is told."""
    return [(key, each.imgs, each.matched, each.mean) for key, each in to_show(groups).items()]


def fair_tables(kept: Mapping[str, Any]) -> Sequence[FairTable]:
    """Return what was kept of a run as tables a leader reads."""
    return [_table(key, rows) for key, rows in kept["groups"].items() if rows]


def load_lines(kept: Mapping[str, Any]) -> Sequence[tuple[int, int]]:
    """Return (IMGs, mentors who have that many)."""
    return [(imgs, mentors) for imgs, mentors in kept["load"]]


def _table(key: str, rows: Sequence[Sequence[Any]]) -> FairTable:
    title, words = TOLD[key]
    lines = [
        FairLine(_label(words, group), imgs, matched, mean, mixed=group in {NO_ANSWER, OTHERS})
        for group, imgs, matched, mean in rows
    ]
    return FairTable(title, lines, _reading(lines))


def _label(words: Mapping[str, Term], group: str) -> str:
    if group == NO_ANSWER:
        return "Not answered"
    if group == OTHERS:
        return "All smaller groups together"
    if words:
        return words[group].name
    return f"IMGs who want {group} mentor{'' if group == '1' else 's'}"


def _reading(lines: Sequence[FairLine]) -> str:
    """Say what the widest gap between groups is, or that there is none to speak of."""
    lines = [line for line in lines if not line.mixed]
    if len(lines) < 2:
        return "There is no second group of five people or more to compare with."
    best, worst = max(lines, key=lambda x: x.share), min(lines, key=lambda x: x.share)
    gap = best.share - worst.share
    if gap <= 5:
        return f"All groups fare alike: the shares with a mentor differ by {gap} points at most."
    people = worst.imgs * best.matched // best.imgs - worst.matched
    return (
        f"The widest gap: “{best.label}”, of whom {best.share}% have a mentor, and"
        f" “{worst.label}”, of whom {worst.share}% have one. With the same share, {people} more"
        f" {'person' if people == 1 else 'people'} of that group would have one."
    )
