"""What people keep on their account page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts import service
from mentorship.accounts.models import User
from tests import factories
from tests.accounts.conftest import again
from tests.page import PageClient


@pytest.fixture
def mine(anna: User, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(anna)


def test_settings_are_kept(mine: PageClient, anna: User, session: Session) -> None:
    data = {"name": "Anna S.", "timezone": "America/New_York", "phone": " +1 215 555 0100 "}
    assert mine.submit("/account", data).location == "/account"
    kept = again(anna)
    assert (kept.name, kept.timezone, kept.phone) == tuple(s.strip() for s in data.values())
    assert mine.get("/account").form().find(".//input[@name='phone']").get("value") == kept.phone  # type: ignore[union-attr]  # None fails the test
    stored = session.scalar(
        sa.text("SELECT phone_sealed FROM \"user\" WHERE email = 'anna@example.org'")
    )
    assert b"555" not in bytes(stored or b"")


def test_leaders_switch_the_keys_of_their_tables_off(
    session: Session, sign_in: Callable[[User], PageClient], mine: PageClient
) -> None:
    section = factories.section(session)
    leader = factories.leader(session, section)
    rounds = f"/sections/{section.slug}/rounds"
    page = sign_in(leader)
    assert "data-off" not in page.get(rounds).response.text
    page.submit("/account", {"keys_off": "y"})
    assert "data-off" in page.get(rounds).response.text
    page.submit("/account", {"keys_off": ""})
    assert not again(leader).keys_off
    assert "keys of tables" not in mine.get("/account").text  # she leads no section


def test_what_is_left_empty_is_taken_out(mine: PageClient, anna: User) -> None:
    anna.timezone, anna.phone = "Europe/Berlin", "+49 30 123456"
    mine.submit("/account", {"timezone": "", "phone": ""})
    assert again(anna).timezone is None
    assert anna.phone_sealed is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("timezone", "Mars/Olympus"),
        ("phone", "call me"),
        ("phone", "123"),
        ("phone", "99999999999999999999"),
        ("phone", "+1 215 555 0100\r\nBcc: x"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    mine: PageClient, anna: User, field: str, value: str
) -> None:
    page = mine.submit("/account", {field: value}, status=200)
    assert page.tree.find(".//*[@aria-invalid='true']").get("name") == field  # type: ignore[union-attr]  # None fails the test
    assert (again(anna).name, anna.timezone, anna.phone) == ("Anna Schmidt", None, None)


def test_a_zone_from_a_roster_stays_though_it_is_not_on_the_list(
    mine: PageClient, anna: User
) -> None:
    anna.timezone = "US/Eastern"
    mine.submit("/account", {"phone": ""})
    assert again(anna).timezone == "US/Eastern"


def test_only_the_fields_of_the_page_are_taken(mine: PageClient, anna: User) -> None:
    mine.submit("/account", {"email": "x@example.org", "demo": "1", "roles": "administrator"})
    assert (again(anna).email, anna.demo, anna.is_administrator) == (
        "anna@example.org",
        False,
        False,
    )


def test_the_service_guards_the_rules_too(session: Session, anna: User) -> None:
    with pytest.raises(service.ZoneUnknown):
        service.change_settings(session, anna, name="A", timezone="Mars/Olympus", phone=None)
    with pytest.raises(service.PhoneUnusable):
        service.change_settings(session, anna, name="A", timezone=None, phone="none")
    with pytest.raises(service.NameUnusable):
        service.change_settings(session, anna, name="\n", timezone=None, phone=None)


def test_time_zones_are_places_and_utc() -> None:
    zones = service.time_zones()
    assert zones[0] == "UTC"
    assert {"America/New_York", "Asia/Kolkata", "Africa/Lagos"} < set(zones)
    assert not any(zone.startswith(("Etc/", "US/", "posix")) for zone in zones)
