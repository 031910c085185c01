"""A switch of its own for showing one's gender to one's match; without it nobody is shown it."""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allow("purpose IN ('matching', 'share_visa', 'share_gender', 'listed', 'statistics')")


def downgrade() -> None:
    op.execute("DELETE FROM consent WHERE purpose = 'share_gender'")
    _allow("purpose IN ('matching', 'share_visa', 'listed', 'statistics')")


def _allow(condition: str) -> None:
    with op.batch_alter_table("consent") as batch:
        batch.drop_constraint(op.f("ck_consent_purpose_known"), type_="check")
        batch.create_check_constraint(op.f("ck_consent_purpose_known"), condition)
