"""Who of a run can no longer take part as they did, so that the run cannot be published."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.agreed import Agreed
from mentorship.rounds.candidates import Candidate
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.rest import for_publishing
from mentorship.rounds.steps import current_run_id


@dataclass(frozen=True, slots=True)
class OutOfDate:
    """A person of a run who has changed since: ``seats`` are free, ``needed`` were used.

    ``by_request``: the pair they agreed on by request has ended, or was agreed after the run.
    """

    person: Candidate
    seats: int
    needed: int
    by_request: bool = False


def out_of_date(
    people: Sequence[Candidate],
    pairs: Sequence[Pair] | Sequence[sa.Row[uuid.UUID, uuid.UUID]],
    agreed: Agreed,
) -> list[OutOfDate]:
    """Return who of the pairs cannot take part any more, or has fewer seats than the run used.

    Pairs that agreed by request stand whatever becomes of the two in the round.
    """
    made = {(pair.img_id, pair.mentor_id) for pair in pairs}
    new = made - agreed.standing.keys()
    needed = Counter(mentor for _, mentor in made | agreed.standing.keys())
    offered = {key for pair in new for key in pair}
    other = {img for img, _ in made & set(agreed.fallen)}
    other |= {img for img, _ in agreed.standing.keys() - made} & offered
    changed = []
    for person in people:
        key = person.profile_id
        used = needed[key]
        if key in other:
            changed.append(OutOfDate(person, person.seats, used, by_request=True))
        elif key in offered and (not person.takes_part or person.seats < used):
            changed.append(OutOfDate(person, person.seats, used))
    return changed


def changed_since(
    session: Session, round_: Round, run_id: uuid.UUID, *, today: dt.date
) -> Sequence[OutOfDate]:
    """Return who stands in the way of publishing a run, as people are now."""
    return changed_among(session, run_id, *for_publishing(session, round_, today=today))


def changed_among(
    session: Session, run_id: uuid.UUID, people: Sequence[Candidate], agreed: Agreed
) -> Sequence[OutOfDate]:
    """Return the same of people who are known already, see ``for_publishing``."""
    pairs = sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run_id)
    return out_of_date(people, session.execute(pairs).all(), agreed)


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
        if changed_since(session, round_, run_id, today=now.date())
    }
