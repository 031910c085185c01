"""Since when somebody's situation stands, so that it can go; who missed something last, as a code."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("journey_situation") as batch:
        batch.add_column(sa.Column("kept_at", sa.DateTime(timezone=True)))
    situation = sa.table("journey_situation", sa.column("kept_at", sa.DateTime(timezone=True)))
    now = dt.datetime.now(dt.UTC)
    given = now.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else now
    op.execute(sa.update(situation).values(kept_at=given))
    with op.batch_alter_table("journey_situation") as batch:
        batch.alter_column("kept_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    with op.batch_alter_table("search_miss") as batch:
        batch.add_column(sa.Column("last_by", sa.String(64), nullable=False, server_default="-"))
    with op.batch_alter_table("search_miss") as batch:
        batch.alter_column("last_by", existing_type=sa.String(64), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("search_miss") as batch:
        batch.drop_column("last_by")
    with op.batch_alter_table("journey_situation") as batch:
        batch.drop_column("kept_at")
