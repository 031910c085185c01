"""Two more policies for a round: fairest and stable."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = "ck_round_policy_known"


def upgrade() -> None:
    _allow("policy IN ('best-total', 'most-matched', 'fairest', 'stable')")


def downgrade() -> None:
    op.execute("UPDATE round SET policy = 'most-matched' WHERE policy IN ('fairest', 'stable')")
    _allow("policy IN ('best-total', 'most-matched')")


def _allow(condition: str) -> None:
    with op.batch_alter_table("round") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), condition)
