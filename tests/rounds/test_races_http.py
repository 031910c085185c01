"""The last seat and double clicks over HTTP, against two worker processes of the real server."""

from __future__ import annotations

import datetime as dt
import http.client
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship import deadlines
from mentorship.accounts.models import User
from mentorship.crypto import keyring
from mentorship.extensions import db, transaction
from mentorship.mentorships.models import Concern, Feedback, Goal, Meeting, Note
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rounds import expiring, planning, service
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast
from tests.rounds.resting import LATER, rest, with_rest
from tests.server import served

ROOT = Path(__file__).resolve().parent.parent.parent
CLICKS = 20
TURNS = 6


@pytest.fixture(scope="module")
def site(
    new_app: Callable[..., Flask],
    migrated_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Flask, int]]:
    """An application, and a server of two processes with four threads each on its database."""
    with served(new_app, migrated_database(), tmp_path_factory.mktemp("races")) as started:
        yield started


@pytest.fixture(autouse=True)
def _keys(site: tuple[Flask, int]) -> None:
    keyring.load(
        site[0].config["SETTINGS"].field_keys
    )  # another application may have loaded its own


class Crowd:
    """Many browsers that press at the same moment."""

    def __init__(self, site: tuple[Flask, int], person: User) -> None:
        app, self.port = site
        client = PageClient(app, person)
        cookie = client.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self.headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": f"{cookie.key}={cookie.value}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.token = client.token()

    def press(self, buttons: list[tuple[str, dict[str, str]]]) -> list[int]:
        """Return the status of each answer."""
        barrier = Barrier(len(buttons))

        def post(button: tuple[str, dict[str, str]]) -> int:
            path, values = button
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            body = urlencode({"csrf_token": self.token} | values)
            barrier.wait()
            line.request("POST", path, body, self.headers)
            status = line.getresponse().status
            line.close()
            return status

        with ThreadPoolExecutor(len(buttons)) as pool:
            return list(pool.map(post, buttons))


def _asked(app: Flask) -> tuple[User, list[uuid.UUID]]:
    """Omar is asked by ten IMGs, and has one seat left."""
    with app.app_context(), transaction() as session:
        section = factories.section(session)
        cast = Cast(session, section, factories.leader(session, section))
        for number in range(10):
            cast.img(f"Img {number}")
        cast.mentor("Omar Aziz", seats=10)
        round_ = cast.published()
        one = sa.update(SeatCount).where(SeatCount.round_id == round_.id).values(seats=1)
        session.execute(one)
        session.execute(sa.delete(Message))
        offers = sa.select(Offer.id).where(Offer.round_id == round_.id)
        return cast.people["Omar Aziz"], list(session.scalars(offers))


def test_twenty_clicks_on_ten_offers_and_one_seat(site: tuple[Flask, int]) -> None:
    """Each offer is accepted twice at once. One wins, all others read what happens next."""
    app, _ = site
    omar, offers = _asked(app)
    clicks: list[tuple[str, dict[str, str]]] = [(f"/offers/{o}/accept", {}) for o in offers * 2]
    statuses = Counter(Crowd(site, omar).press(clicks))
    assert sum(statuses.values()) == CLICKS
    assert set(statuses) == {303, 409}, statuses
    assert statuses[303] == 2  # both clicks on the one that won
    with app.app_context():
        states = db.session.scalars(sa.select(Offer.state).where(Offer.id.in_(offers)))
        assert Counter(states) == {OfferState.ACCEPTED: 1, OfferState.SEAT_TAKEN: 9}
        taken = sa.select(SeatCount.taken).join(Profile, Profile.id == SeatCount.mentor_id)
        assert db.session.scalar(taken.where(Profile.person_id == omar.id)) == 1
        told = Counter(db.session.scalars(sa.select(Message.recipient)))
        assert sorted(told.values()) == [1] * 10  # each IMG reads of it once


def _asked_in_three_rounds(app: Flask) -> tuple[User, list[uuid.UUID]]:
    """Omar is asked in two published rounds and in an open one, and has lowered his seats to 1."""
    with app.app_context(), transaction() as session:
        section = factories.section(session)
        cast = Cast(session, section, factories.leader(session, section))
        omar = cast.mentor("Omar Aziz", seats=10)
        for name in ("Spring", "Fall"):
            for number in range(4):
                cast.img(f"{name} {number}")
            cast.published(name)
        for number in range(2):
            cast.img(f"Winter {number}", requests=(str(omar.id),))
        winter = cast.open("Winter", set_up=service.SetUp(direct_requests=True))
        for number in range(2):
            _ask(cast, winter, f"Winter {number}")
        mine = cast.profile("Omar Aziz")
        session.execute(sa.update(Profile).where(Profile.id == mine).values(seats=1))
        return omar, list(session.scalars(sa.select(Offer.id).where(Offer.mentor_id == mine)))


def test_twenty_clicks_over_three_rounds_and_one_seat(site: tuple[Flask, int]) -> None:
    """Each round alone would still give seats; the mentor has one, and one yes counts."""
    app, _ = site
    omar, offers = _asked_in_three_rounds(app)
    assert len(offers) == CLICKS // 2
    clicks: list[tuple[str, dict[str, str]]] = [(f"/offers/{o}/accept", {}) for o in offers * 2]
    statuses = Counter(Crowd(site, omar).press(clicks))
    assert statuses == {303: 2, 409: CLICKS - 2}, statuses
    with app.app_context():
        states = Counter(db.session.scalars(sa.select(Offer.state).where(Offer.id.in_(offers))))
        assert states[OfferState.ACCEPTED] + states[OfferState.CONFIRMED] == 1, states
        gone = states[OfferState.SEAT_TAKEN] + states[OfferState.OFFERED]  # the worker closes these
        assert gone == len(offers) - 1, states
        assert states[OfferState.OFFERED] <= 2, states  # only requests wait for the worker


def test_double_clicks_on_a_mentorship_count_once(site: tuple[Flask, int]) -> None:
    app, _ = site
    omar, offers = _asked(app)
    with app.app_context(), transaction() as session:
        offer = session.get_one(Offer, offers[0])
        img = session.get_one(User, session.get_one(Profile, offer.img_id).person_id)
        service.accept_offer(session, person_id=omar.id, offer_id=offer.id, now=NOW)
        service.confirm_match(session, person_id=img.id, offer_id=offer.id, now=NOW)
    where = f"/mentorships/{offers[0]}"
    crowd = Crowd(site, omar)
    goals = crowd.press([(f"{where}/goals", {"goal-title": "Match"})] * 4)
    notes = crowd.press([(f"{where}/notes", {"note-text": "Mine"})] * 4)
    worry = {"kind": "boundaries", "words": "He did not come."}
    concerns = crowd.press([(f"{where}/concern", worry)] * 4)
    said = {"rating": "4", "words": "It helped."}
    feedback = crowd.press([(f"{where}/feedback", said)] * 4)
    day = {"day": f"{NOW + dt.timedelta(days=9):%Y-%m-%d}", "time": "10:00", "minutes": "30"}
    meetings = crowd.press([(f"{where}/meetings/new", day | {"zone": "UTC"})] * 4)
    ends = crowd.press([(f"{where}/end", {"reason": "time_over"})] * 4)
    assert set(goals + notes + concerns + feedback + meetings + ends) == {303}
    with app.app_context():
        mails = sa.select(sa.func.count()).select_from(Message)
        assert db.session.scalar(mails.where(Message.subject.contains("concern"))) == 1
        for table in (Goal, Note, Concern, Feedback, Meeting):
            count = sa.select(sa.func.count()).select_from(table)
            assert db.session.scalar(count.where(table.offer_id == offers[0])) == 1, table
        assert db.session.get_one(Offer, offers[0]).state is OfferState.ENDED
        taken = sa.select(SeatCount.taken).join(Profile, Profile.id == SeatCount.mentor_id)
        assert db.session.scalar(taken.where(Profile.person_id == omar.id)) == 0


def _open(session: Session) -> tuple[Cast, Round]:
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    return cast, cast.open(set_up=service.SetUp(direct_requests=True))


def _ask(cast: Cast, round_: Round, name: str) -> uuid.UUID:
    me, now = cast.people[name].id, dt.datetime.now(dt.UTC)
    service.refresh(cast.session, round_id=round_.id, now=now)
    return service.ask_next(cast.session, person_id=me, round_id=round_.id, now=now).id


def _requested(app: Flask) -> tuple[list[User], list[uuid.UUID]]:
    """Omar and Pia have one seat each, and are asked by five IMGs each who would go on to both."""
    with app.app_context(), transaction() as session:
        section = factories.section(session)
        cast = Cast(session, section, factories.leader(session, section))
        mentors = [cast.mentor(name, seats=1) for name in ("Omar Aziz", "Pia Sol")]
        keys = [str(mentor.id) for mentor in mentors]
        for number in range(10):
            ranking = tuple(keys if number % 2 else reversed(keys))
            cast.img(f"Img {number}", requests=ranking)
        round_ = cast.open(set_up=service.SetUp(direct_requests=True))
        now = dt.datetime.now(dt.UTC)
        offers = [
            service.ask_next(
                session, person_id=cast.people[f"Img {number}"].id, round_id=round_.id, now=now
            ).id
            for number in range(10)
        ]
        return mentors, offers


def test_twenty_requests_and_one_seat(site: tuple[Flask, int]) -> None:
    """One mentor says yes to twenty requests at once: one pair is made, no seat is given twice."""
    app, _ = site
    with app.app_context(), transaction() as session:
        cast, round_ = _open(session)
        noor = cast.mentor("Noor Haddad", seats=1)
        names = [f"Img {number}" for number in range(CLICKS)]
        for name in names:
            cast.img(name, requests=(str(noor.id),))
        offers = [_ask(cast, round_, name) for name in names]
    statuses = Counter(Crowd(site, noor).press([(f"/offers/{o}/accept", {}) for o in offers]))
    assert statuses == {303: 1, 409: CLICKS - 1}, statuses
    with app.app_context():
        states = db.session.scalars(sa.select(Offer.state).where(Offer.id.in_(offers)))
        assert Counter(states)[OfferState.CONFIRMED] == 1
        mine = sa.select(Profile.id).where(Profile.person_id == noor.id).scalar_subquery()
        count = db.session.scalars(sa.select(SeatCount).where(SeatCount.mentor_id == mine)).one()
        assert (count.taken, count.seats) == (1, 1)


def test_double_clicks_on_asking_send_one_request(site: tuple[Flask, int]) -> None:
    app, _ = site
    with app.app_context(), transaction() as session:
        cast, round_ = _open(session)
        mentors = [cast.mentor(name) for name in ("Noor Haddad", "Pia Sol")]
        img = cast.img("Ana Silva", requests=tuple(str(mentor.id) for mentor in mentors))
        service.refresh(session, round_id=round_.id, now=dt.datetime.now(dt.UTC))
        where = f"/rounds/{round_.id}/request"
        noor = {"mentor": str(cast.profile("Noor Haddad"))}
    crowd = Crowd(site, img)
    assert crowd.press([(where, noor)] * 4) == [303] * 4
    mine = sa.select(Offer.state).where(Offer.round_id == round_.id)
    with app.app_context():
        assert db.session.scalars(mine).all() == [OfferState.OFFERED]
        asked = sa.select(Offer.id).where(Offer.round_id == round_.id)
        sent = {"request": str(db.session.scalars(asked).one())}
    assert crowd.press([(f"{where}/take-back", sent)] * 4) == [303] * 4
    with app.app_context():
        assert db.session.scalars(mine).all() == [OfferState.WITHDRAWN]


def _buttons(mentor: User, offers: list[uuid.UUID]) -> list[tuple[str, dict[str, str]]]:
    """Return the address of each yes that is a mentor's to say, twice."""
    theirs = sa.select(Offer.id).join(Profile, Profile.id == Offer.mentor_id)
    found = db.session.scalars(
        theirs.where(Offer.id.in_(offers), Profile.person_id == mentor.id)
    ).all()
    nothing: dict[str, str] = {}
    return [(f"/offers/{offer_id}/accept", nothing) for offer_id in found for _ in range(2)]


def test_two_mentors_say_yes_to_all_requests_at_once(site: tuple[Flask, int]) -> None:
    """Losers go on to the other mentor meanwhile; no seat is given twice, and nobody gets a 5xx."""
    app, _ = site
    mentors, offers = _requested(app)
    with app.app_context():
        of = {mentor.id: _buttons(mentor, offers) for mentor in mentors}
    crowds = [(Crowd(site, mentor), of[mentor.id]) for mentor in mentors]
    with ThreadPoolExecutor(2) as pool:
        pressed = pool.map(lambda each: each[0].press(each[1]), crowds)
        statuses = Counter(status for some in pressed for status in some)
    assert sum(statuses.values()) == CLICKS
    assert set(statuses) == {303, 409}, statuses
    assert statuses[303] == 4  # both clicks on the one of each mentor's that won
    with app.app_context(), transaction() as session:
        for round_id in expiring.due_requests(session, now=NOW):  # what crossed the last yes
            expiring.expire_requests(session, round_id=round_id, now=NOW)
    with app.app_context():
        assert not expiring.due_requests(db.session(), now=NOW)
        for mentor in mentors:
            own = sa.select(Profile.id).where(Profile.person_id == mentor.id).scalar_subquery()
            count = db.session.scalars(sa.select(SeatCount).where(SeatCount.mentor_id == own)).one()
            assert (count.taken, count.seats) == (1, 1)
            states = db.session.scalars(sa.select(Offer.state).where(Offer.mentor_id == own))
            found = Counter(states)
            assert found[OfferState.CONFIRMED] == 1
            assert set(found) <= {OfferState.CONFIRMED, OfferState.SEAT_TAKEN}, found


def test_a_rest_goes_out_is_taken_back_and_its_round_is_finished_at_once(
    site: tuple[Flask, int],
) -> None:
    """All hold the plan, the log and the round in one order, the worker too: nobody gets a 5xx."""
    app, _ = site
    for turn in range(TURNS):
        with app.app_context(), transaction() as session:
            cast = small_cast(session)
            round_ = with_rest(cast, session)
            run = rest(cast, session, round_)
            planning.plan_publication(  # half an hour after LATER: long due by the real clock
                session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
            )
            where = f"/sections/{cast.section.slug}/rounds/{round_.id}"
        crowd, buttons = Crowd(site, cast.leader), ("publish/now", "publish/undo", "finish")
        with ThreadPoolExecutor(1) as worker:
            due = worker.submit(_publish_due, app)
            statuses = Counter(crowd.press([(f"{where}/{each}", {}) for each in buttons * 2]))
            due.result()
        assert set(statuses) <= {303, 409}, (turn, statuses)
        with app.app_context():
            assert db.session.get_one(Round, round_.id).state is RoundState.FINISHED
            assert planning.planned(db.session(), round_.id) is None


def _publish_due(app: Flask) -> None:
    with app.app_context():
        deadlines.publish_due()
