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

from mentorship.consents.service import STATISTICS, agrees_to
from mentorship.extensions import Model
from mentorship.matching import Img, Problem, Result
from mentorship.matching.fairness import (
    FEWEST,
    NO_ANSWER,
    OTHERS,
    Group,
    by_group,
    load,
    to_show,
)
from mentorship.profiles.models import Profile
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.mentor_load import TOLD as MENTORS_TOLD
from mentorship.rounds.mentor_load import load_tables
from mentorship.rounds.models import Pair, Participant, Round, Run, Unmatched
from mentorship.rounds.run_models import RunFairness
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
SENSITIVE = ("visa", "gender")  # what leaders do not see of a person
# the tables of each side -> where it is kept which of them are withheld
WITHHELD = MappingProxyType({"groups": "withheld", "mentors": "withheld_mentors"})
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


def fairness_tables(problem: Problem, result: Result, counted: Collection[str]) -> dict[str, Any]:
    """Return what may be told of every kind of group, and how many mentors have how many IMGs.

    Only those whose keys are ``counted`` are in groups: they agreed to statistics.
    """
    groups = {
        key: [list(row) for row in _told(by_group(problem, result, of, counted))]
        for key, (_, _, of) in GROUPS.items()
    }
    return {
        "groups": groups,
        "load": [list(each) for each in load(problem, result).items()],
        "mentors": load_tables(problem, result, counted),
    }


def add_history(
    tables: dict[str, Any],
    rows: Iterable[Model],
    returning: Collection[UUID],
    counted: Collection[str],
) -> None:
    """Add to the tables of a run how newcomers fared against IMGs who took part before."""
    scores: dict[UUID, list[int]] = {}
    for row in rows:
        if isinstance(row, Pair):
            scores.setdefault(row.img_id, []).append(row.score)
        elif isinstance(row, Unmatched):
            scores.setdefault(row.img_id, [])
    of_kind: dict[str | None, list[list[int]]] = {}
    for img_id, own in scores.items():
        if str(img_id) not in counted:
            continue
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


def hide_differences(tables: dict[str, Any], earlier: Iterable[Mapping[str, Any]]) -> None:
    """Take out what, set against an earlier run, would point at few people.

    Leaders know who joined and left between two runs, and who was matched in which. A group of
    visas or genders that then grows by one tells what that one answered. So such a table is kept
    only if no figure of it differs from one that was told before by one to four people.
    """
    before = list(earlier)
    for side, kept in WITHHELD.items():
        for kind in SENSITIVE:
            told = tables.get(side, {}).get(kind)
            others = [each.get(side, {}).get(kind) for each in before]
            if told and any(points_at_few(told, other) for other in others if other):
                tables[side][kind] = []
                tables.setdefault(kept, []).append(kind)


def points_at_few(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> bool:
    """Tell whether the difference of two tables is of one to four people in any group.

    Tables with other groups are set against each other by what all that is not in both makes up.
    """
    first, second = ({row[0]: row[1:3] for row in rows} for rows in (one, other))
    shared = first.keys() & second.keys() - {OTHERS}
    return any(
        0 < abs(_rest(first, shared, place) - _rest(second, shared, place)) < FEWEST
        or any(0 < abs(first[key][place] - second[key][place]) < FEWEST for key in shared)
        for place in (0, 1)  # IMGs, matched
    )


def _rest(rows: Mapping[str, Sequence[int]], shared: Collection[str], place: int) -> int:
    return sum(figures[place] for key, figures in rows.items() if key not in shared)


def told_before(session: Session, round_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Return what was told of the earlier runs of the same section."""
    own = sa.select(Round.section_id).where(Round.id == round_id).scalar_subquery()
    return session.scalars(
        sa.select(RunFairness.tables)
        .join(Run, Run.id == RunFairness.run_id)
        .join(Round, Round.id == Run.round_id)
        .where(Round.section_id == own)
    ).all()


def agreed_to_be_counted(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Return those keys of profiles whose people agree to statistics now."""
    agreed = sa.select(Profile.id).where(
        Profile.id.in_([UUID(key) for key in keys]), agrees_to(STATISTICS, Profile.person_id)
    )
    return frozenset(str(key) for key in session.scalars(agreed))


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


def withheld(kept: Mapping[str, Any]) -> Sequence[str]:
    """Return the headings of tables that would point at few people beside an earlier run."""
    mentors = [f"{MENTORS_TOLD[kind][0]} (mentors)" for kind in kept.get("withheld_mentors", ())]
    return [TOLD[kind][0] for kind in kept.get("withheld", ())] + mentors


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
