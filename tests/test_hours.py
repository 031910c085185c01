"""Somebody's weekly hours as another clock has them: to the minute, and never too much."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest

from mentorship.hours import Clock
from mentorship.matching import Span
from mentorship.mentorships.overlap import Free
from tests.mentorships.test_overlap import DAYS, free, zones_drawn

NOON = dt.time(12, tzinfo=dt.UTC)
PLAIN = dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)  # New York is four hours behind UTC


@pytest.mark.parametrize(
    ("span", "reader", "told"),
    [
        (Span(0, 780, 1020), "America/New_York", (Span(0, 780, 1020),)),
        (Span(0, 780, 1020), "America/Chicago", (Span(0, 720, 960),)),
        (Span(0, 780, 1020), "Asia/Kathmandu", (Span(0, 1365, 1440), Span(1, 0, 165))),
        (Span(0, 0, 60), "America/Los_Angeles", (Span(6, 1260, 1320),)),
        (Span(6, 1380, 1440), "UTC", (Span(0, 180, 240),)),
    ],
)
def test_hours_in_new_york_by_another_clock(
    span: Span, reader: str, told: tuple[Span, ...]
) -> None:
    assert Clock(reader, PLAIN).reads([span], "America/New_York") == told


def test_the_week_at_hand_counts() -> None:
    """London and New York are four hours apart for three weeks of March, and five before."""
    span = [Span(2, 600, 660)]
    at = [dt.datetime.combine(dt.date(2026, 3, day), NOON) for day in (4, 11)]
    hours = [Clock("Europe/London", now).reads(span, "America/New_York") for now in at]
    assert hours == [(Span(2, 900, 960),), (Span(2, 840, 900),)]


NEW_YORK = "America/New_York"
EVENING = (Span(6, 1080, 1260),)


@pytest.mark.parametrize(
    ("read_on", "said", "zone", "told"),
    [
        ((2026, 10, 27), EVENING, NEW_YORK, EVENING),  # clocks go back on that Sunday
        ((2026, 10, 27), (Span(6, 0, 180),), NEW_YORK, (Span(6, 0, 180),)),
        ((2026, 10, 27), (Span(6, 300, 360),), "UTC", ()),  # 01:00 comes twice: free only once
        ((2026, 10, 27), (Span(6, 300, 420),), "UTC", (Span(6, 60, 120),)),
        ((2026, 3, 3), EVENING, NEW_YORK, EVENING),  # and forward
        ((2026, 3, 3), (Span(0, 0, 60),), "UTC", (Span(6, 1200, 1260),)),
        ((2026, 3, 3), (Span(6, 60, 240),), NEW_YORK, (Span(6, 60, 120), Span(6, 180, 240))),
    ],
)
def test_a_week_of_167_or_169_hours(
    read_on: tuple[int, int, int], said: tuple[Span, ...], zone: str, told: tuple[Span, ...]
) -> None:
    now = dt.datetime.combine(dt.date(*read_on), NOON)
    assert Clock(NEW_YORK, now).reads(said, zone) == told


def test_the_week_at_hand_is_that_of_the_reader() -> None:
    """Monday morning in India is still Sunday in UTC; that day New York had changed its clocks."""
    reads = [
        Clock("Asia/Kolkata", dt.datetime(2026, 3, 8, hour, tzinfo=dt.UTC)).reads(
            [Span(2, 480, 540)], NEW_YORK
        )
        for hour in (12, 20)
    ]
    assert reads == [(Span(2, 1110, 1170),), (Span(2, 1050, 1110),)]


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_pairs_of_zones(part: int) -> None:
    """Each minute that is told is one in which the other is free, and none is left out."""
    dice = random.Random(part)  # noqa: S311  not for secrets
    for one, reader in zones_drawn()[part::4]:
        hours, day = free(dice, one), dice.choice(DAYS)
        now = dt.datetime.combine(day, dt.time(dice.randrange(24)), tzinfo=dt.UTC)
        told = Clock(reader, now).reads(hours.spans, one)
        assert minutes(told) == by_the_wall(hours, reader, now), (one, reader, now)


def minutes(spans: tuple[Span, ...]) -> set[tuple[int, int]]:
    return {(span.day, minute) for span in spans for minute in range(span.start, span.end)}


def by_the_wall(hours: Free, reader: str, now: dt.datetime) -> set[tuple[int, int]]:
    """Ask of each minute on the reader's wall, in their week, what the other's wall says then.

    Clocks change on quarter hours: inside of one they just run on.
    """
    zone, found = ZoneInfo(reader), set()
    today = now.astimezone(zone).replace(tzinfo=None)
    monday = dt.datetime.combine(today.date() - dt.timedelta(days=today.weekday()), dt.time())
    for quarter in range(7 * 96):
        wall = monday + quarter * dt.timedelta(minutes=15)
        walls = [at.astimezone(ZoneInfo(hours.zone)) for at in moments(wall, zone)]
        for n in range(15):
            free = [
                (len(walls) > 1 or not theirs.fold)
                and any(
                    span.day == theirs.weekday()
                    and span.start <= theirs.hour * 60 + theirs.minute + n < span.end
                    for span in hours.spans
                )
                for theirs in walls
            ]
            if free and all(free):
                found.add((wall.weekday(), wall.hour * 60 + wall.minute + n))
    return found


def moments(wall: dt.datetime, zone: ZoneInfo) -> set[dt.datetime]:
    """Return when a clock on the wall reads this: never, once or twice."""
    tried = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    return {at for at in tried if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall}
