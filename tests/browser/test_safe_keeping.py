"""The pages about one's account and about who did what: how they look, and that a session stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from mentorship.accounts.models import User
from mentorship.demo.sign_ins import DEMO_PASSWORD, LEADER
from mentorship.signins.models import UserSession
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

WAITING = "beatriz.carvalho@example.org"
IMG = "arjun.nair@example.org"
ADMINISTRATOR = "admin@example.org"
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
PAGES = [
    (
        IMG,
        (
            "/account/security",
            "/account/second-factor",
            "/account/sessions",
            "/account/data",
            "/account/erase",
            "/privacy",
        ),
    ),
    (LEADER[0], ("/sections/imgs/log",)),
    (
        ADMINISTRATOR,
        (
            "/home/admin",
            "/admin/accounts",
            "/admin/second-factor",
            "/admin/sealed",
            "/admin/log",
            "/admin/retention",
        ),
    ),
]


@pytest.mark.parametrize(("who", "pages"), PAGES, ids=["img", "leader", "administrator"])
def test_pages_look_right(visitor: Callable[[], Visitor], who: str, pages: tuple[str, ...]) -> None:
    person = visitor()
    person.sign_in(who, DEMO_PASSWORD)
    for page in pages:
        person.go(page)
        assert person.page.locator("h1").count() == 1, page


def _let_time_go_by(instance: Path, *, seen: dt.timedelta, opened: dt.timedelta) -> None:
    """Move the person's session into the past, as if they had been away."""
    engine = sa.create_engine(f"sqlite:///{instance / 'mentorship.db'}")
    now = dt.datetime.now(dt.UTC)
    theirs = sa.select(User.id).where(User.email == WAITING).scalar_subquery()
    with engine.begin() as connection:
        moved = connection.execute(
            sa.update(UserSession)
            .where(UserSession.person_id == theirs)
            .values(seen_at=now - seen, opened_at=now - opened)
        )
        assert moved.rowcount == 1
    engine.dispose()


def test_who_is_away_is_asked_and_answers_by_keyboard(
    visitor: Callable[[], Visitor], instance: Path
) -> None:
    person = visitor()
    page = person.page
    page.clock.install()
    person.sign_in(WAITING, DEMO_PASSWORD)
    dialog = page.get_by_role("alertdialog")

    _let_time_go_by(instance, seen=MINUTE * 58, opened=HOUR)
    page.clock.fast_forward("57:00")
    expect(dialog).to_contain_text("Are you still there?")
    expect(dialog).to_contain_text("1 minute,")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    person.look()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    left = "fetch('/account/sessions/left').then(answer => answer.json()).then(said => said.left)"
    assert page.evaluate(left) > 3500

    _let_time_go_by(instance, seen=MINUTE, opened=HOUR * 24 - MINUTE * 3)
    page.clock.fast_forward("57:00")
    expect(dialog).to_contain_text("Please save now")
    person.look()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()

    _let_time_go_by(instance, seen=MINUTE, opened=HOUR * 25)
    page.clock.fast_forward("05:00")
    expect(dialog).to_contain_text("You are signed out")
    person.look()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_way_back_after_signing_out_leads_to_the_sign_in_page(
    visitor: Callable[[], Visitor],
) -> None:
    person = visitor()
    person.sign_in(IMG, DEMO_PASSWORD)
    person.go("/account/security")
    page, name = person.page, "Arjun Nair"
    page.set_viewport_size({"width": 1280, "height": 900})
    assert name in page.content()
    page.get_by_text(name, exact=True).first.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out", exact=True).first.click()
    for _ in range(2):  # the page before, and the one before that
        page.go_back()
        assert page.url.partition("?")[0].endswith("/login")
        assert name not in page.content()
