"""What would make a run better: smallest changes, free seats and one more mentor.

Like the rest of a run they never change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FROZEN = ("smallest_change", "free_seat", "mentor_gain")


def upgrade() -> None:
    op.create_table(
        "smallest_change",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("img_id", sa.Uuid(), nullable=False),
        _json("detail"),
        _of_run("smallest_change"),
        _of_profile("smallest_change", "img_id"),
        sa.PrimaryKeyConstraint("run_id", "img_id", name=op.f("pk_smallest_change")),
    )
    op.create_table(
        "free_seat",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("seats", "possible", "better", "waiting")
        ),
        _json("ruled_out"),
        sa.CheckConstraint("seats > 0", name=op.f("ck_free_seat_some_free")),
        sa.CheckConstraint(
            "better <= possible AND better >= 0", name=op.f("ck_free_seat_better_among_possible")
        ),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_free_seat_waiting_count")),
        _of_run("free_seat"),
        _of_profile("free_seat", "mentor_id"),
        sa.PrimaryKeyConstraint("run_id", "mentor_id", name=op.f("pk_free_seat")),
    )
    op.create_table(
        "mentor_gain",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("mentors", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('specialty', 'topic', 'state', 'visa')",
            name=op.f("ck_mentor_gain_kind_known"),
        ),
        sa.CheckConstraint("mentors > 0", name=op.f("ck_mentor_gain_mentors_count")),
        sa.CheckConstraint(
            "kind <> 'visa' OR mentors >= 5", name=op.f("ck_mentor_gain_visa_paths_of_many")
        ),
        _of_run("mentor_gain"),
        sa.PrimaryKeyConstraint("run_id", "kind", "word", name=op.f("pk_mentor_gain")),
    )
    for table in FROZEN:
        _freeze(table)


def downgrade() -> None:
    for table in FROZEN:
        op.drop_table(table)


def _json(name: str) -> sa.Column:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=False)


def _of_run(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_run_id")
    return sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=name, ondelete="CASCADE")


def _of_profile(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["profile.id"], name=name, ondelete="CASCADE")


def _freeze(table: str) -> None:
    event = f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{event} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{event} BEGIN SELECT RAISE(ABORT, 'a run never changes'); END")
