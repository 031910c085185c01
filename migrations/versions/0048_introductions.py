"""Members of a section ask each other to be put in touch."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "introduction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_introduction_two_people")),
        sa.CheckConstraint(
            "(state = 'waiting') = (answered_at IS NULL)", name=op.f("ck_introduction_answered")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'agreed', 'declined', 'withdrawn')",
            name=op.f("ck_introduction_state_known"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_introduction_{column}"), ondelete="CASCADE"
            )
            for column, target in (
                ("section_id", "section.id"),
                ("from_id", "user.id"),
                ("to_id", "user.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint(
            "section_id", "from_id", "to_id", name=op.f("uq_introduction_section_id_from_id_to_id")
        ),
    )
    for column in ("section_id", "from_id", "to_id"):
        op.create_index(op.f(f"ix_introduction_{column}"), "introduction", [column])


def downgrade() -> None:
    op.drop_table("introduction")
