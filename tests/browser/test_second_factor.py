"""A second factor with a real browser: an app's codes, and a passkey of a virtual authenticator."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from passlib.totp import TOTP  # type: ignore[import-untyped]  # it ships no types

from mentorship.demo.sign_ins import DEMO_PASSWORD
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

WITH_AN_APP = "rohan.nair@example.org"  # in no other test: a factor stays, and asks for itself
WITH_A_PASSKEY = "aishwarya.deshpande@example.org"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _sign_out(visitor: Visitor) -> None:
    visitor.context.clear_cookies()


def test_an_app_is_set_up_by_its_key_and_signs_in(visitor: Callable[[], Visitor]) -> None:
    person = visitor()
    person.sign_in(WITH_AN_APP, DEMO_PASSWORD)
    person.go("/account/security")
    person.follow("Set up an app")
    key = TOTP(key=person.page.locator(".key code").inner_text().replace(" ", ""))
    person.page.get_by_label("Code from the app").fill(key.generate(time.time() - 30).token)
    person.press("Save")
    person.reads("Your recovery codes")
    with person.page.expect_download() as saved:
        person.page.get_by_role("link", name="Save as a file").click()
    assert len(saved.value.path().read_text(encoding="utf-8").split("\n")) >= 12
    _sign_out(person)
    person.sign_in(WITH_AN_APP, DEMO_PASSWORD)
    person.reads("Second step")
    person.page.get_by_label("Code", exact=True).fill(key.generate(time.time()).token)
    person.press("Sign in")
    person.go("/account/security")
    person.reads("10 of 10")


def test_a_passkey_is_made_and_signs_in(visitor: Callable[[], Visitor]) -> None:
    person = visitor()
    devices = person.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    person.sign_in(WITH_A_PASSKEY, DEMO_PASSWORD)
    person.go("/account/second-factor/passkey")
    person.page.get_by_label("Name of the passkey").fill("My laptop")
    person.page.get_by_role("button", name="Add passkey").click()
    person.page.locator(".codes").wait_for()
    person.look()
    _sign_out(person)
    person.sign_in(WITH_A_PASSKEY, DEMO_PASSWORD)
    person.reads("Second step")
    person.page.get_by_role("button", name="Use a passkey").click()
    person.page.wait_for_url("**/home/**")
    person.go("/account/security")
    person.reads("My laptop, added")
    _remove(person)


def _remove(person: Visitor) -> None:
    person.follow("Take off")
    person.press("Take it off")
    person.reads("It is taken off")
