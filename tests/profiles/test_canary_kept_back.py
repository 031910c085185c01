"""The words of ``test_canary`` where a section or its people keep something back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.profiles.canary_reading import looked_for, out_of_place
from tests.profiles.canary_states import KEPT_BACK
from tests.rounds.cast import Cast


@pytest.fixture
def cast(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    with looked_for(session, monkeypatch) as cast:
        yield cast


@pytest.mark.parametrize("state", KEPT_BACK)
def test_each_word_is_where_the_table_says(
    app: Flask, cast: Cast, state: str, pytestconfig: pytest.Config
) -> None:
    long = pytestconfig.getoption("--long")
    assert out_of_place(app, cast, KEPT_BACK[state], long=long) == []
