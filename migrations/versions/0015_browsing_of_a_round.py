"""A round may say who looks others up while it is open."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = sa.Enum(
        "nobody",
        "imgs",
        "both",
        name=op.f("ck_round_browsing_known"),
        native_enum=False,
        create_constraint=False,
        length=20,
    )
    with op.batch_alter_table("round") as table:
        table.add_column(sa.Column("browsing", known, nullable=True))
        table.create_check_constraint(
            op.f("ck_round_browsing_known"), "browsing IN ('nobody', 'imgs', 'both')"
        )


def downgrade() -> None:
    with op.batch_alter_table("round") as table:
        table.drop_constraint(op.f("ck_round_browsing_known"), type_="check")
        table.drop_column("browsing")
