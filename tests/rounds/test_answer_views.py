"""What a mentor and an IMG see of an offer, state by state, and what their buttons do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import SHARE_GENDER, SHARE_VISA, give
from mentorship.matching import Span
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.profiles.service import read_img, read_mentor, write_img, write_mentor
from mentorship.rounds import service
from mentorship.rounds.models import Pair
from mentorship.rounds.offer_models import Offer, OfferState, Publication, SeatCount
from tests.page import PageClient
from tests.rounds.asking import accept, ask, direct
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def offer(cast: Cast) -> Offer:
    """Noor is asked to mentor Ana."""
    cast.people["Ana Silva"].phone = "+1 555 0100"
    cast.people["Noor Haddad"].phone = "+1 555 0200"
    cast.session.flush()
    cast.published()
    return cast.offer("Ana Silva")


@pytest.fixture
def noor(sign_in: SignIn, cast: Cast) -> PageClient:
    return sign_in(cast.people["Noor Haddad"])


@pytest.fixture
def ana(sign_in: SignIn, cast: Cast) -> PageClient:
    return sign_in(cast.people["Ana Silva"])


def state(cast: Cast, name: str = "Ana Silva") -> OfferState:
    return cast.offer(name).state


def test_a_mentor_and_an_img_say_yes(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer
) -> None:
    page = noor.get(f"/offers/{offer.id}")
    assert page.h1 == "Ana Silva"
    assert "You have 1 of 1 seat left" in page.text
    assert "Your mentee needs" in page.text
    page = noor.follow(noor.submit(f"/offers/{offer.id}", action=f"/offers/{offer.id}/accept"))
    assert "You said yes" in page.text
    page = ana.get(f"/matches/{offer.id}")
    assert page.h1 == "Noor Haddad"
    assert "Noor Haddad said yes. Do you?" in page.text
    page = ana.follow(ana.submit(f"/matches/{offer.id}", action=f"/matches/{offer.id}/confirm"))
    assert "You have a mentor" in page.text
    assert "+1 555 0200" in page.text
    page = noor.get(f"/offers/{offer.id}")
    assert "You are mentoring Ana Silva" in page.text
    assert cast.people["Ana Silva"].email in page.text
    assert state(cast) is OfferState.CONFIRMED


def test_free_hours_are_by_the_readers_clock(sign_in: SignIn, cast: Cast, session: Session) -> None:
    """Noor in Tahiti and Ana in Kathmandu: neither clock changes."""
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    said = read_img(session, ana.id).values
    times = (Span(0, 7 * 60, 9 * 60 + 5),)
    hers = dataclasses.replace(said, timezone="Asia/Kathmandu", availability=times)
    write_img(session, person_id=ana.id, img=hers, now=NOW)
    offers = read_mentor(session, noor.id).values
    times = (Span(2, 17 * 60, 24 * 60),)
    theirs = dataclasses.replace(offers, timezone="Pacific/Tahiti", availability=times)
    write_mentor(session, person_id=noor.id, mentor=theirs, now=NOW)
    cast.published()
    offer = cast.offer("Ana Silva")
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
    service.confirm_match(session, person_id=ana.id, offer_id=offer.id, now=NOW)
    text = sign_in(noor).get(f"/offers/{offer.id}").text
    assert "Free hours this week (your time, Pacific/Tahiti) Sun 15:15-17:20" in text
    assert "07:00" not in text
    text = sign_in(ana).get(f"/matches/{offer.id}").text
    hours = "Thu 08:45-15:45"
    assert f"Free hours this week (your time, Asia/Kathmandu) {hours}" in text
    noor.timezone = None
    session.flush()
    assert (
        "Free hours this week (UTC) Mon 01:15-03:20"
        in sign_in(noor).get(f"/offers/{offer.id}").text
    )
    session.execute(sa.update(Profile).values(timezone=None))
    text = sign_in(noor).get(f"/offers/{offer.id}").text
    assert "Free hours, by their own clock Mon 07:00-09:05" in text


def test_a_mentor_says_no_with_a_reason(noor: PageClient, cast: Cast, offer: Offer) -> None:
    path = f"/offers/{offer.id}/decline"
    assert "Choose a reason" in noor.submit(path, status=422).text
    assert state(cast) is OfferState.OFFERED
    noor.submit(path, {"reason": "bored"}, status=422)
    noor.submit(path, {"reason": "other", "words": "x" * 1001}, status=422)
    page = noor.follow(noor.submit(path, {"reason": "no_time", "words": "On\r\nnights."}))
    assert "You declined" in page.text
    declined = cast.offer("Ana Silva")
    assert (declined.state, declined.decline_reason, declined.decline_words) == (
        OfferState.DECLINED_BY_MENTOR,
        "no_time",
        "On\nnights.",
    )


def test_an_img_says_no_with_a_reason(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer
) -> None:
    noor.post(f"/offers/{offer.id}/accept")
    page = ana.follow(ana.submit(f"/matches/{offer.id}/decline", {"reason": "other_mentor"}))
    assert "You are not matched again in this round" in page.text
    assert state(cast) is OfferState.DECLINED_BY_IMG
    page = noor.get(f"/offers/{offer.id}")
    assert "Your seat is free again" in page.text
    assert "another mentor" not in page.text.lower()


def test_each_reason_of_a_form_is_one_the_database_takes(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer, session: Session
) -> None:
    asked = noor.get(f"/offers/{offer.id}/decline")
    noor.post(f"/offers/{offer.id}/accept")
    for page in (asked, ana.get(f"/matches/{offer.id}/decline")):
        reasons = [e.get("value") for e in page.tree.iterfind(".//input[@type='radio']")]
        assert len(reasons) >= 6
        for reason in reasons:
            with session.begin_nested() as savepoint:
                session.execute(
                    sa.update(Offer)
                    .where(Offer.id == offer.id)
                    .values(state="declined_by_mentor", decline_reason=reason)
                )
                savepoint.rollback()


def test_whoever_has_answered_is_asked_for_no_reason(
    noor: PageClient, ana: PageClient, offer: Offer
) -> None:
    noor.post(f"/offers/{offer.id}/accept")
    answered = noor.get(f"/offers/{offer.id}/decline", status=303)
    assert answered.location == f"/offers/{offer.id}"
    ana.post(f"/matches/{offer.id}/confirm")
    confirmed = ana.get(f"/matches/{offer.id}/decline", status=303)
    assert confirmed.location == f"/matches/{offer.id}"


def contacts(cast: Cast, name: str) -> tuple[str, ...]:
    who = cast.people[name]
    return who.email, who.phone or who.email


def test_contact_details_are_shown_only_while_both_have_said_yes(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer, session: Session
) -> None:
    """Every page of both sides is fetched in every state; so is every mail that was sent."""

    def leaks() -> bool:
        pages = {
            "Ana Silva": [noor.get(path).html for path in ("/home/mentor", f"/offers/{offer.id}")],
            "Noor Haddad": [ana.get("/home/img").html],
        }
        if state(cast) in {OfferState.ACCEPTED, OfferState.CONFIRMED, OfferState.ENDED}:
            pages["Noor Haddad"].append(ana.get(f"/matches/{offer.id}").html)
        else:
            ana.get(f"/matches/{offer.id}", status=404)
        mails = [mail.body + mail.subject for mail in session.scalars(sa.select(Message))]
        assert not [m for m in mails for name in pages for c in contacts(cast, name) if c in m]
        found = [
            contact in html
            for name, htmls in pages.items()
            for html in htmls
            for contact in contacts(cast, name)
        ]
        assert len(set(found)) == 1 or state(cast) is OfferState.CONFIRMED
        return any(found)

    assert not leaks()
    noor.post(f"/offers/{offer.id}/accept")
    assert not leaks()
    ana.post(f"/matches/{offer.id}/confirm")
    assert leaks()
    cast.offer("Ana Silva").state = OfferState.ENDED
    session.flush()
    assert not leaks()


def test_an_img_never_learns_who_said_no(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer, session: Session
) -> None:
    noor.submit(f"/offers/{offer.id}/decline", {"reason": "wrong_fit", "words": "Not for me."})
    ana.get(f"/matches/{offer.id}", status=404)
    home = ana.get("/home/img").html
    mails = session.scalars(
        sa.select(Message.body).where(Message.recipient == cast.people["Ana Silva"].email)
    ).all()
    for told in (home, *mails):
        assert "Noor" not in told
        assert "Not for me" not in told
    assert "waiting for a mentor" in home


def test_the_seat_page_says_what_happens_next(
    sign_in: SignIn, cast: Cast, offer: Offer, session: Session
) -> None:
    omar = sign_in(cast.people["Omar Aziz"])
    ben, chi = cast.offer("Ben Okafor").id, cast.offer("Chi Tanaka").id
    session.execute(sa.update(SeatCount).values(seats=1))
    omar.post(f"/offers/{ben}/accept")
    assert "Your only seat in this round is taken" in omar.get(f"/offers/{chi}").text
    session.execute(sa.update(SeatCount).values(seats=2, taken=2))
    assert "All your 2 seats in this round are taken" in omar.get(f"/offers/{chi}").text
    session.execute(sa.update(SeatCount).values(taken=0, seats=0))
    assert "You offer no seat in this round now, so you cannot" in omar.get(f"/offers/{chi}").text
    session.execute(sa.update(SeatCount).values(taken=1, seats=1))
    for _ in range(2):  # the second of two clicks reads the same
        page = omar.post(f"/offers/{chi}/accept", status=409)
        assert page.h1 == "Your last seat was just taken"
        assert "looks for another mentor for Chi Tanaka" in page.text
    assert state(cast, "Chi Tanaka") is OfferState.SEAT_TAKEN
    assert "You had no seat left when you said yes" in omar.get(f"/offers/{chi}").text


def test_late_answers_are_taken_until_the_round_is_finished(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer, session: Session
) -> None:
    session.execute(sa.update(Publication).values(answer_by=NOW - dt.timedelta(days=1)))
    assert "You can still answer, but please do so at once" in noor.get(f"/offers/{offer.id}").text
    noor.post(f"/offers/{offer.id}/accept")
    late = "You can still answer, but please do so at once"
    assert late not in ana.get(f"/matches/{offer.id}").text  # a late yes leaves her days of her own
    session.execute(sa.update(Offer).values(due_at=NOW - dt.timedelta(days=1)))
    assert late in ana.get(f"/matches/{offer.id}").text
    service.finish_round(session, round_id=offer.round_id, now=NOW)
    page = ana.post(f"/matches/{offer.id}/confirm", status=409)
    assert page.h1 == "The round is finished"
    late_no = {"reason": "no_time", "words": "On nights."}
    page = ana.post(f"/matches/{offer.id}/decline", late_no, status=409)
    assert page.h1 == "The round is finished"
    assert "What you wrote On nights. It is not kept." in page.text
    assert "The round is over" in ana.get(f"/matches/{offer.id}").text
    assert "The round is over" in noor.get(f"/offers/{offer.id}").text
    assert state(cast) is OfferState.ACCEPTED


def test_an_unanswered_offer_of_a_finished_round_says_so(
    noor: PageClient, offer: Offer, session: Session
) -> None:
    service.finish_round(session, round_id=offer.round_id, now=NOW)
    page = noor.get(f"/offers/{offer.id}")
    assert "can no longer be answered" in page.text
    assert not list(page.tree.iterfind(".//main//form"))
    noor.post(f"/offers/{offer.id}/accept", status=409)


def test_a_second_answer_changes_nothing(noor: PageClient, cast: Cast, offer: Offer) -> None:
    for _ in range(2):
        noor.post(f"/offers/{offer.id}/accept")
    page = noor.post(f"/offers/{offer.id}/decline", {"reason": "no_time"}, status=409)
    assert "You had already said yes" in page.text
    assert state(cast) is OfferState.ACCEPTED


def test_a_second_no_is_told_to_be_the_second(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer
) -> None:
    """With another reason or other words it is not kept: the first decides on the place."""
    noor.post(f"/offers/{offer.id}/accept")
    path, first = f"/matches/{offer.id}/decline", {"reason": "no_time", "words": "On nights."}
    for _ in range(2):  # the same no twice is one
        assert "not matched again" in ana.follow(ana.post(path, first)).text
    page = ana.post(path, {"reason": "other", "words": "Too far\naway."}, status=409)
    assert "You had already declined. The reason and the words that you sent now" in page.text
    assert "What you wrote Too far away." in page.text
    assert "You keep your place" not in page.text + ana.get("/home/img").text
    ana.post(path, {"reason": "no_time"}, status=409)
    kept = cast.offer("Ana Silva")
    assert (kept.decline_reason, kept.decline_words) == ("no_time", "On nights.")


def test_whoever_withdrew_before_is_not_told_that_they_keep_their_place(
    noor: PageClient, ana: PageClient, cast: Cast, offer: Offer
) -> None:
    noor.post(f"/offers/{offer.id}/accept")
    ana.post(f"/participations/{offer.round_id}/{cast.profile('Ana Silva')}/withdraw")
    said = {"reason": "situation_changed", "words": ""}  # as whoever withdraws is noted
    for no in (said, {"reason": "other", "words": "Too far away."}):
        page = ana.post(f"/matches/{offer.id}/decline", no, status=409)
        assert "You are not part of this round any more: you withdrew from it" in page.text
    assert "What you wrote Too far away." in page.text
    page = ana.post(f"/matches/{offer.id}/confirm", status=409)
    assert "you withdrew from it" in page.text
    assert "already declined" not in page.text


def test_a_colleague_suggested_after_a_no_is_not_kept_and_shown(
    noor: PageClient, cast: Cast, offer: Offer
) -> None:
    path = f"/offers/{offer.id}/decline"
    noor.submit(path, {"reason": "no_time"})
    said = {"reason": "wrong_fit", "colleague": "Dr. Quokka"}
    page = noor.post(f"{path}?suggest=1", said, status=409)
    assert "What you wrote Suggests a colleague: Dr. Quokka" in page.text
    assert "are not kept" in page.text
    assert cast.offer("Ana Silva").decline_reason == "no_time"


@pytest.mark.parametrize("stranger", ["Omar Aziz", "Ana Silva", "Ben Okafor", "leader"])
def test_an_offer_is_nobody_elses(sign_in: SignIn, cast: Cast, offer: Offer, stranger: str) -> None:
    visitor = sign_in(cast.leader if stranger == "leader" else cast.people[stranger])
    visitor.get(f"/offers/{offer.id}", status=404)
    visitor.get(f"/offers/{offer.id}/decline", status=404)
    visitor.post(f"/offers/{offer.id}/accept", status=404)
    visitor.post(f"/offers/{offer.id}/decline", {"reason": "no_time"}, status=404)
    assert state(cast) is OfferState.OFFERED


@pytest.mark.parametrize("stranger", ["Omar Aziz", "Noor Haddad", "Ben Okafor", "leader"])
def test_a_match_is_nobody_elses(
    sign_in: SignIn, noor: PageClient, cast: Cast, offer: Offer, stranger: str
) -> None:
    noor.post(f"/offers/{offer.id}/accept")
    visitor = sign_in(cast.leader if stranger == "leader" else cast.people[stranger])
    visitor.get(f"/matches/{offer.id}", status=404)
    visitor.get(f"/matches/{offer.id}/decline", status=404)
    visitor.post(f"/matches/{offer.id}/confirm", status=404)
    visitor.post(f"/matches/{offer.id}/decline", {"reason": "no_time"}, status=404)
    assert state(cast) is OfferState.ACCEPTED


def _to_vera_and_dana(
    sign_in: SignIn, cast: Cast, *, mentor: dict[str, Any], img: dict[str, Any], share: str | None
) -> tuple[str, str]:
    """Pair Vera, a mentor, and Dana, who both share this or nothing; return what each reads."""
    cast.mentor("Vera Path", topics=("research",), seats=3, **mentor)
    avoid = tuple(str(cast.people[name].id) for name in ("Noor Haddad", "Omar Aziz"))
    cast.img("Dana Free", topics=("research",), avoid=avoid, **img)
    vera, dana = cast.people["Vera Path"], cast.people["Dana Free"]
    if share:
        for person in (vera, dana):
            give(cast.session, person.id, share, NOW)
    cast.published()
    offer, by_vera = cast.offer("Dana Free", "Vera Path"), sign_in(vera)
    to_vera = by_vera.get(f"/offers/{offer.id}").text
    by_vera.post(f"/offers/{offer.id}/accept")
    return to_vera, sign_in(dana).get(f"/matches/{offer.id}").text


@pytest.mark.parametrize("share", [None, SHARE_VISA])
def test_visa_words_are_told_only_while_their_owner_shares_them(
    sign_in: SignIn, cast: Cast, share: str | None
) -> None:
    path, now = {"visas": ("conrad30_waiver",)}, {"visa": "j1_physician"}
    visa = re.compile(r"J-1|Conrad|visa path", re.IGNORECASE)
    for text in _to_vera_and_dana(sign_in, cast, mentor=path, img=now, share=share):
        assert bool(visa.search(text)) is bool(share)


@pytest.mark.parametrize("share", [None, SHARE_GENDER])
def test_a_gender_is_told_only_while_its_owner_shares_it(
    sign_in: SignIn, cast: Cast, share: str | None
) -> None:
    woman: dict[str, Any] = {"gender": "woman"}
    wish = woman | {"wishes": ("same_gender",)}
    to_vera, to_dana = _to_vera_and_dana(sign_in, cast, mentor=woman, img=wish, share=share)
    for text in (to_vera, to_dana):
        assert ("Gender Woman" in text) is bool(share)
    assert "gender" not in to_vera.replace("Gender Woman", "").lower()  # whoever wishes is not told
    assert ("gender, as you wished" in to_dana) is bool(share)


def test_no_score_is_shown_to_either_side(noor: PageClient, ana: PageClient, offer: Offer) -> None:
    noor.post(f"/offers/{offer.id}/accept")
    for page in (noor.get(f"/offers/{offer.id}"), ana.get(f"/matches/{offer.id}")):
        assert " of 100" not in page.text


@pytest.mark.parametrize(("zone", "clock"), [(None, "UTC"), ("America/New_York", "EST")])
def test_a_day_to_answer_says_by_whose_clock_it_is(
    cast: Cast, sign_in: SignIn, zone: str | None, clock: str
) -> None:
    """UTC until somebody has said where they live, and never without a word on it."""
    cast.published()
    cast.people["Noor Haddad"].timezone = zone
    cast.session.commit()
    page = sign_in(cast.people["Noor Haddad"]).get(f"/offers/{cast.offer('Ana Silva').id}")
    assert re.search(rf"Please answer by \w+ \d+, 20\d\d, \d+:\d\d [ap]\.m\. {clock}\.", page.text)


@pytest.mark.parametrize("asked", [True, False])
def test_a_pair_without_reasons_is_not_called_the_best(
    cast: Cast, session: Session, sign_in: SignIn, *, asked: bool
) -> None:
    """Retention deletes what a pair was made from; a leader may pair people who fit badly."""
    if asked:
        round_ = direct(cast)
        offer = ask(cast, round_, "Ana Silva")
        accept(cast, offer, "Noor Haddad")
        by = cast.leader.id
        run = service.run_round(session, round_id=round_.id, by=by, now=NOW)
        service.publish_round(session, round_id=round_.id, run_id=run.id, by=by, now=NOW)
    else:
        cast.published()
        offer = cast.offer("Ana Silva", "Noor Haddad")
        accept(cast, offer, "Noor Haddad")
    for pair in session.scalars(sa.select(Pair)):
        pair.parts = []
    session.flush()
    ana, noor = sign_in(cast.people["Ana Silva"]), sign_in(cast.people["Noor Haddad"])
    read = ana.get(f"/matches/{offer.id}").text, noor.get(f"/offers/{offer.id}").text
    said = (
        ("You asked for this mentor yourself", "They asked for you themselves")
        if asked
        else ("There are no reasons to show here", "There are no reasons to show here")
    )
    for text, words in zip(read, said, strict=True):
        assert words in text
