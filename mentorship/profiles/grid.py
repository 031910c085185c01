"""The week as a table of boxes to tick: days across parts of the day.

A stretch of free time that is made of whole boxes is shown as ticks; any other stays in words,
exactly as it is, so that nothing is lost on the way through a form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mentorship import hours
from mentorship.matching import Span


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day, in minutes after midnight."""

    name: str
    clock: str
    start: int
    end: int


PARTS = (
    Part("Early", "6 to 8 a.m.", 6 * 60, 8 * 60),
    Part("Morning", "8 a.m. to noon", 8 * 60, 12 * 60),
    Part("Afternoon", "noon to 5 p.m.", 12 * 60, 17 * 60),
    Part("Evening", "5 to 8 p.m.", 17 * 60, 20 * 60),
    Part("Night", "8 to 11 p.m.", 20 * 60, 23 * 60),
)
BOXES = tuple(f"{day}-{part}" for day in range(len(hours.DAYS)) for part in range(len(PARTS)))


def span_of(box: str) -> Span:
    """Return the time that a box stands for."""
    day, _, part = box.partition("-")
    return Span(int(day), PARTS[int(part)].start, PARTS[int(part)].end)


def to_boxes(spans: Iterable[Span]) -> tuple[list[str], list[Span]]:
    """Return the boxes to tick, and the stretches that are not made of whole boxes."""
    ticked: list[str] = []
    others: list[Span] = []
    for span in hours.merge(spans):
        inside = [
            f"{span.day}-{number}"
            for number, part in enumerate(PARTS)
            if span.start <= part.start and part.end <= span.end
        ]
        if inside and hours.merge(map(span_of, inside)) == (span,):
            ticked += inside
        else:
            others.append(span)
    return ticked, others


def from_boxes(boxes: Iterable[str], others: Iterable[Span]) -> tuple[Span, ...]:
    """Return all the time ticked or written, in as few stretches as can be."""
    return hours.merge((*map(span_of, boxes), *others))
