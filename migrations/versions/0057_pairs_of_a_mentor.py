"""Pairs of a mentor in one run are found at once: the index of mentors tells the run, too.

SQLite went through all pairs of the run for each of its mentors.
"""

from __future__ import annotations

from alembic import op

revision = "0057"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_pair_mentor", table_name="pair")
    op.create_index("ix_pair_mentor", "pair", ["mentor_id", "run_id"])


def downgrade() -> None:
    op.drop_index("ix_pair_mentor", table_name="pair")
    op.create_index("ix_pair_mentor", "pair", ["mentor_id"])
