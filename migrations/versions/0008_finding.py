"""Members look each other up: who may, whose names are hidden, what they noted, and who withdrew.

And a new key may seal anew what a run keeps: its sealed columns may change from one sealed value
to another (the seal proves that it is the same place, and the digest of a run that its inputs are
the same); all other columns stay frozen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PURPOSE = "ck_consent_purpose_known"


FORGETTABLE = ("inputs_sealed", "made_by_id")
OF_PAIR = "id, run_id, img_id, mentor_id, place, score"


def _trigger(event: str, name: str, when: str = "") -> None:
    each = f"CREATE TRIGGER {name} {event} FOR EACH ROW" + (f" WHEN ({when})" if when else "")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{each} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'a run never changes'); END")


def _drop(name: str, table: str) -> None:
    on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER {name}{on}")


def _not_resealed(column: str) -> str:
    """Say that a value was not sealed before, or is not now: a seal begins with its key's id."""
    if op.get_bind().dialect.name == "postgresql":
        place = f"position('\\x3a'::bytea in NEW.{column})"
    else:
        place = f"instr(NEW.{column}, X'3A')"
    return f"OLD.{column} IS NULL OR {place} NOT BETWEEN 2 AND 60"


def _let_seals_change() -> None:
    _drop("pair_frozen", "pair")
    _drop("run_forgets", "run")
    _trigger(f"BEFORE UPDATE OF {OF_PAIR} ON pair", "pair_frozen")
    parts = f"NEW.parts_sealed IS NULL OR {_not_resealed('parts_sealed')}"
    _trigger("BEFORE UPDATE OF parts_sealed ON pair", "pair_keeps_parts", when=parts)
    _trigger(
        f"BEFORE UPDATE OF {', '.join(FORGETTABLE)} ON run",
        "run_forgets",
        when=f"(NEW.inputs_sealed IS NOT NULL AND ({_not_resealed('inputs_sealed')}))"
        " OR (NEW.made_by_id IS NOT NULL"
        " AND (OLD.made_by_id IS NULL OR NEW.made_by_id <> OLD.made_by_id))",
    )


def _freeze_seals() -> None:
    _drop("pair_keeps_parts", "pair")
    _drop("pair_frozen", "pair")
    _drop("run_forgets", "run")
    changed = " OR ".join(
        f"(NEW.{column} IS NOT NULL AND (OLD.{column} IS NULL OR NEW.{column} <> OLD.{column}))"
        for column in FORGETTABLE
    )
    _trigger(f"BEFORE UPDATE OF {', '.join(FORGETTABLE)} ON run", "run_forgets", when=changed)
    _trigger("BEFORE UPDATE ON pair", "pair_frozen")


def upgrade() -> None:
    _let_seals_change()
    _allow("purpose IN ('matching', 'share_visa', 'listed', 'statistics')")
    # not in batch mode: there SQLite drops the table for a moment, and with it every membership
    op.execute(
        "ALTER TABLE section ADD COLUMN browsing VARCHAR(20) DEFAULT 'imgs' NOT NULL"
        " CONSTRAINT ck_section_browsing_known CHECK (browsing IN ('nobody', 'imgs', 'both'))"
    )
    op.add_column(
        "section",
        sa.Column("names_masked", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "participant",
        sa.Column("withdrew", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "mark",
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("bookmarked", "hidden"),
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["user.id"], name=op.f("fk_mark_reader_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_mark_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reader_id", "profile_id", name=op.f("pk_mark")),
    )
    op.create_index(op.f("ix_mark_profile_id"), "mark", ["profile_id"])


def downgrade() -> None:
    _freeze_seals()
    op.drop_index(op.f("ix_mark_profile_id"), "mark")
    op.drop_table("mark")
    op.drop_column("participant", "withdrew")
    op.drop_column("section", "names_masked")
    op.drop_column("section", "browsing")
    op.execute("DELETE FROM consent WHERE purpose = 'listed'")
    _allow("purpose IN ('matching', 'share_visa', 'statistics')")


def _allow(condition: str) -> None:
    with op.batch_alter_table("consent") as table:
        table.drop_constraint(op.f(PURPOSE), type_="check")
        table.create_check_constraint(op.f(PURPOSE), condition)
