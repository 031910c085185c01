"""The day to answer comes by itself: what waits expires once, and everybody concerned is told."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import deadlines
from mentorship.accounts.models import User
from mentorship.inbox import service as inbox
from mentorship.inbox.models import Notice, NoticeKind, Way
from mentorship.notices.models import Message
from mentorship.rounds import board, closing, expiring, jobs, publishing, service
from mentorship.rounds.declined import Reading
from mentorship.rounds.due import end_of_day
from mentorship.rounds.letters import moment
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication, SeatCount
from mentorship.rounds.paging import Wanted
from mentorship.rounds.priority import SILENT, priority_of
from mentorship.rounds.run_models import JobState, RunJob
from mentorship.rounds.scope import own_dates, run_of_round
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import ask, direct, subjects
from tests.rounds.cast import Cast
from tests.rounds.work import work

SignIn = Callable[[User], PageClient]
DUE = end_of_day(NOW, days=14)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def round_(cast: Cast, session: Session) -> Round:
    """Noor has said yes to Ana, who is silent; Omar has not answered Ben and Chi."""
    made = cast.published()
    offer = cast.offer("Ana Silva", "Noor Haddad")
    noor = cast.people["Noor Haddad"].id
    service.accept_offer(session, person_id=noor, offer_id=offer.id, now=NOW)
    session.execute(sa.delete(Message))
    session.execute(sa.delete(Notice))
    return made


def told(session: Session, cast: Cast, name: str) -> list[str]:
    person = cast.people.get(name, cast.leader)
    mine = Notice.person_id == person.id
    return list(session.scalars(sa.select(Notice.words).where(mine).order_by(Notice.words)))


def test_a_worker_closes_what_waits_once_and_tells_all(
    cast: Cast, session: Session, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "utc_now", lambda: DUE - dt.timedelta(seconds=1))
    deadlines.expire_due()
    assert cast.offer("Ben Okafor").state is OfferState.OFFERED
    monkeypatch.setattr(deadlines, "utc_now", lambda: DUE)
    deadlines.expire_due()
    deadlines.expire_due()
    states = session.scalars(sa.select(Offer.state).where(Offer.round_id == round_.id)).all()
    assert set(states) == {OfferState.EXPIRED}
    assert session.scalars(sa.select(SeatCount.taken)).all() == [0, 0]
    assert told(session, cast, "Noor Haddad") == ["No answer from the other side in Spring"]
    assert told(session, cast, "Ana Silva") == ["The time for your answer is over in Spring"]
    assert told(session, cast, "Omar Aziz") == ["The time for your answer is over in Spring"] * 2
    assert told(session, cast, "Ben Okafor") == ["No mentor for you yet in Spring"]
    assert told(session, cast, cast.leader.name) == [
        "Answers are due now in Spring: 3 did not come"
    ]
    assert cast.again(round_).state is RoundState.ANSWERING


def test_both_sides_get_it_by_mail_as_they_chose(
    cast: Cast, session: Session, round_: Round
) -> None:
    """At once if they chose nothing; Ana wants one mail a day, and Chi reads it on the site."""
    ana, chi = cast.people["Ana Silva"].id, cast.people["Chi Tanaka"].id
    inbox.choose(session, ana, {NoticeKind.EXPIRY: Way.DAILY})
    inbox.choose(session, chi, {NoticeKind.ANSWER: Way.HERE})
    expiring.expire_answers(session, round_id=round_.id, now=DUE)
    over, waits = "The time for your answer is over in Spring", "No mentor for you yet in Spring"
    assert subjects(cast, "Omar Aziz") == [over] * 2
    assert subjects(cast, "Ben Okafor") == [waits]
    assert subjects(cast, "Noor Haddad") == ["No answer from the other side in Spring"]
    for name, words in (("Ana Silva", over), ("Chi Tanaka", waits)):
        assert subjects(cast, name) == []
        assert told(session, cast, name) == [words]
    digest = session.scalars(sa.select(Notice.person_id).where(Notice.for_digest)).all()
    assert digest == [ana]


def test_both_sides_of_a_request_get_it_by_mail(cast: Cast, session: Session) -> None:
    round_ = direct(cast)
    ask(cast, round_, "Ben Okafor")
    session.execute(sa.delete(Message))
    expiring.expire_requests(session, round_id=round_.id, now=DUE)
    assert subjects(cast, "Noor Haddad") == ["The time for your answer is over in Spring"]
    assert len(subjects(cast, "Ben Okafor")) == 1


def test_a_day_that_was_moved_counts(cast: Cast, session: Session, round_: Round) -> None:
    """And the leader's mail counts who was silent, without a name."""
    later = DUE + dt.timedelta(days=3)
    closing.set_answer_by(session, round_id=round_.id, answer_by=later, now=NOW)
    assert expiring.due_expiries(session, now=DUE) == []
    assert expiring.expire_answers(session, round_id=round_.id, now=DUE) == 0
    assert expiring.due_expiries(session, now=later) == [round_.id]
    expiring.expire_answers(session, round_id=round_.id, now=later)
    to_leader = Message.recipient == cast.leader.email
    body = session.scalars(sa.select(Message.body).where(to_leader)).one()
    assert "from 2 mentors and 1 IMG" in body
    assert not any(name in body for name in ("Omar", "Ana", "Noor"))


def test_who_was_silent_is_not_asked_again_in_this_round(
    cast: Cast, session: Session, round_: Round
) -> None:
    expiring.expire_answers(session, round_id=round_.id, now=DUE)
    ben, ana = cast.profile("Ben Okafor"), cast.profile("Ana Silva")
    assert priority_of(session, [ben, ana]) == {ben: SILENT}
    job = jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=DUE)
    work(session)
    session.refresh(job)
    run = session.get_one(Run, job.run_id)
    pairs = session.execute(sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id))
    assert all(row.mentor_id == cast.profile("Noor Haddad") for row in pairs)
    assert run.matched + run.unmatched == 2  # Ben and Chi wait; Ana let the day pass


def test_a_leader_lets_the_silent_be_matched_again(
    cast: Cast, session: Session, round_: Round, sign_in: SignIn
) -> None:
    expiring.expire_answers(session, round_id=round_.id, now=DUE)
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    for name in ("Ana Silva", "Omar Aziz"):
        page = f"{home}/people/{cast.profile(name)}"
        assert "Did not answer in time in this round" in leader.get(page).text
        leader.submit(page, action=f"{page}/again")
        assert "Did not answer in time" not in leader.get(page).text
    job = jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=DUE)
    work(session)
    session.refresh(job)
    run = session.get_one(Run, job.run_id)
    assert run.matched + run.unmatched == 3
    pairs = session.execute(sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id))
    assert cast.profile("Omar Aziz") in {row.mentor_id for row in pairs}
    stranger = f"{home}/people/{uuid.uuid4()}/again"
    leader.post(stranger, status=404)
    later = cast.offer("Ana Silva", "Noor Haddad")
    later.offered_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    session.flush()
    assert "Did not answer in time" in leader.get(f"{home}/people/{later.img_id}").text


def test_pages_say_so_to_everybody(
    cast: Cast, session: Session, round_: Round, sign_in: SignIn
) -> None:
    expiring.expire_answers(session, round_id=round_.id, now=DUE)
    ben, ana = cast.offer("Ben Okafor"), cast.offer("Ana Silva")
    counts = board.board(
        session,
        round_.id,
        Wanted(),
        reading=Reading.by(session, cast.leader.id),
        now=DUE,
        finished=False,
    ).counts
    assert counts["expired"] == 3
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/answers?show=expired").text
    assert "No answer in time" in page
    omar = sign_in(cast.people["Omar Aziz"])
    assert "The time to answer is over" in omar.get(f"/offers/{ben.id}").text
    assert "The time to answer was over" in omar.post(f"/offers/{ben.id}/accept", status=409).text
    img = sign_in(cast.people["Ana Silva"])
    assert "The time to answer is over" in img.get(f"/matches/{ana.id}").text
    sign_in(cast.people["Ben Okafor"]).get(f"/matches/{ben.id}", status=404)


def test_a_rest_that_comes_to_nothing_leads_back(
    cast: Cast, session: Session, round_: Round, sign_in: SignIn
) -> None:
    who: dict[str, Any] = {"round_id": round_.id, "by": cast.leader.id, "now": NOW}
    job = jobs.ask_rest(session, **who)
    assert cast.again(round_).state is RoundState.REMATCHING
    assert jobs.cancel(session, job_id=job.id, now=NOW)
    assert cast.again(round_).state is RoundState.ANSWERING
    jobs.ask_rest(session, **who)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    assert "Leave the rest" not in leader.get(home).text  # a job is going on
    leader.post(f"{home}/rest/drop")
    assert set(session.scalars(sa.select(RunJob.state))) == {JobState.CANCELLED}
    assert cast.again(round_).state is RoundState.ANSWERING
    leader.post(f"{home}/rest/drop", status=409)


def test_offers_of_the_rest_have_their_own_day_and_nobody_else_gains_time(
    cast: Cast, session: Session
) -> None:
    cast.mentor("Pia Late", topics=("research",), seats=1)
    round_ = cast.published()
    first = session.get_one(Publication, round_.id).answer_by
    offer, noor = cast.offer("Ana Silva", "Noor Haddad"), cast.people["Noor Haddad"].id
    service.decline_offer(
        session, person_id=noor, offer_id=offer.id, reason="no_time", words="", now=NOW
    )
    later = NOW + dt.timedelta(days=5)
    jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=later)
    work(session)
    rest = run_of_round(session, round_.id, 2)
    publication = publishing.offer_rest(session, round_id=round_.id, run_id=rest.id, now=later)
    assert publication.answer_by == first
    new = session.scalars(sa.select(Offer).where(Offer.due_at.is_not(None))).one()
    assert new.img_id == cast.profile("Ana Silva")
    assert new.due_at == end_of_day(later, days=round_.answer_days)
    assert [count for _, count in own_dates(session, round_.id)] == [1]
    shown = board.board(
        session,
        round_.id,
        Wanted(),
        reading=Reading.by(session, cast.leader.id),
        now=first + MINUTE,
        finished=False,
    )
    late = {line.img for line in shown.listing.rows if line.overdue}
    assert (late, shown.overdue) == ({"Ben Okafor", "Chi Tanaka"}, 2)

    assert expiring.due_expiries(session, now=first - MINUTE) == []
    assert expiring.due_expiries(session, now=first + MINUTE) == [round_.id]
    assert expiring.expire_answers(session, round_id=round_.id, now=first + MINUTE) == 2
    assert cast.offer("Ana Silva").state is OfferState.OFFERED
    assert expiring.due_expiries(session, now=first + MINUTE) == []
    own = end_of_day(later, days=round_.answer_days) + MINUTE
    assert expiring.due_expiries(session, now=own) == [round_.id]
    assert expiring.expire_answers(session, round_id=round_.id, now=own) == 1


def test_a_late_yes_leaves_the_img_days_of_their_own(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    due = session.get_one(Publication, round_.id).answer_by
    omar, chi, late = cast.people["Omar Aziz"], cast.offer("Chi Tanaka"), due - MINUTE
    service.accept_offer(session, person_id=omar.id, offer_id=chi.id, now=late)
    own = end_of_day(late, days=3)
    (asked,) = session.scalars(
        sa.select(Message).where(Message.recipient == cast.people["Chi Tanaka"].email)
        .where(Message.subject == "A mentor said yes in Spring")
    ).all()  # fmt: skip
    assert moment(own, None) in " ".join(asked.body.split())
    assert expiring.expire_answers(session, round_id=round_.id, now=due + MINUTE) == 2
    assert cast.offer("Chi Tanaka").state is OfferState.ACCEPTED
    near = due + dt.timedelta(hours=1)
    closing.set_answer_by(session, round_id=round_.id, answer_by=near, now=due)
    assert cast.offer("Chi Tanaka").due_at == end_of_day(due, days=3)
    assert expiring.expire_answers(session, round_id=round_.id, now=own + dt.timedelta(days=2)) == 1


def test_a_date_that_a_leader_moves_counts_for_every_open_offer(
    cast: Cast, session: Session
) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva", "Noor Haddad")
    offer.due_at = NOW + dt.timedelta(days=30)
    session.flush()
    day = NOW + dt.timedelta(days=20)
    closing.set_answer_by(session, round_id=round_.id, answer_by=day, now=NOW)
    assert expiring.expire_answers(session, round_id=round_.id, now=day + MINUTE) == 3
