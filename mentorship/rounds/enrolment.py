"""Who takes part in a round: everybody eligible when it opens, then as the leader decides."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.rounds.averages import keep_first
from mentorship.rounds.candidates import Candidate, Obstacle, candidates
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.going_on import leave_out as close_requests
from mentorship.rounds.lifecycle import move, round_changed
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.setup import SetUp
from mentorship.rounds.traits import let_in


class CannotTakePart(ValueError):
    """Something keeps the person out; ``obstacle`` says what."""

    def __init__(self, name: str, obstacle: Obstacle) -> None:
        super().__init__(f"{name}: {obstacle}")
        self.name, self.obstacle = name, obstacle


class StaysAway(ValueError):
    """The person withdrew by their own wish: that is theirs to undo."""


class NotMeant(ValueError):
    """The round is for others, unless a leader adds this person."""


def open_round(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Open a draft and enrol everybody eligible; return how many.

    A day for enrolment to close that has passed is dropped: the round would close at once.

    Raises
    ------
    RoundChanged
        Somebody opened it already.

    """
    to_come = sa.case((Round.closes_at > now, Round.closes_at), else_=None)
    opened = {"opened_at": now, "closes_at": to_come}
    move(session, round_id, (RoundState.DRAFT,), RoundState.OPEN, **opened)
    came_in = enrol_all(session, round_id, now)
    keep_first(session, round_id, now=now)
    return came_in


def refresh(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Enrol whoever has become eligible since, but nobody who was left out; return how many.

    Raises
    ------
    RoundChanged
        The round is not open for people any more.

    """
    hold(session, round_id)
    return enrol_all(session, round_id, now)


def leave_out(
    session: Session, *, round_id: uuid.UUID, profile_ids: Collection[uuid.UUID], now: dt.datetime
) -> Sequence[Candidate]:
    """Leave participants out of the round; twice is as good as once.

    Raises
    ------
    NoResultFound
        One of them is not in the round.
    RoundChanged
        The round is published or finished.

    """
    everybody = candidates(session, hold(session, round_id), now=now)
    people = [each for each in everybody if each.joined and each.profile_id in profile_ids]
    if len(people) != len(set(profile_ids)):
        raise NoResultFound
    staying = [each.profile_id for each in people if not each.left_out]
    mark(session, round_id, staying, left_out_at=now)
    return people


def put_back(
    session: Session, *, round_id: uuid.UUID, profile_id: uuid.UUID, now: dt.datetime
) -> Candidate:
    """Enrol one person, for the first time or again.

    Raises
    ------
    CannotTakePart
        Something keeps this person out; the error says what.
    StaysAway
        They withdrew themselves.
    NoResultFound
        No such member of the section.
    RoundChanged
        The round is published or finished.

    """
    round_ = hold(session, round_id)
    found = candidates(session, round_, now=now, only=[profile_id])
    if not found:
        raise NoResultFound
    person = found[0]
    if person.withdrew:
        raise StaysAway(person.name)
    if person.obstacle is not None:
        raise CannotTakePart(person.name, person.obstacle)
    if person.joined:
        mark(session, round_id, [profile_id], left_out_at=None)
    else:
        session.add(Participant(round_id=round_id, profile_id=profile_id, joined_at=now))
        session.flush()
    return person


def put_all_back(
    session: Session, *, round_id: uuid.UUID, profile_ids: Collection[uuid.UUID], now: dt.datetime
) -> Sequence[Candidate]:
    """Enrol those whom nothing keeps out, for the first time or again, and return them.

    They are read while the round is held: meanwhile one may have withdrawn, or come in already.

    Raises
    ------
    RoundChanged
        The round is published or finished.

    """
    found = candidates(session, hold(session, round_id), now=now, only=profile_ids)
    able = [each for each in found if each.obstacle is None and not each.withdrew]
    mark(session, round_id, [one.profile_id for one in able if one.joined], left_out_at=None)
    _enrol(session, round_id, [one for one in able if not one.joined], now)
    return able


def join(
    session: Session,
    *,
    person_id: uuid.UUID,
    round_id: uuid.UUID,
    profile_id: uuid.UUID,
    now: dt.datetime,
) -> Round:
    """Take part by one's own wish in a round that is open; twice is as good as once.

    Raises
    ------
    CannotTakePart
        Something keeps this person out; the error says what.
    NotMeant
        The set-up asks for other IMGs, or a leader left them out: leaders may add anybody.
    NoResultFound
        It is not one's own profile, or no round of a section of theirs that is open.

    """
    open_now = sa.select(Round).where(Round.id == round_id, Round.state == RoundState.OPEN)
    round_ = session.scalars(open_now.with_for_update(read=True)).one()
    found = candidates(session, round_, now=now, only=[profile_id])
    person = next((each for each in found if each.person_id == person_id), None)
    if person is None:
        raise NoResultFound
    if person.joined and not person.left_out:
        return round_
    if person.obstacle is not None:
        raise CannotTakePart(person.name, person.obstacle)
    traits = SetUp.from_json(round_.rules).traits
    if person.left_out or not let_in(session, round_, traits, [person]):
        raise NotMeant(round_.name)
    session.add(Participant(round_id=round_id, profile_id=profile_id, joined_at=now))
    session.flush()
    return round_


def enrol_all(session: Session, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Enrol whoever is ready, meant by the set-up and was never in the round; return how many."""
    round_ = session.get_one(Round, round_id, populate_existing=True)
    newcomers = ready_to_join(session, round_, candidates(session, round_, now=now))
    _enrol(session, round_id, newcomers, now)
    return len(newcomers)


def _enrol(
    session: Session, round_id: uuid.UUID, newcomers: Sequence[Candidate], now: dt.datetime
) -> None:
    new = [
        {"round_id": round_id, "profile_id": each.profile_id, "joined_at": now}
        for each in newcomers
    ]
    if new:
        session.execute(sa.insert(Participant), new)


def ready_to_join(
    session: Session, round_: Round, people: Sequence[Candidate]
) -> Sequence[Candidate]:
    """Return whom opening the round, or adding all, would enrol now."""
    traits = SetUp.from_json(round_.rules).traits
    return let_in(session, round_, traits, [each for each in people if each.is_newcomer])


def hold(session: Session, round_id: uuid.UUID) -> Round:
    """Return the round, held so that it cannot be published meanwhile."""
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state not in EDITABLE or round_.state is RoundState.DRAFT:
        raise round_changed(session, round_id)
    return round_


def mark(
    session: Session,
    round_id: uuid.UUID,
    profile_ids: Collection[uuid.UUID],
    *,
    left_out_at: dt.datetime | None,
) -> None:
    """Leave participants out, or bring them back; the round must be held.

    Requests of whoever is left out are closed, and both sides told.
    """
    session.execute(
        sa.update(Participant)
        .where(Participant.round_id == round_id, Participant.profile_id.in_(profile_ids))
        .values(left_out_at=left_out_at, withdrew=False)
    )
    if left_out_at is not None:
        close_requests(session, round_id, profile_ids, now=left_out_at)
