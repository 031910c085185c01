"""The governing council has a page of its own; how sure the limits for exams of a board are."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0032"
branch_labels = None
depends_on = None

BEFORE = ("equity", "positions", "reports", "bills", "pathways", "section")
THEME = "ck_policy_statement_theme_known"
SURE = "ck_license_rule_limits_confidence_known"


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(map(repr, words))})"


def _themes(words: tuple[str, ...]) -> None:
    with op.batch_alter_table("policy_statement") as table:
        table.drop_constraint(op.f(THEME), type_="check")
        table.create_check_constraint(op.f(THEME), _among("theme", words))


def upgrade() -> None:
    _themes((*BEFORE, "council"))
    does = sa.Column("about", sa.String(length=500), server_default="", nullable=False)
    with op.batch_alter_table("council_seat") as table:
        table.add_column(does)
    with op.batch_alter_table("council_seat") as table:
        table.alter_column("about", server_default=None)
    with op.batch_alter_table("license_rule") as table:
        table.add_column(sa.Column("limits_confidence", sa.String(length=20), nullable=True))
        known = _among("limits_confidence", ("high", "medium", "low"))
        table.create_check_constraint(op.f(SURE), known)


def downgrade() -> None:
    with op.batch_alter_table("license_rule") as table:
        table.drop_constraint(op.f(SURE), type_="check")
        table.drop_column("limits_confidence")
    op.drop_column("council_seat", "about")
    op.execute("UPDATE policy_statement SET theme = 'section' WHERE theme = 'council'")
    _themes(BEFORE)
