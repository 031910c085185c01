"""Two members are put in touch after both said so, and not before."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community import introductions, peers
from mentorship.community.introductions import AskedBefore, mine_in
from mentorship.community.models import Introduction, IntroductionState
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.sections import service as sections
from mentorship.sections.models import Membership, Section, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]


@pytest.fixture(autouse=True)
def at_this_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def mina(session: Session, section: Section) -> User:
    """Somebody who may be found, but shows no address."""
    person = factories.member(session, section, SectionRole.IMG, factories.person(session, "Mina"))
    peers.show_me(session, section.id, person.id, about="Pediatrics", show_email=False, now=NOW)
    return person


@pytest.fixture
def omar(session: Session, section: Section) -> User:
    return factories.member(session, section, SectionRole.MENTOR, factories.person(session, "Omar"))


def people(section: Section) -> str:
    return f"/sections/{section.slug}/about/people"


def ask(session: Session, section: Section, asker: User, asked: User) -> Introduction:
    return introductions.ask(
        session, section, asker=asker, person_id=asked.id, words="On research", now=NOW
    )


def test_an_address_is_shown_after_both_said_so_and_to_nobody_else(
    session: Session, section: Section, mina: User, omar: User, sign_in: SignIn
) -> None:
    home = people(section)
    his, hers = sign_in(omar), sign_in(mina)
    third = sign_in(factories.member(session, section, SectionRole.IMG))
    assert mina.email not in his.get(home).text
    (link,) = [href for href in his.get(home).links() if href.endswith("/ask")]
    refused = his.submit(link, {"words": "On research years"}, status=422)
    assert "Check this box to ask" in refused.text
    asked = his.follow(his.submit(link, {"words": "On research years", "agree": "y"}))
    assert "No answer yet" in asked.text
    assert mina.email not in asked.text
    page = hers.get(home)
    assert "Omar would like to be put in touch with you. “On research years”" in page.text
    assert omar.email not in page.text
    row = session.scalars(sa.select(Introduction)).one()
    agreed = hers.follow(hers.post(f"{home}/introductions/{row.id}/answer", {"agrees": "yes"}))
    assert omar.email in agreed.text
    assert mina.email in his.get(home).text
    for email in (omar.email, mina.email):
        assert email not in third.get(home).text


def test_both_are_told_what_concerns_them(
    session: Session, section: Section, mina: User, omar: User
) -> None:
    row = ask(session, section, omar, mina)
    introductions.answer(session, section, row.id, person=mina, agrees=True, now=NOW)
    told = {notice.person_id: notice.words for notice in session.scalars(sa.select(Notice))}
    assert "would like to be put in touch" in told[mina.id]
    assert told[omar.id] == f"A member of {section.name} agreed to be put in touch"
    for letter in session.scalars(sa.select(Message)):
        assert "On research" not in letter.body  # read on the site, where it can be answered
        assert omar.email not in letter.body
        assert mina.email not in letter.body


def test_a_no_is_not_told_and_cannot_be_told_from_silence(
    session: Session, section: Section, mina: User, omar: User, sign_in: SignIn
) -> None:
    row = ask(session, section, omar, mina)
    his = sign_in(omar)
    silence = his.get(people(section)).text
    introductions.answer(session, section, row.id, person=mina, agrees=False, now=NOW)
    assert his.get(people(section)).text == silence
    assert [notice.person_id for notice in session.scalars(sa.select(Notice))] == [mina.id]
    with pytest.raises(AskedBefore):
        ask(session, section, omar, mina)
    introductions.end(session, section.id, row.id, omar.id, now=NOW)
    assert mine_in(session, section.id, omar.id).asked == []
    with pytest.raises(AskedBefore):  # taken back is asked all the same
        ask(session, section, omar, mina)


def test_a_leader_who_asks_reads_no_answer_in_the_log(
    session: Session, section: Section, mina: User, sign_in: SignIn
) -> None:
    lena = factories.leader(session, section)
    hers, leads, home = sign_in(mina), sign_in(lena), people(section)
    log = f"/sections/{section.slug}/log"
    leads.submit(f"{home}/{mina.id}/ask", {"words": "On research", "agree": "y"})
    pages = (home, log, f"{log}.csv")
    leads.get(home)  # what is said once has been said
    silence = [leads.client.get(page).get_data(as_text=True) for page in pages]
    row = session.scalars(sa.select(Introduction)).one()
    answered = hers.follow(hers.post(f"{home}/introductions/{row.id}/answer", {"agrees": "no"}))
    assert "They see nothing of you" in answered.text
    assert [leads.client.get(page).get_data(as_text=True) for page in pages] == silence
    assert "Mina" not in "".join(silence[1:])  # nor whom anybody asks


def test_who_said_no_may_ask_later(
    session: Session, section: Section, mina: User, omar: User
) -> None:
    peers.show_me(session, section.id, omar.id, about="", show_email=False, now=NOW)
    row = ask(session, section, omar, mina)
    with pytest.raises(AskedBefore):  # while she is asked, she answers
        ask(session, section, mina, omar)
    introductions.answer(session, section, row.id, person=mina, agrees=False, now=NOW)
    back = ask(session, section, mina, omar)
    introductions.answer(session, section, back.id, person=omar, agrees=True, now=NOW)
    assert [one.email for one in mine_in(session, section.id, mina.id).in_touch] == [omar.email]


@pytest.mark.parametrize("who", ["asker", "asked"])
def test_either_may_take_it_back(
    session: Session, section: Section, mina: User, omar: User, who: str
) -> None:
    row = ask(session, section, omar, mina)
    introductions.answer(session, section, row.id, person=mina, agrees=True, now=NOW)
    by = omar if who == "asker" else mina
    introductions.end(session, section.id, row.id, by.id, now=NOW)
    for person in (omar, mina):
        assert mine_in(session, section.id, person.id).in_touch == []


def test_only_the_asked_answers_and_only_once(
    session: Session, section: Section, mina: User, omar: User
) -> None:
    row = ask(session, section, omar, mina)
    with pytest.raises(NoResultFound):
        introductions.answer(session, section, row.id, person=omar, agrees=True, now=NOW)
    with pytest.raises(NoResultFound):  # nor is it hers to take back before she answers
        introductions.end(session, section.id, row.id, mina.id, now=NOW)
    introductions.answer(session, section, row.id, person=mina, agrees=False, now=NOW)
    with pytest.raises(NoResultFound):
        introductions.answer(session, section, row.id, person=mina, agrees=True, now=NOW)


def test_nobody_can_be_asked_who_is_not_listed(
    session: Session, section: Section, mina: User, omar: User, sign_in: SignIn
) -> None:
    unlisted = factories.member(session, section, SectionRole.IMG)
    elsewhere = factories.section(session)
    far = factories.member(session, elsewhere, SectionRole.IMG)
    peers.show_me(session, elsewhere.id, far.id, about="", show_email=False, now=NOW)
    his = sign_in(omar)
    for key in (unlisted.id, far.id, omar.id, uuid.uuid4()):
        his.get(f"{people(section)}/{key}/ask", status=404)
        his.post(f"{people(section)}/{key}/ask", {"agree": "y"}, status=404)
    assert session.scalars(sa.select(Introduction)).all() == []


def test_who_leaves_the_section_is_out_of_touch(
    session: Session, section: Section, mina: User, omar: User, sign_in: SignIn
) -> None:
    row = ask(session, section, omar, mina)
    introductions.answer(session, section, row.id, person=mina, agrees=True, now=NOW)
    mine = sa.select(Membership.id).where(Membership.person_id == mina.id)
    sections.leave(session, membership_id=session.scalars(mine).one(), person_id=mina.id, now=NOW)
    assert session.scalars(sa.select(Introduction)).all() == []
    assert mina.email not in sign_in(omar).get(people(section)).text


def test_nobody_is_put_in_touch_with_themselves(
    session: Session, section: Section, omar: User
) -> None:
    session.add(
        Introduction(
            section_id=section.id,
            from_id=omar.id,
            to_id=omar.id,
            words="",
            state=IntroductionState.WAITING,
            asked_at=NOW,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
