"""The time in common that a sentence tells holds in every week of the year after the run.

200 pairs of zones, half and quarter hours among them, in all 53 weeks with their changes of clocks,
against an oracle that asks each wall clock every half hour.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from mentorship.matching import TO_IMG, TO_LEADER, TO_MENTOR, Span, evidence
from mentorship.matching.people import DAY
from mentorship.matching.scores.year import WEEKS, in_common
from tests.matching.people import img, market, mentor, names
from tests.mentorships.test_overlap import free, zones_drawn

WEEK, SLOT = 7 * DAY, 30
MONDAYS = (dt.date(2026, 3, 2), dt.date(2026, 10, 19), dt.date(2026, 7, 6))


@lru_cache(maxsize=20_000)
def clock(zone: str, monday: dt.date) -> list[int]:
    """Return the minute of the local week as each half hour begins; -1 the second time round."""
    start, where = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC), ZoneInfo(zone)
    local = [
        (start + dt.timedelta(minutes=SLOT * n)).astimezone(where) for n in range(WEEK // SLOT)
    ]
    return [-1 if m.fold else m.weekday() * DAY + m.hour * 60 + m.minute for m in local]


def bits(spans: tuple[Span, ...]) -> int:
    """Return the free minutes of a local week, and of the hour after it."""
    week = 0
    for span in spans:
        week |= ((1 << (span.end - span.start)) - 1) << (span.day * DAY + span.start)
    return week | (week & ((1 << 60) - 1)) << WEEK


def minutes_free(one: int, other: int, zones: tuple[str, str], monday: dt.date) -> int:
    slots = zip(clock(zones[0], monday), clock(zones[1], monday), strict=True)
    both = (
        (one >> first) & (other >> second) & ((1 << SLOT) - 1)
        for first, second in slots
        if min(first, second) >= 0
    )
    return sum(minutes.bit_count() for minutes in both)


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_pairs_of_zones_in_every_week_of_a_year(part: int) -> None:
    dice = random.Random(part)  # noqa: S311  not for secrets
    monday = MONDAYS[part % len(MONDAYS)]
    differ = 0
    for one, other in zones_drawn()[part::4]:
        first, second = (tuple(free(dice, zone).spans) for zone in (one, other))
        mine, theirs = bits(first), bits(second)
        counts = [
            minutes_free(mine, theirs, (one, other), monday + dt.timedelta(weeks=n))
            for n in range(WEEKS)
        ]
        assert in_common((first, one), (second, other), monday) == (min(counts), max(counts))
        differ += min(counts) < max(counts)
    assert differ > 10  # clocks that change are among them


def told(first: Span, second: Span, monday: dt.date) -> set[str]:
    """Return what the three read of somebody in New York and somebody in Karachi."""
    people = market(
        [img(timezone="America/New_York", availability=(first,))],
        [mentor(timezone="Asia/Karachi", availability=(second,))],
        week=monday,
    )
    voices = TO_IMG, TO_MENTOR, TO_LEADER
    return {evidence(people, 0, 0, names=names, voice=each)["availability"] for each in voices}


def test_an_hour_that_a_change_of_clocks_takes_away_is_not_promised() -> None:
    """In the week of 2 March they have it, and from 9 March on they do not."""
    monday_evening, tuesday_morning = Span(0, 20 * 60, 21 * 60), Span(1, 6 * 60, 7 * 60)
    for monday in (dt.date(2026, 3, 2), dt.date(2026, 3, 9)):
        (sentence,) = told(monday_evening, tuesday_morning, monday)
        assert sentence == "Free time in common in part of the year only, as clocks change."
        assert not re.search(r"\d", sentence)


def test_the_poorest_week_is_what_is_told() -> None:
    (sentence,) = told(Span(0, 20 * 60, 22 * 60), Span(1, 6 * 60, 8 * 60), dt.date(2026, 3, 2))
    least = "At least 1 h of free time in common a week"
    assert sentence == f"{least}, and more in part of the year, as clocks change."
