"""What leaders must hear is a kind of its own; news of one's own mentorship is never off.

Whoever has chosen one mail a day for their sections gets requests to join in it, as before.
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

BEFORE = (
    *("offer", "answer", "reminder", "expiry", "publication", "mentorship"),
    *("section", "letter", "concern"),
)


def upgrade() -> None:
    op.execute("UPDATE notice_choice SET way = 'here' WHERE kind = 'mentorship' AND way = 'off'")
    _allow((*BEFORE, "leading"), off=("publication", "letter"))
    op.execute(
        "INSERT INTO notice_choice (person_id, kind, way)"
        " SELECT person_id, 'leading', way FROM notice_choice"
        " WHERE kind = 'section' AND way = 'daily'"
    )


def downgrade() -> None:
    op.execute("UPDATE notice SET kind = 'section' WHERE kind = 'leading'")
    op.execute("DELETE FROM notice_choice WHERE kind = 'leading'")
    _allow(BEFORE, off=("publication", "mentorship", "letter"))


def _allow(kinds: tuple[str, ...], *, off: tuple[str, ...]) -> None:
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_kind_known"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_kind_known"), f"kind IN {kinds}")
    with op.batch_alter_table("notice_choice") as batch:
        batch.drop_constraint(op.f("ck_notice_choice_kind_known"), type_="check")
        batch.drop_constraint(op.f("ck_notice_choice_off_where_allowed"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_choice_kind_known"), f"kind IN {kinds}")
        batch.create_check_constraint(
            op.f("ck_notice_choice_off_where_allowed"), f"way <> 'off' OR kind IN {off}"
        )
