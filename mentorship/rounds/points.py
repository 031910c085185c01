"""The parts of a pair's score as its leader reads them, in points of 100."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mentorship.matching import CRITERIA
from mentorship.rounds.models import Pair

PRIVATE = "The answers behind this are private."


@dataclass(frozen=True, slots=True)
class PartLine:
    """One criterion of a pair's score. ``score`` is the share earned, 0 to 10,000."""

    label: str
    points: int
    of: int
    sentence: str | None
    silent: Sequence[str]  # "img", "mentor": who has not answered; empty if not told

    @property
    def score(self) -> int:
        return 10_000 * self.points // self.of if self.of else 0


def parts_of(pair: Pair) -> Sequence[PartLine]:
    """Return the parts of a pair for the leader, in points of 100 that add up to its score."""
    parts = pair.parts or []
    whole = to_hundred([part["of"] for part in parts], 100)
    earned = to_hundred([part["points"] for part in parts], (pair.score + 50) // 100, whole)
    lines = [
        PartLine(CRITERIA[part["criterion"]].label, points, of, _told(part), _silent(part))
        for part, points, of in zip(parts, earned, whole, strict=True)
    ]
    return sorted(lines, key=lambda line: (-line.of, line.label))


def _silent(part: Mapping[str, Any]) -> Sequence[str]:
    """Return who has not answered; of a sensitive criterion that is not told either."""
    return () if CRITERIA[part["criterion"]].sensitive else part.get("silent", ())


def _told(part: Mapping[str, Any]) -> str | None:
    """Return the leader's sentence; the answers behind a sensitive criterion are not told."""
    sentence: str | None = part["why"].get("leader")
    return PRIVATE if sentence and CRITERIA[part["criterion"]].sensitive else sentence


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
