"""Accounts at sign-in providers with which people sign in here."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLE = "sign_in_identity"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["user.id"],
            name=op.f(f"fk_{TABLE}_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("issuer", "subject", name=op.f(f"uq_{TABLE}_issuer_subject")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f(f"uq_{TABLE}_person_id_issuer")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
