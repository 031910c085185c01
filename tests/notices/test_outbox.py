"""The outbox: what may be put in, and how a message is tried, sent and given up."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.notices import service
from mentorship.notices.letters import stationery
from mentorship.notices.models import Message
from mentorship.notices.service import MAX_TRIES, MailUnusable, one_line, post
from tests.factories import NOW

MINUTE = dt.timedelta(minutes=1)


def _post(session: Session, **values: str) -> Message:
    given = {"recipient": "anna@example.org", "subject": "Hello", "body": "Hello Anna\n"}
    return post(session, person_id=None, **(given | values), now=NOW)


@pytest.mark.parametrize(
    "recipient",
    [
        "anna@example.org\r\nBcc: all@example.org",
        "anna@example.org\nBcc: all@example.org",
        "anna@example.org, bob@example.org",
        "Anna <anna@example.org>",
        "anna@example.org\x00",
        "anna",
        "",
    ],
)
def test_a_mail_goes_to_one_plain_address(session: Session, recipient: str) -> None:
    with pytest.raises(MailUnusable):
        _post(session, recipient=recipient)


@pytest.mark.parametrize("subject", ["", " \r\n ", "\x00\x1f"])
def test_a_mail_has_a_subject(session: Session, subject: str) -> None:
    with pytest.raises(MailUnusable):
        _post(session, subject=subject)


def test_a_subject_is_one_line(session: Session) -> None:
    message = _post(session, subject="Hello\r\nBcc: all@example.org\x85x")
    assert message.subject == "Hello Bcc: all@example.org x"
    assert len(_post(session, subject="x" * 300).subject) == 200


@given(st.text())
def test_one_line_holds_no_control_characters(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert all(c.isprintable() or c in "\u200c\u200d" for c in line)
    assert one_line(line) == line


def test_names_in_every_script_stay_as_they_are() -> None:
    for name in ("Zoë O'Neill-Ñúñez", "\u0645\u06cc\u200c\u0632\u0627", "ശ്രീ\u200d കുമാർ", "李 小龍"):
        assert one_line(name) == name


def test_a_word_in_a_letter_adds_no_line(app: Flask) -> None:
    with app.app_context():
        letter = stationery.write(
            "section_asked", name="A", section="B", who="C\r\n\r\nD", as_a="e"
        )
    assert "C D asks to join B" in letter.body


def test_only_one_of_two_takes_a_message(session: Session) -> None:
    message = _post(session)
    assert service.claim(session, message.id, attempts=0, now=NOW)
    assert not service.claim(session, message.id, attempts=0, now=NOW)
    assert service.take_next(session, now=NOW) is None


def test_the_oldest_due_message_comes_first(session: Session) -> None:
    post(
        session, person_id=None, recipient="b@example.org", subject="b", body="b", now=NOW + MINUTE
    )
    post(session, person_id=None, recipient="a@example.org", subject="a", body="a", now=NOW)
    taken = service.take_next(session, now=NOW + MINUTE)
    assert taken is not None
    assert taken.subject == "a"


def test_a_message_is_tried_ten_times_with_growing_pauses(session: Session) -> None:
    message = _post(session)
    now, waited = NOW, []
    while service.take_next(session, now=now) is not None:
        service.mark_failed(session, message, why="550\r\nno", final=False)
        assert service.take_next(session, now=now + 4 * MINUTE) is None
        session.refresh(message)
        waited.append(message.next_try_at - now)
        now = message.next_try_at
    assert len(waited) == MAX_TRIES == 10
    assert waited == sorted(waited)
    assert message.failure == "550 no"
    assert message.body, "it can still be sent by hand"


def test_a_final_refusal_is_not_tried_again(session: Session) -> None:
    message = service.take_next(session, now=_post(session).created_at)
    assert message is not None
    service.mark_failed(session, message, why="550 no such user", final=True)
    later = NOW + dt.timedelta(days=9)
    assert service.take_next(session, now=later) is None
    assert service.give_another_chance(session, now=later) == 1
    assert service.take_next(session, now=later) is not None


def test_a_sent_mail_is_forgotten(session: Session) -> None:
    message = _post(session)
    service.mark_sent(session, message, now=NOW)
    assert session.scalar(sa.select(Message.body)) == ""
    assert service.take_next(session, now=NOW + dt.timedelta(days=9)) is None
    assert service.give_another_chance(session, now=NOW) == 0


def test_the_database_keeps_no_words_of_a_sent_mail(session: Session) -> None:
    message = _post(session)
    with pytest.raises(IntegrityError, match="sent_is_empty"):
        session.execute(
            sa.update(Message).where(Message.id == message.id).values(sent_at=NOW, body="secret")
        )
