"""How long ``flask audit verify`` takes for a log of 100,000 entries.

    python -m benchmarks.audit [sqlite:///FILE | postgresql+psycopg://…]

The database must be empty: it is migrated and filled. Without an address a SQLite file is made and
removed again.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
import uuid
from pathlib import Path

import sqlalchemy as sa
from flask_migrate import upgrade

from mentorship import audit
from mentorship.app import create_app
from mentorship.audit import AuditEntry
from mentorship.config import Mode, Settings
from mentorship.crypto import new_key
from mentorship.extensions import reading, transaction

ENTRIES, AT_ONCE = 100_000, 5_000


def fill() -> None:
    """Write a chain as ``audit.record`` does, many rows at a time."""
    number, before, now = 0, audit.START, dt.datetime.now(dt.UTC)
    while number < ENTRIES:
        rows = []
        for _ in range(AT_ONCE):
            number += 1
            entry = AuditEntry(
                number=number,
                at=now + dt.timedelta(seconds=number),
                actor_id=uuid.uuid4(),
                action="sections.approve",
                about_id=uuid.uuid4(),
                section_id=uuid.uuid4(),
                detail={"count": number},
                before=before,
            )
            before = audit.key.hash(entry)
            names = [column.name for column in AuditEntry.__table__.columns]
            rows.append({name: getattr(entry, name) for name in names} | {"hash": before})
        with transaction() as session:
            session.execute(sa.insert(AuditEntry), rows)


def main(url: str) -> None:
    settings = Settings(
        secret_key=uuid.uuid4().hex * 2,
        field_keys=f"once:{new_key()}",
        database_url=url,
        base_url="http://localhost",
        trusted_hosts=("localhost",),
        mode=Mode.TESTING,
        instance=Path(tempfile.gettempdir()),
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        fill()
        for _ in range(3):
            start = time.perf_counter()
            with reading() as session:
                bad, count, _head = audit.first_bad(session)
            took = time.perf_counter() - start
            print(f"{count} entries, first bad: {bad}, {took:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(f"sqlite:///{folder}/log.db")
