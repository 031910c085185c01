"""F3 and F6 at length: server processes are killed while a mentor says yes to offers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import first_bad
from mentorship.extensions import transaction
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from tests import factories
from tests.faults.place import Browser, Place
from tests.rounds.cast import Cast


class HalfDone(AssertionError):
    """An answer was kept in part."""


def kill_while_answering(place: Place, offers: int, kills: int, seed: int = 7) -> Counter[int]:
    """Say yes to offers until so many processes were killed; return the answers.

    After each answer the offer is accepted with its seat taken, or as before: nothing between. In
    the end each is accepted, and the other side told once, however often yes was said.
    """
    asked = _asked(place, offers)
    answers: Counter[int] = Counter()
    with under_fire(place, place.web(), kills, seed) as done:
        while not done.is_set():
            for offer_id, browser in asked.items():
                answers[browser.post(f"/offers/{offer_id}/accept")] += 1
                place.asked(partial(_check, offer_id=offer_id, told=False))
    for offer_id, browser in asked.items():
        assert browser.post(f"/offers/{offer_id}/accept") == 303
        place.asked(partial(_check, offer_id=offer_id, told=True))
    place.asked(_chain_is_whole)
    return answers


@contextmanager
def under_fire(
    place: Place, server: subprocess.Popen[bytes], kills: int, seed: int
) -> Iterator[threading.Event]:
    """Kill a process of the server at random instants; the event says that it was often enough."""
    dice, done = random.Random(seed), threading.Event()  # noqa: S311  instants, no secrets

    def kill() -> None:
        for _ in range(kills):
            time.sleep(dice.uniform(0.02, 0.6))
            children = place.children(server)
            if children:
                os.kill(dice.choice(children), signal.SIGKILL)
        done.set()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield done
    finally:
        killer.join()
    place.wait_for(lambda: len(place.children(server)) == 2, server)


def _asked(place: Place, offers: int) -> dict[uuid.UUID, Browser]:
    """Publish a round in which each of some mentors is asked by one IMG."""
    with place.app.app_context(), transaction() as session:
        section = factories.section(session)
        cast = Cast(session, section, factories.leader(session, section))
        for number in range(offers):
            cast.img(f"Img {number}")
            cast.mentor(f"Mentor {number}", seats=1)
        cast.published()
        session.execute(sa.delete(Message))
        mentors = [cast.people[f"Mentor {number}"] for number in range(offers)]
        profiles = [cast.profile(f"Mentor {number}") for number in range(offers)]
        made = [_offer_of(session, profile).id for profile in profiles]
    return {
        offer_id: Browser(place, mentor) for offer_id, mentor in zip(made, mentors, strict=True)
    }


def _offer_of(session: Session, mentor_id: uuid.UUID) -> Offer:
    return session.scalars(sa.select(Offer).where(Offer.mentor_id == mentor_id)).one()


def _check(session: Session, *, offer_id: uuid.UUID, told: bool) -> None:
    offer = session.get_one(Offer, offer_id, populate_existing=True)
    taken = session.scalars(
        sa.select(SeatCount.taken).where(
            SeatCount.round_id == offer.round_id, SeatCount.mentor_id == offer.mentor_id
        )
    ).one()
    yes = offer.state is OfferState.ACCEPTED
    if taken != int(yes) or offer.state not in {OfferState.OFFERED, OfferState.ACCEPTED}:
        raise HalfDone(f"{offer.state} with {taken} seats taken")
    if told:
        profile = session.get_one(Profile, offer.img_id)
        address = sa.select(User.email).where(User.id == profile.person_id)
        mails = sa.select(sa.func.count()).where(Message.recipient == address.scalar_subquery())
        count = session.scalar(mails)
        if not yes or count != 1:
            raise HalfDone(f"{offer.state}, and {count} mails")


def _chain_is_whole(session: Session) -> None:
    bad, _, _ = first_bad(session)
    if bad is not None:
        raise HalfDone(f"entry {bad} of the log")
