"""Each worker who takes an import has a key of its own: attempts begin again with each step."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster_import", sa.Column("hold", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("roster_import", "hold")
