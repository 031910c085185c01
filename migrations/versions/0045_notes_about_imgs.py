"""Leaders note things about an IMG alone, too, and what a note said before is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0041"
branch_labels = None
depends_on = None

NOW = sa.DateTime(timezone=True)
KEPT = "id, round_id, img_id, mentor_id, words, written_at, written_by_id"


def upgrade() -> None:
    _make("round_note", with_mentor=False)
    op.create_index("ix_round_note_about", "round_note", ["round_id", "img_id", "mentor_id"])
    op.create_table(
        "round_note_before",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", NOW, nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_round_note_before_number_counts")),
        sa.CheckConstraint(
            "length(words) BETWEEN 1 AND 1000", name=op.f("ck_round_note_before_words_short")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"],
            ["round_note.id"],
            name=op.f("fk_round_note_before_note_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["user.id"],
            name=op.f("fk_round_note_before_written_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("note_id", "number", name=op.f("pk_round_note_before")),
    )
    op.execute(f"INSERT INTO round_note ({KEPT}) SELECT {KEPT} FROM pair_note")
    op.drop_index("ix_pair_note_pair", "pair_note")
    op.drop_table("pair_note")


def downgrade() -> None:
    """Go back; notes about an IMG alone, and what notes said before, are lost."""
    _make("pair_note", with_mentor=True)
    op.create_index("ix_pair_note_pair", "pair_note", ["round_id", "img_id", "mentor_id"])
    of_pairs = f"SELECT {KEPT} FROM round_note WHERE mentor_id IS NOT NULL"
    op.execute(f"INSERT INTO pair_note ({KEPT}) {of_pairs}")
    op.drop_table("round_note_before")
    op.drop_index("ix_round_note_about", "round_note")
    op.drop_table("round_note")


def _make(table: str, *, with_mentor: bool) -> None:
    keys = {"round_id": "round", "img_id": "profile", "mentor_id": "profile"}
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("img_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=not with_mentor),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", NOW, nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "length(words) BETWEEN 1 AND 1000", name=op.f(f"ck_{table}_words_short")
        ),
        *(
            sa.ForeignKeyConstraint(
                [key], [f"{other}.id"], name=op.f(f"fk_{table}_{key}"), ondelete="CASCADE"
            )
            for key, other in keys.items()
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["user.id"],
            name=op.f(f"fk_{table}_written_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
