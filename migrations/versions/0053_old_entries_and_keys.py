"""Old entries of the log go by the serving role of PostgreSQL; keys of tables can be off."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0051"
branch_labels = None
depends_on = None

# With the rights of the tables' owner. The trigger audit_kept_six_years still refuses younger ones.
# Who may call it is for mentorship/operations/roles.py to say.
FORGET = """
CREATE FUNCTION forget_old_entries(up_to integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    DELETE FROM public.audit_entry WHERE number <= up_to;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "user", sa.Column("keys_off", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("user") as batch:
        batch.alter_column("keys_off", existing_type=sa.Boolean(), server_default=None)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FORGET)
        op.execute("REVOKE ALL ON FUNCTION forget_old_entries(integer) FROM PUBLIC")


def downgrade() -> None:
    with op.batch_alter_table("user") as batch:
        batch.drop_column("keys_off")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION forget_old_entries(integer)")
