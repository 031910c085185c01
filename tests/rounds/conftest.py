"""Everybody in these tests belongs to one small section."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.rounds.cast import Cast, small_cast


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)
