"""Guides, state licensure, Match rates, one's own path, and corrections of facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SOURCED = ("cycle_date", "journey_cost", "journey_fact")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _url_check(name: str = "url_check_known") -> sa.Enum:
    return _one_of(name, "retrieved", "cited_by_source", "not_opened", "none")


def _source(table: str) -> list[sa.Column | sa.CheckConstraint]:
    return [
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("url_check", _url_check(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence", _one_of("confidence_known", "high", "medium", "low"), nullable=False
        ),
        sa.Column("evidence", sa.Text(), nullable=True),
        _volatile(),
        sa.Column("checked_on", sa.Date(), nullable=True),
        _check(table, "as_of_shape", "length(as_of) IN (4, 7, 10)"),
        _check(table, "address_marked", "(source_url IS NULL) = (url_check = 'none')"),
    ]


def _volatile() -> sa.Column:
    return sa.Column("volatile", sa.Boolean(), nullable=False, server_default=sa.false())


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _of_jurisdiction(table: str) -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("id", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["jurisdiction.id"], name=op.f(f"fk_{table}_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["user.id"], name=op.f(f"fk_{table}_person_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    _mark_what_is_there()
    _make_guides()
    _make_licensure()
    _make_path()
    op.create_table(
        "fact_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind_of_fact", sa.String(length=40), nullable=False),
        sa.Column("fact_id", sa.String(length=80), nullable=False),
        sa.Column(
            "kind", _one_of("kind_known", "checked", "corrected", "put_back"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_fact_change_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_change")),
    )
    op.create_index("ix_fact_change_fact", "fact_change", ["kind_of_fact", "fact_id"])
    op.create_index(op.f("ix_fact_change_person_id"), "fact_change", ["person_id"])


def _mark_what_is_there() -> None:
    for table in SOURCED:
        op.add_column(table, _volatile())
        op.add_column(table, sa.Column("checked_on", sa.Date(), nullable=True))
    op.add_column("cycle_date", sa.Column("eastern", sa.String(length=5), nullable=True))
    op.add_column("journey_stage", sa.Column("tracks", sa.JSON(), nullable=True))
    op.execute("UPDATE journey_stage SET tracks = '[]'")
    with op.batch_alter_table("journey_stage") as batch:
        batch.alter_column("tracks", existing_type=sa.JSON(), nullable=False)


def _make_guides() -> None:
    op.create_table(
        "guide_chapter",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column(
            "guide",
            _one_of(
                "guide_known",
                "visas",
                "experience",
                "match",
                "residency",
                "practice",
                "mentoring",
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _check("guide_chapter", "position_counts", "position > 0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_chapter")),
    )
    op.create_table(
        "guide_entry",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("chapter_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("todo", sa.JSON(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column(
            "reader", _one_of("reader_known", "img", "mentor", "both", "section"), nullable=False
        ),
        sa.Column("example", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        *_source("guide_entry"),
        _check("guide_entry", "position_counts", "position > 0"),
        _check("guide_entry", "own_has_no_source", "NOT own OR source_url IS NULL"),
        sa.ForeignKeyConstraint(
            ["chapter_id"],
            ["guide_chapter.id"],
            name=op.f("fk_guide_entry_chapter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_entry")),
    )
    op.create_index(op.f("ix_guide_entry_chapter_id"), "guide_entry", ["chapter_id"])
    op.create_table(
        "match_rate",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("us_img", sa.Integer(), nullable=False),
        sa.Column("non_us_img", sa.Integer(), nullable=False),
        *_source("match_rate"),
        _check("match_rate", "us_img_per_mille", "us_img BETWEEN 0 AND 1000"),
        _check("match_rate", "non_us_img_per_mille", "non_us_img BETWEEN 0 AND 1000"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_rate")),
    )


def _make_licensure() -> None:
    op.create_table(
        "jurisdiction",
        sa.Column("id", sa.String(length=2), nullable=False),
        sa.Column("board_url", sa.Text(), nullable=True),
        sa.Column("board_url_check", _url_check("board_url_check_known"), nullable=False),
        _check("jurisdiction", "board_marked", "(board_url IS NULL) = (board_url_check = 'none')"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction")),
    )
    op.create_table(
        "license_rule",
        sa.Column("img_years", sa.Integer(), nullable=True),
        sa.Column("img_years_words", sa.Text(), nullable=True),
        sa.Column("us_years", sa.Integer(), nullable=True),
        sa.Column("us_years_words", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("attempts_words", sa.Text(), nullable=True),
        sa.Column("span", sa.Integer(), nullable=True),
        sa.Column("span_words", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_source("license_rule"),
        _check("license_rule", "img_years_possible", "img_years BETWEEN 0 AND 9"),
        _check("license_rule", "us_years_possible", "us_years BETWEEN 0 AND 9"),
        _check("license_rule", "attempts_possible", "attempts BETWEEN 0 AND 20"),
        _check("license_rule", "span_possible", "span BETWEEN 0 AND 30"),
        *_of_jurisdiction("license_rule"),
    )
    op.create_table(
        "compact_standing",
        sa.Column(
            "standing",
            _one_of("standing_known", "member", "issues_only", "joining", "outside"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        *_source("compact_standing"),
        *_of_jurisdiction("compact_standing"),
    )
    op.create_table(
        "added_pathway",
        sa.Column(
            "status",
            _one_of(
                "status_known",
                "enacted",
                "enacted_unverified",
                "limited_permit",
                "bill_pending",
                "bill_failed",
                "none_found",
                "unknown",
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("effective", sa.Text(), nullable=True),
        *_source("added_pathway"),
        *_of_jurisdiction("added_pathway"),
    )


def _make_path() -> None:
    op.create_table(
        "checklist_tick",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        _of_person("checklist_tick"),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["checklist_item.id"],
            name=op.f("fk_checklist_tick_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "item_id", name=op.f("pk_checklist_tick")),
    )
    op.create_index(op.f("ix_checklist_tick_item_id"), "checklist_tick", ["item_id"])
    op.create_table(
        "journey_situation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("status_sealed", sa.LargeBinary(), nullable=True),
        _of_person("journey_situation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_situation")),
        sa.UniqueConstraint("person_id", name=op.f("uq_journey_situation_person_id")),
    )


def downgrade() -> None:
    for table in (
        "fact_change",
        "journey_situation",
        "checklist_tick",
        "added_pathway",
        "compact_standing",
        "license_rule",
        "jurisdiction",
        "match_rate",
        "guide_entry",
        "guide_chapter",
    ):
        op.drop_table(table)
    op.drop_column("journey_stage", "tracks")
    op.drop_column("cycle_date", "eastern")
    for table in SOURCED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("checked_on")
            batch.drop_column("volatile")
