"""What two people say to each other, and to their leaders, is in no mail of any kind."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.inbox import service as inbox
from mentorship.inbox.digest import post_digests
from mentorship.inbox.models import Way
from mentorship.mentorships import service as mentorships
from mentorship.mentorships.guide import TERM_IDS
from mentorship.mentorships.service import Plan
from mentorship.notices.models import Message
from mentorship.rounds import service as rounds
from mentorship.rounds.reminding import remind
from tests.factories import NOW
from tests.profiles.canary_reading import in_mails, looked_for
from tests.profiles.canary_states import Reached, accepted, confirmed, offered, requested
from tests.rounds.cast import Cast

DAY = dt.timedelta(days=1)
OWN = {"anaquokka@example.org": "Anaquokka", "noorquokka@example.org": "Noorquokka"}


@pytest.fixture
def cast(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    with looked_for(session, monkeypatch) as cast:
        yield cast


def mails(cast: Cast) -> list[Message]:
    """Return the mails after the daily ones; none holds a word of anybody but the reader's name."""
    post_digests(now=NOW)
    found = list(cast.session.scalars(sa.select(Message)))
    assert in_mails(cast) == []
    for mail in found:
        text = (mail.subject + mail.body).replace(OWN.get(mail.recipient, "-"), "")
        assert "quokka" not in text, (mail.recipient, mail.subject)
    return found


def daily(cast: Cast) -> None:
    for person in cast.people.values():
        kinds = inbox.choices_of(cast.session, person.id)
        inbox.choose(cast.session, person.id, dict.fromkeys(kinds, Way.DAILY))


@pytest.mark.parametrize("ways", ["as they are", "daily"])
@pytest.mark.parametrize("reach", [offered, requested, accepted], ids=lambda reach: reach.__name__)
def test_no_reminder_says_of_whom(cast: Cast, reach: Callable[[Cast], Reached], ways: str) -> None:
    if ways == "daily":
        daily(cast)
    reach(cast)
    for days in range(1, 15):
        remind(now=NOW + days * DAY)
    assert any("still open" in mail.subject + mail.body for mail in mails(cast))


@pytest.mark.parametrize("ways", ["as they are", "daily"])
def test_nothing_said_within_a_mentorship_is_in_a_mail(cast: Cast, ways: str) -> None:
    if ways == "daily":
        daily(cast)
    confirmed(cast)
    session, ana, noor = cast.session, cast.people["Ana"].id, cast.people["Noor"].id
    key = cast.offer("Ana").id
    by_ana: dict[str, Any] = {"person_id": ana, "mentorship_id": key, "now": NOW}
    by_noor = by_ana | {"person_id": noor}
    terms = dict.fromkeys(TERM_IDS, "Termquokka")
    mentorships.write_agreement(session, terms=terms, seen=0, **by_ana)
    mentorships.accept_agreement(session, version=1, **by_noor)
    plan = Plan(starts_at=NOW + 3 * DAY, minutes=30, place="Placequokka", agenda="Agendaquokka")
    meeting = mentorships.plan_meeting(session, plan=plan, **by_ana)
    later = dataclasses.replace(plan, starts_at=NOW + 4 * DAY)
    seen = mentorships.mark_of(meeting)
    mentorships.move_meeting(session, meeting_id=meeting.id, plan=later, seen=seen, **by_noor)
    mentorships.cancel_meeting(session, meeting_id=meeting.id, **by_ana)
    mentorships.raise_concern(session, kind="boundaries", words="Concernquokka", **by_ana)
    mentorships.give_feedback(session, rating=2, words="Feedbackquokka", **by_noor)
    mentorships.end_mentorship(session, reason="concern", words="Endquokka", **by_ana)
    subjects = {mail.subject for mail in mails(cast)}
    if ways == "daily":  # what may change a plan is told at once all the same
        assert subjects
        return
    for said in ("has a new version", "is accepted", "planned or changed", "concern", "has ended"):
        assert any(said in subject for subject in subjects), said


@pytest.mark.parametrize("side", ["mentor", "img"])
def test_no_word_of_a_no_is_in_a_mail(cast: Cast, side: str) -> None:
    no: dict[str, Any] = {"reason": "other", "words": "Noquokka", "now": NOW}
    if side == "mentor":
        offered(cast)
        who, say_no = cast.people["Noor"], rounds.decline_offer
    else:
        accepted(cast)
        who, say_no = cast.people["Ana"], rounds.decline_match
    say_no(cast.session, person_id=who.id, offer_id=cast.offer("Ana").id, **no)
    assert mails(cast)
