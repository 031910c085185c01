"""A list of hosts that may be asked, and who gave a consent: the person, or a leader's file.

The hosts of the feeds that come with the service are on the list; ``set-up`` adds those of the
toolkit. Other hosts that leaders named wait for an administrator.

What was agreed to before somebody could sign in was said by a leader's file. Since when that is,
the account does not tell of people who have changed their address: their consents stay their own.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0056"
branch_labels = None
depends_on = None

HOSTS = ("ama-assn.org", "ecfmg.org", "nrmp.org", "uscis.gov")


def upgrade() -> None:
    listed = op.create_table(
        "listed_host",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("host = lower(host)", name=op.f("ck_listed_host_host_small")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_host")),
        sa.UniqueConstraint("host", name=op.f("uq_listed_host_host")),
    )
    op.bulk_insert(listed, [{"id": uuid.uuid4(), "host": host, "allowed": True} for host in HOSTS])
    with op.batch_alter_table("consent") as batch:
        batch.add_column(
            sa.Column("by_file", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    consent = sa.table(
        "consent", sa.column("person_id"), sa.column("given_at"), sa.column("by_file")
    )
    user = sa.table("user", sa.column("id"), sa.column("confirmed_at"))
    entry = sa.table("audit_entry", sa.column("actor_id"), sa.column("action"))
    moved = sa.exists().where(
        entry.c.actor_id == user.c.id, entry.c.action == "account.email.change"
    )
    before = sa.exists().where(
        user.c.id == consent.c.person_id,
        sa.or_(
            user.c.confirmed_at.is_(None),
            sa.and_(user.c.confirmed_at > consent.c.given_at, ~moved),
        ),
    )
    op.execute(sa.update(consent).where(before).values(by_file=sa.true()))
    with op.batch_alter_table("consent") as batch:
        batch.alter_column("by_file", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    """Go back; the list and who gave a consent are lost."""
    with op.batch_alter_table("consent") as batch:
        batch.drop_column("by_file")
    op.drop_table("listed_host")
