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
from mentorship.mentorships.forms import TERM
from mentorship.mentorships.guide import TERM_IDS
from mentorship.mentorships.models import Agreement, Concern, Feedback, Goal, Meeting, Note
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rounds import expiring, planning, service
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Ending, Offer, OfferState, SeatCount
from mentorship.sections.belonging import leaders_of
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


def _written_of_a_pair() -> dict[str, dict[str, str]]:
    """Return each form that one of a pair can send, and what it says; the end is the last."""
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    meeting = {"zone": "UTC", "day": f"{soon:%Y-%m-%d}", "time": "12:00", "minutes": "45"}
    return {
        "goals": {"goal-title": "Match"},
        "notes": {"note-text": "Mine"},
        "agreement": {f"{TERM}{TERM_IDS[0]}": "Every two weeks"},
        "meetings/new": meeting,
        "feedback": {"rating": "4", "words": "Good."},
        "concern": {"kind": "no_contact", "words": "No answer."},
        "end": {"reason": "time_over"},
    }


def _img_of(session: Session, offer_id: uuid.UUID) -> User:
    offer = session.get_one(Offer, offer_id)
    return session.get_one(User, session.get_one(Profile, offer.img_id).person_id)


def test_double_clicks_on_a_mentorship_count_once(site: tuple[Flask, int]) -> None:
    app, _ = site
    omar, offers = _asked(app)
    with app.app_context(), transaction() as session:
        img = _img_of(session, offers[0])
        service.accept_offer(session, person_id=omar.id, offer_id=offers[0], now=NOW)
        service.confirm_match(session, person_id=img.id, offer_id=offers[0], now=NOW)
        round_ = session.get_one(Round, session.get_one(Offer, offers[0]).round_id)
        leaders = [each.person.email for each in leaders_of(session, round_.section_id)]
        session.execute(sa.delete(Message))
    crowd = Crowd(site, omar)
    for form, said in _written_of_a_pair().items():
        assert crowd.press([(f"/mentorships/{offers[0]}/{form}", said)] * 4) == [303] * 4, form
    with app.app_context():
        for table in (Goal, Note, Agreement, Meeting, Feedback, Concern, Ending):
            count = sa.select(sa.func.count()).select_from(table)
            assert db.session.scalar(count.where(table.offer_id == offers[0])) == 1, table
        assert db.session.get_one(Offer, offers[0]).state is OfferState.ENDED
        assert _taken(omar) == 0
        # The IMG reads of the agreement, the meeting and the end; leaders of the concern.
        assert _mails() == {img.email: 3} | dict.fromkeys(leaders, 1)


def test_double_clicks_on_an_answer_count_once(site: tuple[Flask, int]) -> None:
    """Each answer tells the other side once, and gives a seat back once."""
    app, _ = site
    omar, (refused, declined, left, confirmed, *_) = _asked(app)
    no = {"reason": "no_time"}
    with app.app_context():
        imgs = {each: _img_of(db.session(), each) for each in (refused, declined, left, confirmed)}
        gone = db.session.get_one(Offer, left)
        place = f"/participations/{gone.round_id}/{gone.img_id}"
    steps: tuple[tuple[uuid.UUID, str, dict[str, str]], ...] = (
        (declined, f"/matches/{declined}/decline", no),
        (left, f"{place}/withdraw", {}),
        (confirmed, f"/matches/{confirmed}/confirm", {}),
    )
    told = _pressed(site, omar, (f"/offers/{refused}/decline", no))
    assert told == {imgs[refused].email: 1}
    for offer_id, path, said in steps:  # each takes the one seat there is
        with app.app_context(), transaction() as session:
            service.accept_offer(session, person_id=omar.id, offer_id=offer_id, now=NOW)
        assert _pressed(site, imgs[offer_id], (path, said)) == {omar.email: 1}, path
        with app.app_context():
            assert _taken(omar) == (offer_id == confirmed), path
    with app.app_context():
        states = [db.session.get_one(Offer, offer_id).state for offer_id in imgs]
    no_of_img = OfferState.DECLINED_BY_IMG
    assert states == [OfferState.DECLINED_BY_MENTOR, no_of_img, no_of_img, OfferState.CONFIRMED]


def _pressed(
    site: tuple[Flask, int], person: User, button: tuple[str, dict[str, str]]
) -> Counter[str]:
    """Press a button four times at once, and return who got how many mails of that."""
    crowd = Crowd(site, person)
    with site[0].app_context(), transaction() as session:
        session.execute(sa.delete(Message))
    assert crowd.press([button] * 4) == [303] * 4, button
    with site[0].app_context():
        return _mails()


def _mails() -> Counter[str]:
    return Counter(db.session.scalars(sa.select(Message.recipient)))


def _taken(mentor: User) -> int | None:
    taken = sa.select(SeatCount.taken).join(Profile, Profile.id == SeatCount.mentor_id)
    return db.session.scalar(taken.where(Profile.person_id == mentor.id))


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
