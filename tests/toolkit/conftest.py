from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from mentorship.search.service import rebuild
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.searched import SOURCES
from tests.toolkit.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def loaded(session: Session) -> Session:
    """A database with the toolkit as it is shipped."""
    load_facts(session)
    return session


@pytest.fixture
def indexed(loaded: Session) -> Session:
    """The same, with everything in the index of the search."""
    rebuild(loaded, SOURCES)
    return loaded
