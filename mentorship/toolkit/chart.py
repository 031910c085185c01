"""A line chart of the Match rates as plain figures, drawn by a template as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mentorship.toolkit.guides import Rate

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 64, 24, 36  # room for the values beside the ends of a line
STEP = 10  # percent between two lines of the grid


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    value: float
    year: str


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


@dataclass(frozen=True, slots=True)
class Picture:
    series: tuple[Series, ...]
    grid: tuple[tuple[int, float], ...]  # percent, and how far down
    summary: str
    width, height = WIDTH, HEIGHT
    left, right = LEFT, WIDTH - RIGHT


def lines(rates: Sequence[Rate]) -> Picture | None:
    """Place the rates; None when fewer than two years leave no line to draw."""
    if len(rates) < 2:
        return None
    values = [value for rate in rates for value in (rate.us_img, rate.non_us_img)]
    low = int(min(values) // STEP * STEP)
    high = int(-(-max(values) // STEP) * STEP)
    down = (HEIGHT - TOP - BOTTOM) / (high - low)
    across = (WIDTH - LEFT - RIGHT) / (len(rates) - 1)

    def place(number: int, year: str, value: float) -> Point:
        return Point(LEFT + number * across, TOP + (high - value) * down, value, year)

    us = tuple(place(n, rate.year, rate.us_img) for n, rate in enumerate(rates))
    other = tuple(place(n, rate.year, rate.non_us_img) for n, rate in enumerate(rates))
    first, last = rates[0], rates[-1]
    return Picture(
        series=(Series("US IMGs", us), Series("Non-US IMGs", other)),
        grid=tuple((v, TOP + (high - v) * down) for v in range(low, high + 1, STEP)),
        summary=(
            f"From {first.year} to {last.year} the rate of US IMGs went from {first.us_img}"
            f" to {last.us_img} percent, that of non-US IMGs from {first.non_us_img}"
            f" to {last.non_us_img} percent."
        ),
    )
