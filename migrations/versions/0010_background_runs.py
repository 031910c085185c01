"""Runs in the background, which run of a round counts, and notes on pairs.

Of the runs made before, the published one counts, else the latest.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pair_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("img_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "length(words) BETWEEN 1 AND 1000", name=op.f("ck_pair_note_words_short")
        ),
        sa.ForeignKeyConstraint(
            ["img_id"], ["profile.id"], name=op.f("fk_pair_note_img_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["profile.id"], name=op.f("fk_pair_note_mentor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_pair_note_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["user.id"],
            name=op.f("fk_pair_note_written_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_note")),
    )
    with op.batch_alter_table("pair_note", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pair_note_pair", ["round_id", "img_id", "mentor_id"], unique=False
        )

    op.create_table(
        "run_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "run",
                "policy",
                "rest",
                "edit",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.Column(
            "rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("base_run_id", sa.Uuid(), nullable=True),
        sa.Column("edit", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column(
            "phase",
            sa.Enum(
                "gathering",
                "solving",
                "checking",
                "explaining",
                "keeping",
                name="phase_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "failure", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (run_id IS NOT NULL)", name=op.f("ck_run_job_done_has_run")
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (failure IS NOT NULL)", name=op.f("ck_run_job_failure_said")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_run_job_lease_held")
        ),
        sa.CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)",
            name=op.f("ck_run_job_ended_when_over"),
        ),
        sa.CheckConstraint(
            "kind <> 'edit' OR base_run_id IS NOT NULL", name=op.f("ck_run_job_edit_has_base")
        ),
        sa.CheckConstraint("attempt BETWEEN 0 AND 5", name=op.f("ck_run_job_attempts_end")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_run_job_percent_in_range")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user.id"], name=op.f("fk_run_job_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["base_run_id"], ["run.id"], name=op.f("fk_run_job_base_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_run_job_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_job_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_job")),
        sa.UniqueConstraint("run_id", name=op.f("uq_run_job_run_id")),
    )
    with op.batch_alter_table("run_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_job_base_run_id"), ["base_run_id"], unique=False)
        batch_op.create_index("ix_run_job_due", ["state", "lease_until"], unique=False)
        batch_op.create_index(
            "uq_run_job_live",
            ["round_id", "kind", "policy"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )

    op.create_table(
        "run_step",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "run",
                "edit",
                "choose",
                "undo",
                "redo",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_run_step_number_counts")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_run_step_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_step_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["user.id"], name=op.f("fk_run_step_taken_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("round_id", "number", name=op.f("pk_run_step")),
    )
    with op.batch_alter_table("run_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_step_run_id"), ["run_id"], unique=False)

    op.create_table(
        "pair_next",
        sa.Column("pair_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=True),
        sa.Column("mentor_score", sa.Integer(), nullable=True),
        sa.Column("img_id", sa.Uuid(), nullable=True),
        sa.Column("img_score", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["img_id"], ["profile.id"], name=op.f("fk_pair_next_img_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["mentor_id"], ["profile.id"], name=op.f("fk_pair_next_mentor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["pair.id"], name=op.f("fk_pair_next_pair_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pair_id", name=op.f("pk_pair_next")),
    )
    op.create_table(
        "run_fairness",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tables", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_fairness_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_fairness")),
    )
    op.execute(
        """
        INSERT INTO run_step (round_id, number, kind, run_id, taken_at, taken_by_id)
        SELECT run.round_id, 1, 'run', run.id, run.made_at, run.made_by_id FROM run
        LEFT JOIN publication ON publication.round_id = run.round_id
        WHERE run.id = publication.run_id OR (publication.run_id IS NULL AND run.number = (
            SELECT max(other.number) FROM run AS other WHERE other.round_id = run.round_id))
        """
    )


def downgrade() -> None:
    for table in ("run_fairness", "pair_next", "run_step", "run_job", "pair_note"):
        op.drop_table(table)
