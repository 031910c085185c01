"""Of the mailed links to a new password, and to confirm an address, only the newest counts.

Links that are under way while this runs do not work any more; people ask for another one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0019b"
branch_labels = None
depends_on = None

COLUMNS = ("reset_link_hash", "confirm_link_hash")


def upgrade() -> None:
    with op.batch_alter_table("user") as table:
        for name in COLUMNS:
            table.add_column(sa.Column(name, sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("user") as table:
        for name in reversed(COLUMNS):
            table.drop_column(name)
