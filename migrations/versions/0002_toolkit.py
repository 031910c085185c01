"""The toolkit: stages of the journey with their costs, facts and dates, and the resources."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cycle_date",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "amount_in_source",
            sa.Enum(
                "yes",
                "rule",
                "near",
                "pattern",
                name="amount_in_source_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column(
            "url_check",
            sa.Enum(
                "retrieved",
                "cited_by_source",
                "not_opened",
                "none",
                name="url_check_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "high",
                "medium",
                "low",
                name="confidence_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(source_url IS NULL) = (url_check = 'none')", name=op.f("ck_cycle_date_address_marked")
        ),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name=op.f("ck_cycle_date_as_of_shape")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_date")),
    )
    op.create_index(op.f("ix_cycle_date_day"), "cycle_date", ["day"])

    op.create_table(
        "journey_stage",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("duration", sa.Text(), nullable=False),
        sa.Column("pitfalls", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("usual_months", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "high",
                "medium",
                "low",
                name="confidence_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "length(as_of) IN (4, 7, 10)", name=op.f("ck_journey_stage_as_of_shape")
        ),
        sa.CheckConstraint("position > 0", name=op.f("ck_journey_stage_position_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_stage")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "guide",
                "video",
                "letter",
                "policy",
                "tool",
                "statistics",
                "organization",
                "news",
                name="type_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "url_check",
            sa.Enum(
                "retrieved",
                "cited_by_source",
                "not_opened",
                "none",
                name="url_check_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "high",
                "medium",
                "low",
                name="confidence_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "url LIKE 'http://%' OR url LIKE 'https://%'", name=op.f("ck_resource_url_of_web")
        ),
        sa.CheckConstraint("url_check <> 'none'", name=op.f("ck_resource_address_marked")),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name=op.f("ck_resource_as_of_shape")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    op.create_table(
        "toolkit_topic",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_toolkit_topic_position_counts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toolkit_topic")),
    )
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("stage_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_checklist_item_position_counts")),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["journey_stage.id"],
            name=op.f("fk_checklist_item_stage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
    )
    op.create_index(op.f("ix_checklist_item_stage_id"), "checklist_item", ["stage_id"])

    op.create_table(
        "cycle_date_stage",
        sa.Column("date_id", sa.String(length=80), nullable=False),
        sa.Column("stage_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["date_id"],
            ["cycle_date.id"],
            name=op.f("fk_cycle_date_stage_date_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["journey_stage.id"],
            name=op.f("fk_cycle_date_stage_stage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("date_id", "stage_id", name=op.f("pk_cycle_date_stage")),
    )
    op.create_index(op.f("ix_cycle_date_stage_stage_id"), "cycle_date_stage", ["stage_id"])

    op.create_table(
        "journey_cost",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("stage_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("usd", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "amount_in_source",
            sa.Enum(
                "yes",
                "older",
                "no",
                name="amount_in_source_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column(
            "url_check",
            sa.Enum(
                "retrieved",
                "cited_by_source",
                "not_opened",
                "none",
                name="url_check_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "high",
                "medium",
                "low",
                name="confidence_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(source_url IS NULL) = (url_check = 'none')",
            name=op.f("ck_journey_cost_address_marked"),
        ),
        sa.CheckConstraint(
            "source_url IS NOT NULL OR amount_in_source = 'no'",
            name=op.f("ck_journey_cost_amount_has_page"),
        ),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name=op.f("ck_journey_cost_as_of_shape")),
        sa.CheckConstraint("position > 0", name=op.f("ck_journey_cost_position_counts")),
        sa.CheckConstraint("usd > 0", name=op.f("ck_journey_cost_usd_positive")),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["journey_stage.id"],
            name=op.f("fk_journey_cost_stage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_cost")),
    )
    op.create_index(op.f("ix_journey_cost_stage_id"), "journey_cost", ["stage_id"])

    op.create_table(
        "journey_fact",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("stage_id", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column(
            "url_check",
            sa.Enum(
                "retrieved",
                "cited_by_source",
                "not_opened",
                "none",
                name="url_check_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column(
            "confidence",
            sa.Enum(
                "high",
                "medium",
                "low",
                name="confidence_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(source_url IS NULL) = (url_check = 'none')",
            name=op.f("ck_journey_fact_address_marked"),
        ),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name=op.f("ck_journey_fact_as_of_shape")),
        sa.CheckConstraint("position > 0", name=op.f("ck_journey_fact_position_counts")),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["journey_stage.id"],
            name=op.f("fk_journey_fact_stage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_fact")),
    )
    op.create_index(op.f("ix_journey_fact_stage_id"), "journey_fact", ["stage_id"])

    op.create_table(
        "resource_stage",
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("stage_id", sa.String(length=80), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.CheckConstraint("rank > 0", name=op.f("ck_resource_stage_rank_counts")),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_stage_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"],
            ["journey_stage.id"],
            name=op.f("fk_resource_stage_stage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resource_id", "stage_id", name=op.f("pk_resource_stage")),
    )
    op.create_index(op.f("ix_resource_stage_stage_id"), "resource_stage", ["stage_id"])

    op.create_table(
        "resource_topic",
        sa.Column("resource_id", sa.String(length=80), nullable=False),
        sa.Column("topic_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_topic_resource_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["toolkit_topic.id"],
            name=op.f("fk_resource_topic_topic_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resource_id", "topic_id", name=op.f("pk_resource_topic")),
    )
    op.create_index(op.f("ix_resource_topic_topic_id"), "resource_topic", ["topic_id"])


def downgrade() -> None:
    op.drop_table("resource_topic")
    op.drop_table("resource_stage")
    op.drop_table("journey_fact")
    op.drop_table("journey_cost")
    op.drop_table("cycle_date_stage")
    op.drop_table("checklist_item")
    op.drop_table("toolkit_topic")
    op.drop_table("resource")
    op.drop_table("journey_stage")
    op.drop_table("cycle_date")
