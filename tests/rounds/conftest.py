"""Everybody in these tests belongs to one small section."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import transaction
from mentorship.notices.models import Message
from mentorship.sections.models import Section
from tests.rounds.cast import Cast, small_cast


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


@pytest.fixture(scope="module")
def racing(new_app: Callable[..., Flask]) -> Flask:
    return new_app()


@pytest.fixture
def empty(racing: Flask) -> Iterator[Flask]:
    """The same application with nobody in it, before each turn's own people come."""
    yield racing
    with racing.app_context(), transaction() as session:
        for table in (Section, User, Message):
            session.execute(sa.delete(table))
