"""The database itself refuses what must not be in a profile."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.crypto import UnreadableField
from mentorship.extensions import Model, db
from mentorship.matching import Img, Mentor
from mentorship.profiles import service
from mentorship.profiles.models import (
    Availability,
    Choice,
    Importance,
    InstitutionMark,
    Naming,
    NamingUse,
    Profile,
    ProfileKind,
)
from tests import factories
from tests.factories import NOW
from tests.profiles.samples import FULL_IMG


def profile(session: Session, kind: ProfileKind, **values: Any) -> Profile:
    made = Profile(person_id=factories.person(session).id, kind=kind, updated_at=NOW, **values)
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("img", {"graduation_year": 1949}),
        ("img", {"graduation_year": 2101}),
        ("img", {"meetings_a_month": 0}),
        ("img", {"meetings_a_month": 9}),
        ("img", {"mentors_wanted": 0}),
        ("img", {"mentors_wanted": 3}),
        ("img", {"goals": "x" * 2001}),
        ("img", {"seats": 1}),
        ("img", {"is_img": True}),
        ("img", {"institution": "Harbor Hospital"}),
        ("img", {"paused_until": dt.date(2027, 1, 1)}),
        ("img", {"about": "x"}),
        ("img", {"visas": ["j1_visa"]}),
        ("mentor", {"seats": -1}),
        ("mentor", {"seats": 11}),
        ("mentor", {"about": "x" * 2001}),
        ("mentor", {"graduation_year": 2000}),
        ("mentor", {"mentors_wanted": 2}),
        ("mentor", {"goals": "x"}),
        ("mentor", {"visa": "h1b"}),
        ("mentor", {"person_id": uuid.UUID(int=0)}),
    ],
)
def test_a_profile_that_must_not_be(session: Session, kind: str, values: dict[str, Any]) -> None:
    given = {"person_id": factories.person(session).id, "kind": ProfileKind(kind)} | values
    session.add(Profile(**given, updated_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_second_profile_of_the_same_kind(session: Session) -> None:
    first = profile(session, ProfileKind.IMG)
    session.add(Profile(person_id=first.person_id, kind=ProfileKind.IMG, updated_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def _choice(field: str, list_name: str, term: str, **more: Any) -> Callable[[uuid.UUID], Model]:
    return lambda key: Choice(profile_id=key, field=field, list=list_name, term=term, **more)


def _free(day: int, start: int, end: int) -> Callable[[uuid.UUID], Model]:
    return lambda key: Availability(profile_id=key, day=day, start_minute=start, end_minute=end)


@pytest.mark.parametrize(
    "make",
    [
        _choice("stage", "stage", "kindergarten"),
        _choice("stage", "topic", "soap"),
        _choice("specialties", "topic", "soap"),
        _choice("shoe_size", "topic", "soap"),
        _choice("topics", "topic", "soap", rank=-1),
        _free(7, 0, 60),
        _free(-1, 0, 60),
        _free(0, -1, 60),
        _free(0, 60, 60),
        _free(0, 0, 1441),
        lambda key: Naming(profile_id=key, person_id=uuid.uuid4(), use=NamingUse.AVOID),
        lambda key: InstitutionMark(profile_id=key, use="likes", name="Harbor Hospital"),
        lambda key: InstitutionMark(profile_id=key, use="conflicts", name=""),
        lambda key: Importance(profile_id=key, criterion="topics", level="normal"),
        lambda _: Importance(profile_id=uuid.uuid4(), criterion="topics", level="low"),
    ],
)
def test_a_row_of_a_profile_that_must_not_be(
    session: Session, make: Callable[[uuid.UUID], Model]
) -> None:
    key = profile(session, ProfileKind.IMG).id
    session.add(make(key))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("values", [{"rank": -1}, {"line": "x" * 301}])
def test_a_naming_that_must_not_be(session: Session, values: dict[str, Any]) -> None:
    key, other = profile(session, ProfileKind.IMG).id, factories.person(session)
    session.add(Naming(profile_id=key, person_id=other.id, use=NamingUse.REQUEST, **values))
    with pytest.raises((IntegrityError, sa.exc.DataError)):
        session.flush()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_choice("stage", "stage", "usce"), _choice("stage", "stage", "visa")),
        (_choice("topics", "topic", "soap"), _choice("topics", "topic", "soap", rank=1)),
        (_free(0, 60, 90), _free(0, 60, 120)),
    ],
)
def test_what_may_be_said_once_only(
    session: Session,
    first: Callable[[uuid.UUID], Model],
    second: Callable[[uuid.UUID], Model],
) -> None:
    key = profile(session, ProfileKind.IMG).id
    session.execute(_insert(first(key)))
    with pytest.raises(IntegrityError):
        session.execute(_insert(second(key)))


def _insert(row: Any) -> sa.Insert:
    values = {c.key: getattr(row, c.key) for c in sa.inspect(type(row)).columns}
    return sa.insert(type(row)).values({k: v for k, v in values.items() if v is not None})


def test_a_person_who_goes_takes_the_profile_along(session: Session) -> None:
    person = factories.person(session)
    service.write_img(session, person_id=person.id, img=FULL_IMG, now=NOW)
    session.expunge_all()
    session.execute(sa.text('DELETE FROM "user"'))
    for table in ("profile", "choice", "availability", "institution_mark", "importance"):
        assert session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608


def test_a_sealed_answer_copied_to_another_person_does_not_open(session: Session) -> None:
    first = profile(session, ProfileKind.IMG, visa="h1b")
    second = profile(session, ProfileKind.IMG, visa="tn")
    second.visa_sealed = first.visa_sealed
    with pytest.raises(UnreadableField):
        assert second.visa


def test_visa_gender_and_strangers_stand_nowhere_in_the_file(
    new_app: Callable[..., Flask], pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("--database") != "sqlite":
        pytest.skip("reads the file of a SQLite database")
    app = new_app()
    canaries = [b"outside_us", b"nonbinary", b"stranger@example.org", b"conrad30_waiver"]
    with app.app_context():
        session = db.session()
        before = _bytes(db.engine)
        person = factories.person(session)
        img = Img(
            key="",
            visa="outside_us",
            gender="nonbinary",
            avoid=("stranger@example.org",),
            goals="canary in plain sight",
        )
        service.write_img(session, person_id=person.id, img=img, now=NOW)
        mentor = Mentor(key="", visas=("conrad30_waiver",))
        service.write_mentor(session, person_id=person.id, mentor=mentor, now=NOW)
        db.session.commit()
        after = _bytes(db.engine)
    assert b"canary in plain sight" in after
    # The words themselves stand once each in the reference table; no profile adds another.
    assert [after.count(word) for word in canaries] == [before.count(word) for word in canaries]


def _bytes(engine: sa.Engine) -> bytes:
    """Return the database as one file: what the pages hold now, and no page twice."""
    path = str(engine.url.database)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = connection.serialize()
    connection.close()
    return whole
