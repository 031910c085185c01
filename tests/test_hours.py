"""Somebody's weekly hours as another clock has them: to the minute, and never too much."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest

from mentorship.hours import Clock
from mentorship.matching import Span
from mentorship.mentorships.overlap import Free
from tests.mentorships.test_overlap import DAYS, free, free_minutes, zones_drawn

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


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_pairs_of_zones(part: int) -> None:
    """Each minute that is told is one in which the other is free, and none is left out."""
    dice = random.Random(part)  # noqa: S311  not for secrets
    for one, reader in zones_drawn()[part::4]:
        hours, day = free(dice, one), dice.choice(DAYS)
        told = Clock(reader, dt.datetime.combine(day, NOON)).reads(hours.spans, one)
        start = dt.datetime.combine(
            day - dt.timedelta(days=day.weekday()), dt.time(), tzinfo=dt.UTC
        )
        assert minutes(told) == by_the_wall(hours, reader, start)


def minutes(spans: tuple[Span, ...]) -> set[tuple[int, int]]:
    return {(span.day, minute) for span in spans for minute in range(span.start, span.end)}


def by_the_wall(hours: Free, reader: str, start: dt.datetime) -> set[tuple[int, int]]:
    """Ask the reader's wall clock in every minute of a week of UTC in which the other is free."""
    zone, found = ZoneInfo(reader), set()
    for n, yes in enumerate(free_minutes(hours, start, start + dt.timedelta(weeks=1))):
        if yes:
            local = (start + dt.timedelta(minutes=n)).astimezone(zone)
            found.add((local.weekday(), local.hour * 60 + local.minute))
    return found
