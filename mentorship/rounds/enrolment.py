"""Who takes part in a round: everybody eligible when it opens, then as the leader decides."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.lifecycle import move, round_changed
from mentorship.rounds.models import Participant, Round, RoundState


class CannotTakePart(ValueError):
    """Something keeps the person out; ``obstacle`` says what."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(f"{candidate.profile_id}: {candidate.obstacle}")
        self.name, self.obstacle = candidate.name, candidate.obstacle


def open_round(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Open a draft and enrol everybody eligible; return how many.

    Raises
    ------
    RoundChanged
        Somebody opened it already.

    """
    move(session, round_id, (RoundState.DRAFT,), RoundState.OPEN, opened_at=now)
    return _enrol_all(session, round_id, now)


def refresh(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Enrol whoever has become eligible since, but nobody who was left out; return how many.

    Raises
    ------
    RoundChanged
        The round is not open for people any more.

    """
    _hold(session, round_id)
    return _enrol_all(session, round_id, now)


def leave_out(
    session: Session, *, round_id: uuid.UUID, profile_ids: Iterable[uuid.UUID], now: dt.datetime
) -> int:
    """Leave participants out of the round; they can be put back. Returns how many changed."""
    _hold(session, round_id)
    return _mark(session, round_id, profile_ids, taking_part=True, left_out_at=now)


def put_back(
    session: Session, *, round_id: uuid.UUID, profile_id: uuid.UUID, now: dt.datetime
) -> Candidate:
    """Enrol one person, for the first time or again.

    Raises
    ------
    CannotTakePart
        Something keeps this person out; the error says what.
    NoResultFound
        No such member of the section.
    RoundChanged
        The round is published or finished.

    """
    round_ = _hold(session, round_id)
    found = candidates(session, round_, today=now.date(), only=profile_id)
    if not found:
        raise sa.exc.NoResultFound
    if found[0].obstacle is not None:
        raise CannotTakePart(found[0])
    if found[0].joined:
        _mark(session, round_id, [profile_id], taking_part=False, left_out_at=sa.null())
    else:
        session.add(Participant(round_id=round_id, profile_id=profile_id, joined_at=now))
        session.flush()
    return found[0]


def _enrol_all(session: Session, round_id: uuid.UUID, now: dt.datetime) -> int:
    round_ = session.get_one(Round, round_id, populate_existing=True)
    new = [
        {"round_id": round_id, "profile_id": each.profile_id, "joined_at": now}
        for each in candidates(session, round_, today=now.date())
        if each.obstacle is None and not each.joined
    ]
    if new:
        session.execute(sa.insert(Participant), new)
    return len(new)


def _hold(session: Session, round_id: uuid.UUID) -> Round:
    """Return the round, held so that it cannot be published meanwhile."""
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state not in EDITABLE or round_.state is RoundState.DRAFT:
        raise round_changed(session, round_id)
    return round_


def _mark(
    session: Session,
    round_id: uuid.UUID,
    profile_ids: Iterable[uuid.UUID],
    *,
    taking_part: bool,
    left_out_at: object,
) -> int:
    now_out = (
        Participant.left_out_at.is_(None) if taking_part else Participant.left_out_at.is_not(None)
    )
    changed = session.execute(
        sa.update(Participant)
        .where(
            Participant.round_id == round_id,
            Participant.profile_id.in_(list(profile_ids)),
            now_out,
        )
        .values(left_out_at=left_out_at)
        .returning(Participant.profile_id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
