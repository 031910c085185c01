"""What the database itself refuses, tried without the service."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.sections.models import Membership, SectionRole
from tests import factories
from tests.factories import NOW


def insert(session: Session, values: Mapping[str, Any]) -> None:
    columns = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    table = "membership" if "person_id" in values else "section"
    types = {name: sa.bindparam(name, type_=sa.Uuid()) for name in values if name.endswith("id")}
    text = sa.text(f"INSERT INTO {table} ({columns}) VALUES ({places})")  # noqa: S608  our own words
    with session.begin_nested():
        session.execute(text.bindparams(*types.values()), values)


@pytest.fixture
def row(session: Session) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "section_id": factories.section(session).id,
        "person_id": factories.person(session).id,
        "role": "img",
        "state": "active",
        "asked_at": "2026-11-02 15:00:00",
    }


def test_a_good_membership_goes_in(session: Session, row: dict[str, Any]) -> None:
    insert(session, row)
    assert session.get_one(Membership, row["id"]).role is SectionRole.IMG


@pytest.mark.parametrize(
    "change",
    [
        {"role": "administrator"},
        {"role": "IMG"},
        {"role": None},
        {"state": "approved"},
        {"state": None},
        {"asked_at": None},
        {"section_id": uuid.UUID(int=7)},
        {"person_id": uuid.UUID(int=7)},
        {"decided_by_id": uuid.UUID(int=7)},
    ],
    ids=str,
)
def test_a_membership_that_must_not_be(
    session: Session, row: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        insert(session, row | change)


def test_no_role_twice_in_a_section(session: Session, row: dict[str, Any]) -> None:
    insert(session, row)
    insert(session, row | {"id": uuid.uuid4(), "role": "mentor"})
    with pytest.raises(IntegrityError):
        insert(session, row | {"id": uuid.uuid4(), "state": "left"})


@pytest.mark.parametrize(
    "change",
    [{"slug": "x"}, {"slug": "taken"}, {"name": "Taken"}, {"name": None}, {"about": None}],
    ids=str,
)
def test_a_section_that_must_not_be(session: Session, change: dict[str, Any]) -> None:
    factories.section(session, "Taken", slug="taken")
    row = {
        "id": uuid.uuid4(),
        "slug": "fresh",
        "name": "Fresh",
        "about": "",
        "approve_imgs": False,
        "created_at": "2026-11-02 15:00:00",
    }
    insert(session, row)
    with pytest.raises(IntegrityError):
        insert(session, row | {"id": uuid.uuid4(), "slug": "other", "name": "Other"} | change)


def test_memberships_go_with_the_person_and_outlive_who_decided(session: Session) -> None:
    section, decider = factories.section(session), factories.person(session)
    person = factories.person(session)
    session.add(
        Membership(
            section_id=section.id,
            person_id=person.id,
            role=SectionRole.IMG,
            state="active",
            asked_at=NOW,
            decided_by_id=decider.id,
        )
    )
    session.flush()
    left = sa.select(Membership.person_id, Membership.decided_by_id)
    session.execute(sa.delete(type(decider)).where(type(decider).id == decider.id))
    assert session.execute(left).all() == [(person.id, None)]
    session.execute(sa.delete(type(person)).where(type(person).id == person.id))
    assert session.execute(left).all() == []
