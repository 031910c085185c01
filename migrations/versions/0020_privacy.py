"""The log by section and with an end; copies of one's data, erasure, opened sealed answers."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXES = (("section", "section_id"), ("actor", "actor_id"))
# Entries live six years (docs/operations.md); the database lets none go earlier.
SQLITE = (
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry"
    " WHEN OLD.at > datetime('now', '-6 years')"
    " BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
)
SQLITE_BEFORE = (
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry"
    " BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END"
)
OLD_ONES = (
    "CREATE TRIGGER audit_kept_six_years BEFORE DELETE ON audit_entry FOR EACH ROW"
    " WHEN (OLD.at > now() - interval '6 years') EXECUTE FUNCTION refuse_rewriting()"
)
ALL = "BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
UPDATES = "BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("section_id", sa.Uuid(), nullable=True))
    for name, column in INDEXES:
        op.create_index(f"ix_audit_entry_{name}", "audit_entry", [column, "number"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_kept ON audit_entry")
        op.execute(f"CREATE TRIGGER audit_kept {UPDATES}")
        op.execute(OLD_ONES)
    else:
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(SQLITE)
    _tables()


def _tables() -> None:
    op.create_table(
        "data_export",
        _key(),
        _person("person_id"),
        _moment("asked_at"),
        _moment("made_at", nullable=True),
        sa.Column("archive_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "made_at IS NOT NULL OR archive_sealed IS NULL",
            name=op.f("ck_data_export_made_when"),
        ),
        *_constraints("data_export", "person_id"),
    )
    op.create_index("ix_data_export_person_id", "data_export", ["person_id"])
    op.create_table(
        "glass_opening",
        _key(),
        _person("by_id"),
        _person("about_id"),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        _moment("opened_at"),
        _moment("until"),
        sa.CheckConstraint("until > opened_at", name=op.f("ck_glass_opening_ends_after_start")),
        *_constraints("glass_opening", "by_id", "about_id"),
    )
    op.create_index("ix_glass_opening_by_id", "glass_opening", ["by_id"])
    op.create_index("ix_glass_opening_about_id", "glass_opening", ["about_id"])
    op.create_table(
        "erasure",
        _person("person_id"),
        _moment("asked_at"),
        _moment("due_at"),
        sa.CheckConstraint("due_at > asked_at", name=op.f("ck_erasure_due_later")),
        *_constraints("erasure", "person_id", key="person_id"),
    )
    op.create_index("ix_erasure_due_at", "erasure", ["due_at"])


def _key() -> sa.Column:
    return sa.Column("id", sa.Uuid(), nullable=False)


def _person(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _constraints(table: str, *people: str, key: str = "id") -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint(
                [name], ["user.id"], name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE"
            )
            for name in people
        ),
    ]


def downgrade() -> None:
    for table in ("erasure", "glass_opening", "data_export"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_kept_six_years ON audit_entry")
        op.execute("DROP TRIGGER audit_kept ON audit_entry")
        op.execute(f"CREATE TRIGGER audit_kept {ALL}")
    else:
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(SQLITE_BEFORE)
    for name, _ in INDEXES:
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("audit_entry", "section_id")
    else:
        op.execute("ALTER TABLE audit_entry DROP COLUMN section_id")
