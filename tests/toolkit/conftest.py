from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.search.service import rebuild
from mentorship.toolkit.facts import Facts, read_facts
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.searched import SOURCES
from tests import factories
from tests.toolkit.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture(scope="session")
def shipped() -> Facts:
    return read_facts()


@pytest.fixture
def loaded(session: Session, shipped: Facts) -> Session:
    """A database with the toolkit as it is shipped.

    The rows are those of ``load_facts`` (which has tests of its own), written in the quickest way.
    """
    for table, rows in shipped.rows.items():
        session.execute(sa.insert(table), list(rows.values()))
    return session


@pytest.fixture
def indexed(loaded: Session) -> Session:
    """The same, with everything in the index of the search."""
    rebuild(loaded, SOURCES)
    return loaded


@pytest.fixture
def leader(session: Session) -> User:
    return factories.leader(session, factories.section(session))


@pytest.fixture
def small(session: Session, files: Files) -> Session:
    """A database with the few facts of a folder made for tests."""
    load_facts(session, folder=files.write())
    return session
