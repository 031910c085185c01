"""Run migrations against the application's own engine; there is no second place for the URL."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import context

from mentorship.extensions import UtcDateTime, db
from mentorship.operations.updating import alone


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as the plain one below it: a migration must outlive the code."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out tables that no model tells of: the queue's own, and the full-text search's."""
    return kind != "table" or not (name or "").startswith(("huey_", "search_fts"))


@contextmanager
def rows_kept(connection: sa.Connection) -> Iterator[None]:
    """Keep the rows that point to a table which SQLite changes by copying it and dropping the old.

    With foreign keys on they would go with it. They are off meanwhile, by the driver since a
    transaction must not be open, and afterwards every key must lead somewhere.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        lost = driver.execute("PRAGMA foreign_key_check").fetchall()
        if lost:
            tables = ", ".join(sorted({row[0] for row in lost}))
            raise RuntimeError(f"migration: {len(lost)} rows point to nothing, in {tables}")
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def run() -> None:
    with alone(db.engine), db.engine.connect() as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.exec_driver_sql("SET lock_timeout = '4s'")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_server_default=True,
            render_item=render_item,
            include_name=include_name,
            render_as_batch=not postgresql,
            transaction_per_migration=True,
        )
        with rows_kept(connection), context.begin_transaction():
            context.run_migrations()


run()
