"""Withdrawing at every step, leaving a section, coming back, and who comes first next time."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.privacy.erasing import erase_again
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import closing, service
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import OfferState, SeatCount, Side
from mentorship.rounds.priority import ENDED, SAID_NO, SILENT, priority_of
from mentorship.rounds.service import Standing
from mentorship.rounds.traits import Traits
from mentorship.sections.models import Membership
from mentorship.sections.service import leave
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def place(cast: Cast, name: str, round_: Round) -> dict[str, uuid.UUID]:
    who = cast.people[name]
    return {"person_id": who.id, "round_id": round_.id, "profile_id": cast.profile(name)}


def withdraw(cast: Cast, name: str, round_: Round) -> None:
    service.withdraw(cast.session, now=NOW, **place(cast, name, round_))


def accept(cast: Cast) -> None:
    offer = cast.offer("Ana Silva")
    noor = cast.people["Noor Haddad"].id
    service.accept_offer(cast.session, person_id=noor, offer_id=offer.id, now=NOW)


def confirm(cast: Cast) -> None:
    accept(cast)
    ana, offer = cast.people["Ana Silva"].id, cast.offer("Ana Silva")
    service.confirm_match(cast.session, person_id=ana, offer_id=offer.id, now=NOW)


def mails(cast: Cast, name: str) -> list[str]:
    to = sa.select(Message.subject).where(Message.recipient == cast.people[name].email)
    return list(cast.session.scalars(to.order_by(Message.created_at)))


def taken(cast: Cast, round_: Round) -> int:
    return cast.session.scalars(
        sa.select(SeatCount.taken).where(
            SeatCount.round_id == round_.id, SeatCount.mentor_id == cast.profile("Noor Haddad")
        )
    ).one()


def test_before_publishing_one_leaves_and_comes_back(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    for _ in range(2):
        withdraw(cast, "Ana Silva", round_)
    status = service.img_status(session, cast.people["Ana Silva"].id)
    assert [each.standing for each in status.rounds] == [Standing.WITHDREW]
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert run.matched + run.unmatched == 2
    for _ in range(2):
        service.come_back(session, now=NOW, **place(cast, "Ana Silva", round_))
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert run.matched + run.unmatched == 3


def test_whom_the_leader_left_out_does_not_come_back(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    ana = cast.profile("Ana Silva")
    service.leave_out(session, round_id=round_.id, profile_ids=[ana], now=NOW)
    with pytest.raises(NoResultFound):
        service.come_back(session, now=NOW, **place(cast, "Ana Silva", round_))
    assert service.img_status(session, cast.people["Ana Silva"].id).rounds == []


@pytest.mark.parametrize("step", ["offered", "accepted"])
@pytest.mark.parametrize("who", ["Ana Silva", "Noor Haddad"])
def test_after_publishing_the_other_side_is_told(cast: Cast, who: str, step: str) -> None:
    round_ = cast.published()
    if step == "accepted":
        accept(cast)
    cast.session.execute(sa.delete(Message))
    withdraw(cast, who, round_)
    offer = cast.offer("Ana Silva")
    other = "Noor Haddad" if who == "Ana Silva" else "Ana Silva"
    by = OfferState.DECLINED_BY_IMG if who == "Ana Silva" else OfferState.DECLINED_BY_MENTOR
    assert (offer.state, offer.decline_reason) == (by, "situation_changed")
    assert len(mails(cast, other)) == 1
    assert mails(cast, who) == []
    assert taken(cast, round_) == 0
    with pytest.raises(service.TooLate):
        service.come_back(cast.session, now=NOW, **place(cast, who, round_))


@pytest.mark.parametrize("said_yes", [False, True])
@pytest.mark.parametrize("leaves", [False, True])
def test_a_mentor_is_not_told_of_a_yes_they_did_not_give(
    cast: Cast, sign_in: SignIn, *, leaves: bool, said_yes: bool
) -> None:
    round_ = cast.published()
    if said_yes:
        accept(cast)
    cast.session.execute(sa.delete(Message))
    if leaves:
        ana = cast.people["Ana Silva"].id
        mine = cast.session.query(Membership).filter_by(person_id=ana).one()
        leave(cast.session, membership_id=mine.id, person_id=ana, now=NOW)
    else:
        withdraw(cast, "Ana Silva", round_)
    noor = cast.people["Noor Haddad"]
    body = cast.session.scalars(sa.select(Message.body).filter_by(recipient=noor.email)).one()
    page = sign_in(noor).get(f"/offers/{cast.offer('Ana Silva').id}").text
    for text in (" ".join(body.split()), page):
        assert ("Your seat is free again" in text) == said_yes
        assert ("our answer is not needed any more" in text) != said_yes
    assert ("you said yes to" in body) == said_yes
    match = f"/matches/{cast.offer('Ana Silva').id}"  # whom she was never told of she learns not
    sign_in(cast.people["Ana Silva"]).get(match, status=200 if said_yes else 404)


@pytest.mark.parametrize("way", ["withdraws", "leaves", "is erased"])
def test_the_page_of_a_mentor_who_steps_back_after_a_yes_says_what_happens_next(
    cast: Cast, sign_in: SignIn, way: str
) -> None:
    round_ = cast.published()
    accept(cast)
    ana, noor = sign_in(cast.people["Ana Silva"]), cast.people["Noor Haddad"]
    match = f"/matches/{cast.offer('Ana Silva').id}"
    assert "Noor Haddad said yes" in ana.get(match).text
    cast.session.execute(sa.delete(Message))
    if way == "withdraws":
        withdraw(cast, "Noor Haddad", round_)
    elif way == "leaves":
        mine = cast.session.query(Membership).filter_by(person_id=noor.id).one()
        leave(cast.session, membership_id=mine.id, person_id=noor.id, now=NOW)
    else:
        assert erase_again(cast.session, person_id=noor.id, now=NOW)
    page = ana.get(match).text
    assert "had said yes and cannot go ahead after all. You keep your place" in page
    assert "neurology" not in page.casefold()  # nor anything else that the mentor said
    late = ana.post(f"{match}/confirm", status=409).text
    assert "The mentor had said yes and cannot go ahead after all." in late
    assert "You are waiting for a mentor" in ana.get("/home/img").text
    body = cast.session.scalars(
        sa.select(Message.body).filter_by(recipient=cast.people["Ana Silva"].email)
    ).one()
    assert "cannot go ahead after all" in " ".join(body.split())
    assert match in body


def test_a_mentor_who_steps_back_before_a_yes_stays_unknown(cast: Cast, sign_in: SignIn) -> None:
    round_ = cast.published()
    withdraw(cast, "Noor Haddad", round_)
    ana = sign_in(cast.people["Ana Silva"])
    ana.get(f"/matches/{cast.offer('Ana Silva').id}", status=404)


@pytest.mark.parametrize(("who", "home"), [("Ana Silva", "img"), ("Noor Haddad", "mentor")])
def test_the_way_back_is_shown_while_it_leads_there(
    cast: Cast, sign_in: SignIn, who: str, home: str
) -> None:
    round_, run = cast.reviewed()
    person = sign_in(cast.people[who])
    withdraw(cast, who, round_)
    path = f"/participations/{round_.id}/{cast.profile(who)}"
    assert path in person.get(f"/home/{home}").links()
    service.come_back(cast.session, now=NOW, **place(cast, who, round_))
    service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    withdraw(cast, who, round_)
    for step in ("answering", "finished"):
        if step == "finished":
            service.finish_round(cast.session, round_id=round_.id, now=NOW)
        page = person.get(f"/home/{home}")
        assert path not in page.links()
        assert "Come back" not in page.text
        assert ("You withdrew" in page.text) == (step == "answering" or home == "img")


def test_a_confirmed_mentorship_goes_on(cast: Cast) -> None:
    round_ = cast.published()
    confirm(cast)
    withdraw(cast, "Ana Silva", round_)
    assert cast.offer("Ana Silva").state is OfferState.CONFIRMED
    status = service.img_status(cast.session, cast.people["Ana Silva"].id)
    assert [each.standing for each in status.rounds] == [Standing.CONFIRMED]


def test_who_leaves_the_section_leaves_nobody_waiting(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    accept(cast)
    noor = cast.people["Noor Haddad"].id
    mine = session.query(Membership).filter_by(person_id=noor).one()
    session.execute(sa.delete(Message))
    for _ in range(2):
        leave(session, membership_id=mine.id, person_id=noor, now=NOW)
    assert cast.offer("Ana Silva").state is OfferState.DECLINED_BY_MENTOR
    assert (taken(cast, round_), len(mails(cast, "Ana Silva"))) == (0, 1)


def joined(cast: Cast, round_: Round, name: str) -> bool:
    there = sa.exists().where(
        Participant.round_id == round_.id,
        Participant.profile_id == cast.profile(name),
        Participant.left_out_at.is_(None),
    )
    return bool(cast.session.scalar(sa.select(there)))


@pytest.mark.parametrize(("name", "home"), [("Late Img", "img"), ("Late Mentor", "mentor")])
def test_who_comes_late_joins_a_round_that_is_open(
    sign_in: SignIn, cast: Cast, name: str, home: str
) -> None:
    round_ = cast.open()
    cast.img("Late Img")
    cast.mentor("Late Mentor")
    late = sign_in(cast.people[name])
    assert "Spring is open" in late.get(f"/home/{home}").text
    path = f"/participations/{round_.id}/{cast.profile(name)}/join"
    for _ in range(2):  # a double click is one
        assert late.post(path).location == f"/home/{home}"
    assert joined(cast, round_, name)
    assert "You are part of Spring" in late.get(f"/home/{home}").text
    closing.close_round(cast.session, round_id=round_.id, now=NOW)
    late.post(path, status=404)


def test_whoever_has_two_roles_comes_back_to_the_home_of_the_one_they_joined_in(
    sign_in: SignIn, cast: Cast
) -> None:
    round_ = cast.open()
    cast.mentor("Both Ways")
    cast.img("Both Ways")
    both = sign_in(cast.people["Both Ways"])
    place = f"/participations/{round_.id}/{cast.profile('Both Ways', ProfileKind.IMG)}/join"
    page = both.follow(both.post(place))
    assert "You are part of Spring" in page.text
    assert "You are not part of it yet" not in page.text


def test_whoever_is_no_member_any_more_is_told_so_at_a_home_they_have(
    sign_in: SignIn, cast: Cast
) -> None:
    round_ = cast.open()
    late = cast.img("Late Img")
    mine = sa.select(Membership.id).where(Membership.person_id == late.id)
    place = f"/participations/{round_.id}/{cast.profile('Late Img')}/join"
    cast.session.add(
        Participant(round_id=round_.id, profile_id=cast.profile("Late Img"), joined_at=NOW)
    )
    client = sign_in(late)
    client.post(f"/participations/{round_.id}/{cast.profile('Late Img')}/withdraw")
    leave(cast.session, membership_id=cast.session.scalars(mine).one(), person_id=late.id, now=NOW)
    page = client.post(place)
    assert page.location == "/home"
    assert "not a member of its section" in client.follow(page).text


def test_nobody_joins_for_others_or_against_the_leader(sign_in: SignIn, cast: Cast) -> None:
    round_ = cast.open(set_up=service.SetUp(traits=Traits(stages=("residency",))))
    assert not joined(cast, round_, "Ana Silva")
    ana, where = sign_in(cast.people["Ana Silva"]), f"/participations/{round_.id}"
    ana.post(f"{where}/{cast.profile('Ana Silva')}/join")
    assert "Your section leader can add you" in ana.get("/home/img").text
    ana.post(f"{where}/{cast.profile('Ben Okafor')}/join", status=404)
    service.leave_out(
        cast.session, round_id=round_.id, profile_ids=[cast.profile("Noor Haddad")], now=NOW
    )
    noor = sign_in(cast.people["Noor Haddad"])
    noor.post(f"{where}/{cast.profile('Noor Haddad')}/join")
    assert not joined(cast, round_, "Noor Haddad")


def test_what_keeps_somebody_out_is_said(sign_in: SignIn, cast: Cast) -> None:
    round_ = cast.open()
    client = sign_in(cast.mentor("Late Mentor", seats=0))
    client.post(f"/participations/{round_.id}/{cast.profile('Late Mentor')}/join")
    assert "Your seats are set to 0. Change" in client.get("/home/mentor").text


def test_pages(sign_in: SignIn, cast: Cast) -> None:
    round_ = cast.open()
    ana = sign_in(cast.people["Ana Silva"])
    path = f"/participations/{round_.id}/{cast.profile('Ana Silva')}"
    assert path in ana.get("/home/img").links()
    page = ana.follow(ana.submit(path))
    assert "You withdrew from Spring" in page.text
    assert "Could be added" not in page.text
    ana.submit(path)
    assert "You are part of Spring" in ana.get("/home/img").text
    mentor_path = f"/participations/{round_.id}/{cast.profile('Noor Haddad')}"
    noor = sign_in(cast.people["Noor Haddad"])
    noor.submit(mentor_path)
    assert "You withdrew" in noor.get("/home/mentor").text
    noor.get(path, status=404)


def priority(cast: Cast, name: str) -> str | None:
    profile_id = cast.profile(name, ProfileKind.IMG)
    return priority_of(cast.session, [profile_id]).get(profile_id)


@pytest.mark.parametrize(
    ("side", "reason", "told"),
    [
        (Side.MENTOR, "no_time", ENDED),
        (Side.MENTOR, "no_contact", None),  # the IMG was silent
        (Side.MENTOR, "goals_met", None),
        (Side.IMG, "no_contact", ENDED),
        (Side.IMG, "situation_changed", None),
        (Side.LEADER, "concern", ENDED),
        (Side.LEADER, "no_contact", ENDED),  # a leader's reasons speak of the mentor
        (Side.LEADER, "goals_met", None),
        (Side.LEADER, "other", None),
    ],
)
def test_priority_after_an_end(cast: Cast, side: Side, reason: str, told: str | None) -> None:
    cast.published()
    confirm(cast)
    assert priority(cast, "Ana Silva") is None
    service.end_match(
        cast.session,
        offer=cast.offer("Ana Silva"),
        side=side,
        by=None,
        reason=reason,
        words="",
        now=NOW,
    )
    assert priority(cast, "Ana Silva") == told


def test_priority_after_a_no_or_silence_until_a_mentor_is_found(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    service.decline_offer(
        session,
        person_id=cast.people["Noor Haddad"].id,
        offer_id=offer.id,
        reason="no_time",
        words="",
        now=NOW,
    )
    assert (priority(cast, "Ana Silva"), priority(cast, "Ben Okafor")) == (SAID_NO, None)
    service.finish_round(session, round_id=round_.id, now=NOW)
    assert priority(cast, "Ben Okafor") == SILENT
    again = cast.open("Summer")
    page = sign_in(cast.leader).get(
        f"/sections/{cast.section.slug}/rounds/{again.id}/people?show=imgs"
    )
    assert page.text.count("Priority") == 3
