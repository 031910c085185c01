"""Least power on PostgreSQL: one role owns and migrates the tables, another serves with them.

``deploy/roles.sql`` makes both. The serving role reads and writes rows; it makes, changes and
empties no table. To the log of who did what it can only add, and call what takes away entries that
are older than six years.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

ADDED_TO = ("audit_entry",)
READ = ("alembic_version",)
CALLED = ("forget_old_entries(integer)",)


def grant(session: Session, role: str | None) -> None:
    """Give the serving role what it needs on the tables there are now; after every migration."""
    if role is None or session.get_bind().dialect.name != "postgresql":
        return
    quoted = session.connection().dialect.identifier_preparer.quote(role)
    statements = [
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {{role}}" for table in ADDED_TO),
        *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{role}}" for table in READ),
        *(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC" for function in CALLED),
        *(f"GRANT EXECUTE ON FUNCTION {function} TO {{role}}" for function in CALLED),
    ]
    for statement in statements:
        session.execute(sa.text(statement.format(role=quoted)))
