"""A run in pictures: how the scores are spread, and who is linked to whom.

Places are worked out here, in the units of the drawings; templates only draw. Each picture has a
table with the same numbers beside it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.models import Pair, Run
from mentorship.rounds.paging import Listing, Wanted
from mentorship.rounds.pairs import PairLine, pair_list

BINS = 10
STEP = 10_000 // BINS
BAR_WIDTH, BAR_HEIGHT = 60, 160
ROW = 34  # between two names
WIDTH, LEFT, RIGHT = 900, 300, 600  # names end at LEFT and begin at RIGHT
STRENGTHS = 5
ZOOMS = (50, 75, 100, 150, 200)  # per cent of the size it is drawn in
USUAL = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """Pairs that score from ``low`` up, of 100; ``height`` is what to draw."""

    low: int
    high: int
    pairs: int
    x: int
    height: int


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: Sequence[Bar]
    median: int | None
    median_x: int | None
    width: int = BINS * BAR_WIDTH
    height: int = BAR_HEIGHT


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    y: int


@dataclass(frozen=True, slots=True)
class Link:
    """A pair, from the IMG's place to the mentor's; ``strength`` is 1 (weak) to 5."""

    id: uuid.UUID
    img: str
    mentor: str
    score: int
    strength: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    imgs: Sequence[Node]
    mentors: Sequence[Node]
    links: Sequence[Link]
    height: int
    listing: Listing[PairLine]
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    zoom: int = USUAL

    def zoomed(self, length: int) -> int:
        """Return how long something is on the page, in pixels."""
        return length * self.zoom // 100


def histogram(session: Session, run: Run) -> Histogram:
    """Return how the scores of a run's pairs are spread, in one query."""
    query = sa.select(Pair.open_score).where(Pair.run_id == run.id).order_by(Pair.open_score)
    scores = session.scalars(query).all()
    counts = [0] * BINS
    for score in scores:
        counts[min(score // STEP, BINS - 1)] += 1
    most = max([*counts, 1])
    bars = [
        Bar(n * 10, n * 10 + 10, count, n * BAR_WIDTH, -(-count * BAR_HEIGHT // most))
        for n, count in enumerate(counts)
    ]
    if not scores:
        return Histogram(bars, None, None)
    median = scores[(len(scores) - 1) // 2]
    return Histogram(bars, median, median * BINS * BAR_WIDTH // 10_000)


def picture(session: Session, run: Run, wanted: Wanted, *, zoom: int = USUAL) -> Picture:
    """Return one page of pairs as a drawing, mentors by name, their IMGs together.

    A ``zoom`` that is none of ``ZOOMS`` counts as the usual one.
    """
    by_mentor = Wanted(words=wanted.words, show=wanted.show, sort="mentor", page=wanted.page)
    listing = pair_list(session, run, by_mentor)
    imgs = list(dict.fromkeys(pair.img for pair in listing.rows))
    mentors = list(dict.fromkeys(pair.mentor for pair in listing.rows))
    height = ROW * max(len(imgs), len(mentors), 1)
    left, right = _places(imgs, height), _places(mentors, height)
    links = [
        Link(
            pair.id,
            pair.img,
            pair.mentor,
            pair.score,
            min(1 + pair.score * STRENGTHS // 10_000, STRENGTHS),
            _curve(left[pair.img].y, right[pair.mentor].y),
        )
        for pair in listing.rows
    ]
    return Picture(
        imgs=[*left.values()],
        mentors=[*right.values()],
        links=links,
        height=height,
        listing=listing,
        zoom=zoom if zoom in ZOOMS else USUAL,
    )


def _places(names: Sequence[str], height: int) -> dict[str, Node]:
    """Spread names evenly over the height."""
    step = height / max(len(names), 1)
    return {name: Node(name, round(step * (n + 0.5))) for n, name in enumerate(names)}


def _curve(start: int, end: int) -> str:
    from_x, to_x, middle = LEFT + 12, RIGHT - 12, (LEFT + RIGHT) // 2
    return f"M{from_x},{start} C{middle},{start} {middle},{end} {to_x},{end}"
