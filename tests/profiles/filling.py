"""Fill in a profile step by step, as its owner does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mentorship.profiles.steps import ROADS, Step
from tests.page import Page, PageClient


def path_of(road: str, step: Step) -> str:
    return f"/profile/{road}/{step.key}"


def step_with(road: str, field: str) -> str:
    """Return the address of the step that asks for a field of a form."""
    name = field.partition("-")[0]
    return next(path_of(road, step) for step in ROADS[road].steps if hasattr(step.form, name))


def fill_in(client: PageClient, road: str, typed: Mapping[str, Any]) -> Page:
    """Send every step with what is typed there; all else stays as the page shows it."""
    pages = {}
    for step in ROADS[road].steps:
        path = path_of(road, step)
        here = {name: value for name, value in typed.items() if step_with(road, name) == path}
        pages[path] = client.submit(path, here)
    return pages[path]
