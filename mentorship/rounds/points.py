"""The parts of a pair's open score as its leader reads them, in points of 100.

A leader sees neither a private criterion nor its points, nor that it is missing: the shares of what
is open add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentorship.matching import CRITERIA
from mentorship.rounds.models import Pair


@dataclass(frozen=True, slots=True)
class PartLine:
    """One criterion of a pair's score. ``score`` is the share earned, 0 to 10,000."""

    label: str
    points: int
    of: int
    sentence: str | None
    silent: Sequence[str] | None  # "img", "mentor": who has not answered; None if not kept

    @property
    def score(self) -> int:
        return 10_000 * self.points // self.of if self.of else 0


def parts_of(pair: Pair) -> Sequence[PartLine]:
    """Return the parts of a pair for the leader, in points of 100 that add up to its score."""
    parts = open_parts(pair)
    whole = to_hundred([part["of"] for part in parts], 100)
    earned = to_hundred([part["points"] for part in parts], (pair.open_score + 50) // 100, whole)
    lines = [
        PartLine(
            CRITERIA[part["criterion"]].label, points, of, part["why"].get("leader"), part["silent"]
        )
        for part, points, of in zip(parts, earned, whole, strict=True)
    ]
    return sorted(lines, key=lambda line: (-line.of, line.label))


def open_parts(pair: Pair) -> Sequence[Mapping[str, Any]]:
    """Return the parts that leaders may see, with the points of the open score."""
    return [
        {"silent": None, **part, **part["open"]}
        for part in pair.parts or []
        if "open" in part and not CRITERIA[part["criterion"]].sensitive
    ]


def to_hundred(
    values: Sequence[int], total: int, at_most: Sequence[int] | None = None
) -> Sequence[int]:
    """Round ten-thousandths to hundredths that add up to ``total``, largest remainders first."""
    rounded = [value // 100 for value in values]
    limits = at_most or [100] * len(values)
    order = sorted(range(len(values)), key=lambda place: (-(values[place] % 100), place))
    while (missing := total - sum(rounded)) > 0:
        free = [place for place in order if rounded[place] < limits[place]][:missing]
        if not free:
            break
        for place in free:
            rounded[place] += 1
    return rounded
