"""The words of ``test_canary`` from a mentor's yes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.profiles.canary_reading import looked_for, out_of_place
from tests.profiles.canary_states import FROM_A_YES_ON, Reached
from tests.rounds.cast import Cast


@pytest.fixture
def cast(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    with looked_for(session, monkeypatch) as cast:
        yield cast


@pytest.mark.parametrize("reach", FROM_A_YES_ON, ids=lambda reach: reach.__name__)
def test_each_word_is_where_the_table_says(
    app: Flask,
    cast: Cast,
    reach: Callable[[Cast], Reached],
    pytestconfig: pytest.Config,
) -> None:
    assert out_of_place(app, cast, reach, long=pytestconfig.getoption("--long")) == []
