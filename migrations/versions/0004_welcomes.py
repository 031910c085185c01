"""A mentor may mark IMGs they would gladly take: one more use of a naming."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = "ck_naming_use_known"


def upgrade() -> None:
    _allow("use IN ('request', 'welcome', 'avoid')")


def downgrade() -> None:
    op.execute("DELETE FROM naming WHERE use = 'welcome'")
    _allow("use IN ('request', 'avoid')")


def _allow(condition: str) -> None:
    with op.batch_alter_table("naming") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), condition)
