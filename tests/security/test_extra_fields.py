"""A form changes what it shows, and nothing else: fields that it does not have do nothing.

Every form is sent with the name of every column of the database beside its own fields, and, if that
did anything, once more as a friendly person would. The database must then differ in the same
columns, to the same values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import Base
from tests.page import PageClient
from tests.rows import Change, Rows, changes, rows
from tests.security.asks import Asked, encoded, learn, undone
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

MADE_EACH_TIME = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d|[0-9a-f]{8}-?[0-9a-f]{4}|.{40}|^b'|^\(\d+,\)$"
)
CANARY = "Canaryofnofield"
WANTED = {
    "role": "admin",
    "roles": "administrator",
    "is_administrator": "y",
    "active": "",
    "state": "published",
    "confirmed_at": "2026-01-01",
    "fs_uniquifier": CANARY,
    "email": "canary@example.org",
    "demo": "y",
    "published": "y",
    "hidden": "y",
}


def _columns(stage: Stage) -> Mapping[str, str]:
    """Give every column's name a value that somebody else would like to see in it."""
    stranger = str(stage.people["leader2"].id)  # type: ignore[union-attr]  # None fails the test
    names = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    keys = {name: stranger for name in names | {"id", "user_id"} if name.endswith("id")}
    return dict.fromkeys(names, CANARY) | keys | WANTED


def _sent(
    app: Flask, session: Session, who: User | None, path: str, values: Mapping[str, bytes]
) -> Rows:
    """Send a form, say what there is afterwards, and take it back."""
    with undone(session):
        client = PageClient(app, who)
        body = f"csrf_token={client.token()}&{encoded(tuple(values.items()))}"
        client.client.post(path, data=body, content_type="application/x-www-form-urlencoded")
        return rows(session)


def _told(found: list[Change]) -> Counter[tuple[str, str, str]]:
    """Count the changed columns, with their values but for keys, times and sealed words."""
    return Counter(
        (each.table, each.column, "" if MADE_EACH_TIME.search(each.after) else each.after)
        for each in found
    )


def _posts(app: Flask, stage: Stage, session: Session) -> Iterator[tuple[str, str, Asked]]:
    for rule in rules(app, "POST"):
        for who in sorted(admitted(app, rule) - {"stranger"}):
            path = address(rule, stage.values)
            with undone(session):
                asked = learn(app, PageClient(app, stage.people[who]), path, "POST")
            yield who, path, asked
            break


def test_fields_that_a_form_does_not_have_do_nothing(
    app: Flask, stage: Stage, session: Session
) -> None:
    wrong, acted = [], 0
    columns, before = _columns(stage), rows(session)
    for who, path, asked in _posts(app, stage, session):
        plain = asked.plain()
        more = {name: value.encode() for name, value in columns.items() if name not in asked.names}
        sender = stage.people[who]
        again = list(changes(before, _sent(app, session, sender, path, plain | more)))
        if not again:
            continue
        once = list(changes(before, _sent(app, session, sender, path, plain)))
        acted += bool(once)
        if _told(once) != _told(again):
            wrong.append((who, path, _told(once) - _told(again), _told(again) - _told(once)))
        wrong += [(who, path, each) for each in again if CANARY in each.after]  # type: ignore[misc]  # a row's values, of any type
    assert wrong == []
    assert acted >= 60, acted  # most forms did something, so that the comparison means something
