"""A page of members takes at most twelve statements, and as many with ten times the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community import service as community
from mentorship.community.models import Event
from mentorship.mentorships.service import Plan, end_mentorship, plan_meeting
from mentorship.news import desk
from mentorship.news.models import Topic
from mentorship.notices.service import mark_failed, post
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.steps import ROADS
from mentorship.rounds import service as rounds
from mentorship.rounds.models import Participant
from mentorship.rounds.traits import Traits
from mentorship.sections.models import Membership, SectionRole
from mentorship.sections.service import leave
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import confirm
from tests.page import PageClient
from tests.rounds.cast import Cast, counted

SignIn = Callable[[User], PageClient]
MOST = 12
SOON = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)


@dataclass(frozen=True)
class Size:
    """Of a section: seats are ten at most, so a mentor has four times as many mentees."""

    mentees: int  # and as many IMGs who wait for the mentor's answer
    others: int  # other pairs, members, posts, events, meetings, mails and rounds that are over


SMALL, LARGE = Size(mentees=1, others=1), Size(mentees=4, others=10)


def section_of(session: Session, size: Size) -> Cast:
    """Fill a section: one mentor has mentees and offers, and one IMG is to confirm."""
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    for number in range(size.others):
        cast.img(f"Other img {number}", topics=("visa_choice",))
        cast.mentor(f"Other mentor {number}", topics=("visa_choice",))
        factories.member(session, section, SectionRole.IMG)
        _posted(cast, number)
        over = cast.published(f"Over {number}")
        rounds.finish_round(session, round_id=over.id, now=NOW)
    names = [f"Img {number}" for number in range(2 * size.mentees + 1)]
    cast.mentor("Noor Haddad", seats=len(names))
    for name in names:
        cast.img(name)
    round_ = cast.published("Spring")
    for number, name in enumerate(names[: size.mentees]):
        pair = confirm(cast, round_, name, "Noor Haddad")
        for meeting in range(size.others if number == 0 else 1):
            plan = Plan(starts_at=SOON + dt.timedelta(hours=meeting), minutes=30)
            plan_meeting(session, person_id=pair.img.id, mentorship_id=pair.id, plan=plan, now=NOW)
    noor, last = cast.people["Noor Haddad"].id, cast.offer(names[-1]).id
    rounds.accept_offer(session, person_id=noor, offer_id=last, now=NOW)
    return cast


def _posted(cast: Cast, number: int) -> None:
    """Write a post and an event, and let a mail to a member fail."""
    session, section, leader = cast.session, cast.section, cast.leader
    news = desk.write_post(
        session,
        section_id=section.id,
        author_id=leader.id,
        topic=Topic.SECTION,
        title=f"Week {number}",
        lead="",
        body="We met.",
        now=NOW,
    )
    desk.publish(session, news, by=leader.id, now=NOW)
    event = {
        "title": f"Meeting {number}",
        "about": "",
        "place": "Room 5",
        "starts_at": SOON,
        "ends_at": SOON + dt.timedelta(hours=1),
        "timezone": "America/Chicago",
    }
    community.save_row(session, Event, section.id, None, event)
    to = cast.people[f"Other img {number}"].email
    mail = post(session, person_id=None, recipient=to, subject="Mail", body="Words.", now=NOW)
    mark_failed(session, mail, why="550 unknown", final=True)


def homes(cast: Cast) -> Iterator[tuple[str, User, str]]:
    people = cast.people
    imgs = sorted(name for name in people if name.startswith("Img "))
    yield "an IMG with a mentor", people[imgs[0]], "/home/img"
    yield "an IMG who waits", people[imgs[-2]], "/home/img"
    yield "an IMG who is to confirm", people[imgs[-1]], "/home/img"
    yield "a mentor", people["Noor Haddad"], "/home/mentor"
    yield "a leader", cast.leader, "/home/leader"


def other_pages(cast: Cast) -> Iterator[tuple[str, User, str]]:
    people, noor = cast.people, "Noor Haddad"
    imgs = sorted(name for name in people if name.startswith("Img "))
    met, waits, last = (cast.offer(name).id for name in (imgs[0], imgs[-2], imgs[-1]))
    for road, person in (("img", people[imgs[0]]), ("mentor", people[noor])):
        for page in ("", "/preview", *(f"/{step.key}" for step in ROADS[road].steps)):
            path = f"/profile/{road}{page}"
            yield path, person, path
        yield f"a mentorship, {road}", person, f"/mentorships/{met}"
    yield "an offer", people[noor], f"/offers/{waits}"
    yield "a decline", people[noor], f"/offers/{waits}/decline"
    yield "a match", people[imgs[-1]], f"/matches/{last}"


@pytest.mark.parametrize("role", [SectionRole.IMG, SectionRole.MENTOR])
def test_a_role_that_was_left_takes_no_statement_more(
    sign_in: SignIn, session: Session, role: SectionRole
) -> None:
    """Somebody with a mentor, a mentee and meetings leaves one role, and both go on."""
    load_facts(session)
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    _posted_for(cast)
    cast.img("Both", topics=("visa_choice",))
    both = cast.mentor("Both", seats=2)
    cast.mentor("Noor Haddad", topics=("visa_choice",))
    cast.published("Spring")
    for img, mentor in (("Both", "Noor Haddad"), ("Other img 0", "Both")):
        offer = cast.offer(img, mentor).id
        me, other = cast.people[img].id, cast.people[mentor].id
        rounds.accept_offer(session, person_id=other, offer_id=offer, now=NOW)
        rounds.confirm_match(session, person_id=me, offer_id=offer, now=NOW)
        plan = Plan(starts_at=SOON, minutes=30)
        plan_meeting(session, person_id=me, mentorship_id=offer, plan=plan, now=NOW)
    mine = sa.select(Membership.id).where(Membership.person_id == both.id, Membership.role == role)
    leave(session, membership_id=session.scalars(mine).one(), person_id=both.id, now=NOW)
    client, stays = sign_in(both), "mentor" if role is SectionRole.IMG else "img"
    session.expunge_all()
    with counted(session) as seen:
        page = client.get(f"/home/{stays}")
    assert len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]) <= MOST
    assert "Mentorships that go on" in page.text
    assert page.text.count("Noor Haddad") > 1
    assert page.text.count("Other img 0") > 1


@pytest.mark.parametrize("traits", [Traits(), Traits(stages=("usce",), waited=True)])
@pytest.mark.parametrize("state", ["waits", "ended", "not matched", "withdrew"])
def test_a_role_that_was_left_beside_no_mentor_of_ones_own(
    sign_in: SignIn, session: Session, state: str, traits: Traits
) -> None:
    """An IMG without a mentor goes on with a mentee of before; a round they are not in is open."""
    load_facts(session)
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    _posted_for(cast)
    cast.img("Both", topics=("visa_choice",))
    both = cast.mentor("Both", seats=2)
    cast.mentor("Noor Haddad", topics=("visa_choice",))
    round_ = cast.published("Spring")
    offer, noor = cast.offer("Both", "Noor Haddad").id, cast.people["Noor Haddad"].id
    confirm(cast, round_, "Other img 0", "Both")
    if state == "waits":
        said = {"reason": "no_time", "words": ""}
        rounds.decline_offer(session, person_id=noor, offer_id=offer, now=NOW, **said)
    elif state == "ended":
        confirm(cast, round_, "Both", "Noor Haddad")
        end_mentorship(
            session,
            person_id=noor,
            mentorship_id=offer,
            reason="no_time",
            words="",
            now=NOW,
        )
    elif state == "not matched":
        rounds.finish_round(session, round_id=round_.id, now=NOW)
    else:
        mine = cast.profile("Both", ProfileKind.IMG)
        rounds.withdraw(session, person_id=both.id, round_id=round_.id, profile_id=mine, now=NOW)
    other = cast.open("Fall", set_up=rounds.SetUp(traits=traits))
    gone = sa.delete(Participant).where(Participant.round_id == other.id)
    session.execute(gone.where(Participant.profile_id == cast.profile("Both", ProfileKind.IMG)))
    role = SectionRole.MENTOR
    mine_too = sa.select(Membership.id).where(
        Membership.person_id == both.id, Membership.role == role
    )
    leave(session, membership_id=session.scalars(mine_too).one(), person_id=both.id, now=NOW)
    client = sign_in(both)
    session.expunge_all()
    with counted(session) as seen:
        page = client.get("/home/img")
    assert len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]) <= MOST
    assert "Mentorships that go on" in page.text
    tag = "Open, for some members only" if traits.asks else "Open, you are not part of it"
    assert tag in page.text


def test_a_leader_of_five_sections_needs_no_statement_more(
    sign_in: SignIn, session: Session
) -> None:
    """And each section is told of by itself, also where people are members of several."""
    load_facts(session)
    leader, people = factories.person(session, "Lea Leader"), dict[str, User]()
    counts, casts = [], []
    for number in range(1, 6):
        section = factories.section(session, f"Section {number}")
        factories.member(session, section, SectionRole.LEADER, leader)
        cast = Cast(session, section, leader, people)  # the mentor is a member of all
        for n in range(number):
            cast.img(f"Img {number} {n}")
        cast.mentor("Noor Haddad", seats=9)
        (cast.published if number % 2 else cast.reviewed)(f"Spring of {number}")
        casts.append(cast)
        client = sign_in(leader)
        session.expire_all()
        with counted(session) as seen:
            page = client.get("/home/leader")
        counts.append(len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]))
        assert f"Spring of {number}" in page.text
    assert min(counts) == max(counts) <= MOST, counts
    ids = [cast.section.id for cast in casts]
    funnels, lines = rounds.leader_funnels(session, ids), rounds.round_lists(session, ids, now=NOW)
    assert [funnels[key].imgs for key in ids] == [1, 2, 3, 4, 5]
    assert [funnels[key].imgs_matched for key in ids] == [1, 0, 3, 0, 5]
    assert [funnels[key].mentors_matched for key in ids] == [1, 0, 1, 0, 1]
    for number, key in enumerate(ids, 1):
        assert [(line.name, line.imgs) for line in lines[key]] == [(f"Spring of {number}", number)]
        assert funnels[key] == rounds.leader_funnels(session, [key])[key]
        assert lines[key] == rounds.round_lists(session, [key], now=NOW)[key]


def _posted_for(cast: Cast) -> None:
    for number in range(2):
        cast.img(f"Other img {number}")
        _posted(cast, number)


def test_as_many_statements_with_ten_times_the_data(sign_in: SignIn, session: Session) -> None:
    load_facts(session)
    counts: dict[str, list[int]] = {}
    texts: dict[str, list[str]] = {}
    for cast in (section_of(session, SMALL), section_of(session, LARGE)):
        for who, person, path in (*homes(cast), *other_pages(cast)):
            client = sign_in(person)
            session.expunge_all()
            with counted(session) as seen:
                page = client.get(path)
            statements = [s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))]
            counts.setdefault(who, []).append(len(statements))
            texts.setdefault(who, []).append(page.text)
    for who, (few, many) in counts.items():
        assert few == many <= MOST, f"{who}: {few}, then {many}"
    at_home = (texts[who] for who, *_ in homes(cast))
    for small, large in at_home:  # there was more to tell
        assert small != large
    assert "Img 3" in texts["a mentor"][1]
    assert "1 member" in texts["a leader"][0]
