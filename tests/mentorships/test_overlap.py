"""Time in common is never overstated and exact to the minute, whatever the two clocks do.

200 pairs of zones, half and quarter hours among them, in weeks around changes of clocks, against
an oracle that asks each wall clock minute by minute.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

import pytest
import sqlalchemy as sa
import time_machine

from mentorship.accounts.models import User
from mentorship.matching import Span
from mentorship.mentorships.overlap import MINUTE, MOST, SHORTEST, Free, in_common
from mentorship.profiles.models import Availability, Profile
from tests.mentorships.pair import Pair
from tests.page import PageClient

ODD = (
    *("Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham"),
    *("America/St_Johns", "Asia/Tehran", "Australia/Adelaide", "Asia/Kabul", "Australia/Eucla"),
    *("America/Chicago", "America/New_York", "Europe/London", "Africa/Cairo", "Asia/Beirut"),
)
# the days before clocks change: US spring and fall, Europe, Lord Howe, Chile; and one plain week
DAYS = (
    *(dt.date(2026, 3, 6), dt.date(2026, 10, 30), dt.date(2026, 3, 27), dt.date(2026, 10, 23)),
    *(dt.date(2026, 4, 3), dt.date(2026, 10, 2), dt.date(2027, 3, 12), dt.date(2026, 6, 10)),
)
PAIRS = 200
EAST, WEST, INDIA = "America/New_York", "America/Los_Angeles", "Asia/Kolkata"


def free(dice: random.Random, zone: str) -> Free:
    spans = []
    for day in dice.sample(range(7), 4):
        start = dice.randrange(0, 1380)
        spans.append(Span(day, start, min(1440, start + dice.randrange(20, 400))))
    return Free(spans, zone)


def free_minutes(one: Free, start: dt.datetime, limit: dt.datetime) -> list[bool]:
    """Ask the wall clock of each minute; an hour that comes twice is free the first time only.

    Clocks change on quarter hours, and no zone is off by less: inside of one they just run on.
    """
    zone, found = ZoneInfo(one.zone), []
    moment = start
    while moment < limit:
        local, last = moment.astimezone(zone), (moment + 14 * MINUTE).astimezone(zone)
        assert (last.minute, last.fold) == (local.minute + 14, local.fold)
        on = [span for span in one.spans if span.day == local.weekday()] if not local.fold else []
        first = local.hour * 60 + local.minute
        found += [any(s.start <= first + n < s.end for s in on) for n in range(15)]
        moment += 15 * MINUTE
    return found


def zones_drawn() -> list[tuple[str, str]]:
    """Return 200 different pairs of zones: an odd one with any, and odd ones with each other."""
    dice = random.Random(7)  # noqa: S311  not for secrets
    zones = sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/"))
    drawn: dict[tuple[str, str], None] = {}
    while len(drawn) < PAIRS:
        number = len(drawn)
        drawn[ODD[number % len(ODD)], dice.choice(zones if number % 3 else ODD)] = None
    return list(drawn)


def test_half_and_quarter_hours_are_among_the_pairs() -> None:
    drawn = zones_drawn()
    assert len(set(drawn)) == PAIRS
    winter = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
    past = Counter(
        int(ZoneInfo(zone).utcoffset(winter) / MINUTE) % 60  # type: ignore[operator]  # it has one
        for pair in drawn
        for zone in pair
    )
    assert past[30] >= PAIRS // 4
    assert past[45] >= PAIRS // 10, "Kathmandu, Chatham and Eucla"


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_pairs_of_zones(part: int) -> None:
    dice = random.Random(part)  # noqa: S311  not for secrets
    some = 0
    for one, other in zones_drawn()[part::4]:
        first, second = free(dice, one), free(dice, other)
        now = dt.datetime.combine(dice.choice(DAYS), dt.time(dice.randrange(24)), tzinfo=dt.UTC)
        found = in_common(first, second, now=now)
        some += bool(found)
        assert [(s.start, s.end) for s in found] == oracle(first, second, now)
    assert some > PAIRS // 16  # the test would notice a function that finds nothing


def oracle(first: Free, second: Free, now: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    """Walk far beyond the two weeks, and leave out only what begins after them."""
    found, begun, last = [], None, now + dt.timedelta(weeks=2)
    far = last + dt.timedelta(days=3)
    minutes = zip(free_minutes(first, now, far), free_minutes(second, now, far), strict=True)
    for number, both in enumerate(map(all, minutes)):
        if both and begun is None:
            begun = number
        if not both and begun is not None:
            start = now + begun * MINUTE
            if number - begun >= SHORTEST and start < last:
                found.append((start, now + number * MINUTE))
            begun = None
    return found[:MOST]


@pytest.mark.parametrize(
    ("one", "other", "starts"),
    [  # Sunday evening in America and Monday morning in Asia: the end of a week of UTC is inside
        (Free([Span(6, 1080, 1260)], EAST), Free([Span(6, 900, 1080)], WEST), (6, 18)),
        (Free([Span(0, 240, 480)], INDIA), Free([Span(6, 1050, 1290)], EAST), (6, 17, 30)),
    ],
)
def test_time_over_the_end_of_a_week_has_its_own_end(
    one: Free, other: Free, starts: tuple[int, int]
) -> None:
    now = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    found = in_common(one, other, now=now)
    read = [(s.start.astimezone(ZoneInfo(EAST)), s.minutes) for s in found]
    length = one.spans[0].end - one.spans[0].start
    assert [(at.weekday(), at.hour, *([at.minute] if at.minute else []), n) for at, n in read] == [
        (*starts, length)
    ] * 2


def test_only_whole_minutes_that_have_not_begun_are_shown() -> None:
    always = Free([Span(day, 0, 1440) for day in range(7)], "UTC")
    now = dt.datetime(2026, 6, 10, 12, 0, 1, 5, tzinfo=dt.UTC)
    (found,) = in_common(always, always, now=now)
    assert found.start == dt.datetime(2026, 6, 10, 12, 1, tzinfo=dt.UTC)
    on_the_minute = now.replace(second=0, microsecond=0)
    assert in_common(always, always, now=on_the_minute)[0].start == on_the_minute


@pytest.mark.parametrize(
    ("zone", "spans", "today", "said"),
    [
        (
            EAST,
            [(5, 480, 1440), (6, 0, 720)],  # Saturday from 8, to Sunday noon
            dt.date(2026, 6, 3),
            "June 6, 2026, 8:00 a.m. EDT to June 7, 2026, 12:00 p.m. EDT",
        ),
        (
            INDIA,  # 45 minutes of Sunday, in which the reader's clock goes back
            [(6, 660, 705)],
            dt.date(2026, 10, 28),
            "November 1, 2026, 1:30 a.m. EDT to 1:15 a.m. EST",
        ),
    ],
)
def test_the_page_says_it_in_the_readers_zone(  # noqa: PLR0917  one argument a column of the table
    sign_in: Callable[[User], PageClient],
    pair: Pair,
    zone: str,
    spans: list[tuple[int, int, int]],
    today: dt.date,
    said: str,
) -> None:
    """With the day of the end where it is another, and both clocks where they differ."""
    session, where = pair.session, f"/mentorships/{pair.id}/meetings/new"
    for name in ("Ana Silva", "Noor Haddad"):
        profile = pair.cast.profile(name)
        session.execute(sa.update(Profile).where(Profile.id == profile).values(timezone=zone))
        session.add_all(
            Availability(profile_id=profile, day=day, start_minute=start, end_minute=end)
            for day, start, end in spans
        )
    pair.img.timezone = EAST
    session.flush()
    with time_machine.travel(dt.datetime.combine(today, dt.time(12), dt.UTC), tick=False):
        text = sign_in(pair.img).get(where).text
        assert f"When you are both free {said} " in text
        session.execute(sa.delete(Availability).where(Availability.profile_id == profile))
        assert "When you are both free" not in sign_in(pair.img).get(where).text
