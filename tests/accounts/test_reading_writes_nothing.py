"""Opening a page, a mailed link too, changes nothing.

The one exception is when a session was last seen: noted at most once a minute, after the answer is
out (tests/signins/test_lasting.py).
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_security import hash_password
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session

from mentorship.accounts import newest
from mentorship.accounts.claims import claim_links
from mentorship.accounts.models import User
from mentorship.accounts.newest import Link
from mentorship.extensions import db
from tests.accounts.conftest import PASSWORD
from tests.factories import person
from tests.page import PageClient

HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")


def test_no_get_writes(client: PageClient, session: Session, anna: User, waiting: User) -> None:
    lea = person(session, email="lea@example.org", confirmed_at=None, password=hash_password("x"))
    reset, confirm = generate_reset_password_token(anna), generate_confirmation_token(lea)
    newest.note(session, anna, Link.RESET, reset)
    newest.note(session, lea, Link.CONFIRM, confirm)
    claim = claim_links.sign(waiting.fs_uniquifier, now=dt.datetime.now(dt.UTC))
    written: list[str] = []

    def look(*event: object) -> None:
        statement = str(event[2]).lstrip()
        if not statement.upper().startswith(HARMLESS):
            written.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", look)
    try:
        for path in ("/login", "/register", "/reset", "/confirm", "/check-mail"):
            client.get(path)
        for path in (f"/reset/{reset}", f"/confirm/{confirm}", f"/claim/{claim}"):
            client.get(path)
        assert written == []
        client.submit("/login", {"email": anna.email, "password": PASSWORD})
        written.clear()  # a sign-in is noted in the log
        for path in ("/account", "/account/security", "/account/sessions", "/change"):
            client.get(path)
        client.get("/verify", status=303)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", look)
    assert written == []
