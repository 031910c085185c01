"""Who of a run can no longer take part as they did, so that the run cannot be published."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.steps import current_run_id


@dataclass(frozen=True, slots=True)
class OutOfDate:
    """A person of a run who has changed since: ``seats`` are free, ``needed`` were used."""

    person: Candidate
    seats: int
    needed: int


def out_of_date(
    people: Sequence[Candidate], pairs: Sequence[Pair] | Sequence[sa.Row[uuid.UUID, uuid.UUID]]
) -> list[OutOfDate]:
    """Return who of the pairs cannot take part any more, or has fewer seats than the run used."""
    needed = Counter(pair.mentor_id for pair in pairs)
    imgs = {pair.img_id for pair in pairs}
    changed = []
    for person in people:
        used = needed[person.profile_id]
        concerned = used > 0 or person.profile_id in imgs
        if concerned and (not person.takes_part or person.seats < used):
            changed.append(OutOfDate(person, person.seats, used))
    return changed


def changed_since(
    session: Session, people: Sequence[Candidate], run_id: uuid.UUID
) -> Sequence[OutOfDate]:
    """Return who stands in the way of publishing a run, as ``people`` are now, in one query."""
    pairs = sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run_id)
    return out_of_date(people, session.execute(pairs).all())


def rounds_out_of_date(
    session: Session, section_id: uuid.UUID, *, now: dt.datetime
) -> Collection[uuid.UUID]:
    """Return the rounds in review of a section whose run that counts is out of date."""
    in_review = sa.select(Round, Run.id).join(Run, Run.round_id == Round.id)
    rows = session.execute(
        in_review.where(
            Round.section_id == section_id,
            Round.state == RoundState.REVIEW,
            Run.id == current_run_id(Round.id),
        )
    ).all()
    return {
        round_.id
        for round_, run_id in rows
        if changed_since(session, candidates(session, round_, today=now.date()), run_id)
    }
