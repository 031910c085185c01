"""A mail says whose it is and whom it names, so that it goes with them under whatever address.

Mails that are there become those of whoever has their address now; mails to an address of before
stay nobody's, and go with the retention of 30 days. No notice names another member any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0057"
branch_labels = None
depends_on = None

KEYS = ("person_id", "about_id")
NAMING = "You are in touch with %"
NAMELESS = "A member agreed to be put in touch"


def upgrade() -> None:
    with op.batch_alter_table("message") as batch:
        for key in KEYS:
            batch.add_column(sa.Column(key, sa.Uuid(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_message_{key}"), "user", [key], ["id"], ondelete="CASCADE"
            )
    for key in KEYS:
        op.create_index(op.f(f"ix_message_{key}"), "message", [key])
    message = sa.table(
        "message", sa.column("person_id"), sa.column("recipient"), sa.column("subject")
    )
    user = sa.table("user", sa.column("id"), sa.column("email"))
    owner = sa.select(user.c.id).where(user.c.email == message.c.recipient).scalar_subquery()
    op.execute(sa.update(message).values(person_id=owner))
    notice = sa.table("notice", sa.column("words"))
    for words in (message.c.subject, notice.c.words):
        op.execute(sa.update(words.table).where(words.like(NAMING)).values({words: NAMELESS}))


def downgrade() -> None:
    """Go back; whose a mail was is lost, and the names stay away."""
    for key in KEYS:
        op.drop_index(op.f(f"ix_message_{key}"), "message")
    with op.batch_alter_table("message") as batch:
        for key in KEYS:
            batch.drop_constraint(op.f(f"fk_message_{key}"), type_="foreignkey")
            batch.drop_column(key)
