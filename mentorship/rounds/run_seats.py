"""The seats that a run had to give, and those it gave to nobody."""

from __future__ import annotations

import sqlalchemy as sa

from mentorship.rounds.models import Pair, RunSeat


def seats_nobody_has() -> sa.ColumnElement[int]:
    """Count the seats of the ``RunSeat`` of a statement that its run gave to nobody."""
    used = (
        sa.select(sa.func.count())
        .select_from(Pair)
        .where(Pair.run_id == RunSeat.run_id, Pair.mentor_id == RunSeat.mentor_id)
        .correlate(RunSeat)
        .scalar_subquery()
    )
    return RunSeat.seats - used
