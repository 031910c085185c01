"""Least power on PostgreSQL: one role owns and migrates the tables, another serves with them.

``deploy/roles.sql`` makes both. The serving role reads and writes rows; it makes, changes and
empties no table, and to the log of who did what it can only add.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

ADDED_TO = ("audit_entry",)
READ = ("alembic_version",)


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
    ]
    for statement in statements:
        session.execute(sa.text(statement.format(role=quoted)))
