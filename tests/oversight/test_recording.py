"""Whatever a request changes leaves an entry, or its view stands on the list that says why not."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry, first_bad
from mentorship.extensions import rows_hit, transaction
from mentorship.oversight import recording
from mentorship.oversight.recording import UNLOGGED
from mentorship.oversight.words import ACTIONS_OF, ROOMS, WORDS
from tests import factories
from tests.page import PageClient
from tests.stage import set_stage


def unsafe(app: Flask) -> dict[str, str]:
    """Return each view that may change something, with an address of it."""
    found = {}
    for rule in app.url_map.iter_rules():
        if {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ()):
            values = {
                name: uuid.uuid4() if type(kind).__name__ == "UUIDConverter" else "none"
                for name, kind in rule._converters.items()  # noqa: SLF001  no public way
            }
            found[rule.endpoint] = rule.build(values)[1]  # type: ignore[index]  # it can be built
    return found


def test_every_view_that_changes_something_has_words_in_the_log_or_a_reason(app: Flask) -> None:
    views = unsafe(app)
    silent = {
        endpoint
        for endpoint in views
        if endpoint not in WORDS
        and endpoint not in UNLOGGED
        and not _tells(inspect.unwrap(app.view_functions[endpoint]))
    }
    assert silent == set()
    assert set(UNLOGGED) <= set(views)  # no view that is gone stays on the list
    assert not set(UNLOGGED) & set(WORDS)


def _tells(function: Callable[..., object], *, deeper: bool = True) -> bool:
    """Tell whether a view, or a helper beside it that it calls, writes an entry of its own."""
    if "acting(" in (source := inspect.getsource(function)) or "audit.record(" in source:
        return True
    names = set(re.findall(r"\b(_\w+)\(", source)) & set(function.__globals__)
    return deeper and any(_tells(function.__globals__[name], deeper=False) for name in names)


def test_each_action_has_one_room() -> None:
    assert set(ACTIONS_OF) == set(ROOMS)
    assert sum(map(len, ACTIONS_OF.values())) == len(WORDS)


def test_a_write_of_any_such_view_leaves_an_entry_of_its_name(app: Flask, session: Session) -> None:
    person = factories.person(session)
    wrong = []
    for endpoint, path in unsafe(app).items():
        before = _count(session)
        with app.test_request_context(path, method="POST"):
            recording.begin()
            with transaction() as held:
                held.execute(sa.update(User).where(User.id == person.id).values(name="New name"))
        new = _count(session) - before
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        if endpoint in UNLOGGED:
            fine = new == 0
        else:
            fine = new == 1 and last is not None and last.action == endpoint
        if not fine:
            wrong.append(f"{endpoint}: {new} entries")
    assert wrong == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_writes_nothing_or_is_undone_leaves_none(
    app: Flask, session: Session, method: str
) -> None:
    before = _count(session)
    with app.test_request_context("/account", method=method):
        recording.begin()
        with transaction() as held:
            held.execute(sa.select(User))
        with pytest.raises(LookupError):
            _write_and_fail()
    assert _count(session) == before


NOBODY, SOMEBODY = User.id == uuid.UUID(int=0), User.id.is_not(None)
RENAMED = {"name": "New name"}


@pytest.mark.parametrize(
    ("write", "found"),
    [
        (sa.update(User).where(NOBODY).values(RENAMED), False),
        (sa.update(User).where(SOMEBODY).values(RENAMED), True),
        (sa.delete(User).where(NOBODY), False),
        (sa.delete(User).where(SOMEBODY), True),
    ],
)
@pytest.mark.parametrize("returning", [False, True])
def test_a_write_that_finds_no_row_leaves_none(
    app: Flask, session: Session, write: sa.Update | sa.Delete, *, found: bool, returning: bool
) -> None:
    factories.person(session)
    before = _count(session)
    with app.test_request_context("/account", method="POST"):
        recording.begin()
        with transaction() as held:
            if returning:
                ids = held.scalars(write.returning(User.id)).all()
                assert [isinstance(key, uuid.UUID) for key in ids] == [True] * found
            else:
                assert rows_hit(held, write) == found
    assert _count(session) - before == found


def test_a_write_of_many_objects_leaves_one(app: Flask, session: Session) -> None:
    person, before = factories.person(session), _count(session)
    with app.test_request_context("/account", method="POST"):
        recording.begin()
        with transaction() as held:
            held.execute(sa.update(User), [{"id": person.id, **RENAMED}])
    assert _count(session) - before == 1


def test_an_entry_says_who_where_and_about_what(
    app: Flask, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    stage = set_stage(session)
    leader, waiting = stage.people["leader"], stage.people["waiting"]
    assert leader is not None
    assert waiting is not None
    slug = stage.values["slug"]
    page = sign_in(leader).get(f"/sections/{slug}/members?state=asked")
    action = next(
        f.get("action") for f in page.tree.iterfind(".//form") if "approve" in str(f.get("action"))
    )
    sign_in(leader).post(str(action))
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert last is not None
    assert (last.action, last.actor_id) == ("sections.approve", leader.id)
    assert str(last.about_id) in str(action)
    text = sign_in(leader).get(f"/sections/{slug}/log").text
    assert "Approved a request" in text
    assert first_bad(session)[0] is None


def _write_and_fail() -> None:
    with transaction() as session:
        session.execute(sa.update(User).values(timezone="UTC"))
        raise LookupError


def _count(session: Session) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(AuditEntry)).one()
