"""What the database refuses of people, whatever the code above it does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.accounts.models import ADMINISTRATOR, Role, User, user_role
from tests import factories


@pytest.mark.parametrize(
    ("values", "why"),
    [({"email": "Anna@example.org"}, "email_lower"), ({"name": ""}, "name_given")],
)
def test_a_person_who_must_not_be(session: Session, values: dict[str, str], why: str) -> None:
    anna = factories.person(session, "Anna")
    with pytest.raises(IntegrityError, match=why), session.begin_nested():
        session.execute(sa.update(User).where(User.id == anna.id).values(values))


def test_no_index_rests_on_lower(session: Session) -> None:
    """On SQLite it is ours: an index that was made with another one would miss rows."""
    if session.get_bind().dialect.name == "sqlite":
        schema = sa.table("sqlite_master", sa.column("type"), sa.column("sql"))
        made = sa.select(schema.c.sql).where(schema.c.type == "index")
        indexes = session.scalars(made.where(schema.c.sql.is_not(None))).all()
        assert indexes
        assert not [each for each in indexes if "lower" in each.lower()]


@pytest.mark.parametrize("field", ["email", "fs_uniquifier"])
def test_an_address_and_a_key_belong_to_one_person(session: Session, field: str) -> None:
    anna, ben = factories.person(session, "Anna"), factories.person(session, "Ben")
    taken = {field: getattr(anna, field)}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.update(User).where(User.id == ben.id).values(taken))


def test_a_role_is_there_once_and_given_once(session: Session) -> None:
    factories.administrator(session)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.insert(Role).values(name=ADMINISTRATOR))
    given = session.execute(sa.select(user_role)).mappings().first()
    assert given is not None
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.insert(user_role).values(dict(given)))
