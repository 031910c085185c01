"""Which addresses of the toolkit work, and the day a leader last opened a resource."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_check",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_link_check_failures_count")),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_link_check")),
    )
    op.create_index(op.f("ix_link_check_next_check_at"), "link_check", ["next_check_at"])
    op.add_column("resource", sa.Column("checked_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("resource", "checked_on")
    op.drop_table("link_check")
