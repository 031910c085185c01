"""A published round with a rest: who waits, who is free, and how its rest is run and changed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mentorship.rounds import editing, jobs, service, steps
from mentorship.rounds.editing import Edit, EditKind
from mentorship.rounds.models import Round, Run
from mentorship.rounds.scope import run_of_round
from tests.factories import NOW
from tests.rounds.cast import Cast
from tests.rounds.work import work

LATER = NOW + dt.timedelta(days=3)


def with_rest(cast: Cast, session: Session) -> Round:
    """Noor has said no to Ana, Omar yes to Bea; Chi waits for Omar; Pia, who fits less, is free."""
    cast.mentor("Pia Late", topics=("research",), seats=1)
    cast.img("Bea Lind", topics=("visa_choice",), specialties=("psychiatry",))
    made = cast.open()
    ben = cast.profile("Ben Okafor")
    service.leave_out(session, round_id=made.id, profile_ids=[ben], now=NOW)
    run = service.run_round(session, round_id=made.id, by=None, now=NOW)
    service.publish_round(session, round_id=made.id, run_id=run.id, by=None, now=NOW)
    answer(cast, session, "Noor Haddad", "Ana Silva", yes=False)
    answer(cast, session, "Omar Aziz", "Bea Lind", yes=True)
    return made


def answer(cast: Cast, session: Session, mentor: str, img: str, *, yes: bool) -> None:
    who = {"person_id": cast.people[mentor].id, "offer_id": cast.offer(img, mentor).id, "now": NOW}
    if yes:
        service.accept_offer(session, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    else:
        service.decline_offer(session, **who, reason="no_time", words="")  # type: ignore[arg-type]  # values of one dict, of many types


def rest(cast: Cast, session: Session, round_: Round) -> Run:
    """Match the rest again."""
    job = jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=LATER)
    work(session)
    session.refresh(job)
    assert job.run_id, job.failure
    return session.get_one(Run, job.run_id)


def edit_rest(
    cast: Cast, session: Session, round_: Round, *, kind: EditKind, img: str, mentor: str
) -> Run:
    """Have the run of the rest that counts solved with one change, and keep it."""
    seen = run_of_round(session, round_.id)
    pair = (cast.profile(img), cast.profile(mentor))
    job = editing.ask_edit(
        session,
        round_id=round_.id,
        seen=seen.id,
        edit=Edit(kind, (pair,)),
        by=cast.leader.id,
        now=LATER,
    )
    work(session)
    session.refresh(job)
    assert job.run_id, job.failure
    who = {"round_id": round_.id, "by": cast.leader.id, "now": LATER}
    return steps.choose(session, run_id=job.run_id, seen=seen.id, **who)  # type: ignore[arg-type]  # values of one dict, of many types
