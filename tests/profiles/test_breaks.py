"""A break ends as its day begins by the mentor's own clock, whatever the database makes of it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import Img, Mentor
from mentorship.profiles.breaks import break_of, on_break
from mentorship.profiles.models import Profile
from mentorship.profiles.service import write_img, write_mentor
from tests import factories
from tests.factories import NOW

ZONES = (
    *(None, "UTC", "Etc/GMT+12", "Pacific/Honolulu", "America/St_Johns", "Asia/Kathmandu"),
    *("Pacific/Chatham", "Pacific/Auckland", "Pacific/Kiritimati", "America/New_York"),
)
# both changes of the clocks in the United States, New Year, and a plain day
DAYS = (dt.date(2026, 3, 8), dt.date(2026, 11, 1), dt.date(2027, 1, 1), dt.date(2026, 6, 17))


def test_every_quarter_of_an_hour_of_a_day_in_every_zone(session: Session) -> None:
    people = {zone: factories.person(session, timezone=zone) for zone in ZONES}
    for person in people.values():
        write_mentor(session, person_id=person.id, mentor=Mentor(key="x", seats=1), now=NOW)
    zone_of = {person.id: zone or "UTC" for zone, person in people.items()}
    for day in DAYS:
        session.execute(sa.update(Profile).values(paused_until=day))
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=ZoneInfo("America/Chicago"))
        for quarters in range(-160, 100):
            now = noon + quarters * dt.timedelta(minutes=15) - dt.timedelta(seconds=1)
            found = set(session.scalars(sa.select(Profile.person_id).where(on_break(now))))
            there = {
                who
                for who, zone in zone_of.items()
                if break_of(day, now.astimezone(ZoneInfo(zone)))
            }
            assert found == there, now


def test_only_a_mentor_with_a_break_is_on_one(session: Session) -> None:
    who = factories.person(session)
    write_img(session, person_id=who.id, img=Img(key="x"), now=NOW)
    write_mentor(session, person_id=who.id, mentor=Mentor(key="x", seats=1), now=NOW)
    assert session.scalars(sa.select(Profile.id).where(on_break(NOW))).all() == []
