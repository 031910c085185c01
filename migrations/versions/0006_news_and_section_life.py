"""News, search, what sections make of the catalog, letters, and the life of a section."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:

    op.drop_column("message", "unsubscribe")
    op.drop_index(op.f("ix_news_hiding_item_id"), table_name="news_hiding")
    op.drop_table("news_hiding")
    op.drop_index("ix_news_item_shown", table_name="news_item")
    op.drop_index(op.f("ix_news_item_section_id"), table_name="news_item")
    op.drop_index(op.f("ix_news_item_feed_id"), table_name="news_item")
    op.drop_table("news_item")
    op.drop_table("news_interest")
    op.drop_index(op.f("ix_news_feed_section_id"), table_name="news_feed")
    op.drop_index(op.f("ix_news_feed_next_check_at"), table_name="news_feed")
    op.drop_table("news_feed")
    op.drop_table("digest_reader")
