"""Entries of the log count from one: the database takes none with a number below.

The service has never written one. A log that holds one was tampered with: the step stops there, and
``flask audit verify`` names the entry.
"""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

# SQLite copies the table, and its triggers go with the old one.
KEPT = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entry"
    " BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry"
    " WHEN OLD.at > datetime('now', '-6 years')"
    " BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END",
)


def upgrade() -> None:
    with op.batch_alter_table("audit_entry") as batch:
        batch.create_check_constraint(op.f("ck_audit_entry_number_counts"), "number > 0")
    _keep()


def downgrade() -> None:
    with op.batch_alter_table("audit_entry") as batch:
        batch.drop_constraint(op.f("ck_audit_entry_number_counts"), type_="check")
    _keep()


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in KEPT:
            op.execute(trigger)
