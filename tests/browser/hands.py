"""Two ways to use a page: with a mouse, and with nothing but the keyboard.

Both can answer all questions of whatever form they are at, so a new field is filled in, too.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Locator

from mentorship.demo.sign_ins import DEMO_PASSWORD
from tests.browser.conftest import Visitor

A_DAY = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=300)
# What is written where any words would not do, by the name of the field.
TEXTS = {
    "exact_times": "Mon 18:30-21:00",
    "graduation_year": "2019",
    "phone": "+1 215 555 0100",
    "avoid_addresses": "nobody.here@example.org",
    "exclude_addresses": "nobody.else@example.org",
}
NAMES = """form => [...form.elements]
  .filter(field => field.name && !["hidden", "submit"].includes(field.type))
  .map(field => field.name)"""


class Mouse:
    """Hands that click and type."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.main = visitor.page.locator("main")

    def sign_in(self, email: str) -> None:
        self.visitor.go("/login")
        self.write("Email", email, exact=False)
        self.write("Password", DEMO_PASSWORD)
        self.press("Sign in")

    def write(self, label: str, text: str, *, exact: bool = True) -> None:
        self._type(self.main.get_by_label(label, exact=exact), text)

    def choose(self, label: str, option: str) -> None:
        field = self.main.get_by_label(label, exact=True)
        self._choose(field, _place(field, "", option))

    def empty_day(self, label: str) -> None:
        self.main.get_by_label(label, exact=True).fill("")

    def tick(self, label: str) -> None:
        self._tick(self.main.get_by_role("checkbox", name=label, exact=True))

    def press(self, name: str | re.Pattern[str]) -> None:
        self._enter(self.main.get_by_role("button", name=name).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        self._enter(self.main.get_by_role("link", name=name).first)

    def fill_in(self, **wanted: str) -> None:
        """Answer every question of the form, in the order of the page.

        ``wanted`` is what to answer, by the name of the field: words, or the label of a choice.
        Without it the next choice is taken, and of a ranking (name_1, name_2) each in turn.
        """
        form = self.main.locator("form[method=post]")
        for name in dict.fromkeys(form.evaluate(NAMES)):
            field = form.locator(f"[name='{name}']")
            folded = field.first.locator("xpath=ancestor::details[not(@open)]/summary")
            if folded.count():
                self._unfold(folded)
            self._answer(field, name, wanted.get(name, ""))

    def _answer(self, field: Locator, name: str, wanted: str) -> None:
        kind = field.first.get_attribute("type") or field.first.evaluate("field => field.type")
        if kind == "select-one":
            self._choose(field, _place(field, name, wanted))
        elif kind == "checkbox":
            self._tick(self.main.get_by_role("checkbox", name=wanted) if wanted else field.first)
        elif kind == "radio":
            self._turn(field)
        elif kind == "date":
            self._set_day(field)
        else:
            self._type(field, wanted or TEXTS.get(name, f"Words for {name}"))

    def _type(self, field: Locator, text: str) -> None:
        field.fill(text)

    def _choose(self, field: Locator, place: int) -> None:
        field.select_option(index=place)

    def _tick(self, box: Locator) -> None:
        self._label(box).click()

    def _turn(self, buttons: Locator) -> None:
        self._label(_next_of(buttons)).click()

    def _label(self, box: Locator) -> Locator:
        return self.main.locator(f"label[for='{box.get_attribute('id')}']")

    def _set_day(self, field: Locator) -> None:
        field.fill(A_DAY.isoformat())

    def _unfold(self, summary: Locator) -> None:
        summary.click()

    def _enter(self, wanted: Locator) -> None:
        with self.page.expect_navigation():
            wanted.click()
        self.visitor.look()


class Keyboard(Mouse):
    """Hands that touch nothing but the keyboard: Tab to it, then type or press."""

    def _press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def _reach(self, wanted: Locator) -> None:
        handle = wanted.element_handle()
        for _ in range(400):
            if handle.evaluate("element => element === document.activeElement"):
                assert handle.evaluate("element => element.matches(':focus-visible')")
                return
            self._press("Tab")
        pytest.fail(f"{self.page.url}: the Tab key does not reach {wanted}")

    def _type(self, field: Locator, text: str) -> None:
        self._reach(field)
        self._press("Control+A")
        self.page.keyboard.type(text)

    def _choose(self, field: Locator, place: int) -> None:
        self._reach(field)
        away = place - field.evaluate("field => field.selectedIndex")
        self._press(*["ArrowDown" if away > 0 else "ArrowUp"] * abs(away))
        assert field.evaluate("field => field.selectedIndex") == place

    def _tick(self, box: Locator) -> None:
        self._reach(box)
        self._press("Space")
        assert box.is_checked()

    def _turn(self, buttons: Locator) -> None:
        """One Tab reaches a group of radio buttons; the arrows move in it."""
        wanted, chosen = _next_of(buttons), _checked(buttons)
        self._reach(buttons.first if chosen is None else buttons.nth(chosen))
        self._press("Space" if chosen is None else "ArrowDown")
        assert wanted.is_checked()

    def _set_day(self, field: Locator) -> None:
        self._reach(field)
        self.page.keyboard.type(f"{A_DAY:%m%d%Y}")
        assert field.input_value() == A_DAY.isoformat()

    def empty_day(self, label: str) -> None:
        field = self.main.get_by_label(label, exact=True)
        self._reach(field)
        self._press("Backspace", "ArrowRight", "Backspace", "ArrowRight", "Backspace")
        assert not field.input_value()

    def _unfold(self, summary: Locator) -> None:
        self._reach(summary)
        self._press("Enter")

    def _enter(self, wanted: Locator) -> None:
        self._reach(wanted)
        with self.page.expect_navigation():
            self._press("Enter")
        self.visitor.look()


def _place(field: Locator, name: str, wanted: str) -> int:
    """Return the place of a choice in a list: by its label, else away from the one chosen now."""
    if wanted:
        labels: list[Any] = field.evaluate("field => [...field.options].map(one => one.label)")
        return labels.index(wanted)
    ranked = re.search(r"_(\d)$", name)
    chosen: int = field.evaluate("field => field.selectedIndex")
    return chosen + (int(ranked[1]) if ranked else 1)


def _checked(buttons: Locator) -> int | None:
    states = [button.is_checked() for button in buttons.all()]
    return states.index(True) if True in states else None


def _next_of(buttons: Locator) -> Locator:
    chosen = _checked(buttons)
    return buttons.nth(0 if chosen is None else (chosen + 1) % buttons.count())
