from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from mentorship.toolkit.loading import load_facts
from tests.toolkit.files import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def loaded(session: Session) -> Session:
    """A database with the toolkit as it is shipped."""
    load_facts(session)
    return session
