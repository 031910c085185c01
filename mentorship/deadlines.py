"""What acts by itself when its time has come: publications, the end of enrolment, days to answer.

Each round is a transaction of its own, and what goes wrong with one holds up no other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from mentorship.extensions import each_on_its_own, let_go_when_frozen, reading, transaction
from mentorship.notices import delivery
from mentorship.pulse import utc_now
from mentorship.rounds import closing, expiring, holding, parting, planning
from mentorship.rounds.lifecycle import RoundChanged
from mentorship.rounds.publishing import NothingToPublish, RunOutOfDate


def publish_due() -> None:
    """Let the publications go out whose time has come; each in a transaction of its own."""
    with reading() as session:
        waiting = planning.due_publications(session, now=utc_now())
    each_on_its_own(waiting, _publish, told_as=_told)
    if waiting:
        delivery.write_files()


def _publish(round_id: uuid.UUID) -> None:
    try:
        with _step() as session:
            planning.send_when_due(session, round_id=round_id, now=utc_now())
    except (RunOutOfDate, NothingToPublish, RoundChanged):
        with _step() as session:
            planning.hold_up(session, round_id=round_id, now=utc_now())


def close_due() -> None:
    """Close the enrolment of rounds whose deadline has come; each in a transaction of its own."""
    with reading() as session:
        waiting = closing.due_closings(session, now=utc_now())
    each_on_its_own(waiting, _in_a_step(closing.close_if_due), told_as=_told)


def expire_due() -> None:
    """Close what was not answered by its day; each round in a transaction of its own."""
    with reading() as session:
        answers = expiring.due_expiries(session, now=utc_now())
        requests = expiring.due_requests(session, now=utc_now())
    each_on_its_own(answers, _in_a_step(expiring.expire_answers), told_as=_told)
    each_on_its_own(requests, _in_a_step(expiring.expire_requests), told_as=_told)
    if answers or requests:
        delivery.write_files()


def part_due() -> None:
    """End what waits between two who can be no pair any more; each round in a transaction."""
    with reading() as session:
        waiting = parting.due_partings(session)
    each_on_its_own(waiting, _in_a_step(parting.end_parted), told_as=_told)
    if waiting:
        delivery.write_files()


def _told(round_id: uuid.UUID) -> str:
    return f"a step of round {round_id}"


def _in_a_step(what: Callable[..., object]) -> Callable[[uuid.UUID], None]:
    def step(round_id: uuid.UUID) -> None:
        with _step() as session:
            what(session, round_id=round_id, now=utc_now())

    return step


@contextmanager
def _step() -> Iterator[Session]:
    """One transaction of a round's life, which holds up no other worker should this one freeze."""
    with transaction() as session:
        let_go_when_frozen(session, holding.LEASE)
        yield session
