"""A leader's pages of a run of the rest take at most twelve statements, whatever they show."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import holding, jobs, notes, planning, steps
from mentorship.rounds.editing import EditKind
from mentorship.rounds.models import Pair, Participant, Round, Run
from mentorship.rounds.running import solved
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, counted
from tests.rounds.resting import LATER, edit_rest, rest, with_rest

MOST = 12


@pytest.fixture
def round_(cast: Cast, session: Session) -> Round:
    """The rest has a pair, and an IMG, Dua, with nobody; about both a note was changed."""
    made = with_rest(cast, session)
    made.rules = made.rules | {"not_again": True, "must_share_language": True}
    cast.img("Dua Malik", languages=("fr",))
    session.add(Participant(round_id=made.id, profile_id=cast.profile("Dua Malik"), joined_at=NOW))
    session.flush()
    for name in ("Ana Silva", "Dua Malik"):
        img, leader = cast.profile(name), cast.leader.id
        note = notes.write_note(
            session, made.id, img_id=img, mentor_id=None, words="One.", by=leader, now=NOW
        )
        seen = notes.mark_of(note)
        notes.change_note(session, note, words="Two.", seen=seen, by=leader, now=LATER)
    return made


def pages(cast: Cast, session: Session, round_: Round, runs: list[Run]) -> Iterator[str]:
    """Yield every page of a leader's that looks at a run, of the last and of the one before."""
    first, last = runs
    pair = session.scalars(sa.select(Pair.id).where(Pair.run_id == last.id)).one()
    ana, dua, pia = (cast.profile(name) for name in ("Ana Silva", "Dua Malik", "Pia Late"))
    for run in runs:
        for part in ("", "poor", "locked", "forbidden", "apart", "second"):
            yield f"/review?run={run.number}&show={part}"
    yield from (f"/review/{page}?run={last.number}" for page in ("picture", "fairness", "by-hand"))
    yield f"/review/pairs/{pair}?q=a"
    yield f"/review/by-hand?run={last.number}&img={ana}"
    yield f"/review/by-hand?run={last.number}&img={ana}&mentor={pia}"
    yield f"/unmatched?run={last.number}"
    yield f"/compare?run={first.number}&run={last.number}"
    yield f"/compare?run=1&run={last.number}"
    yield f"/compare?run=1&run={first.number}&run={last.number}"
    yield from (f"/people/{who}?run={last.number}" for who in (ana, dua, pia))
    yield from ("", "/answers", "/answers?show=without", "/people", "/report", "/history")


@pytest.mark.parametrize("state", ["counts", "overtaken", "on its way", "held up", "sent"])
def test_a_page_of_the_rest_takes_at_most_twelve_statements(
    cast: Cast,
    session: Session,
    round_: Round,
    sign_in: Callable[[User], PageClient],
    state: str,
) -> None:
    first = rest(cast, session, round_)
    last = edit_rest(cast, session, round_, kind=EditKind.LOCK, img="Ana Silva", mentor="Pia Late")
    who = {"round_id": round_.id, "by": cast.leader.id}
    also = ["/publish"]
    if state == "counts":
        also = [f"/publish?run={run.number}" for run in (first, last)]
    elif state == "overtaken":
        last = _overtaken(cast, session, round_, first.id)
        also = [f"/publish?run={last.number}"]
    else:
        planning.plan_publication(session, run_id=last.id, now=LATER, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    if state == "held up":
        planning.hold_up(session, round_id=round_.id, now=LATER + planning.UNDO)
    elif state == "sent":
        planning.send_out(session, round_id=round_.id, now=LATER + planning.UNDO)
        also = []
    home, leader = f"/sections/{cast.section.slug}/rounds/{round_.id}", sign_in(cast.leader)
    took = {}
    for path in [*pages(cast, session, round_, [first, last]), *also]:
        session.expunge_all()
        with counted(session) as seen:
            leader.get(f"{home}{path}")
        took[path] = len([each for each in seen if not each.startswith(("SAVEPOINT", "RELEASE"))])
    assert not {path: count for path, count in took.items() if count > MOST}


def _overtaken(cast: Cast, session: Session, round_: Round, other: uuid.UUID) -> Run:
    """Match the rest again, and while that is worked out, have another run count."""
    current = steps.ways(session, round_.id).current
    assert current
    who = {"round_id": round_.id, "by": cast.leader.id, "now": LATER}
    job = jobs.ask_rest(session, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    held = holding.claim(session, job.id, now=LATER)
    assert held
    made = solved(holding.inputs_of(session, held, now=LATER))
    steps.choose(session, run_id=other, seen=current, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    return holding.finish(session, held, made, now=LATER)
