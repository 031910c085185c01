"""What tests of requests do again and again: open a round of them, rank, ask and say yes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import sqlalchemy as sa

from mentorship.notices.models import Message
from mentorship.profiles.service import read_img, read_mentor, write_img, write_mentor
from mentorship.rounds import service
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.setup import SetUp
from tests.factories import NOW
from tests.rounds.cast import Cast


def direct(cast: Cast, **values: Any) -> Round:
    """Open a round of requests; Ana ranks Noor, then Omar, and Ben Noor."""
    rank(cast, "Ana Silva", "Noor Haddad", "Omar Aziz")
    rank(cast, "Ben Okafor", "Noor Haddad")
    return cast.open(set_up=SetUp(direct_requests=True, **values))


def rank(cast: Cast, img: str, *mentors: str) -> None:
    alter(cast, img, requests=tuple(str(cast.people[name].id) for name in mentors))


def ask(cast: Cast, round_: Round, img: str, now: dt.datetime = NOW) -> Offer:
    sent = service.ask_next(
        cast.session, person_id=cast.people[img].id, round_id=round_.id, now=now
    )
    return again(cast, sent)


def again(cast: Cast, offer: Offer) -> Offer:
    return cast.session.get_one(Offer, offer.id, populate_existing=True)


def accept(cast: Cast, offer: Offer, mentor: str, now: dt.datetime = NOW) -> OfferState:
    who = cast.people[mentor].id
    return service.accept_offer(cast.session, person_id=who, offer_id=offer.id, now=now)


def subjects(cast: Cast, name: str) -> list[str]:
    """Return what somebody got in the mail; those of one moment by their words."""
    found = sa.select(Message.subject).where(Message.recipient == cast.people[name].email)
    return list(cast.session.scalars(found.order_by(Message.created_at, Message.subject)))


def mentor_of(cast: Cast, offer: Offer) -> str:
    return next(n for n in ("Noor Haddad", "Omar Aziz") if cast.profile(n) == offer.mentor_id)


def seats_of(cast: Cast, round_: Round, mentor: str) -> tuple[int, int]:
    key = (round_.id, cast.profile(mentor))
    count = cast.session.get_one(SeatCount, key, populate_existing=True)
    return count.taken, count.seats


def pairs(cast: Cast, run: Run) -> list[Pair]:
    return list(cast.session.scalars(sa.select(Pair).where(Pair.run_id == run.id)))


def alter(cast: Cast, name: str, **change: Any) -> None:
    who = cast.people[name].id
    if name in {"Noor Haddad", "Omar Aziz"}:
        mentor = dataclasses.replace(read_mentor(cast.session, who).values, **change)
        write_mentor(cast.session, person_id=who, mentor=mentor, now=NOW)
    else:
        img = dataclasses.replace(read_img(cast.session, who).values, **change)
        write_img(cast.session, person_id=who, img=img, now=NOW)
