"""Offers that IMGs ask for while a round is open: no run behind them, and a day to answer of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None

OLD_STATES = (
    *("offered", "accepted", "confirmed", "declined_by_mentor", "declined_by_img"),
    *("seat_taken", "expired", "ended"),
)
STATES = (*OLD_STATES[:7], "withdrawn", "ended")
ONCE = ["round_id", "img_id", "mentor_id"]
OLD_ONCE = "uq_offer_round_id_img_id_mentor_id"


def upgrade() -> None:
    with op.batch_alter_table("offer") as table:
        table.drop_constraint(op.f(OLD_ONCE), type_="unique")
        table.add_column(sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
        table.alter_column("pair_id", existing_type=sa.Uuid(), nullable=True)
        _states(table, STATES)
        table.create_check_constraint(
            op.f("ck_offer_from_run_or_img"), "pair_id IS NOT NULL OR answer_by IS NOT NULL"
        )
        table.create_check_constraint(
            op.f("ck_offer_only_requests_withdrawn"),
            "answer_by IS NOT NULL OR state <> 'withdrawn'",
        )
        table.create_index("ix_offer_answer_by", ["answer_by", "state"])
        table.create_index(
            "uq_offer_once",
            ONCE,
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )


def downgrade() -> None:
    """Forget the requests that no run has made a pair of: the table as it was has no place."""
    op.execute(
        "UPDATE seat_count SET taken = taken - (SELECT count(*) FROM offer"
        " WHERE offer.round_id = seat_count.round_id AND offer.mentor_id = seat_count.mentor_id"
        " AND offer.pair_id IS NULL AND offer.state IN ('accepted', 'confirmed'))"
    )
    op.execute("DELETE FROM offer WHERE pair_id IS NULL OR state = 'withdrawn'")
    with op.batch_alter_table("offer") as table:
        table.drop_index("uq_offer_once")
        table.drop_index("ix_offer_answer_by")
        table.drop_constraint(op.f("ck_offer_only_requests_withdrawn"), type_="check")
        table.drop_constraint(op.f("ck_offer_from_run_or_img"), type_="check")
        _states(table, OLD_STATES)
        table.alter_column("pair_id", existing_type=sa.Uuid(), nullable=False)
        table.drop_column("answer_by")
        table.create_unique_constraint(op.f(OLD_ONCE), ONCE)


def _states(table, states: tuple[str, ...]) -> None:
    name = op.f("ck_offer_state_known")
    table.drop_constraint(name, type_="check")
    table.create_check_constraint(name, f"state IN ({', '.join(map(repr, states))})")
