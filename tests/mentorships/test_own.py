"""A leader who is half of a pair: what the other tells the leaders is for the other leaders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.mentorships import service
from mentorship.mentorships.models import Concern
from mentorship.notices.models import Message
from mentorship.sections.models import Membership, MembershipState, SectionRole
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import Pair
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
WORRY, RATED, WHY = "Worryquokka", "Ratedquokka", "Whyquokka"
LATER = NOW + dt.timedelta(days=3)


@pytest.fixture
def led(pair: Pair) -> Pair:
    """Noor, who mentors Ana, leads the section too."""
    factories.member(pair.session, pair.cast.section, SectionRole.LEADER, pair.mentor)
    pair.session.execute(sa.delete(Message))
    return pair


def tell_all(pair: Pair, by: User) -> Concern:
    """Say a worry, feedback and why it ends, as one of the two."""
    say: dict[str, Any] = {"person_id": by.id, "mentorship_id": pair.id, "now": LATER}
    session = pair.session
    concern = service.raise_concern(session, kind="boundaries", words=WORRY, **say)
    service.give_feedback(session, rating=1, words=RATED, **say)
    service.end_mentorship(session, reason="no_contact", words=WHY, **say)
    return concern


def read(client: PageClient, pair: Pair) -> str:
    home = f"/sections/{pair.cast.section.slug}"
    lists = [f"{home}/mentorships?show={part}" for part in ("going", "stuck", "concerns", "over")]
    paths = ["/home/leader", f"{home}/log", f"{home}/mentorships/{pair.id}", *lists]
    return " ".join(client.get(path).text for path in paths)


def test_only_the_other_leaders_read_what_is_told_of_one(led: Pair, sign_in: SignIn) -> None:
    concern = tell_all(led, led.img)
    session, slug = led.session, led.cast.section.slug
    mails = session.scalars(
        sa.select(Message.recipient).where(Message.subject.icontains("concern"))
    ).all()
    assert mails == [led.cast.leader.email]
    noor, other = sign_in(led.mentor), sign_in(led.cast.leader)
    told, all_of_it = read(noor, led), read(other, led)
    for word in (WORRY, RATED, WHY, "Waits for you", "No contact", "Told about a concern"):
        assert word not in told, word
    assert "You are one of the two" in told
    assert "You are one of the two" not in all_of_it
    for word in (WORRY, RATED, WHY):
        assert word in all_of_it, word
    section = led.cast.section.id
    for who, waiting in ((led.mentor, []), (led.cast.leader, [("concerns", section, 1)])):
        found = service.concerns_in([section], reader_id=who.id)
        assert session.execute(found).all() == waiting
    close = f"/sections/{slug}/mentorships/{led.id}/concerns/{concern.id}"
    noor.post(close, {"outcome": "Nothing"}, status=404)
    other.post(close, {"outcome": "We talked."})


def test_one_reads_what_one_said_oneself(led: Pair, sign_in: SignIn) -> None:
    tell_all(led, led.mentor)
    page = sign_in(led.mentor).get(f"/sections/{led.cast.section.slug}/mentorships/{led.id}").text
    for word in (WORRY, RATED, WHY):
        assert word in page, word


def test_whoever_worries_reads_who_will_read_it(
    led: Pair, sign_in: SignIn, session: Session
) -> None:
    ana = sign_in(led.img)
    for where in ("feedback", "end"):
        assert "No other leader" not in ana.get(f"/mentorships/{led.id}/{where}").text
    page = ana.get(f"/mentorships/{led.id}/concern").text
    assert f"get in touch with you: {led.cast.leader.name}." in page
    assert f"{led.mentor.name} is not told that you wrote" in page
    leading = Membership.person_id == led.cast.leader.id, Membership.role == SectionRole.LEADER
    session.execute(sa.update(Membership).where(*leading).values(state=MembershipState.LEFT))
    for where in ("concern", "feedback", "end"):
        assert "No other leader can read it" in ana.get(f"/mentorships/{led.id}/{where}").text
    leading = Membership.person_id == led.mentor.id, Membership.role == SectionRole.LEADER
    session.execute(sa.update(Membership).where(*leading).values(state=MembershipState.LEFT))
    for where in ("concern", "feedback", "end"):
        text = ana.get(f"/mentorships/{led.id}/{where}").text
        assert "No leader can read it Nobody leads" in text
        assert "Besides the two of you nobody" not in text


@pytest.mark.parametrize("anybody", [True, False])
def test_the_answer_to_a_concern_and_to_feedback_promises_what_holds(
    led: Pair, sign_in: SignIn, session: Session, *, anybody: bool
) -> None:
    if not anybody:
        leading = Membership.person_id == led.cast.leader.id, Membership.role == SectionRole.LEADER
        session.execute(sa.update(Membership).where(*leading).values(state=MembershipState.LEFT))
    ana = sign_in(led.img)
    concern = {"kind": "behavior", "words": "He shouts."}
    said = ana.follow(ana.submit(f"/mentorships/{led.id}/concern", concern)).text
    assert ("They will get in touch with you" in said) == anybody
    assert ("No leader can read it now" in said) != anybody
    rated = ana.submit(f"/mentorships/{led.id}/feedback", {"rating": "1", "words": "Harm."})
    said = ana.follow(rated).text
    assert ("Your section leaders can read what you wrote" in said) == anybody
    assert ("No leader can read it now" in said) != anybody
