"""Groups by visa and gender are told once, of a published run, with chance in every figure.

What earlier runs told of them is taken away: set side by side it would tell of single people.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FAIRNESS = sa.table("run_fairness", sa.column("run_id", sa.Uuid()), sa.column("tables", JSON))
KNOWN, OF_MANY = "ck_mentor_gain_kind_known", "ck_mentor_gain_visa_paths_of_many"


def upgrade() -> None:
    op.create_table(
        "private_tables",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tables", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_private_tables_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_private_tables")),
    )
    bind = op.get_bind()
    for row in bind.execute(sa.select(FAIRNESS)).all():
        left = {k: v for k, v in row.tables.items() if not k.startswith("withheld")}
        told = {key: _open(value) for key, value in left.items()}
        same = FAIRNESS.c.run_id == row.run_id
        bind.execute(sa.update(FAIRNESS).where(same).values(tables=told))
    op.execute("DELETE FROM mentor_gain WHERE kind = 'visa'")
    with op.batch_alter_table("mentor_gain") as table:
        table.drop_constraint(op.f(KNOWN), type_="check")
        table.drop_constraint(op.f(OF_MANY), type_="check")
        table.create_check_constraint(op.f(KNOWN), "kind IN ('specialty', 'topic', 'state')")
    _freeze()


def downgrade() -> None:
    with op.batch_alter_table("mentor_gain") as table:
        table.drop_constraint(op.f(KNOWN), type_="check")
        table.create_check_constraint(
            op.f(KNOWN), "kind IN ('specialty', 'topic', 'state', 'visa')"
        )
        table.create_check_constraint(op.f(OF_MANY), "kind <> 'visa' OR mentors >= 5")
    _freeze()
    op.drop_table("private_tables")


def _open(tables: Any) -> Any:
    """Return groups without those by private answers."""
    if not isinstance(tables, dict):
        return tables
    return {kind: rows for kind, rows in tables.items() if kind not in {"visa", "gender"}}


def _freeze() -> None:
    """SQLite has copied the table and with it lost what keeps its rows from changing."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER mentor_gain_frozen BEFORE UPDATE ON mentor_gain FOR EACH ROW"
            " BEGIN SELECT RAISE(ABORT, 'a run never changes'); END"
        )
