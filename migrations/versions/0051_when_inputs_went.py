"""When retention took what a run was made of, so that whoever asks for its proof is told."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0049"
branch_labels = None
depends_on = None

# noted once, and only as the inputs go
FIXED = (
    "OLD.inputs_deleted_at IS NOT NULL OR NEW.inputs_deleted_at IS NULL"
    " OR NEW.inputs_sealed IS NOT NULL"
)


def upgrade() -> None:
    op.add_column("run", sa.Column("inputs_deleted_at", sa.DateTime(timezone=True)))
    each = (
        "CREATE TRIGGER run_inputs_gone BEFORE UPDATE OF inputs_deleted_at ON run"
        f" FOR EACH ROW WHEN ({FIXED})"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{each} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'a run never changes'); END")


def downgrade() -> None:
    on = " ON run" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER run_inputs_gone{on}")
    op.drop_column("run", "inputs_deleted_at")
