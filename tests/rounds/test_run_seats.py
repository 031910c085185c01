"""The seats of a run that nobody has."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import db
from mentorship.rounds.models import RunSeat
from mentorship.rounds.run_seats import seats_nobody_has
from tests.rounds.cast import Cast


def test_they_are_what_is_left_of_this_run_alone(cast: Cast, session: Session) -> None:
    """Omar has two seats and two IMGs in both runs: pairs of another run take none away."""
    for name in ("Autumn", "Spring"):
        _, run = cast.reviewed(name)
        left = dict(
            session.execute(
                sa.select(RunSeat.mentor_id, seats_nobody_has()).where(RunSeat.run_id == run.id)
            ).all()
        )
        assert left[cast.profile("Omar Aziz")] == 0


def test_the_pairs_of_each_mentor_are_found_by_mentor_and_run(cast: Cast, session: Session) -> None:
    """Or a page of 2,000 mentors goes through 5,000 pairs for each of them."""
    _, run = cast.reviewed()
    query = sa.select(RunSeat.mentor_id, seats_nobody_has()).where(RunSeat.run_id == run.id)
    if db.engine.dialect.name == "sqlite":
        told = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {told}"))]
        assert any("ix_pair_mentor (mentor_id=? AND run_id=?)" in step for step in plan), plan
    columns = sa.inspect(session.connection()).get_indexes("pair")
    assert ["mentor_id", "run_id"] in [index["column_names"] for index in columns]
