"""The typical time of a stage has a source; a video says who speaks; bare numbers stand apart."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

THEME = "ck_policy_statement_theme_known"
BEFORE = ("equity", "positions", "reports", "bills", "pathways", "section", "council")


def _themes(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("policy_statement") as table:
        table.drop_constraint(op.f(THEME), type_="check")
        table.create_check_constraint(op.f(THEME), f"theme IN ({listed})")


def upgrade() -> None:
    with op.batch_alter_table("journey_fact") as table:
        table.add_column(
            sa.Column("tells_time", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.create_index(
            "uq_journey_fact_time",
            ["stage_id"],
            unique=True,
            sqlite_where=sa.text("tells_time"),
            postgresql_where=sa.text("tells_time"),
        )
    with op.batch_alter_table("resource") as table:
        table.add_column(sa.Column("who", sa.Text(), nullable=True))
    _themes((*BEFORE, "numbers"))


def downgrade() -> None:
    op.execute("UPDATE policy_statement SET theme = 'positions' WHERE theme = 'numbers'")
    _themes(BEFORE)
    with op.batch_alter_table("resource") as table:
        table.drop_column("who")
    with op.batch_alter_table("journey_fact") as table:
        table.drop_index("uq_journey_fact_time")
        table.drop_column("tells_time")
