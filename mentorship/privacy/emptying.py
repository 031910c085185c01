"""Taking people's answers away: from their profiles, and from the sealed records of runs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import Model
from mentorship.privacy.traces import BELOW_PROFILE, OF_PROFILE
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair, Participant, Run, RunSeat, Unmatched
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.snapshot import without_people


def empty_profiles(session: Session, profiles: Sequence[uuid.UUID], *, now: dt.datetime) -> None:
    """Take all answers away, of people who stay: from the profiles and from sealed records."""
    delete_of_profiles(session, profiles)
    blank_in_runs(session, profiles)
    kept = remove_profiles(session, profiles)
    carry_out(session, sa.update(Profile).where(Profile.id.in_(kept)).values(updated_at=now))


def remove_profiles(session: Session, profiles: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Delete profiles, or empty those whose key others need; return these.

    A run needs the keys of its pairs; whoever got a mentor or an IMG, also by a request before
    any run, keeps their side of it, and the priority that its end gives.
    """
    both_said_yes = Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED))
    needed = set(
        session.scalars(
            sa.union(
                sa.select(Pair.img_id).where(Pair.img_id.in_(profiles)),
                sa.select(Pair.mentor_id).where(Pair.mentor_id.in_(profiles)),
                sa.select(Unmatched.img_id).where(Unmatched.img_id.in_(profiles)),
                sa.select(RunSeat.mentor_id).where(RunSeat.mentor_id.in_(profiles)),
                sa.select(Offer.img_id).where(Offer.img_id.in_(profiles), both_said_yes),
                sa.select(Offer.mentor_id).where(Offer.mentor_id.in_(profiles), both_said_yes),
            )
        )
    )
    gone = [key for key in profiles if key not in needed]
    carry_out(session, sa.delete(Profile).where(Profile.id.in_(gone)))
    empty = emptied(Profile.__table__, but={"id", "person_id", "kind", "updated_at"})
    carry_out(session, sa.update(Profile).where(Profile.id.in_(needed)).values(empty))
    return needed


def delete_of_profiles(session: Session, profiles: Sequence[uuid.UUID]) -> None:
    for column in OF_PROFILE:
        carry_out(session, sa.delete(column.class_).where(column.in_(profiles)))
    for name in BELOW_PROFILE:
        table = Model.metadata.tables[name]
        carry_out(session, sa.delete(table).where(table.c.profile_id.in_(profiles)))


def blank_in_runs(session: Session, profiles: Iterable[uuid.UUID]) -> None:
    """Take people's answers out of the sealed records of all runs they were in."""
    keys = set(profiles)
    for pair in session.scalars(
        sa.select(Pair).where(Pair.img_id.in_(keys) | Pair.mentor_id.in_(keys))
    ):
        pair.parts = []
    for run in session.scalars(sa.select(Run).where(Run.id.in_(_runs_of(keys)))):
        if run.inputs is not None:
            run.inputs = without_people(run.inputs, {str(key) for key in keys})
    session.flush()


def _runs_of(keys: set[uuid.UUID]) -> sa.CompoundSelect[uuid.UUID]:
    """Select the runs whose inputs may hold one of these profiles.

    Whoever took part is in the record of every run of the round, also with neither pair nor seat.
    """
    return sa.union(
        sa.select(Run.id)
        .join(Participant, Participant.round_id == Run.round_id)
        .where(Participant.profile_id.in_(keys)),
        sa.select(Pair.run_id).where(Pair.img_id.in_(keys) | Pair.mentor_id.in_(keys)),
        sa.select(Unmatched.run_id).where(Unmatched.img_id.in_(keys)),
        sa.select(RunSeat.run_id).where(RunSeat.mentor_id.in_(keys)),
    )


def emptied(table: sa.FromClause, *, but: set[str]) -> dict[str, Any]:
    """Return an empty value for each column that may have one: NULL, or its default."""
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in but:
            continue
        if column.nullable:
            values[column.name] = None
        elif column.default is not None and column.default.is_scalar:
            values[column.name] = column.default.arg
    return values


def carry_out(session: Session, statement: sa.Delete | sa.Update) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
