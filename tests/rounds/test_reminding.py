"""Whoever owes an answer is reminded twice, and when a leader asks for it; nobody else is."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.notices.models import Message
from mentorship.rounds import closing, service
from mentorship.rounds.due import end_of_day
from mentorship.rounds.offer_models import Offer, Publication, Reminder
from mentorship.rounds.reminding import remind, remind_now
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

DAY = dt.timedelta(days=1)
BY = end_of_day(NOW, days=14)  # the answers of the cast are due then


def reminded(session: Session, when: dt.datetime) -> list[str]:
    session.execute(sa.delete(Message))
    remind(now=when)
    return sorted(session.scalars(sa.select(Message.recipient)))


def mail(cast: Cast, *names: str) -> list[str]:
    return sorted(cast.people[name].email for name in names)


def test_twice_and_each_once(cast: Cast, session: Session) -> None:
    cast.published()  # Noor is asked by one IMG, Omar by two: he gets one mail
    everybody = mail(cast, "Noor Haddad", "Omar Aziz")
    assert reminded(session, NOW) == []
    assert reminded(session, BY - 6 * DAY) == []
    assert reminded(session, BY - 5 * DAY) == everybody
    assert reminded(session, BY - 4 * DAY) == []
    assert reminded(session, BY - DAY) == everybody
    assert reminded(session, BY - DAY / 2) == []
    assert reminded(session, BY) == []


def test_one_mail_about_all_that_is_owed_by_a_day(cast: Cast, session: Session) -> None:
    cast.published()
    reminded(session, BY - DAY)
    found = {
        name: session.scalars(
            sa.select(Message).where(Message.recipient == cast.people[name].email)
        ).one()
        for name in ("Noor Haddad", "Omar Aziz")
    }
    noor, omar = found["Noor Haddad"], found["Omar Aziz"]
    assert noor.subject == "Your answer is still open in Spring"
    assert f"/offers/{cast.offer('Ana Silva').id}\n" in noor.body
    assert omar.subject == "2 answers of yours are still open in Spring"
    assert "2 people wait for your answer in the round Spring" in omar.body
    assert "/home/mentor\n" in omar.body
    assert len(session.scalars(sa.select(Reminder)).all()) == 3, "each offer keeps its own"


def test_one_who_cannot_be_reminded_holds_up_no_other(cast: Cast, session: Session) -> None:
    cast.published()
    cast.people["Omar Aziz"].email = "no address"
    assert reminded(session, BY - DAY) == mail(cast, "Noor Haddad")


def test_who_is_late_to_start_gets_the_last_one_only(cast: Cast, session: Session) -> None:
    cast.published()
    assert len(reminded(session, BY - DAY / 2)) == 2
    assert reminded(session, BY - DAY / 4) == []


def test_the_turn_of_the_img(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    noor = cast.people["Noor Haddad"]
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
    assert reminded(session, BY - 5 * DAY) == mail(cast, "Ana Silva", "Omar Aziz")
    bodies = session.scalars(sa.select(Message.body)).all()
    assert not [body for body in bodies if "Noor" in body.split("\n", 2)[2]]
    service.finish_round(session, round_id=round_.id, now=NOW)
    assert reminded(session, BY - DAY) == []


def test_nobody_is_reminded_of_what_they_were_asked_just_now(cast: Cast, session: Session) -> None:
    """A reminder whose day lay before the question, or within a day of it, is not sent."""
    cast.published()
    offer, noor = cast.offer("Ana Silva"), cast.people["Noor Haddad"]
    late = BY - 2 * DAY
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=late)
    ana = cast.people["Ana Silva"].email
    assert ana not in reminded(session, late + dt.timedelta(minutes=1))
    until = end_of_day(late, days=3)  # the days of an IMG's own
    assert ana not in reminded(session, until - 1.1 * DAY)
    assert reminded(session, until - DAY) == [ana]
    assert reminded(session, until - DAY / 2) == []


@pytest.mark.parametrize("days", [1, 2, 3, 4, 5])
def test_an_offer_of_a_few_days_brings_no_reminder_with_it(
    cast: Cast, session: Session, days: int
) -> None:
    cast.published(answer_days=days)
    until = end_of_day(NOW, days=days)
    everybody = mail(cast, "Noor Haddad", "Omar Aziz")
    for hours in (0, 1, 12, 23):
        assert reminded(session, NOW + dt.timedelta(hours=hours)) == []
    assert reminded(session, until - DAY) == (everybody if days > 1 else [])
    assert reminded(session, until - DAY / 4) == []


def test_days_are_the_rounds_own_and_follow_a_date_that_moves(cast: Cast, session: Session) -> None:
    round_ = cast.published(set_up=service.SetUp(reminder_days=(7, 3)))
    assert len(reminded(session, BY - 7 * DAY)) == 2
    assert reminded(session, BY - 5 * DAY) == []
    closing.set_answer_by(session, round_id=round_.id, answer_by=BY + 7 * DAY, now=BY - 4 * DAY)
    assert reminded(session, BY - DAY) == []
    assert len(reminded(session, BY)) == 2  # again seven days before
    assert len(reminded(session, BY + 5 * DAY)) == 2
    assert reminded(session, BY + 8 * DAY) == []


def test_the_date_is_in_the_readers_zone(cast: Cast, session: Session) -> None:
    cast.published()
    cast.people["Noor Haddad"].timezone = "Asia/Kathmandu"
    session.flush()
    reminded(session, BY - DAY)
    to_noor = Message.recipient == cast.people["Noor Haddad"].email
    body = session.scalars(sa.select(Message.body).where(to_noor)).one()
    assert "Tuesday, November 17, 2026, 11:44 a.m. UTC+5:45" in body


def by_hand(session: Session, round_id: uuid.UUID, when: dt.datetime) -> list[str]:
    session.execute(sa.delete(Message))
    remind_now(session, round_id=round_id, now=when)
    return sorted(session.scalars(sa.select(Message.recipient)))


def test_a_leader_reminds_at_any_time_but_nobody_twice_a_day(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    noor = cast.people["Noor Haddad"]
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
    owing = mail(cast, "Ana Silva", "Omar Aziz")
    assert by_hand(session, round_.id, NOW + 2 * DAY) == owing
    assert by_hand(session, round_.id, NOW + 2.5 * DAY) == []
    assert by_hand(session, round_.id, NOW + 3 * DAY) == owing
    assert reminded(session, BY - 5 * DAY) == owing  # those of the set-up go on
    assert by_hand(session, round_.id, BY - 4.5 * DAY) == []
    assert by_hand(session, round_.id, BY) == []


def test_who_owes_the_next_answer_is_reminded_though_the_other_just_was(
    cast: Cast, session: Session
) -> None:
    round_ = cast.published()
    everybody = mail(cast, "Noor Haddad", "Omar Aziz")
    assert by_hand(session, round_.id, BY - 1.4 * DAY) == everybody
    offer, noor = cast.offer("Ana Silva"), cast.people["Noor Haddad"]
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=BY - 1.2 * DAY)
    ana = cast.people["Ana Silva"].email
    assert by_hand(session, round_.id, BY - 1.1 * DAY) == [ana]
    assert ana not in reminded(session, BY - DAY)


def test_a_date_that_is_put_off_forgets_no_reminder(cast: Cast, session: Session) -> None:
    """Nobody is reminded twice within a day for it, and those of the set-up come as it says."""
    round_ = cast.published()
    everybody = mail(cast, "Noor Haddad", "Omar Aziz")
    assert reminded(session, BY - 5 * DAY) == everybody
    assert by_hand(session, round_.id, BY - 3.5 * DAY) == everybody
    move = {"round_id": round_.id, "now": BY - 3.4 * DAY}
    closing.set_answer_by(session, answer_by=BY + 7 * DAY, **move)  # type: ignore[arg-type]  # values of one dict, of many types
    assert by_hand(session, round_.id, BY - 3.3 * DAY) == []
    assert _numbers(session) == {12, 10}
    closing.set_answer_by(session, answer_by=BY + 90 * DAY, **move)  # type: ignore[arg-type]  # likewise
    assert _numbers(session) == {60, 59}
    closing.set_answer_by(session, answer_by=BY + 7 * DAY, **move)  # type: ignore[arg-type]  # likewise
    assert reminded(session, BY + DAY) == []
    assert reminded(session, BY + 2 * DAY) == everybody  # five days before
    assert reminded(session, BY + 6 * DAY) == everybody
    assert reminded(session, BY + 6.5 * DAY) == []


def _numbers(session: Session) -> set[int]:
    return set(session.scalars(sa.select(Reminder.number)))


def test_the_board_says_who_is_silent_since_when_and_who_was_reminded(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.published()
    now = dt.datetime.now(dt.UTC)
    session.execute(sa.update(Publication).values(answer_by=now + 5 * DAY))
    silent = cast.offer("Chi Tanaka")
    session.execute(sa.update(Offer).where(Offer.id == silent.id).values(offered_at=NOW - DAY))
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    waiting = leader.get(f"{home}/answers?show=waiting")
    assert "Omar Aziz is to answer by" in waiting.text
    assert "Not reminded yet" in waiting.text
    assert waiting.text.index("Chi Tanaka") < waiting.text.index("Ana Silva")  # silent the longest
    assert "Send 2 reminders?" in leader.get(f"{home}/answers/remind").text
    sent = leader.submit(f"{home}/answers/remind", action=f"{home}/answers/remind")
    assert "Reminded once" in leader.follow(sent).text
    assert "Nobody to remind now" in leader.get(f"{home}/answers/remind").text
    logged = sa.select(AuditEntry.section_id).where(AuditEntry.action == "round.remind")
    assert session.scalars(logged).one() == cast.section.id
    draft = cast.draft("Later")
    later = f"/sections/{cast.section.slug}/rounds/{draft.id}/answers/remind"
    leader.get(later, status=409)
    leader.post(later, status=409)
