"""F13: clocks. A deadline is one instant, shown in the reader's zone, and met once."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import Session

from mentorship.extensions import Base, UtcDateTime
from mentorship.notices.models import Message
from mentorship.rounds.offer_models import Publication
from mentorship.rounds.reminding import remind
from tests import factories
from tests.factories import NOW
from tests.rounds.cast import small_cast

INSTANTS = [
    dt.datetime(2026, 3, 8, 7, 59, 59, tzinfo=dt.UTC),  # the hour that Chicago leaves out
    dt.datetime(2026, 3, 8, 8, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, 6, 30, tzinfo=dt.UTC),  # half past one, for the first time
    dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.UTC),  # and again
    dt.datetime(2028, 2, 29, 23, 30, tzinfo=dt.UTC),
    dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
]
ZONES = sorted(zone for zone in available_timezones() if "/" in zone)[::13]


@pytest.mark.parametrize("instant", INSTANTS, ids=str)
def test_a_moment_reads_right_in_every_zone(
    app: Flask, session: Session, instant: dt.datetime
) -> None:
    moment = app.jinja_env.filters["moment"]
    reader = factories.person(session)
    assert len(INSTANTS) * len(ZONES) >= 200
    with app.test_request_context("/"):
        g._login_user = reader  # noqa: SLF001  whoever reads the page
        for zone in ZONES:
            reader.timezone = zone
            local = instant.astimezone(ZoneInfo(zone))
            words = moment(instant)
            hour = local.strftime("%I").lstrip("0")
            half = "a.m." if local.hour < 12 else "p.m."
            day = f"{local:%B} {local.day}, {local.year}"
            assert words == f"{day}, {hour}:{local:%M} {half} {_clock(local)}"


def _clock(local: dt.datetime) -> str:
    """Name the clock by its letters; where it has none, by how far it is from UTC."""
    name, away = local.tzname() or "", local.utcoffset() or dt.timedelta()
    if name.isalpha():
        return name
    hours, rest = divmod(abs(away), dt.timedelta(hours=1))
    minutes = rest // dt.timedelta(minutes=1)
    return f"UTC{'-' if away < dt.timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def test_the_two_half_past_ones_of_autumn_are_told_apart(app: Flask, session: Session) -> None:
    moment = app.jinja_env.filters["moment"]
    reader = factories.person(session, timezone="America/Chicago")
    with app.test_request_context("/"):
        g._login_user = reader  # noqa: SLF001  whoever reads the page
        assert moment(INSTANTS[2]).endswith("1:30 a.m. CDT")
        assert moment(INSTANTS[3]).endswith("1:30 a.m. CST")


def test_every_moment_in_the_database_has_its_zone() -> None:
    bare = [
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.DateTime)
    ]
    assert bare == [], "a column of plain DateTime forgets its zone on SQLite"
    kinds = [column.type for table in Base.metadata.sorted_tables for column in table.columns]
    assert sum(isinstance(kind, UtcDateTime) for kind in kinds) > 50


def test_a_clock_that_goes_back_an_hour_reminds_nobody_twice(session: Session) -> None:
    cast = small_cast(session)
    round_ = cast.published()
    session.execute(sa.delete(Message))
    publication = session.scalars(
        sa.select(Publication).where(Publication.round_id == round_.id)
    ).one()
    due = publication.answer_by - dt.timedelta(days=5)
    assert remind(now=due - dt.timedelta(seconds=1)) == 0
    written = remind(now=due)
    assert written > 0
    for later in (-1, 0, 1, 2):
        assert remind(now=due + dt.timedelta(hours=later)) == 0
    assert remind(now=publication.answer_by - dt.timedelta(hours=24)) == written


def test_a_time_without_zone_is_refused(session: Session) -> None:
    with pytest.raises(sa.exc.StatementError, match="without its zone"):
        factories.person(session, created_at=NOW.replace(tzinfo=None))
