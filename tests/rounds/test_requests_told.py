"""What a leader's press does to requests that wait is said before it, and to whom it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.rounds import closing
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.reminding import remind
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import again, ask, direct, subjects
from tests.rounds.cast import Cast, counted

SignIn = Callable[[User], PageClient]
DAY = dt.timedelta(days=1)
SOONER = "Less time for your answer to a request in Spring"
ONE, TWO = "1 request waits for an answer.", "2 requests wait for an answer."
NOT_BACK = "does not bring it back"


def home(cast: Cast, round_: Round) -> str:
    return f"/sections/{cast.section.slug}/rounds/{round_.id}"


def test_leaving_out_by_traits_says_which_requests_end(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    ana = ask(cast, round_, "Ana Silva")
    leader, page = sign_in(cast.leader), f"{home(cast, round_)}/people/choose"
    keep_chi, keep_ana = f"{page}?specialties=psychiatry", f"{page}?specialties=neurology"
    text = leader.get(keep_chi).text
    assert "1 request of theirs waits for an answer." in text
    assert "both sides are told" in text
    assert NOT_BACK in text
    assert "of theirs" not in leader.get(page).text, "nobody is left out without a choice"
    assert "of theirs" not in leader.get(keep_ana).text, "who asked stays"
    ask(cast, round_, "Ben Okafor")
    text = leader.get(keep_chi).text
    assert "2 requests of theirs wait for an answer." in text
    assert "does not bring them back" in text
    leader.post(page, {"specialties": "psychiatry"})
    assert again(cast, ana).state is OfferState.WITHDRAWN
    assert "of theirs" not in leader.get(keep_chi).text


def test_the_list_of_people_says_whose_requests_end(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    leader, page = sign_in(cast.leader), f"{home(cast, round_)}/people"
    for part in ("imgs", "mentors"):
        assert "request waits" not in leader.get(f"{page}?show={part}").text
    ask(cast, round_, "Ana Silva")
    ask(cast, round_, "Ben Okafor")
    imgs = leader.get(f"{page}?show=imgs").text
    assert TWO in imgs
    assert "both sides are told" in imgs
    assert imgs.count("1 request waits") == 2, "each who asked is marked"
    assert ONE in leader.get(f"{page}?show=imgs&q=ana").text, "of those who are found"
    mentors = leader.get(f"{page}?show=mentors").text
    assert TWO in mentors
    assert "the next mentor on the list of the IMG is asked" in mentors
    assert mentors.count("2 requests wait") == 2, "in sum, and with the only one who is asked"
    for part in ("out", "new", "blocked"):
        assert "for an answer" not in leader.get(f"{page}?show={part}").text
    closing.close_round(cast.session, round_id=round_.id, now=NOW)
    assert "for an answer" not in leader.get(f"{page}?show=imgs").text


def test_the_page_of_a_person_says_which_requests_end(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    leader, page = sign_in(cast.leader), f"{home(cast, round_)}/people"
    ana, noor, chi = (cast.profile(n) for n in ("Ana Silva", "Noor Haddad", "Chi Tanaka"))
    assert "for an answer" not in leader.get(f"{page}/{ana}").text
    ask(cast, round_, "Ana Silva")
    ask(cast, round_, "Ben Okafor")
    text = leader.get(f"{page}/{ana}").text
    assert ONE in text
    assert "If you leave out Ana Silva, the request ends and both sides are told." in text
    assert NOT_BACK in text
    assert TWO in leader.get(f"{page}/{noor}").text
    assert "for an answer" not in leader.get(f"{page}/{chi}").text


def test_the_page_of_the_deadline_says_what_closing_ends(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    leader, page = sign_in(cast.leader), f"{home(cast, round_)}/deadline"
    assert "for an answer" not in leader.get(page).text
    ask(cast, round_, "Ana Silva")
    text = leader.get(page).text
    assert ONE in text
    assert "both sides are told" in text
    assert "Opening the enrolment again does not bring it back" in text
    assert "told the new day by mail" in text


def test_mentors_who_have_less_time_by_a_nearer_day_are_told_once(
    cast: Cast, session: Session
) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    near, far = NOW + 2 * DAY, NOW + 30 * DAY
    closing.set_closing(session, round_id=round_.id, closes_at=far, now=NOW)
    assert SOONER not in subjects(cast, "Noor Haddad"), "a day after theirs takes no time"
    for _ in range(2):
        closing.set_closing(session, round_id=round_.id, closes_at=near, now=NOW)
    assert again(cast, offer).answer_by == near
    assert subjects(cast, "Noor Haddad").count(SOONER) == 1
    assert SOONER not in subjects(cast, "Ana Silva")
    closing.set_closing(session, round_id=round_.id, closes_at=far, now=NOW)
    assert again(cast, offer).answer_by == near
    assert subjects(cast, "Noor Haddad").count(SOONER) == 1


def test_who_was_told_a_nearer_day_is_not_reminded_at_once(cast: Cast, session: Session) -> None:
    round_ = direct(cast)
    ask(cast, round_, "Ana Silva")
    set_at, near = NOW + 3 * DAY, NOW + 4 * DAY
    closing.set_closing(session, round_id=round_.id, closes_at=near, now=set_at)
    session.execute(sa.delete(Message))
    remind(now=set_at + dt.timedelta(minutes=1))
    assert subjects(cast, "Noor Haddad") == []


@pytest.mark.parametrize("path", ["people", "people?show=mentors", "people/choose", "deadline"])
def test_each_page_takes_at_most_twelve_statements(
    cast: Cast, session: Session, sign_in: SignIn, path: str
) -> None:
    round_ = direct(cast)
    ask(cast, round_, "Ana Silva")
    leader, page = sign_in(cast.leader), f"{home(cast, round_)}/{path}"
    asked = f"{page}?specialties=psychiatry&stages=applicant" if "choose" in path else page
    leader.get(asked)
    session.expunge_all()
    with counted(session) as seen:
        leader.get(asked)
    took = [each for each in seen if not each.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(took) <= 12
