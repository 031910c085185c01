from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.mentorships.pair import Pair, confirmed


@pytest.fixture
def pair(session: Session) -> Pair:
    return confirmed(session)
