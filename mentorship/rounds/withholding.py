"""What is not told of a run, because beside an earlier one it would point at few people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching.fairness import FEWEST, OTHERS
from mentorship.rounds.models import Round, Run
from mentorship.rounds.run_models import RunFairness

SENSITIVE = ("visa", "gender")  # what leaders do not see of a person
# the tables of each side -> where it is kept which of them are withheld
WITHHELD = MappingProxyType({"groups": "withheld", "mentors": "withheld_mentors"})


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
