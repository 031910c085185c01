"""Several people act at the same moment, each in a thread and transaction of their own."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.extensions import db, transaction
from mentorship.notices.models import Message
from mentorship.rounds import service
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication, SeatCount
from mentorship.sections.models import Membership
from mentorship.sections.service import leave
from tests import factories
from tests.factories import NOW
from tests.rounds.asking import direct
from tests.rounds.cast import Cast, small_cast

TURNS = 8
Act = Callable[[Session], object]


def at_once(app: Flask, *acts: Act) -> list[object]:
    """Return what came of each act, or the kind of error that refused it."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> object:
        with app.app_context():
            barrier.wait()
            try:
                with transaction() as session:
                    return act(session)
            except (RuntimeError, ValueError) as refused:
                return type(refused)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_leaders_publish_and_one_does(empty: Flask) -> None:
    for _ in range(TURNS):
        with empty.app_context(), transaction() as session:
            cast = small_cast(session)
            round_, run = cast.reviewed()
            leaders = [cast.leader.id, factories.leader(session, cast.section).id]
            session.execute(sa.delete(Message))

        def publish(
            by: uuid.UUID, round_id: uuid.UUID = round_.id, run_id: uuid.UUID = run.id
        ) -> Act:
            return lambda session: (
                service.publish_round(
                    session, round_id=round_id, run_id=run_id, by=by, now=NOW
                ).run_id
            )

        came = at_once(empty, *map(publish, leaders))
        assert Counter(came) == {run.id: 1, service.RoundChanged: 1}
        with empty.app_context():
            winner = db.session.get_one(Publication, round_.id).published_by_id
            assert winner == leaders[came.index(run.id)]
            offers = sa.select(sa.func.count()).where(Offer.round_id == round_.id)
            assert db.session.scalar(offers) == 3
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


def test_two_leaders_run_and_both_runs_are_kept(empty: Flask) -> None:
    for _ in range(TURNS):
        with empty.app_context(), transaction() as session:
            round_id = small_cast(session).open().id

        def run(session: Session, round_id: uuid.UUID = round_id) -> object:
            return service.run_round(session, round_id=round_id, by=None, now=NOW).number

        assert sorted(map(int, map(str, at_once(empty, run, run)))) == [1, 2]
        with empty.app_context():
            runs = db.session.scalars(sa.select(Run).where(Run.round_id == round_id)).all()
            assert {run.number for run in runs} == {1, 2}


def _crowd(session: Session) -> tuple[Cast, list[uuid.UUID]]:
    """Omar is asked by six IMGs and has one seat left by the time he answers them."""
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    for number in range(6):
        cast.img(f"Img {number}")
    cast.mentor("Omar Aziz", seats=6)
    round_ = cast.published()
    session.execute(sa.update(SeatCount).where(SeatCount.round_id == round_.id).values(seats=1))
    offers = sa.select(Offer.id).where(Offer.round_id == round_.id)
    return cast, list(session.scalars(offers))


def test_the_last_seat_goes_to_one(empty: Flask) -> None:
    for _ in range(TURNS):
        with empty.app_context(), transaction() as session:
            cast, offers = _crowd(session)
            omar, profile = cast.people["Omar Aziz"].id, cast.profile("Omar Aziz")

        def accept(offer_id: uuid.UUID, omar: uuid.UUID = omar) -> Act:
            return lambda session: service.accept_offer(
                session, person_id=omar, offer_id=offer_id, now=NOW
            )

        came = at_once(empty, *map(accept, offers))
        assert Counter(came) == {OfferState.ACCEPTED: 1, OfferState.SEAT_TAKEN: 5}
        with empty.app_context():
            states = db.session.scalars(sa.select(Offer.state).where(Offer.id.in_(offers)))
            assert Counter(states) == {OfferState.ACCEPTED: 1, OfferState.SEAT_TAKEN: 5}
            taken = sa.select(SeatCount.taken).where(SeatCount.mentor_id == profile)
            assert db.session.scalar(taken) == 1


def test_a_double_click_counts_once(empty: Flask) -> None:
    for _ in range(TURNS):
        with empty.app_context(), transaction() as session:
            cast, offers = _crowd(session)
            omar, profile = cast.people["Omar Aziz"].id, cast.profile("Omar Aziz")

        def click(
            session: Session, omar: uuid.UUID = omar, offer_id: uuid.UUID = offers[0]
        ) -> object:
            return service.accept_offer(session, person_id=omar, offer_id=offer_id, now=NOW)

        assert at_once(empty, click, click, click) == [OfferState.ACCEPTED] * 3
        with empty.app_context():
            taken = sa.select(SeatCount.taken).where(SeatCount.mentor_id == profile)
            assert db.session.scalar(taken) == 1


def test_one_mentor_of_two_rounds_is_given_away_once(empty: Flask) -> None:
    """Both runs use Omar's seats; only one of them can still be published."""
    for _ in range(TURNS):
        with empty.app_context(), transaction() as session:
            cast = small_cast(session)
            rounds = [cast.reviewed(name) for name in ("Spring", "Summer")]
            leader = cast.leader.id

        def publish(round_id: uuid.UUID, run_id: uuid.UUID, by: uuid.UUID = leader) -> Act:
            return lambda session: (
                service.publish_round(
                    session, round_id=round_id, run_id=run_id, by=by, now=NOW
                ).run_id
            )

        came = at_once(empty, *(publish(round_.id, run.id) for round_, run in rounds))
        assert came.count(service.RunOutOfDate) == 1
        with empty.app_context():
            asked = Counter(db.session.scalars(sa.select(Offer.mentor_id)))
            assert max(asked.values()) <= 2


@pytest.mark.parametrize("way", ["withdraws", "leaves"])
@pytest.mark.parametrize("asks", ["a round that goes out", "an IMG"])
def test_who_steps_out_while_they_are_being_asked_is_asked_no_more(
    empty: Flask, asks: str, way: str
) -> None:
    for turn in range(TURNS):
        with empty.app_context(), transaction() as session:
            cast = small_cast(session)
            ask = _as_an_img(cast) if asks == "an IMG" else _by_a_round(cast)
            step_out = _out(cast, way, after=0.004 * turn)  # earlier and later in the asking
            profile = cast.profile("Noor Haddad")
        assert way in at_once(empty, ask, step_out)
        with empty.app_context():
            states = sa.select(Offer.state).where(Offer.mentor_id == profile)
            assert OfferState.OFFERED not in db.session.scalars(states).all()


def _by_a_round(cast: Cast) -> Act:
    round_, run = cast.reviewed()
    there = {"round_id": round_.id, "run_id": run.id, "by": cast.leader.id}
    return lambda session: service.publish_round(session, now=NOW, **there).run_id


def _as_an_img(cast: Cast) -> Act:
    mine = {"person_id": cast.people["Ana Silva"].id, "round_id": direct(cast).id}
    return lambda session: service.ask_next(session, now=NOW, **mine).id


def _out(cast: Cast, way: str, *, after: float) -> Act:
    """Let Noor withdraw from the only round, or leave the section, so many seconds later."""
    noor, profile = cast.people["Noor Haddad"].id, cast.profile("Noor Haddad")
    rounds = sa.select(Round.id).where(Round.section_id == cast.section.id)
    round_id = cast.session.scalars(rounds).one()
    member = sa.select(Membership.id).where(Membership.person_id == noor)
    membership = cast.session.scalars(member).one()

    def act(session: Session) -> str:
        time.sleep(after)
        if way == "leaves":
            leave(session, membership_id=membership, person_id=noor, now=NOW)
        else:
            mine = {"person_id": noor, "round_id": round_id, "profile_id": profile}
            service.withdraw(session, now=NOW, **mine)
        return way

    return act
