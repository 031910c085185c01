"""Finishing a round while offers wait: everybody whom it leaves without an answer is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.rounds import jobs, planning, service
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.run_models import JobState
from mentorship.rounds.traits import waited
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, again, ask, direct, rank, subjects
from tests.rounds.cast import Cast
from tests.rounds.test_still_waiting import end
from tests.rounds.test_two_rounds import DAY, say_yes

CLOSED = "Spring is finished, and an offer is closed"
OVER = "Spring is finished"


def finish(cast: Cast, round_: Round) -> dict[str, list[str]]:
    """Finish it; return what each person gets by mail then."""
    cast.session.execute(sa.delete(Message))
    cast.session.execute(sa.delete(Notice))
    service.finish_round(cast.session, round_id=round_.id, now=NOW + DAY)
    return {name: found for name in cast.people if (found := subjects(cast, name))}


def test_mentors_with_an_offer_that_waits_and_imgs_without_a_mentor_are_told_once(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Omar has two offers, one to answer and one that waits for Chi; Noor and Ana are a pair."""
    cast.img("Dee Ngo", languages=("pt",))  # no mentor speaks it: nobody was asked
    round_ = cast.published()
    say_yes(cast, "Ana Silva", "Noor Haddad", now=NOW)
    omar, chi = cast.people["Omar Aziz"], cast.offer("Chi Tanaka", "Omar Aziz")
    service.accept_offer(session, person_id=omar.id, offer_id=chi.id, now=NOW)
    told = finish(cast, round_)
    assert told == {
        "Omar Aziz": [CLOSED],
        "Ben Okafor": [OVER],
        "Chi Tanaka": [OVER],
        "Dee Ngo": [OVER],
    }
    bodies = session.scalars(sa.select(Message.body)).all()
    assert not [body for body in bodies for other in cast.people if f"with {other}" in body]
    of = {n.words: n.path for n in session.scalars(sa.select(Notice))}
    assert of == {CLOSED: "/home/mentor", OVER: "/home/img"}
    session.commit()
    notices = sign_in(omar).get("/notices")
    assert CLOSED in notices.text


def test_a_mentor_with_one_offer_is_led_to_it_and_reads_what_became_of_it(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva", "Noor Haddad")
    assert finish(cast, round_)["Noor Haddad"] == [CLOSED]
    path = session.scalars(
        sa.select(Notice.path).where(Notice.person_id == cast.people["Noor Haddad"].id)
    ).one()
    assert path == f"/offers/{offer.id}"
    session.commit()
    page = sign_in(cast.people["Noor Haddad"]).get(path)
    assert "This round is finished, so this offer can no longer be answered." in page.text


@pytest.mark.parametrize("ended", [False, True])
def test_a_pair_is_told_nothing_unless_it_has_ended(
    cast: Cast, sign_in: Callable[[User], PageClient], *, ended: bool
) -> None:
    """That it was confirmed is told of the round in any case."""
    round_ = cast.published()
    for img, mentor in (("Ana Silva", "Noor Haddad"), ("Ben Okafor", "Omar Aziz")):
        say_yes(cast, img, mentor, now=NOW)
    say_yes(cast, "Chi Tanaka", "Omar Aziz", now=NOW)
    if ended:
        end(cast, "Ana Silva")
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds"
    page = leader.get(f"{home}/{round_.id}/finish").text
    assert f"{3 - ended} matches are confirmed by both sides and go on." in page
    assert ("1 more was confirmed and has ended." in page) is ended
    assert "3 of 3 matches were confirmed by both sides" in leader.get(f"{home}/{round_.id}").text
    lines = service.round_lists(cast.session, [cast.section.id], now=NOW)[cast.section.id]
    assert [line.confirmed for line in lines] == [3]
    assert finish(cast, round_) == ({"Ana Silva": [OVER]} if ended else {})


def test_the_leader_reads_before_that_they_are_told(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.published()
    page = sign_in(cast.leader).get(f"/sections/{cast.section.slug}/rounds/{round_.id}/finish")
    assert "3 offers still wait for an answer and will close." in page.text
    assert "Mentors whose offers close, and IMGs without a mentor, are told" in page.text


def test_a_round_that_is_given_up_stays_so_and_whoever_is_in_it_is_told(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Noor and Ben agreed by request; Ana's to Omar waits, and Chi has stepped out."""
    round_ = direct(cast)
    rank(cast, "Ana Silva", "Omar Aziz")
    agreed, waits = ask(cast, round_, "Ben Okafor"), ask(cast, round_, "Ana Silva")
    accept(cast, agreed, "Noor Haddad")
    chi = {"person_id": cast.people["Chi Tanaka"].id, "profile_id": cast.profile("Chi Tanaka")}
    service.withdraw(session, round_id=round_.id, **chi, now=NOW)
    session.execute(sa.delete(Message))
    session.commit()
    leader, of_section = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds"
    at = f"{of_section}/{round_.id}"
    assert f"{at}/give-up" in leader.get(at).links()
    asks = leader.get(f"{at}/give-up")
    assert "1 request still waits for an answer and will close." in asks.text
    assert "a round that was given up is not brought back" in asks.text
    leader.submit(f"{at}/give-up")
    assert (cast.again(round_).state, cast.again(round_).given_up) == (RoundState.ARCHIVED, True)
    assert (again(cast, agreed).state, again(cast, waits).state) == ("confirmed", "withdrawn")
    told = {name: found for name in cast.people if (found := subjects(cast, name))}
    gone = ["Spring will not take place"]
    assert told == dict.fromkeys(("Ana Silva", "Ben Okafor", "Noor Haddad", "Omar Aziz"), gone)
    page = leader.get(at)
    assert "This round was given up" in page.text
    assert "1 pair agreed by request before, and goes on." in page.text
    assert not {f"{at}/report", f"{at}/give-up", f"{at}/set-up"} & {*page.links()}
    assert "You gave the round up" in leader.post(f"{at}/unarchive", status=409).text
    assert "is archived" in leader.get(f"{at}/report", status=409).text
    assert "Answers to requests" in leader.get(f"{at}/answers").text
    assert "Given up" in leader.get(of_section).text
    assert "Gave the round up" in leader.get(f"{at}/history").text
    home = sign_in(cast.people["Ana Silva"]).get("/home/img")
    assert "Spring did not take place" in home.text
    assert "You have a mentor" in sign_in(cast.people["Ben Okafor"]).get("/home/img").text
    omar = sign_in(cast.people["Omar Aziz"])
    assert "You are part of" not in omar.get("/home/mentor").text
    assert "the round was given up" in omar.get(f"/offers/{waits.id}").text


def test_what_is_on_its_way_out_is_taken_back_before_a_round_is_given_up(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = cast.reviewed()
    by, now = cast.leader.id, dt.datetime.now(dt.UTC)
    who: dict[str, Any] = {"round_id": round_.id, "by": by, "now": now}
    planning.plan_publication(session, run_id=run.id, **who)
    session.commit()
    leader, at = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    assert f"{at}/give-up" not in leader.get(at).links()
    assert "until then it can be taken back" in leader.post(f"{at}/give-up", status=409).text
    planning.take_back(session, round_id=round_.id, now=now)
    job = jobs.ask_run(session, **who)
    session.commit()
    leader.submit(f"{at}/give-up")
    session.refresh(job)
    assert job.state is JobState.FAILED
    assert "This round was given up" in leader.get(at).text
    assert "Run 1" in leader.get(f"{at}/review").text
    last = cast.draft("Fall")
    session.execute(sa.update(Round).where(Round.id == last.id).values(created_at=now))
    assert waited_in(session, last) == set()


def waited_in(session: Session, round_: Round) -> set[object]:
    """Return whom the last round before this one left without a mentor."""
    return set(session.scalars(waited(round_)))
