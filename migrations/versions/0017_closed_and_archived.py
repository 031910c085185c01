"""Rounds that are closed or archived, and the only ways in which their state may change."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME = "ck_round_state_known"
BEFORE = ("draft", "open", "review", "published", "finished")
STATES = ("draft", "open", "closed", "review", "published", "finished", "archived")
STEPS = (
    "draft>open",
    "open>closed",
    "open>review",
    "closed>open",
    "closed>review",
    "review>published",
    "published>finished",
    "finished>archived",
    "archived>finished",
)
REFUSE = """
CREATE FUNCTION refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no such step of a round' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def upgrade() -> None:
    with op.batch_alter_table("round") as table:
        table.add_column(sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _among(STATES))
    each = (
        "CREATE TRIGGER round_steps BEFORE UPDATE OF state ON round FOR EACH ROW"
        " WHEN (OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN"
        f" ({', '.join(map(repr, STEPS))}))"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE)
        op.execute(f"{each} EXECUTE FUNCTION refuse_step()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'no such step of a round'); END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER round_steps ON round")
        op.execute("DROP FUNCTION refuse_step()")
    else:
        op.execute("DROP TRIGGER round_steps")
    op.execute("UPDATE round SET state = 'open' WHERE state = 'closed'")
    op.execute("UPDATE round SET state = 'finished' WHERE state = 'archived'")
    with op.batch_alter_table("round") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), _among(BEFORE))
        table.drop_column("closes_at")


def _among(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(map(repr, states))})"
