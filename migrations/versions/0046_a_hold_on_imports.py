"""A key for each worker who takes an import, and people whom a leader lets be matched again.

Attempts at an import begin again with each of its steps, so their number tells no two workers apart.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster_import", sa.Column("hold", sa.Uuid(), nullable=True))
    op.add_column("participant", sa.Column("back_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("participant", "back_at")
    op.drop_column("roster_import", "hold")
