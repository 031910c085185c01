"""Notices on the site, how each person wants to hear of them, and a third reminder: time is over."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = ("offer", "answer", "reminder", "expiry", "publication", "mentorship")


def _kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind(op.f("ck_notice_kind_known"), *KINDS), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("for_digest", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_notice_words_given")),
        sa.CheckConstraint("path LIKE '/%'", name=op.f("ck_notice_path_of_site")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_notice_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person", "notice", ["person_id", "seen_at"])
    op.create_index(op.f("ix_notice_created_at"), "notice", ["created_at"])
    op.create_index(op.f("ix_notice_for_digest"), "notice", ["for_digest"])
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind(op.f("ck_notice_choice_kind_known"), *KINDS), nullable=False),
        sa.Column(
            "way",
            _kind(op.f("ck_notice_choice_way_known"), "now", "daily", "here", "off"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "way <> 'off' OR kind IN ('publication', 'mentorship')",
            name=op.f("ck_notice_choice_off_where_allowed"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_notice_choice_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_choice")),
    )
    _numbers("number IN (1, 2, 3)")


def downgrade() -> None:
    op.execute("DELETE FROM reminder WHERE number = 3")
    _numbers("number IN (1, 2)")
    op.drop_table("notice_choice")
    op.drop_table("notice")


def _numbers(rule: str) -> None:
    with op.batch_alter_table("reminder") as table:
        table.drop_constraint(op.f("ck_reminder_first_or_last"), type_="check")
        table.create_check_constraint(op.f("ck_reminder_first_or_last"), rule)
