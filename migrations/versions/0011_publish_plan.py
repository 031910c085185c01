"""Publishing with a while to take it back, or at a time that is set."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publish_plan",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by_id", sa.Uuid(), nullable=True),
        sa.Column("goes_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("goes_out_at > planned_at", name=op.f("ck_publish_plan_goes_out_later")),
        sa.ForeignKeyConstraint(
            ["planned_by_id"],
            ["user.id"],
            name=op.f("fk_publish_plan_planned_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_publish_plan_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_publish_plan_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_publish_plan")),
    )
    op.create_index(op.f("ix_publish_plan_run_id"), "publish_plan", ["run_id"])


def downgrade() -> None:
    op.drop_table("publish_plan")
