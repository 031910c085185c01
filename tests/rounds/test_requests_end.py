"""How requests end that nobody answered: switched off by a leader, or gone on by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.rounds import closing, expiring, service
from mentorship.rounds.due import end_of_day
from mentorship.rounds.history import history_of
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.setup import SetUp
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, again, ask, direct, rank, subjects
from tests.rounds.cast import Cast, counted

LATER = end_of_day(NOW, days=7) + dt.timedelta(minutes=1)
ENDS = "End the requests that wait, and tell both sides"
OVER = "Requests in Spring are over"
SignIn = Callable[[User], PageClient]


def switch_off(cast: Cast, round_: Round, *, sure: bool) -> None:
    with cast.session.begin_nested():
        service.edit_round(
            cast.session,
            round_id=round_.id,
            name=round_.name,
            policy=round_.policy,
            set_up=SetUp(),
            answer_days=round_.answer_days,
            end_requests=sure,
            now=NOW,
        )


def test_requests_that_wait_do_not_end_unless_the_leader_says_so(cast: Cast) -> None:
    round_ = direct(cast)
    ana, ben = ask(cast, round_, "Ana Silva"), ask(cast, round_, "Ben Okafor")
    with pytest.raises(service.RequestsWait) as refused:
        switch_off(cast, round_, sure=False)
    assert refused.value.count == 2
    assert again(cast, ana).state is again(cast, ben).state is OfferState.OFFERED
    assert SetUp.from_json(cast.again(round_).rules).direct_requests
    switch_off(cast, round_, sure=True)
    assert again(cast, ana).state is again(cast, ben).state is OfferState.WITHDRAWN
    assert not SetUp.from_json(cast.again(round_).rules).direct_requests
    for name in ("Ana Silva", "Ben Okafor"):
        assert subjects(cast, name) == [OVER]
    assert subjects(cast, "Noor Haddad").count(OVER) == 2


def test_without_requests_that_wait_it_is_switched_off_at_once(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    accept(cast, offer, "Noor Haddad")
    switch_off(cast, round_, sure=False)
    assert again(cast, offer).state is OfferState.CONFIRMED, "who agreed stays a pair"
    assert OVER not in subjects(cast, "Ana Silva")


def test_the_set_up_page_asks_before_it_ends_them(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    assert ENDS not in leader.get(f"{home}/set-up").text
    off = {"requests": "optimum"}
    refused = leader.submit(f"{home}/set-up", off, status=422)
    assert "1 request waits for an answer." in refused.text
    assert ENDS in refused.text
    assert again(cast, offer).state is OfferState.OFFERED
    leader.submit(f"{home}/set-up", off | {"end_requests": "y"})
    assert again(cast, offer).state is OfferState.WITHDRAWN
    edits = sa.select(audit.AuditEntry).filter_by(action="round.edit", about_id=round_.id)
    assert len(cast.session.scalars(edits).all()) == 1, "a refusal changes nothing"


def told(cast: Cast, round_: Round) -> list[tuple[str, str]]:
    return [(line.who, line.what) for line in history_of(cast.session, round_.id)]


def test_requests_that_go_on_by_the_clock_are_in_the_log(cast: Cast) -> None:
    round_ = direct(cast)
    ask(cast, round_, "Ana Silva")
    for _ in range(2):
        expiring.expire_requests(cast.session, round_id=round_.id, now=LATER)
    (entry,) = audit.history(cast.session, round_.id)
    assert (entry.action, entry.actor_id) == ("round.requests.expire", None)
    assert (entry.section_id, entry.detail) == (cast.section.id, {"expired": 1})
    assert told(cast, round_) == [
        ("By itself", "Requests went on without an answer, or without a seat: 1")
    ]


def test_offers_that_expire_are_in_the_log(cast: Cast) -> None:
    round_ = cast.published()
    late = NOW + dt.timedelta(days=15)
    count = expiring.expire_answers(cast.session, round_id=round_.id, now=late)
    expiring.expire_answers(cast.session, round_id=round_.id, now=late)
    assert count > 0
    assert told(cast, round_) == [("By itself", f"The day to answer came: {count}")]


def test_a_deadline_that_closes_a_round_is_in_the_log(cast: Cast) -> None:
    round_, ends = direct(cast), NOW + dt.timedelta(days=3)
    closing.set_closing(cast.session, round_id=round_.id, closes_at=ends, now=NOW)
    for _ in range(2):
        closing.close_if_due(cast.session, round_id=round_.id, now=ends)
    assert told(cast, round_) == [("By itself", "The enrolment closed at its deadline")]


def test_the_page_keeps_to_the_budget_and_offers_no_order_after_a_match(
    sign_in: SignIn, cast: Cast
) -> None:
    strict: dict[str, Any] = {"not_again": True, "minimum_score": 100, "must_share_language": True}
    round_ = direct(cast, **strict)
    path, ana = f"/rounds/{round_.id}/request", sign_in(cast.people["Ana Silva"])

    def statements() -> int:
        with counted(cast.session) as seen:
            ana.get(path)
        return len([each for each in seen if not each.startswith(("SAVEPOINT", "RELEASE"))])

    ana.get(path)
    few = statements()
    for n in range(3):
        cast.mentor(f"Mentor {n}")
    rank(cast, "Ana Silva", "Noor Haddad", "Omar Aziz", *(f"Mentor {n}" for n in range(3)))
    assert statements() == few <= 12
    offer = ask(cast, round_, "Ana Silva")
    assert "Change the order" in ana.get(path).text
    accept(cast, offer, "Noor Haddad")
    page = ana.get(path)
    assert "You are a pair" in page.text
    assert "Change the order" not in page.text
    assert statements() <= 12


def test_the_button_of_an_old_page_takes_no_offer_of_a_run_back(
    cast: Cast, sign_in: SignIn
) -> None:
    round_ = cast.published(set_up=SetUp(direct_requests=True))
    offer, ana = cast.offer("Ana Silva"), sign_in(cast.people["Ana Silva"])
    answer = ana.post(f"/rounds/{round_.id}/request/take-back", {"request": str(offer.id)})
    assert "That request waits no longer" in ana.follow(answer).text
    assert again(cast, offer).state is OfferState.OFFERED


def test_both_sides_are_told_when_a_leader_leaves_out_who_asked(
    cast: Cast, sign_in: SignIn
) -> None:
    round_ = direct(cast)
    offer, ana = ask(cast, round_, "Ana Silva"), cast.people["Ana Silva"]
    there: dict[str, Any] = {"round_id": round_.id, "profile_ids": [cast.profile("Ana Silva")]}
    service.leave_out(cast.session, now=NOW, **there)
    assert again(cast, offer).state is OfferState.WITHDRAWN
    assert subjects(cast, "Ana Silva") == ["Your request in Spring is closed"]
    told = subjects(cast, "Noor Haddad")
    assert "A request to you in Spring is closed" in told
    assert "A request to you in Spring was taken back" not in told
    page = sign_in(ana).get(f"/rounds/{round_.id}/request")
    assert "Your section leader has taken you out of this round." in page.text
    mentor = sign_in(cast.people["Noor Haddad"]).get(f"/offers/{offer.id}")
    assert "the IMG is not part of the round any more" in mentor.text


def test_who_withdraws_is_not_told_that_a_leader_took_them_out(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    offer, ana = ask(cast, round_, "Ana Silva"), cast.people["Ana Silva"]
    mine = {"person_id": ana.id, "round_id": round_.id, "profile_id": cast.profile("Ana Silva")}
    service.withdraw(cast.session, now=NOW, **mine)
    assert again(cast, offer).state is OfferState.WITHDRAWN
    assert subjects(cast, "Ana Silva") == []
    assert "A request to you in Spring was taken back" in subjects(cast, "Noor Haddad")
    sign_in(ana).get(f"/rounds/{round_.id}/request", status=404)
