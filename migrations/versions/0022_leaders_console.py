"""Answering and matching again as states; offers that expire; imports, tags, views, mail texts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OLD_STATES = ("draft", "open", "closed", "review", "published", "finished", "archived")
STATES = (*OLD_STATES[:5], "answering", "rematching", *OLD_STATES[5:])
OLD_OFFERS = (
    *("offered", "accepted", "confirmed", "declined_by_mentor", "declined_by_img"),
    *("seat_taken", "ended"),
)
BEFORE = ("draft>open", "open>closed", "open>review", "closed>open", "closed>review")
AFTER = ("finished>archived", "archived>finished")
OLD_STEPS = (*BEFORE, "review>published", "published>finished", *AFTER)
STEPS = (
    *BEFORE,
    *("review>published", "published>review", "published>answering"),
    *("answering>rematching", "answering>finished"),
    *("rematching>answering", "rematching>finished"),
    *AFTER,
)
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    _drop_steps()
    _states("round", STATES)
    on_its_way = "id IN (SELECT round_id FROM publish_plan)"
    op.execute(f"UPDATE round SET state = 'rematching' WHERE state = 'published' AND {on_its_way}")
    op.execute("UPDATE round SET state = 'answering' WHERE state = 'published'")
    op.execute(f"UPDATE round SET state = 'published' WHERE state = 'review' AND {on_its_way}")
    _add_steps(STEPS)
    _states("offer", (*OLD_OFFERS[:6], "expired", "ended"))
    _reminders("first_or_last", "number BETWEEN 1 AND 60", "days_before")
    _make_tables()


def _make_tables() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", NOW, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("files_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("report_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", NOW, nullable=True),
        sa.Column("ended_at", NOW, nullable=True),
        sa.CheckConstraint(
            "state IN ('mapping', 'checking', 'checked', 'writing', 'done', 'failed')",
            name=op.f("ck_roster_import_state_known"),
        ),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100", name=op.f("ck_roster_import_percent_in_range")
        ),
        sa.CheckConstraint("attempt BETWEEN 0 AND 3", name=op.f("ck_roster_import_attempts_end")),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_roster_import_section_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["user.id"],
            name=op.f("fk_roster_import_asked_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    op.create_index("ix_roster_import_due", "roster_import", ["state", "lease_until"])
    op.create_index("ix_roster_import_section", "roster_import", ["section_id", "asked_at"])
    op.create_table(
        "member_tag",
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(40), nullable=False),
        sa.Column("tagged_at", NOW, nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_member_tag_words_given")),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_member_tag_section_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_member_tag_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "person_id", "words", name=op.f("pk_member_tag")),
    )
    op.create_index("ix_member_tag_person_id", "member_tag", ["person_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("made_at", NOW, nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_saved_view_name_given")),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_saved_view_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("section_id", "name", name=op.f("uq_saved_view_section_id_name")),
    )
    op.create_table(
        "mail_text",
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(150), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", NOW, nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('offers_waiting', 'round_published', 'mentor_accepted')",
            name=op.f("ck_mail_text_kind_known"),
        ),
        sa.CheckConstraint(
            "length(subject) > 0 AND length(body) BETWEEN 1 AND 4000",
            name=op.f("ck_mail_text_words_given"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_mail_text_section_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["user.id"],
            name=op.f("fk_mail_text_changed_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("section_id", "kind", name=op.f("pk_mail_text")),
    )


def downgrade() -> None:
    for table in ("mail_text", "saved_view", "member_tag", "roster_import"):
        op.drop_table(table)
    _drop_steps()
    op.execute("UPDATE round SET state = 'review' WHERE state = 'published'")
    op.execute("UPDATE round SET state = 'published' WHERE state IN ('answering', 'rematching')")
    _states("round", OLD_STATES)
    _add_steps(OLD_STEPS)
    op.execute("UPDATE offer SET state = 'offered' WHERE state = 'expired'")
    _states("offer", OLD_OFFERS)
    _reminders("days_before", "number IN (1, 2, 3)", "first_or_last")


def _states(table: str, new: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_state_known")
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(name, type_="check")
        changed.create_check_constraint(name, f"state IN ({', '.join(map(repr, new))})")


def _reminders(old_name: str, new: str, new_name: str) -> None:
    """Count the days before the day to answer in place of first and last: five days, and one."""
    up = new_name == "days_before"
    with op.batch_alter_table("reminder") as table:
        table.drop_constraint(op.f(f"ck_reminder_{old_name}"), type_="check")
    if up:
        op.execute("DELETE FROM reminder WHERE number = 3")
        op.execute("UPDATE reminder SET number = 5 WHERE number = 1")
        op.execute("UPDATE reminder SET number = 1 WHERE number = 2")
    else:
        op.execute("DELETE FROM reminder WHERE number NOT IN (1, 5)")
        op.execute("UPDATE reminder SET number = 2 WHERE number = 1")
        op.execute("UPDATE reminder SET number = 1 WHERE number = 5")
    with op.batch_alter_table("reminder") as table:
        table.create_check_constraint(op.f(f"ck_reminder_{new_name}"), new)


def _drop_steps() -> None:
    on = " ON round" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER round_steps{on}")


def _add_steps(steps: tuple[str, ...]) -> None:
    each = (
        "CREATE TRIGGER round_steps BEFORE UPDATE OF state ON round FOR EACH ROW"
        " WHEN (OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN"
        f" ({', '.join(map(repr, steps))}))"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{each} EXECUTE FUNCTION refuse_step()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'no such step of a round'); END")
