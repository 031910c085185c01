"""A run is made of a round whose enrolment has ended; a template keeps who may look others up.

A round that was run while it was open has a day to close at that never came to count.
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

OLD_STEPS = (
    *("draft>open", "open>closed", "open>review", "closed>open", "closed>review"),
    *("review>published", "published>review", "published>answering"),
    *("answering>rematching", "answering>finished"),
    *("rematching>answering", "rematching>finished"),
    *("finished>archived", "archived>finished"),
)
STEPS = tuple(step for step in OLD_STEPS if step != "open>review")


def upgrade() -> None:
    op.execute(
        "UPDATE round SET closes_at = NULL"
        " WHERE state NOT IN ('draft', 'open') AND closes_at > CURRENT_TIMESTAMP"
    )
    _change_steps(STEPS)
    op.execute(
        "ALTER TABLE set_up_template ADD COLUMN browsing VARCHAR(20)"
        " CONSTRAINT ck_set_up_template_browsing_known"
        " CHECK (browsing IN ('nobody', 'imgs', 'both'))"
    )


def downgrade() -> None:
    op.drop_column("set_up_template", "browsing")
    _change_steps(OLD_STEPS)


def _change_steps(steps: tuple[str, ...]) -> None:
    """Have the database refuse every step of a round that is not one of these."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER round_steps{' ON round' if postgresql else ''}")
    each = (
        "CREATE TRIGGER round_steps BEFORE UPDATE OF state ON round FOR EACH ROW"
        " WHEN (OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN"
        f" ({', '.join(map(repr, steps))}))"
    )
    if postgresql:
        op.execute(f"{each} EXECUTE FUNCTION refuse_step()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'no such step of a round'); END")
