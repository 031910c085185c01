"""A round that never went out can be given up: it goes to the archive, and stays there."""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

OLD_STEPS = (
    *("draft>open", "open>closed", "closed>open", "closed>review"),
    *("review>published", "published>review", "published>answering"),
    *("answering>rematching", "answering>finished"),
    *("rematching>answering", "rematching>finished"),
    *("finished>archived", "archived>finished"),
)
GIVING_UP = ("draft>archived", "open>archived", "closed>archived", "review>archived")


def upgrade() -> None:
    no = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(
        f"ALTER TABLE round ADD COLUMN given_up BOOLEAN DEFAULT {no} NOT NULL"
        " CONSTRAINT ck_round_given_up_is_archived CHECK (NOT given_up OR state = 'archived')"
    )
    step, giving_up = "OLD.state || '>' || NEW.state", _listed(GIVING_UP)
    _change_trigger(
        "BEFORE UPDATE OF state, given_up",
        "(OLD.state <> NEW.state OR OLD.given_up <> NEW.given_up)"
        f" AND ({step} NOT IN {_listed(OLD_STEPS + GIVING_UP)}"
        f" OR OLD.given_up OR NEW.given_up <> ({step} IN {giving_up}))",
    )


def downgrade() -> None:
    _change_trigger(
        "BEFORE UPDATE OF state",
        f"OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN {_listed(OLD_STEPS)}",
    )
    op.drop_column("round", "given_up")


def _listed(steps: tuple[str, ...]) -> str:
    return f"({', '.join(map(repr, steps))})"


def _change_trigger(when: str, refused: str) -> None:
    """Have the database refuse a change of a round for which this is true."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER round_steps{' ON round' if postgresql else ''}")
    each = f"CREATE TRIGGER round_steps {when} ON round FOR EACH ROW WHEN ({refused})"
    if postgresql:
        op.execute(f"{each} EXECUTE FUNCTION refuse_step()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'no such step of a round'); END")
