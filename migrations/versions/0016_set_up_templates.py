"""Set-ups that a section keeps under a name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "set_up_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column(
            "rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(name) BETWEEN 1 AND 80", name=op.f("ck_set_up_template_name_given")
        ),
        sa.CheckConstraint(
            "answer_days BETWEEN 1 AND 60", name=op.f("ck_set_up_template_answer_days_sane")
        ),
        sa.CheckConstraint(
            "policy IN ('best-total', 'most-matched', 'fairest', 'stable')",
            name=op.f("ck_set_up_template_policy_known"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_set_up_template_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_up_template")),
        sa.UniqueConstraint("section_id", "name", name=op.f("uq_set_up_template_section_id_name")),
    )


def downgrade() -> None:
    op.drop_table("set_up_template")
