"""Asking, deciding, leaving: a membership moves along the listed ways only."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.sections import belonging, service
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from tests import factories
from tests.factories import NOW

IMG, MENTOR, LEADER = SectionRole
ASKED, ACTIVE, DECLINED, LEFT = MembershipState
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session, "Cardiology")


@pytest.fixture
def leader(session: Session, section: Section) -> User:
    return factories.member(session, section, LEADER, factories.person(session, "Lena Leader"))


@pytest.fixture
def ana(session: Session) -> User:
    return factories.person(session, "Ana Silva")


def ask(session: Session, who: User, section: Section, role: SectionRole) -> Membership:
    return service.ask_to_join(session, person_id=who.id, section_id=section.id, role=role, now=NOW)


def decide(session: Session, membership: Membership, by: User, *, approve: bool) -> Membership:
    return service.decide(
        session, membership_id=membership.id, approve=approve, by=by.id, now=LATER
    )


def mails(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(sa.select(Message.recipient, Message.body).order_by(Message.created_at))
    return [(recipient, body) for recipient, body in rows]


def test_a_mentor_waits_for_the_leaders(session: Session, section: Section, ana: User) -> None:
    asked = ask(session, ana, section, MENTOR)
    assert (asked.state, asked.asked_at, asked.decided_at) == (ASKED, NOW, None)
    assert belonging.active_roles(session, ana.id) == frozenset()


def test_an_img_is_in_at_once(session: Session, section: Section, ana: User) -> None:
    assert ask(session, ana, section, IMG).state is ACTIVE
    assert belonging.active_roles(session, ana.id) == {IMG}
    assert mails(session) == []


def test_an_img_waits_where_the_section_says_so(
    session: Session, section: Section, ana: User
) -> None:
    section.approve_imgs = True
    assert ask(session, ana, section, IMG).state is ASKED


def test_one_person_may_be_img_and_mentor(session: Session, section: Section, ana: User) -> None:
    ask(session, ana, section, IMG)
    ask(session, ana, section, MENTOR)
    found = belonging.memberships_of(session, ana.id)
    assert [(m.role, m.state, m.section.name) for m in found] == [
        (IMG, ACTIVE, "Cardiology"),
        (MENTOR, ASKED, "Cardiology"),
    ]


@pytest.mark.usefixtures("leader")
def test_asking_twice_is_asking_once(session: Session, section: Section, ana: User) -> None:
    first = ask(session, ana, section, MENTOR)
    assert ask(session, ana, section, MENTOR).id == first.id
    assert len(mails(session)) == 1


def test_nobody_asks_to_lead(session: Session, section: Section, ana: User) -> None:
    with pytest.raises(service.LeadersAreAppointed):
        ask(session, ana, section, LEADER)


def test_every_leader_learns_the_name_and_no_more(
    session: Session, section: Section, leader: User, ana: User
) -> None:
    second = factories.leader(session, section)
    gone = factories.member(session, section, LEADER, state=LEFT)
    ask(session, ana, section, MENTOR)
    assert {recipient for recipient, _ in mails(session)} == {leader.email, second.email}
    assert gone.email not in dict(mails(session))
    for _, body in mails(session):
        assert "Ana Silva asks to join Cardiology as a mentor" in body
        assert ana.email not in body


def test_a_leader_approves(session: Session, section: Section, leader: User, ana: User) -> None:
    approved = decide(session, ask(session, ana, section, MENTOR), leader, approve=True)
    assert (approved.state, approved.decided_at, approved.decided_by_id) == (
        ACTIVE,
        LATER,
        leader.id,
    )
    assert "approved your request" in dict(mails(session))[ana.email]


def test_after_a_decline_one_may_ask_again(
    session: Session, section: Section, leader: User, ana: User
) -> None:
    declined = decide(session, ask(session, ana, section, MENTOR), leader, approve=False)
    assert declined.state is DECLINED
    assert "did not approve" in dict(mails(session))[ana.email]
    again = ask(session, ana, section, MENTOR)
    assert (again.state, again.decided_at, again.decided_by_id) == (ASKED, None, None)


def test_a_declined_img_does_not_slip_in(
    session: Session, section: Section, leader: User, ana: User
) -> None:
    section.approve_imgs = True
    decide(session, ask(session, ana, section, IMG), leader, approve=False)
    section.approve_imgs = False
    assert ask(session, ana, section, IMG).state is ASKED


def test_the_second_leader_learns_who_was_faster(
    session: Session, section: Section, leader: User, ana: User
) -> None:
    asked = ask(session, ana, section, MENTOR)
    second = factories.leader(session, section)
    decide(session, asked, leader, approve=True)
    with pytest.raises(service.AlreadyDecided) as caught:
        decide(session, asked, second, approve=False)
    assert (caught.value.person, caught.value.by) == ("Ana Silva", "Lena Leader")
    assert (caught.value.state, caught.value.at) == (ACTIVE, LATER)
    assert belonging.active_roles(session, ana.id) == {MENTOR}


def test_the_same_click_twice_decides_once(
    session: Session, section: Section, leader: User, ana: User
) -> None:
    asked = ask(session, ana, section, MENTOR)
    before = len(mails(session))
    for _ in range(2):
        assert decide(session, asked, leader, approve=True).state is ACTIVE
    assert len(mails(session)) == before + 1


def test_a_request_taken_back_is_not_decided(
    session: Session, section: Section, leader: User, ana: User
) -> None:
    asked = ask(session, ana, section, MENTOR)
    service.leave(session, membership_id=asked.id, person_id=ana.id, now=NOW)
    with pytest.raises(service.AlreadyDecided) as caught:
        decide(session, asked, leader, approve=True)
    assert caught.value.state is LEFT


@pytest.mark.parametrize("who", ["leader of another section", "former leader", "mentor", "herself"])
def test_only_who_leads_the_section_decides(
    session: Session, section: Section, ana: User, who: str
) -> None:
    decider = {
        "leader of another section": lambda: factories.leader(session, factories.section(session)),
        "former leader": lambda: factories.member(session, section, LEADER, state=LEFT),
        "mentor": lambda: factories.member(session, section, MENTOR),
        "herself": lambda: ana,
    }[who]()
    asked = ask(session, ana, section, MENTOR)
    with pytest.raises(NoResultFound):
        decide(session, asked, decider, approve=True)
    assert belonging.active_roles(session, ana.id) == frozenset()


def test_leaving_and_coming_back(session: Session, section: Section, ana: User) -> None:
    joined = ask(session, ana, section, IMG)
    for _ in range(2):
        left = service.leave(session, membership_id=joined.id, person_id=ana.id, now=LATER)
        assert (left.state, left.decided_at) == (LEFT, LATER)
    assert ask(session, ana, section, IMG).state is ACTIVE


def test_nobody_makes_others_leave(session: Session, section: Section, ana: User) -> None:
    joined = ask(session, ana, section, IMG)
    stranger = factories.person(session)
    with pytest.raises(NoResultFound):
        service.leave(session, membership_id=joined.id, person_id=stranger.id, now=LATER)
    assert belonging.active_roles(session, ana.id) == {IMG}


def test_a_leader_does_not_leave(session: Session, leader: User) -> None:
    mine = belonging.memberships_of(session, leader.id)[0]
    with pytest.raises(service.LeadersAreAppointed):
        service.leave(session, membership_id=mine.id, person_id=leader.id, now=LATER)
    assert belonging.active_roles(session, leader.id) == {LEADER}


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, ACTIVE), (ASKED, ACTIVE), (ACTIVE, ACTIVE), (DECLINED, ACTIVE), (LEFT, LEFT)],
)
def test_an_import_lets_in_all_but_who_left_by_own_wish(
    session: Session,
    section: Section,
    ana: User,
    before: MembershipState | None,
    after: MembershipState,
) -> None:
    if before is not None:
        factories.member(session, section, MENTOR, ana, before)
    added = service.add_member(
        session, section_id=section.id, person_id=ana.id, role=MENTOR, now=LATER
    )
    assert added.state is after
    assert mails(session) == []


def test_an_import_makes_no_leaders(session: Session, section: Section, ana: User) -> None:
    with pytest.raises(service.LeadersAreAppointed):
        service.add_member(session, section_id=section.id, person_id=ana.id, role=LEADER, now=NOW)


def test_an_unknown_section_or_person_is_not_found(
    session: Session, section: Section, ana: User
) -> None:
    for person_id, section_id in [(ana.id, uuid.uuid4()), (uuid.uuid4(), section.id)]:
        with pytest.raises(NoResultFound):
            service.ask_to_join(
                session, person_id=person_id, section_id=section_id, role=IMG, now=NOW
            )
