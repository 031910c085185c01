"""A mentor who declines may name a colleague; the leader reads it, the IMG does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import service
from mentorship.rounds.offer_models import OfferState
from mentorship.sections.models import Membership, MembershipState, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import ask, direct
from tests.rounds.cast import Cast, counted

SignIn = Callable[[User], PageClient]


def test_a_colleague_is_told_to_the_leader_only(sign_in: SignIn, cast: Cast) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    noor = sign_in(cast.people["Noor Haddad"])
    said = {"reason": "no_time", "words": "w" * 800, "colleague": "Dr. Quokka"}
    noor.submit(f"/offers/{offer.id}/decline", said)
    assert cast.offer("Ana Silva").state is OfferState.DECLINED_BY_MENTOR
    answers = f"/sections/{cast.section.slug}/rounds/{round_.id}/answers?show=declined"
    assert "Suggests a colleague: Dr. Quokka" in sign_in(cast.leader).get(answers).text
    assert "Quokka" not in sign_in(cast.people["Ana Silva"]).get("/home/img").html


def test_leaders_read_who_declined_a_request_while_the_round_is_open(
    sign_in: SignIn, cast: Cast
) -> None:
    """The colleague is to be asked now, not after the match of everybody else."""
    round_ = direct(cast)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    leader.get(f"{home}/answers", status=404)
    assert f"{home}/answers" not in leader.get(home).links()
    offer = ask(cast, round_, "Ana Silva")
    waiting = leader.get(f"{home}/answers").text
    assert "Noor Haddad is to answer by" in waiting
    for later in ("Finish the round", "Match the rest", "Remind whoever", "Report of the round"):
        assert later not in waiting
    said = {"reason": "no_time", "words": "Ask again in May", "colleague": "Dr. Quokka"}
    sign_in(cast.people["Noor Haddad"]).submit(f"/offers/{offer.id}/decline", said)
    overview = leader.get(home)
    assert "Answers to 2 requests Why 1 was not accepted" in overview.text  # Omar is asked next
    assert {f"{home}/answers", f"{home}/answers?show=declined"} <= set(overview.links())
    declined = leader.get(f"{home}/answers?show=declined").text
    assert "No time now" in declined
    assert "Ask again in May" in declined
    assert "Suggests a colleague: Dr. Quokka" in declined
    assert "Omar Aziz" not in declined
    assert "1 request" in declined
    assert "2 requests" in leader.get(f"{home}/answers?show=without").text  # no such part yet
    for img in ("Ana Silva", "Ben Okafor"):
        sign_in(cast.people[img]).get(f"{home}/answers", status=404)
    assert (
        "Quokka" not in sign_in(cast.people["Ana Silva"]).get(f"/rounds/{round_.id}/request").html
    )


def test_a_request_that_is_declined_may_have_nowhere_to_go(sign_in: SignIn, cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ben Okafor")  # who ranked Noor only
    noor, page = sign_in(cast.people["Noor Haddad"]), f"/offers/{offer.id}"
    onward = "goes to the next mentor on their list, or they are matched with everybody else."
    assert onward in noor.get(f"{page}/decline").text
    noor.submit(f"{page}/decline", {"reason": "no_time"})
    assert onward in noor.get(page).text
    again = noor.post(f"{page}/accept", status=409).text
    assert "You had already declined." in again
    assert "The mentor" not in again


def test_it_stands_beside_accept_and_decline(sign_in: SignIn, cast: Cast) -> None:
    cast.published()
    offer = cast.offer("Ana Silva")
    page, no = f"/offers/{offer.id}", f"/offers/{offer.id}/decline"
    noor = sign_in(cast.people["Noor Haddad"])
    for path in (page, "/home/mentor"):
        assert {no, f"{no}?suggest=1"} <= set(noor.get(path).links())
    assert f"/profile/mentor/pause?next={page}" in noor.get(page).links()
    assert "/profile/mentor/pause" in noor.get("/home/mentor").links()
    refused = noor.submit(f"{no}?suggest=1", {"colleague": ""}, status=422)
    assert "Name the colleague" in refused.text
    noor.submit(f"{no}?suggest=1", {"colleague": "Dr. Quokka"})
    found = cast.offer("Ana Silva")
    assert found.state is OfferState.DECLINED_BY_MENTOR
    assert (found.decline_reason, found.decline_words) == (
        "wrong_fit",
        "Suggests a colleague: Dr. Quokka",
    )


def test_a_break_leads_back_to_the_offer(sign_in: SignIn, cast: Cast) -> None:
    cast.published()
    page = f"/offers/{cast.offer('Ana Silva').id}"
    noor = sign_in(cast.people["Noor Haddad"])
    noor.post("/profile/mentor/pause", {"until": "2000-01-01"}, status=422)
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)
    done = noor.submit(
        f"/profile/mentor/pause?next={page}", {"until": until.isoformat()},
        action=f"/profile/mentor/pause?next={page}",
    )  # fmt: skip
    assert done.location == page
    assert cast.offer("Ana Silva").state is OfferState.OFFERED


def test_more_words_than_there_is_room_for_are_refused(sign_in: SignIn, cast: Cast) -> None:
    cast.published()
    path = f"/offers/{cast.offer('Ana Silva').id}/decline"
    noor = sign_in(cast.people["Noor Haddad"])
    noor.post(path, {"reason": "no_time", "words": "w" * 900}, status=422)
    noor.post(path, {"reason": "no_time", "colleague": "c" * 151}, status=422)
    assert cast.offer("Ana Silva").state is OfferState.OFFERED


@pytest.mark.parametrize("who", ["the IMG", "the mentor"])
def test_why_somebody_said_no_to_a_leader_is_for_the_other_leaders(
    sign_in: SignIn, cast: Cast, who: str
) -> None:
    """A leader may be a mentor or an IMG of the round, and is not told why, as was promised."""
    round_ = cast.published()
    offer, ana, noor = cast.offer("Ana Silva"), cast.people["Ana Silva"], cast.people["Noor Haddad"]
    no: dict[str, Any] = {
        "offer_id": offer.id,
        "reason": "wrong_fit",
        "words": "Whyquokka",
        "now": NOW,
    }
    if who == "the mentor":  # to whom the IMG says no
        service.accept_offer(cast.session, person_id=noor.id, offer_id=offer.id, now=NOW)
        service.decline_match(cast.session, person_id=ana.id, **no)
    else:
        service.decline_offer(cast.session, person_id=noor.id, **no)
    told, said_it = (noor, ana) if who == "the mentor" else (ana, noor)
    for person in (told, said_it):
        factories.member(cast.session, cast.section, SectionRole.LEADER, person)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    pages = [f"{home}/answers?show={show}" for show in ("declined", "without")]
    for reader, reads in ((told, False), (said_it, True), (cast.leader, True)):
        client = sign_in(reader)
        assert ("Whyquokka" in client.get(pages[0]).text) is reads
        for page in (*pages, f"{home}/report"):
            assert ("Not the right fit" in client.get(page).text) is reads, page
        token = {"csrf_token": client.token(), "form": "csv"}
        file = client.client.post(f"{home}/report", data=token).text
        assert "Ana Silva" in file
        assert ("Not the right fit" in file) is reads


def led_by(cast: Cast, *people: User) -> None:
    """Have these lead the section, and nobody else."""
    leading = Membership.section_id == cast.section.id, Membership.role == SectionRole.LEADER
    cast.session.execute(sa.update(Membership).where(*leading).values(state=MembershipState.LEFT))
    for person in people:
        factories.member(cast.session, cast.section, SectionRole.LEADER, person)


@pytest.mark.parametrize("who", ["Noor Haddad", "Ana Silva"])
def test_whoever_declines_reads_when_no_leader_can_read_why(
    sign_in: SignIn, cast: Cast, session: Session, who: str
) -> None:
    cast.published()
    offer, noor, ana = cast.offer("Ana Silva"), cast.people["Noor Haddad"], cast.people["Ana Silva"]
    page = f"/offers/{offer.id}/decline"
    if who == "Ana Silva":
        service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
        page = f"/matches/{offer.id}/decline"
    client = sign_in(cast.people[who])
    read = client.get(page).text
    assert "leader can read it" not in read
    assert "Only section leaders besides the two of you see your reason." in read
    for leader in (noor, ana):
        led_by(cast, leader)
        read = sign_in(cast.people[who]).get(page).text  # to lead ends a session
        assert "No other leader can read it Besides the two of you nobody leads" in read
        assert "kept for the next leader" in read
    led_by(cast)
    client = sign_in(cast.people[who])
    with counted(session) as statements:
        read = client.get(page).text
    assert len(statements) <= 1 + 12  # the first begins what the test undoes
    assert "No leader can read it Nobody leads" in read
    assert "looks for another mentor" not in read
    refused = client.post(page, {"reason": ""}, status=422).text
    assert "No leader can read it" in refused
    said = client.follow(client.submit(page, {"reason": "no_time"})).text
    assert "your section leader knows" not in said


@pytest.mark.parametrize("leads", [True, False])
def test_the_warning_names_nobody_behind_a_code(
    sign_in: SignIn, cast: Cast, *, leads: bool
) -> None:
    """The page is the same whether or not the one leader is the IMG, who stands under a code."""
    cast.section.names_masked = True
    cast.published()
    led_by(cast, cast.people["Ana Silva"] if leads else cast.people["Omar Aziz"])
    offer = cast.offer("Ana Silva")
    read = sign_in(cast.people["Noor Haddad"]).get(f"/offers/{offer.id}/decline").text
    assert "Ana Silva" not in read
    assert "leader can read it" not in read
    assert "Only section leaders besides the two of you read this." in read
