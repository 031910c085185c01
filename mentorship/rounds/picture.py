"""A run in pictures: how the scores are spread, and who is linked to whom.

Places are worked out here, in the units of the drawings; templates only draw. Each picture has a
table with the same numbers beside it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.paging import Wanted, fetch
from mentorship.rounds.pairs import PairLine, pair_list
from mentorship.rounds.run_seats import seats_nobody_has

BINS = 10
STEP = 10_000 // BINS
BAR_WIDTH, BAR_HEIGHT = 60, 160
ROW = 46  # pixels between two names, which take two lines on a phone
LEFT, RIGHT = 37, 63  # per cent of the width; names end at LEFT and begin at RIGHT
ACROSS = 100  # from LEFT to RIGHT, in the units of the lines
ALONE = "alone"  # the part of the list that no line joins
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
    """Somebody in the drawing; ``lines`` are the keys of their pairs on this page."""

    key: uuid.UUID
    name: str
    y: int
    lines: Sequence[uuid.UUID] = ()
    free: int = 0  # seats of a mentor that nobody has


@dataclass(frozen=True, slots=True)
class Link:
    """A pair, from the IMG's place to the mentor's; ``strength`` is 1 (weak) to 5."""

    id: uuid.UUID
    img_id: uuid.UUID
    mentor_id: uuid.UUID
    img: str
    mentor: str
    score: int
    strength: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """IMGs at the left and mentors at the right; the lines have the middle to themselves.

    Places from left to right are per cent of the width, so that it fits a phone.
    """

    imgs: Sequence[Node]
    mentors: Sequence[Node]
    links: Sequence[Link]
    height: int
    page: int
    last: int
    pairs: Sequence[PairLine] = ()  # what is drawn, for a table
    found: int = 0  # pairs on all pages
    zoom: int = USUAL
    row: int = ROW
    left: int = LEFT
    right: int = RIGHT
    across: int = ACROSS

    def zoomed(self, length: float) -> int:
        """Return how long something from top to bottom is on the page, in pixels."""
        return round(length * self.zoom / 100)


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


def picture(
    session: Session,
    run: Run,
    wanted: Wanted,
    *,
    of: uuid.UUID | None = None,
    zoom: int = USUAL,
) -> Picture:
    """Return one page of pairs as a drawing, mentors by name, their IMGs together.

    ``of`` is the profile of somebody whose lines alone are wanted. To ``show`` "alone" draws who
    has no line: IMGs without a mentor, and mentors with free seats. A ``zoom`` that is none of
    ``ZOOMS`` counts as the usual one.
    """
    zoom = zoom if zoom in ZOOMS else USUAL
    if wanted.show == ALONE:
        return _alone(session, run, wanted, zoom)
    by_mentor = Wanted(words=wanted.words, show=wanted.show, sort="mentor", page=wanted.page)
    listing = pair_list(session, run, by_mentor, of=of)
    imgs, mentors = {p.img_id: p.img for p in listing.rows}, {}
    lines: dict[uuid.UUID, list[uuid.UUID]] = {}
    for pair in listing.rows:
        mentors[pair.mentor_id] = pair.mentor
        lines.setdefault(pair.img_id, []).append(pair.id)
        lines.setdefault(pair.mentor_id, []).append(pair.id)
    height = ROW * max(len(imgs), len(mentors), 1)
    left = _places(imgs, height, lines)
    right = _places(mentors, height, lines, _free(session, run, mentors))
    links = [
        Link(
            pair.id,
            pair.img_id,
            pair.mentor_id,
            pair.img,
            pair.mentor,
            pair.score,
            min(1 + pair.score * STRENGTHS // 10_000, STRENGTHS),
            _curve(left[pair.img_id].y, right[pair.mentor_id].y),
        )
        for pair in listing.rows
    ]
    return Picture(
        imgs=[*left.values()],
        mentors=[*right.values()],
        links=links,
        height=height,
        page=listing.page,
        last=listing.last,
        pairs=listing.rows,
        found=listing.found,
        zoom=zoom,
    )


def _alone(session: Session, run: Run, wanted: Wanted, zoom: int) -> Picture:
    """Draw the two sides of a page that no line joins, each by name."""
    people = sa.select(Profile.id, User.name).join(User, User.id == Profile.person_id)
    free = seats_nobody_has()
    without = people.join(Unmatched, Unmatched.img_id == Profile.id).where(
        Unmatched.run_id == run.id
    )
    seats = (
        people.add_columns(free)
        .join(RunSeat, RunSeat.mentor_id == Profile.id)
        .where(RunSeat.run_id == run.id, free > 0)
    )
    sides = []
    for query in (without, seats):
        if wanted.words:
            query = query.where(User.name.icontains(wanted.words, autoescape=True))  # noqa: PLW2901  one step more
        query = query.order_by(sa.func.lower(User.name), Profile.id)  # noqa: PLW2901  the same query, in order
        sides.append(fetch(session, query, wanted, key=Profile.id))
    last = max(side.last for side in sides)
    page = min(max(1, wanted.page), last)
    imgs, mentors = (side.rows if side.page == page else () for side in sides)
    height = ROW * max(len(imgs), len(mentors), 1)
    return Picture(
        imgs=[*_places(dict(imgs), height).values()],
        mentors=[
            *_places(
                {key: name for key, name, _ in mentors},
                height,
                free={key: count for key, _, count in mentors},
            ).values()
        ],
        links=(),
        height=height,
        page=page,
        last=last,
        zoom=zoom,
    )


def _free(session: Session, run: Run, mentors: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = session.execute(
        sa.select(RunSeat.mentor_id, seats_nobody_has()).where(
            RunSeat.run_id == run.id, RunSeat.mentor_id.in_(mentors)
        )
    )
    return dict(rows.all())


def _places(
    names: Mapping[uuid.UUID, str],
    height: int,
    lines: Mapping[uuid.UUID, Sequence[uuid.UUID]] = MappingProxyType({}),
    free: Mapping[uuid.UUID, int] = MappingProxyType({}),
) -> dict[uuid.UUID, Node]:
    """Spread people evenly over the height."""
    step = height / max(len(names), 1)
    return {
        key: Node(key, name, round(step * (n + 0.5)), lines.get(key, ()), free.get(key, 0))
        for n, (key, name) in enumerate(names.items())
    }


def _curve(start: int, end: int) -> str:
    middle = ACROSS // 2
    return f"M0,{start} C{middle},{start} {middle},{end} {ACROSS},{end}"
