"""F11, F12 and F14 at length: much data through migrations, a backup and back, and an import."""

from __future__ import annotations

import time
import uuid

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from mentorship.extensions import db, transaction
from mentorship.operations.backup import back_up, restore
from mentorship.pulse import utc_now
from tests import factories
from tests.faults import files
from tests.faults.bench import Bench, Told, ended

PEOPLE = 100_000
MEGABYTES, ROWS = 300, 1_000_000


def f11(bench: Bench) -> Told:
    people = bench.times(PEOPLE)
    with ended(bench.place()) as site, site.app.app_context():
        with transaction() as session:
            made = factories.person(session)
            session.flush()
            row = session.execute(sa.select(type(made).__table__)).mappings().one()
        downgrade(revision="0012")
        key = sa.Column("id", sa.Uuid(), primary_key=True)  # which SQLite does not tell
        table = sa.Table("user", sa.MetaData(), key, autoload_with=db.engine)
        plain = {name: value for name, value in row.items() if name in table.columns}
        rows = [
            plain
            | {
                "id": uuid.uuid4(),
                "email": f"p{n}@example.org",
                "fs_uniquifier": f"{n:032}",
            }
            for n in range(people)
        ]
        with db.engine.begin() as connection:
            connection.execute(table.insert(), rows)
        start = time.monotonic()
        upgrade()
        seconds = time.monotonic() - start
        count = db.session.scalar(sa.select(sa.func.count()).select_from(sa.table("user")))
        db.session.remove()
    done = f"from migration 0012 to the newest with {people} people"
    return (
        done,
        f"{seconds:.1f} s, {count} people after it",
        "60 s, none lost",
        seconds <= 60 and count == people + 1,
    )


def f12(bench: Bench) -> Told:
    people = bench.times(20_000)
    with ended(bench.place()) as site, site.app.app_context():
        with transaction() as session:
            for _ in range(people):
                factories.person(session)
        file = bench.folder / "site.backup"
        start = time.monotonic()
        _, size = back_up(db.engine, file, now=utc_now())
        taken = time.monotonic() - start
        restored = restore(db.engine, file, force=True)
        back = time.monotonic() - start - taken
        db.session.remove()
    done = f"a site of {people} people backed up and restored, {size / 1e6:.1f} MB"
    measured = (
        f"backup {taken:.1f} s; restore with all checks {back:.1f} s (RTO),"
        f" {sum(restored.state.rows.values())} rows equal; RPO is the time between two backups"
    )
    return done, measured, "RPO 24 h, RTO 15 min", back < 15 * 60


def f14(bench: Bench) -> Told:
    rows = bench.times(ROWS)
    with ended(bench.place()) as site:
        seconds, megabytes, code, said = files.from_the_command_line(site, rows)
        status, answered = files.to_the_site(site)
    done = f"a file of {rows} rows at the command line; one of 11 MB to the site"
    measured = (
        f"command: {seconds:.1f} s, {megabytes:.0f} MB, exit {code}: {said[:160]};"
        f" site: {status} in {answered:.1f} s"
    )
    met = code == 0 and megabytes < MEGABYTES and status == 413 and answered < 2
    return done, measured, f"taken in {MEGABYTES} MB; refused in 2 s", met
