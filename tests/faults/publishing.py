"""F3 at length: server processes are killed while leaders publish."""

from __future__ import annotations

import uuid
from collections import Counter
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.audit import AuditEntry
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.run_models import PublishPlan
from tests.faults.answers import HalfDone, under_fire
from tests.faults.place import NO_ANSWER, Browser, Place
from tests.faults.racing import count_mails, reviewed, send_out

PLANNED = "round.publish"


def kill_while_publishing(place: Place, kills: int, seed: int = 13) -> Counter[int]:
    """Publish a round after the other until so many processes were killed; return the answers.

    After each answer the round is planned to go out, with an entry of the log, or as before. A
    leader who got no answer presses again; in the end each mentor has one mail.
    """
    answers: Counter[int] = Counter()
    with under_fire(place, place.web(), kills, seed) as done:
        while not done.is_set():
            (leader,), path, run_id, round_id = reviewed(place, 1)
            browser, form = Browser(place, leader), {"run": str(run_id)}
            before = place.asked(partial(_state, round_id=round_id))
            status = NO_ANSWER
            while status == NO_ANSWER:
                status = browser.post(path, form)
                answers[status] += 1
                place.asked(partial(_check, round_id=round_id, before=before))
            place.asked(partial(send_out, round_id=round_id))
            place.asked(partial(count_mails, round_id=round_id))
    return answers


def _state(session: Session, *, round_id: uuid.UUID) -> RoundState:
    return session.scalars(sa.select(Round.state).where(Round.id == round_id)).one()


def _check(session: Session, *, round_id: uuid.UUID, before: RoundState) -> None:
    state = _state(session, round_id=round_id)
    count = sa.select(sa.func.count())
    plans = session.scalar(count.select_from(PublishPlan).where(PublishPlan.round_id == round_id))
    entries = session.scalar(
        count.select_from(AuditEntry).where(
            AuditEntry.about_id == round_id, AuditEntry.action == PLANNED
        )
    )
    if (state, plans, entries) not in {(before, 0, 0), (RoundState.PUBLISHED, 1, 1)}:
        raise HalfDone(f"{state} with {plans} plans and {entries} entries")
