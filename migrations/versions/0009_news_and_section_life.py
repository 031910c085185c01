"""News, search, what sections make of the catalog, letters, and the life of a section."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_miss",
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_search_miss_times_count")),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_search_miss")),
    )
    op.create_table(
        "council_seat",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_council_seat_position_counts")),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_council_seat_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_seat")),
    )
    op.create_index(
        op.f("ix_council_seat_section_id"), "council_seat", ["section_id"], unique=False
    )
    op.create_table(
        "digest_reader",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_digest_reader_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest_reader")),
        sa.UniqueConstraint("key", name=op.f("uq_digest_reader_key")),
    )
    op.create_table(
        "directory_card",
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("show_email", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_directory_card_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_directory_card_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("section_id", "person_id", name=op.f("pk_directory_card")),
    )
    op.create_index(
        op.f("ix_directory_card_person_id"), "directory_card", ["person_id"], unique=False
    )
    op.create_table(
        "news_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("organization", sa.String(length=120), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "match",
                "residency",
                "gme",
                "visas",
                "licensure",
                "equity",
                "section",
                name="topic_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("keep", sa.String(length=300), nullable=False),
        sa.Column("auto_publish", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.Column("etag", sa.String(length=500), nullable=True),
        sa.Column("last_modified", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "url LIKE 'http://%' OR url LIKE 'https://%'", name=op.f("ck_news_feed_url_of_web")
        ),
        sa.CheckConstraint(
            "failures = 0 OR failure IS NOT NULL", name=op.f("ck_news_feed_failure_told")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_news_feed_failures_count")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_news_feed_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_feed")),
        sa.UniqueConstraint("section_id", "url", name=op.f("uq_news_feed_section_id_url")),
    )
    op.create_index(
        op.f("ix_news_feed_next_check_at"), "news_feed", ["next_check_at"], unique=False
    )
    op.create_index(op.f("ix_news_feed_section_id"), "news_feed", ["section_id"], unique=False)
    op.create_table(
        "news_interest",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "match",
                "residency",
                "gme",
                "visas",
                "licensure",
                "equity",
                "section",
                name="topic_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_news_interest_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_news_interest")),
    )
    op.create_table(
        "resolution",
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("problem", sa.String(length=3000), nullable=False),
        sa.Column("ask", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "idea",
                "drafting",
                "sent",
                "adopted",
                "amended",
                "referred",
                "not_adopted",
                "withdrawn",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_resolution_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_resolution_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
    )
    op.create_index(op.f("ix_resolution_author_id"), "resolution", ["author_id"], unique=False)
    op.create_index(op.f("ix_resolution_section_id"), "resolution", ["section_id"], unique=False)
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_search_entry_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_search_entry_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_search_entry_section_id"), "search_entry", ["section_id"], unique=False
    )
    op.create_table(
        "section_event",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "url = '' OR url LIKE 'http://%' OR url LIKE 'https://%'",
            name=op.f("ck_section_event_url_of_web"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_section_event_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_section_event_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_event")),
    )
    op.create_index(
        op.f("ix_section_event_section_id"), "section_event", ["section_id"], unique=False
    )
    op.create_index(
        op.f("ix_section_event_starts_at"), "section_event", ["starts_at"], unique=False
    )
    op.create_table(
        "section_opening",
        sa.Column(
            "kind",
            sa.Enum(
                "leadership",
                "outside",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "url = '' OR url LIKE 'http://%' OR url LIKE 'https://%'",
            name=op.f("ck_section_opening_url_of_web"),
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_section_opening_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_opening")),
    )
    op.create_index(
        op.f("ix_section_opening_section_id"), "section_opening", ["section_id"], unique=False
    )
    op.create_table(
        "spotlight_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "published",
                "hidden",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("byline", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL",
            name=op.f("ck_spotlight_letter_shown_when"),
        ),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_spotlight_letter_title_given")),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["user.id"],
            name=op.f("fk_spotlight_letter_author_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_spotlight_letter_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spotlight_letter")),
    )
    op.create_index(
        op.f("ix_spotlight_letter_author_id"), "spotlight_letter", ["author_id"], unique=False
    )
    op.create_index(
        op.f("ix_spotlight_letter_section_id"), "spotlight_letter", ["section_id"], unique=False
    )
    op.create_table(
        "news_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("feed_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "topic",
            sa.Enum(
                "match",
                "residency",
                "gme",
                "visas",
                "licensure",
                "equity",
                "section",
                name="topic_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "waiting",
                "published",
                "hidden",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("organization", sa.String(length=120), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("guid", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state <> 'published' OR shown_at IS NOT NULL", name=op.f("ck_news_item_shown_when")
        ),
        sa.CheckConstraint(
            "state <> 'waiting' OR body = ''", name=op.f("ck_news_item_only_feeds_wait")
        ),
        sa.CheckConstraint(
            "url IS NULL OR url LIKE 'http://%' OR url LIKE 'https://%'",
            name=op.f("ck_news_item_url_of_web"),
        ),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name=op.f("ck_news_item_as_of_shape")),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_news_item_title_given")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_news_item_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user.id"],
            name=op.f("fk_news_item_decided_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["news_feed.id"], name=op.f("fk_news_item_feed_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_news_item_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_item")),
        sa.UniqueConstraint("feed_id", "guid", name=op.f("uq_news_item_feed_id_guid")),
        sa.UniqueConstraint(
            "section_id", "fingerprint", name=op.f("uq_news_item_section_id_fingerprint")
        ),
    )
    op.create_index(op.f("ix_news_item_feed_id"), "news_item", ["feed_id"], unique=False)
    op.create_index(op.f("ix_news_item_section_id"), "news_item", ["section_id"], unique=False)
    op.create_index("ix_news_item_shown", "news_item", ["state", "published_at"], unique=False)
    op.create_table(
        "resolution_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "idea",
                "drafting",
                "sent",
                "adopted",
                "amended",
                "referred",
                "not_adopted",
                "withdrawn",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resolution_id"],
            ["resolution.id"],
            name=op.f("fk_resolution_step_resolution_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution_step")),
    )
    op.create_index(
        op.f("ix_resolution_step_resolution_id"), "resolution_step", ["resolution_id"], unique=False
    )
    op.create_table(
        "resource_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "added",
                "edited",
                "restored",
                "hidden",
                "shown",
                "moved",
                name="change_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "before",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_resource_change_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_change_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_resource_change_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_change")),
    )
    op.create_index(
        op.f("ix_resource_change_resource_id"), "resource_change", ["resource_id"], unique=False
    )
    op.create_index(
        op.f("ix_resource_change_section_id"), "resource_change", ["section_id"], unique=False
    )
    op.create_table(
        "resource_mark",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "saved",
                "seen",
                "useful",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_resource_mark_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_mark_resource_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "resource_id", "kind", name=op.f("pk_resource_mark")),
    )
    op.create_index(
        op.f("ix_resource_mark_resource_id"), "resource_mark", ["resource_id"], unique=False
    )
    op.create_table(
        "resource_placing",
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.CheckConstraint("position > 0", name=op.f("ck_resource_placing_position_counts")),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_placing_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_resource_placing_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("section_id", "resource_id", name=op.f("pk_resource_placing")),
    )
    op.create_index(
        op.f("ix_resource_placing_resource_id"), "resource_placing", ["resource_id"], unique=False
    )
    op.create_table(
        "resource_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum(
                "dead",
                "stale",
                "wrong",
                name="trouble_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["user.id"],
            name=op.f("fk_resource_report_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_report_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["user.id"],
            name=op.f("fk_resource_report_settled_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_report")),
    )
    op.create_index(
        op.f("ix_resource_report_resource_id"), "resource_report", ["resource_id"], unique=False
    )
    op.create_index(
        "uq_resource_report_open",
        "resource_report",
        ["person_id", "resource_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "news_hiding",
        sa.Column("section_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["news_item.id"], name=op.f("fk_news_hiding_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"],
            ["section.id"],
            name=op.f("fk_news_hiding_section_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("section_id", "item_id", name=op.f("pk_news_hiding")),
    )
    op.create_index(op.f("ix_news_hiding_item_id"), "news_hiding", ["item_id"], unique=False)
    op.add_column("message", sa.Column("unsubscribe", sa.String(length=300), nullable=True))
    _widen_resource()
    op.create_index(op.f("ix_resource_replaces_id"), "resource", ["replaces_id"], unique=False)
    op.create_index(op.f("ix_resource_section_id"), "resource", ["section_id"], unique=False)
    op.create_index(
        "uq_resource_section_id_replaces_id", "resource", ["section_id", "replaces_id"], unique=True
    )
    _make_full_text()


def downgrade() -> None:
    op.execute("DROP TABLE search_fts")

    op.drop_index("uq_resource_section_id_replaces_id", table_name="resource")
    op.drop_index(op.f("ix_resource_section_id"), table_name="resource")
    op.drop_index(op.f("ix_resource_replaces_id"), table_name="resource")
    _narrow_resource()
    op.drop_column("message", "unsubscribe")
    op.drop_index(op.f("ix_news_hiding_item_id"), table_name="news_hiding")
    op.drop_table("news_hiding")
    op.drop_index(
        "uq_resource_report_open",
        table_name="resource_report",
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.drop_index(op.f("ix_resource_report_resource_id"), table_name="resource_report")
    op.drop_table("resource_report")
    op.drop_index(op.f("ix_resource_placing_resource_id"), table_name="resource_placing")
    op.drop_table("resource_placing")
    op.drop_index(op.f("ix_resource_mark_resource_id"), table_name="resource_mark")
    op.drop_table("resource_mark")
    op.drop_index(op.f("ix_resource_change_section_id"), table_name="resource_change")
    op.drop_index(op.f("ix_resource_change_resource_id"), table_name="resource_change")
    op.drop_table("resource_change")
    op.drop_index(op.f("ix_resolution_step_resolution_id"), table_name="resolution_step")
    op.drop_table("resolution_step")
    op.drop_index("ix_news_item_shown", table_name="news_item")
    op.drop_index(op.f("ix_news_item_section_id"), table_name="news_item")
    op.drop_index(op.f("ix_news_item_feed_id"), table_name="news_item")
    op.drop_table("news_item")
    op.drop_index(op.f("ix_spotlight_letter_section_id"), table_name="spotlight_letter")
    op.drop_index(op.f("ix_spotlight_letter_author_id"), table_name="spotlight_letter")
    op.drop_table("spotlight_letter")
    op.drop_index(op.f("ix_section_opening_section_id"), table_name="section_opening")
    op.drop_table("section_opening")
    op.drop_index(op.f("ix_section_event_starts_at"), table_name="section_event")
    op.drop_index(op.f("ix_section_event_section_id"), table_name="section_event")
    op.drop_table("section_event")
    op.drop_index(op.f("ix_search_entry_section_id"), table_name="search_entry")
    op.drop_table("search_entry")
    op.drop_index(op.f("ix_resolution_section_id"), table_name="resolution")
    op.drop_index(op.f("ix_resolution_author_id"), table_name="resolution")
    op.drop_table("resolution")
    op.drop_table("news_interest")
    op.drop_index(op.f("ix_news_feed_section_id"), table_name="news_feed")
    op.drop_index(op.f("ix_news_feed_next_check_at"), table_name="news_feed")
    op.drop_table("news_feed")
    op.drop_index(op.f("ix_directory_card_person_id"), table_name="directory_card")
    op.drop_table("directory_card")
    op.drop_table("digest_reader")
    op.drop_index(op.f("ix_council_seat_section_id"), table_name="council_seat")
    op.drop_table("council_seat")
    op.drop_table("search_miss")


def _make_full_text() -> None:
    """Each database has full text of its own kind; the stems in it are ours."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5("
            "title, keywords, body, tokenize = 'unicode61')"
        )
        return
    op.execute(
        "CREATE TABLE search_fts ("
        "entry_id integer NOT NULL CONSTRAINT pk_search_fts PRIMARY KEY"
        " CONSTRAINT fk_search_fts_entry_id REFERENCES search_entry (id) ON DELETE CASCADE,"
        " words tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_fts_words ON search_fts USING gin (words)")


def _widen_resource() -> None:
    with op.batch_alter_table("resource") as table:
        table.add_column(sa.Column("section_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("replaces_id", sa.String(length=80), nullable=True))
        table.create_foreign_key(
            op.f("fk_resource_section_id"), "section", ["section_id"], ["id"], ondelete="CASCADE"
        )
        table.create_foreign_key(
            op.f("fk_resource_replaces_id"),
            "resource",
            ["replaces_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_check_constraint(
            op.f("ck_resource_replaces_there"), "replaces_id IS NULL OR section_id IS NOT NULL"
        )


def _narrow_resource() -> None:
    op.execute("DELETE FROM resource WHERE section_id IS NOT NULL")
    with op.batch_alter_table("resource") as table:
        table.drop_constraint(op.f("ck_resource_replaces_there"), type_="check")
        table.drop_constraint(op.f("fk_resource_replaces_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_resource_section_id"), type_="foreignkey")
        table.drop_column("replaces_id")
        table.drop_column("section_id")
