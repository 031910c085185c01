"""That sealed answers were opened stays for whom it is about, also when the opener is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLE, KEY = "glass_opening", "fk_glass_opening_by_id"


def upgrade() -> None:
    _key(nullable=True, ondelete="SET NULL")


def downgrade() -> None:
    op.execute(f"DELETE FROM {TABLE} WHERE by_id IS NULL")  # noqa: S608  no value in it
    _key(nullable=False, ondelete="CASCADE")


def _key(*, nullable: bool, ondelete: str) -> None:
    with op.batch_alter_table(TABLE) as table:
        table.alter_column("by_id", existing_type=sa.Uuid(), nullable=nullable)
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        table.create_foreign_key(op.f(KEY), "user", ["by_id"], ["id"], ondelete=ondelete)
