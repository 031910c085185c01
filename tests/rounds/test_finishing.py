"""Finishing a round while offers wait: everybody whom it leaves without an answer is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.rounds import service
from mentorship.rounds.models import Round
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import subjects
from tests.rounds.cast import Cast
from tests.rounds.test_still_waiting import end
from tests.rounds.test_two_rounds import DAY, say_yes

CLOSED = "Spring is finished, and an offer is closed"
OVER = "Spring is finished"


def finish(cast: Cast, round_: Round) -> dict[str, list[str]]:
    """Finish it; return what each person gets by mail then."""
    cast.session.execute(sa.delete(Message))
    cast.session.execute(sa.delete(Notice))
    service.finish_round(cast.session, round_id=round_.id, now=NOW + DAY)
    return {name: found for name in cast.people if (found := subjects(cast, name))}


def test_mentors_with_an_offer_that_waits_and_imgs_without_a_mentor_are_told_once(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Omar has two offers, one to answer and one that waits for Chi; Noor and Ana are a pair."""
    cast.img("Dee Ngo", languages=("pt",))  # no mentor speaks it: nobody was asked
    round_ = cast.published()
    say_yes(cast, "Ana Silva", "Noor Haddad", now=NOW)
    omar, chi = cast.people["Omar Aziz"], cast.offer("Chi Tanaka", "Omar Aziz")
    service.accept_offer(session, person_id=omar.id, offer_id=chi.id, now=NOW)
    told = finish(cast, round_)
    assert told == {
        "Omar Aziz": [CLOSED],
        "Ben Okafor": [OVER],
        "Chi Tanaka": [OVER],
        "Dee Ngo": [OVER],
    }
    bodies = session.scalars(sa.select(Message.body)).all()
    assert not [body for body in bodies for other in cast.people if f"with {other}" in body]
    of = {n.words: n.path for n in session.scalars(sa.select(Notice))}
    assert of == {CLOSED: "/home/mentor", OVER: "/home/img"}
    session.commit()
    notices = sign_in(omar).get("/notices")
    assert CLOSED in notices.text


def test_a_mentor_with_one_offer_is_led_to_it_and_reads_what_became_of_it(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva", "Noor Haddad")
    assert finish(cast, round_)["Noor Haddad"] == [CLOSED]
    path = session.scalars(
        sa.select(Notice.path).where(Notice.person_id == cast.people["Noor Haddad"].id)
    ).one()
    assert path == f"/offers/{offer.id}"
    session.commit()
    page = sign_in(cast.people["Noor Haddad"]).get(path)
    assert "This round is finished, so this offer can no longer be answered." in page.text


@pytest.mark.parametrize("ended", [False, True])
def test_a_pair_is_told_nothing_unless_it_has_ended(
    cast: Cast, sign_in: Callable[[User], PageClient], *, ended: bool
) -> None:
    """That it was confirmed is told of the round in any case."""
    round_ = cast.published()
    for img, mentor in (("Ana Silva", "Noor Haddad"), ("Ben Okafor", "Omar Aziz")):
        say_yes(cast, img, mentor, now=NOW)
    say_yes(cast, "Chi Tanaka", "Omar Aziz", now=NOW)
    if ended:
        end(cast, "Ana Silva")
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds"
    page = leader.get(f"{home}/{round_.id}/finish").text
    assert f"{3 - ended} matches are confirmed by both sides and go on." in page
    assert ("1 more was confirmed and has ended." in page) is ended
    assert "3 of 3 matches were confirmed by both sides" in leader.get(f"{home}/{round_.id}").text
    lines = service.round_lists(cast.session, [cast.section.id], now=NOW)[cast.section.id]
    assert [line.confirmed for line in lines] == [3]
    assert finish(cast, round_) == ({"Ana Silva": [OVER]} if ended else {})


def test_the_leader_reads_before_that_they_are_told(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.published()
    page = sign_in(cast.leader).get(f"/sections/{cast.section.slug}/rounds/{round_.id}/finish")
    assert "3 offers still wait for an answer and will close." in page.text
    assert "Mentors whose offers close, and IMGs without a mentor, are told" in page.text
