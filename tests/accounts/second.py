"""Somebody's app of codes, and the ways through the pages of a second factor."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from passlib.totp import TOTP  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy.orm import Session

from mentorship.accounts import totp
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from tests.accounts.conftest import PASSWORD
from tests.page import Page, PageClient

APP = "/account/second-factor/app"
PASSKEY = "/account/second-factor/passkey"
CODES = "/account/second-factor/recovery-codes"
STEP = "/login/second-step"


def code_of(secret: str, *, steps: int = 0) -> str:
    """Return what an app shows, so many steps of 30 seconds from now."""
    return str(TOTP.from_source(secret).generate(time.time() + 30 * steps).token)


def add_app(client: PageClient, person: User) -> tuple[str, list[str]]:
    """Set an app up through the page; return its secret and the recovery codes shown, if any."""
    form = client.get(APP).form("")
    sealed = form.find(".//input[@name='sealed']").get("value") or ""  # type: ignore[union-attr]  # None fails the test
    secret = totp.unseal(person, sealed)
    assert secret is not None
    for _ in range(2):  # a code that gets too old on its way is made anew
        # The step before: the code of this one is left for signing in.
        data = {"sealed": sealed, "code": code_of(secret, steps=-1)}
        answer = client.client.post(APP, data=data | {"csrf_token": client.token()})
        page = Page(answer)
        shown = [e.text or "" for e in page.tree.iterfind(".//*[@data-code]")]
        if shown or answer.status_code == 303:
            return secret, shown
    raise AssertionError(page.text[:300])


def first_step(client: PageClient, person: User, password: str = PASSWORD) -> Page:
    """Give the right password."""
    return client.submit("/login", {"email": person.email, "password": password})


def second_step(client: PageClient, code: str, status: int = 303) -> Page:
    return client.post(STEP, {"code": code}, status=status)


def entries(session: Session, action: str) -> list[dict[str, Any]]:
    """Return the details of what the log says was done."""
    found = sa.select(AuditEntry.detail).where(AuditEntry.action == action)
    return list(session.scalars(found.order_by(AuditEntry.number)))
