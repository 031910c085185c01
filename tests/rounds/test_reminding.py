"""Whoever owes an answer is reminded twice, and nobody else."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.notices.models import Message
from mentorship.rounds import closing, service
from mentorship.rounds.reminding import remind
from tests.factories import NOW
from tests.rounds.cast import Cast

DAY = dt.timedelta(days=1)
BY = NOW + 14 * DAY  # the answers of the cast are due then


def reminded(session: Session, when: dt.datetime) -> list[str]:
    session.execute(sa.delete(Message))
    remind(session, now=when)
    return sorted(session.scalars(sa.select(Message.recipient)))


def mail(cast: Cast, *names: str) -> list[str]:
    return sorted(cast.people[name].email for name in names)


def test_twice_and_each_once(cast: Cast, session: Session) -> None:
    cast.published()  # Noor is asked by one IMG, Omar by two
    everybody = mail(cast, "Noor Haddad", "Omar Aziz", "Omar Aziz")
    assert reminded(session, NOW) == []
    assert reminded(session, BY - 6 * DAY) == []
    assert reminded(session, BY - 5 * DAY) == everybody
    assert reminded(session, BY - 4 * DAY) == []
    assert reminded(session, BY - DAY) == everybody
    assert reminded(session, BY - DAY / 2) == []
    assert reminded(session, BY) == []


def test_who_is_late_to_start_gets_the_last_one_only(cast: Cast, session: Session) -> None:
    cast.published()
    assert len(reminded(session, BY - DAY / 2)) == 3
    assert reminded(session, BY - DAY / 4) == []


def test_the_turn_of_the_img(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    noor = cast.people["Noor Haddad"]
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
    assert reminded(session, BY - 5 * DAY) == mail(cast, "Ana Silva", "Omar Aziz", "Omar Aziz")
    bodies = session.scalars(sa.select(Message.body)).all()
    assert not [body for body in bodies if "Noor" in body.split("\n", 2)[2]]
    service.finish_round(session, round_id=round_.id, now=NOW)
    assert reminded(session, BY - DAY) == []


def test_days_are_the_rounds_own_and_follow_a_date_that_moves(cast: Cast, session: Session) -> None:
    round_ = cast.published(set_up=service.SetUp(reminder_days=(7, 3)))
    assert len(reminded(session, BY - 7 * DAY)) == 3
    assert reminded(session, BY - 5 * DAY) == []
    closing.set_answer_by(session, round_id=round_.id, answer_by=BY + 7 * DAY, now=BY - 4 * DAY)
    assert reminded(session, BY - DAY) == []
    assert len(reminded(session, BY)) == 3  # again seven days before
    assert len(reminded(session, BY + 5 * DAY)) == 3
    assert reminded(session, BY + 8 * DAY) == []


def test_the_date_is_in_the_readers_zone(cast: Cast, session: Session) -> None:
    cast.published()
    cast.people["Noor Haddad"].timezone = "Asia/Kathmandu"
    session.flush()
    reminded(session, BY - DAY)
    to_noor = Message.recipient == cast.people["Noor Haddad"].email
    body = session.scalars(sa.select(Message.body).where(to_noor)).one()
    assert "Monday, November 16, 2026, 8:45 p.m. +0545" in body
