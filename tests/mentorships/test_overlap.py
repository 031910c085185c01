"""Time in common is never overstated and exact to the minute, whatever the two clocks do.

200 pairs of zones, half and quarter hours among them, in weeks around changes of clocks, against
an oracle that asks each wall clock minute by minute.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from zoneinfo import ZoneInfo, available_timezones

import pytest
import sqlalchemy as sa

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


def free(dice: random.Random, zone: str) -> Free:
    spans = []
    for day in dice.sample(range(7), 4):
        start = dice.randrange(0, 1380)
        spans.append(Span(day, start, min(1440, start + dice.randrange(20, 400))))
    return Free(spans, zone)


def is_free(one: Free, moment: dt.datetime) -> bool:
    """Ask the wall clock; an hour that comes twice is free the first time only."""
    local = moment.astimezone(ZoneInfo(one.zone))
    minute = local.hour * 60 + local.minute
    on = [span for span in one.spans if span.day == local.weekday()]
    return local.fold == 0 and any(span.start <= minute < span.end for span in on)


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_pairs_of_zones(part: int) -> None:
    dice = random.Random(part)  # noqa: S311  not for secrets
    zones = sorted(z for z in available_timezones() if "/" in z and not z.startswith("Etc/"))
    some = 0
    for number in range(PAIRS // 4):
        first = free(dice, ODD[number % len(ODD)])
        second = free(dice, dice.choice(zones if number % 2 else ODD))
        now = dt.datetime.combine(dice.choice(DAYS), dt.time(dice.randrange(24)), tzinfo=dt.UTC)
        found = in_common(first, second, now=now)
        some += bool(found)
        end = now.date() + dt.timedelta(days=14 - now.weekday())
        limit = dt.datetime.combine(end, dt.time(), tzinfo=dt.UTC)
        assert [(s.start, s.end) for s in found] == oracle(first, second, now, limit)
    assert some > PAIRS // 16  # the test would notice a function that finds nothing


def oracle(
    first: Free, second: Free, now: dt.datetime, limit: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    found, begun, moment = [], None, now
    while moment <= limit:
        both = moment < limit and is_free(first, moment) and is_free(second, moment)
        if both and begun is None:
            begun = moment
        if not both and begun is not None:
            if moment - begun >= SHORTEST * MINUTE:
                found.append((begun, moment))
            begun = None
        moment += MINUTE
    return found[:MOST]


def test_the_page_says_it_in_the_readers_zone(
    sign_in: Callable[[User], PageClient], pair: Pair
) -> None:
    """Ana in Kathmandu and Noor in New York, while the page is read at any time."""
    session = pair.session
    zones = {"Ana Silva": "Asia/Kathmandu", "Noor Haddad": "America/New_York"}
    for name, zone in zones.items():
        profile = pair.cast.profile(name)
        session.execute(sa.update(Profile).where(Profile.id == profile).values(timezone=zone))
        session.add_all(
            Availability(profile_id=profile, day=day, start_minute=0, end_minute=1440)
            for day in range(7)
        )
    pair.img.timezone = "Asia/Kathmandu"
    session.flush()
    text = sign_in(pair.img).get(f"/mentorships/{pair.id}/meetings/new").text
    assert "When you are both free" in text
    session.execute(sa.delete(Availability).where(Availability.profile_id == profile))
    text = sign_in(pair.img).get(f"/mentorships/{pair.id}/meetings/new").text
    assert "When you are both free" not in text
