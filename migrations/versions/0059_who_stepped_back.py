"""When a mentor stepped back who had said yes: their IMG knows of that offer.

Of those who did so before, it is not known whether they had said yes; their IMGs are told as then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offer", sa.Column("stepped_back_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("offer", "stepped_back_at")
