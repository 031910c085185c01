"""Answers: the mentor first, then the IMG. Seats are counted; a no leaves nobody in the dark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.notices.models import Message
from mentorship.rounds import service
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.service import Standing
from tests.factories import NOW
from tests.rounds.cast import Cast

DAY = dt.timedelta(days=1)
Verb = Callable[..., object]


@pytest.fixture
def offer(cast: Cast) -> Offer:
    """Noor is asked to mentor Ana."""
    cast.published()
    return cast.offer("Ana Silva")


def say(cast: Cast, verb: Verb, name: str, offer: Offer, **more: object) -> object:
    who = {"person_id": cast.people[name].id, "offer_id": offer.id}
    return verb(cast.session, **({"now": NOW + DAY} | who | more))


def no(cast: Cast, verb: Verb, name: str, offer: Offer) -> object:
    return say(cast, verb, name, offer, reason="conflict", words="We share a household.")


def taken(cast: Cast, offer: Offer) -> int:
    seats = sa.select(SeatCount.taken).where(
        SeatCount.round_id == offer.round_id, SeatCount.mentor_id == offer.mentor_id
    )
    return cast.session.scalars(seats).one()


def mails_to(cast: Cast, name: str) -> list[Message]:
    to = sa.select(Message).where(Message.recipient == cast.people[name].email)
    return list(cast.session.scalars(to.order_by(Message.created_at, Message.subject)))


def standing(cast: Cast, name: str) -> Standing:
    current = service.img_status(cast.session, cast.people[name].id).current
    assert current is not None
    return current.standing


def test_both_say_yes(cast: Cast, offer: Offer) -> None:
    assert say(cast, service.accept_offer, "Noor Haddad", offer) is OfferState.ACCEPTED
    assert (cast.offer("Ana Silva").state, taken(cast, offer)) == (OfferState.ACCEPTED, 1)
    assert standing(cast, "Ana Silva") is Standing.ANSWER_NEEDED
    say(cast, service.confirm_match, "Ana Silva", offer)
    confirmed = cast.offer("Ana Silva")
    assert (confirmed.state, taken(cast, offer)) == (OfferState.CONFIRMED, 1)
    assert confirmed.mentor_answered_at == confirmed.img_answered_at == NOW + DAY
    assert standing(cast, "Ana Silva") is Standing.CONFIRMED


def test_the_other_side_is_mailed_and_nothing_is_said_of_anybody(cast: Cast, offer: Offer) -> None:
    say(cast, service.accept_offer, "Noor Haddad", offer)
    (accepted,) = mails_to(cast, "Ana Silva")
    assert f"/matches/{offer.id}" in accepted.body
    say(cast, service.confirm_match, "Ana Silva", offer)
    confirmed = mails_to(cast, "Noor Haddad")[-1]
    assert "confirmed" in confirmed.subject
    assert "Noor" not in accepted.body + accepted.subject
    assert "Ana" not in confirmed.body + confirmed.subject
    assert cast.people["Ana Silva"].email not in confirmed.body


def test_a_mentors_no_leaves_the_img_waiting(cast: Cast, offer: Offer) -> None:
    no(cast, service.decline_offer, "Noor Haddad", offer)
    declined = cast.offer("Ana Silva")
    assert declined.state is OfferState.DECLINED_BY_MENTOR
    assert (declined.decline_reason, declined.decline_words) == (
        "conflict",
        "We share a household.",
    )
    assert taken(cast, offer) == 0
    assert standing(cast, "Ana Silva") is Standing.WAITING
    (told,) = mails_to(cast, "Ana Silva")
    assert not [word for word in ("Noor", "conflict", "household") if word in told.body]
    assert "/home/img\n" in told.body


def test_an_imgs_no_frees_the_seat(cast: Cast, offer: Offer) -> None:
    say(cast, service.accept_offer, "Noor Haddad", offer)
    no(cast, service.decline_match, "Ana Silva", offer)
    assert cast.offer("Ana Silva").state is OfferState.DECLINED_BY_IMG
    assert taken(cast, offer) == 0
    assert standing(cast, "Ana Silva") is Standing.WAITING
    told = mails_to(cast, "Noor Haddad")[-1]
    assert not [word for word in ("Ana", "conflict", "household") if word in told.body]


def test_a_no_frees_no_seat_that_it_did_not_hold(cast: Cast) -> None:
    cast.published()
    ben, chi = cast.offer("Ben Okafor"), cast.offer("Chi Tanaka")
    assert ben.mentor_id == chi.mentor_id
    say(cast, service.accept_offer, "Omar Aziz", ben)
    no(cast, service.decline_offer, "Omar Aziz", chi)
    no(cast, service.decline_offer, "Omar Aziz", chi)
    assert taken(cast, ben) == 1


def test_each_answer_may_be_given_twice(cast: Cast, offer: Offer) -> None:
    for _ in range(2):
        assert say(cast, service.accept_offer, "Noor Haddad", offer) is OfferState.ACCEPTED
    for _ in range(2):
        say(cast, service.confirm_match, "Ana Silva", offer)
    assert taken(cast, offer) == 1
    assert len(mails_to(cast, "Ana Silva")) == 1
    assert say(cast, service.accept_offer, "Noor Haddad", offer) is OfferState.ACCEPTED


def test_an_answer_is_not_changed_by_another(cast: Cast, offer: Offer) -> None:
    say(cast, service.accept_offer, "Noor Haddad", offer)
    with pytest.raises(service.AlreadyAnswered):
        no(cast, service.decline_offer, "Noor Haddad", offer)
    no(cast, service.decline_match, "Ana Silva", offer)
    with pytest.raises(service.AlreadyAnswered) as found:
        say(cast, service.confirm_match, "Ana Silva", offer)
    assert found.value.state is OfferState.DECLINED_BY_IMG
    assert taken(cast, offer) == 0


def test_a_mentor_without_a_seat_left_cannot_accept(cast: Cast, session: Session) -> None:
    cast.published()
    ben, chi = cast.offer("Ben Okafor"), cast.offer("Chi Tanaka")
    session.execute(
        sa.update(SeatCount).where(SeatCount.mentor_id == ben.mentor_id).values(seats=1)
    )
    assert say(cast, service.accept_offer, "Omar Aziz", ben) is OfferState.ACCEPTED
    for _ in range(2):  # the second of two clicks reads the same
        assert say(cast, service.accept_offer, "Omar Aziz", chi) is OfferState.SEAT_TAKEN
    assert cast.offer("Chi Tanaka").state is OfferState.SEAT_TAKEN
    assert taken(cast, ben) == 1
    assert standing(cast, "Chi Tanaka") is Standing.WAITING
    assert len(mails_to(cast, "Chi Tanaka")) == 1


def test_answers_are_taken_after_the_deadline_but_not_after_the_end(
    cast: Cast, offer: Offer
) -> None:
    late = NOW + 30 * DAY
    say(cast, service.accept_offer, "Noor Haddad", offer, now=late)
    service.finish_round(cast.session, round_id=offer.round_id, now=late)
    with pytest.raises(service.AnswersClosed) as found:
        say(cast, service.confirm_match, "Ana Silva", offer, now=late)
    assert (found.value.round_name, found.value.finished_at) == ("Spring", late)
    with pytest.raises(service.AnswersClosed):
        no(cast, service.decline_match, "Ana Silva", offer)
    other = cast.offer("Ben Okafor")
    with pytest.raises(service.AnswersClosed):
        say(cast, service.accept_offer, "Omar Aziz", other)
    with pytest.raises(service.AnswersClosed):
        no(cast, service.decline_offer, "Omar Aziz", other)
    assert standing(cast, "Ana Silva") is Standing.NOT_MATCHED


@pytest.mark.parametrize("stranger", ["Omar Aziz", "Ana Silva", "Ben Okafor"])
def test_only_the_mentor_asked_answers_an_offer(cast: Cast, offer: Offer, stranger: str) -> None:
    with pytest.raises(NoResultFound):
        say(cast, service.accept_offer, stranger, offer)
    with pytest.raises(NoResultFound):
        no(cast, service.decline_offer, stranger, offer)


@pytest.mark.parametrize("stranger", ["Ben Okafor", "Noor Haddad"])
def test_only_the_img_answers_a_match(cast: Cast, offer: Offer, stranger: str) -> None:
    say(cast, service.accept_offer, "Noor Haddad", offer)
    with pytest.raises(NoResultFound):
        say(cast, service.confirm_match, stranger, offer)
    with pytest.raises(NoResultFound):
        no(cast, service.decline_match, stranger, offer)


@pytest.mark.parametrize("mentor_says_no", [False, True])
def test_an_img_has_nothing_to_answer_before_the_mentor_said_yes(
    cast: Cast, offer: Offer, *, mentor_says_no: bool
) -> None:
    if mentor_says_no:
        no(cast, service.decline_offer, "Noor Haddad", offer)
    with pytest.raises(NoResultFound):
        say(cast, service.confirm_match, "Ana Silva", offer)


def test_nobody_else_moves_when_one_answers(cast: Cast, offer: Offer) -> None:
    no(cast, service.decline_offer, "Noor Haddad", offer)
    assert cast.offer("Ben Okafor").state is OfferState.OFFERED
    assert standing(cast, "Ben Okafor") is Standing.ASKED
