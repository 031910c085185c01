"""Members look each other up: who may, whose names are hidden, and what they noted."""

import sqlalchemy as sa
from alembic import op

revision = "0007b"
down_revision = "0007"
branch_labels = None
depends_on = None

PURPOSE = "ck_consent_purpose_known"


def upgrade() -> None:
    _allow("purpose IN ('matching', 'share_visa', 'listed', 'statistics')")
    with op.batch_alter_table("section") as table:
        table.add_column(
            sa.Column(
                "browsing",
                sa.Enum(
                    *("nobody", "imgs", "both"),
                    name="browsing_known",
                    native_enum=False,
                    create_constraint=False,
                    length=20,
                ),
                server_default="imgs",
                nullable=False,
            )
        )
        table.add_column(
            sa.Column("names_masked", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        table.create_check_constraint(
            op.f("ck_section_browsing_known"), "browsing IN ('nobody', 'imgs', 'both')"
        )
    op.create_table(
        "mark",
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("bookmarked", "hidden"),
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["user.id"], name=op.f("fk_mark_reader_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_mark_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reader_id", "profile_id", name=op.f("pk_mark")),
    )
    op.create_index(op.f("ix_mark_profile_id"), "mark", ["profile_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_mark_profile_id"), "mark")
    op.drop_table("mark")
    with op.batch_alter_table("section") as table:
        table.drop_constraint(op.f("ck_section_browsing_known"), type_="check")
        table.drop_column("names_masked")
        table.drop_column("browsing")
    op.execute("DELETE FROM consent WHERE purpose = 'listed'")
    _allow("purpose IN ('matching', 'share_visa', 'statistics')")


def _allow(condition: str) -> None:
    with op.batch_alter_table("consent") as table:
        table.drop_constraint(op.f(PURPOSE), type_="check")
        table.create_check_constraint(op.f(PURPOSE), condition)
