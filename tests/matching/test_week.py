"""Free time in common is never overstated, in any zone and any week."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.matching import Img, Span
from mentorship.matching.people import DAY
from mentorship.matching.scores.week import SLOT, SLOTS, WEEK, free_minutes, free_slots
from tests.matching.people import AUTUMN, SPRING, SUMMER, WINTER, hours

ZONES = (
    "UTC",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Karachi",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
    "Africa/Casablanca",
)
WEEKS = (
    *(WINTER, SUMMER, SPRING, AUTUMN, date(2026, 3, 23), date(2026, 3, 30), date(2026, 10, 19)),
    *(date(2006, 3, 27), date(2006, 10, 23)),  # Newfoundland changed its clocks at 00:01
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, DAY - 1))
    return Span(draw(st.integers(0, 6)), start, draw(st.integers(start + 1, DAY)))


def truly_free(free: list[Span], zone: str, week: date, minute: int) -> bool:
    """Say whether a minute of the week in UTC falls into a span, by the clock on the wall."""
    moment = datetime.combine(week, time(), tzinfo=UTC) + timedelta(minutes=minute)
    wall = moment.astimezone(ZoneInfo(zone))
    now = wall.hour * 60 + wall.minute
    return any(span.day == wall.weekday() and span.start <= now < span.end for span in free)


@given(st.lists(spans(), max_size=4), st.sampled_from(ZONES), st.sampled_from(WEEKS), st.data())
def test_a_slot_counts_only_if_every_minute_of_it_is_free_on_the_wall(
    free: list[Span], zone: str, week: date, data: st.DataObject
) -> None:
    slots = free_slots(free_minutes(free, zone, week))
    assert slots.shape == (SLOTS,)
    looked_at = data.draw(st.lists(st.sampled_from(range(SLOTS)), max_size=8))
    for slot in {*looked_at, *np.flatnonzero(slots).tolist()[:4]}:
        if slots[slot]:
            minutes = range(slot * SLOT, (slot + 1) * SLOT)
            assert all(truly_free(free, zone, week, minute) for minute in minutes)


@given(st.lists(spans(), max_size=4), st.sampled_from(ZONES), st.sampled_from([WINTER, SUMMER]))
def test_without_a_clock_change_not_a_minute_is_lost_before_rounding(
    free: list[Span], zone: str, week: date
) -> None:
    told = {span.day * DAY + m for span in free for m in range(span.start, span.end)}
    assert free_minutes(free, zone, week).sum() == len(told)


def test_an_evening_in_kathmandu_is_rounded_inwards() -> None:
    evening = free_minutes([hours(0, 18, 21)], "Asia/Kathmandu", WINTER)  # 12:15 to 15:15 UTC
    assert evening.sum() == 180
    assert np.flatnonzero(free_slots(evening)).tolist() == [25, 26, 27, 28, 29]


def test_neighbouring_spans_join_before_rounding() -> None:
    free = free_minutes([hours(0, 9, 9.75), hours(0, 9.75, 10.5)], "UTC", WINTER)
    assert np.flatnonzero(free_slots(free)).tolist() == [18, 19, 20]


def test_the_week_is_a_circle() -> None:
    sunday_night = free_minutes([hours(6, 22, 24)], "America/New_York", WINTER)
    assert np.flatnonzero(sunday_night).tolist() == list(range(3 * 60, 5 * 60))


def test_summer_time_moves_the_hours_of_those_who_have_it() -> None:
    """An evening in New York and a morning in Lahore meet in winter and miss each other in July."""
    ny, lahore = [hours(0, 20, 21)], [hours(1, 6, 7)]

    def together(week: date) -> int:
        one = free_minutes(ny, "America/New_York", week)
        return int((one & free_minutes(lahore, "Asia/Karachi", week)).sum())

    assert together(WINTER) == 60
    assert together(SUMMER) == 0


def test_an_hour_that_is_skipped_is_not_free_and_one_that_is_repeated_counts_once() -> None:
    skipped = free_minutes([hours(6, 2, 3)], "America/New_York", SPRING)
    repeated = free_minutes([hours(6, 1, 2)], "America/New_York", AUTUMN)
    assert skipped.sum() == 0
    assert repeated.sum() == 60


@pytest.mark.parametrize("week", [date(2006, 3, 27), date(2006, 10, 23)])
def test_a_change_in_the_middle_of_a_slot_is_seen_to_the_minute(week: date) -> None:
    free = [hours(5, 22, 24), hours(6, 0, 3)]
    minutes = free_minutes(free, "America/St_Johns", week)
    told, seen = np.flatnonzero(minutes), set()
    for minute in told.tolist():
        assert truly_free(free, "America/St_Johns", week, minute)
        moment = datetime.combine(week, time(), tzinfo=UTC) + timedelta(minutes=minute)
        seen.add(moment.astimezone(ZoneInfo("America/St_Johns")).strftime("%a %H:%M"))
    assert len(seen) == len(told)  # a minute that comes twice counts once
    assert len(told) == (5 * 60 if week.month == 10 else 4 * 60)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America"])
def test_a_zone_that_does_not_exist_is_named(zone: str) -> None:
    with pytest.raises(ValueError, match="timezone"):
        free_minutes([hours(0, 9, 10)], zone, WINTER)


def test_the_reference_week_starts_on_a_monday() -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        free_minutes([], "UTC", date(2026, 1, 13))


@pytest.mark.parametrize("wrong", [(7, 0, 60), (0, 60, 60), (0, 60, 30), (0, 0, 1441), (-1, 0, 1)])
def test_a_span_lies_within_one_day(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such stretch"):
        Span(*wrong)


def test_nobody_is_free_who_said_nothing() -> None:
    assert Img(key="x").availability == ()
    assert free_minutes([], "UTC", WINTER).shape == (WEEK,)
    assert not free_minutes([], "UTC", WINTER).any()
