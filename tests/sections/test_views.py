"""Joining, leaving and deciding in the browser: who sees what, and what a click changes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, PURPOSES, in_force
from mentorship.notices.models import Message
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from tests import factories
from tests.page import Page, PageClient, without_end

IMG, MENTOR, LEADER = SectionRole
ASKED, ACTIVE, DECLINED, LEFT = MembershipState
SignIn = Callable[[User], PageClient]


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session, "Cardiology", slug="cardiology", about="Hearts.")


@pytest.fixture
def leader(session: Session, section: Section) -> User:
    return factories.member(session, section, LEADER, factories.person(session, "Lena Leader"))


@pytest.fixture
def ana(session: Session) -> User:
    return factories.person(session, "Ana Silva")


def membership(session: Session, who: User, role: SectionRole = MENTOR) -> Membership:
    mine = sa.select(Membership).where(Membership.person_id == who.id, Membership.role == role)
    return session.scalars(mine, execution_options={"populate_existing": True}).one()


def waiting(session: Session, section: Section, who: User) -> Membership:
    factories.member(session, section, MENTOR, who, ASKED)
    return membership(session, who)


def everything(session: Session) -> list[tuple[object, ...]]:
    """Take down all rows a request of these pages could change."""
    tables = [Membership, Section, Message, User]
    return [tuple(row) for table in tables for row in session.execute(sa.select(table.__table__))]


# --- everybody ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("section")
def test_an_img_joins_and_agrees_to_matching(session: Session, sign_in: SignIn, ana: User) -> None:
    me = sign_in(ana)
    page = me.get("/sections")
    assert "Hearts." in page.text
    assert "/sections/cardiology/join" in page.links()
    done = me.submit("/sections/cardiology/join", {"role": "img", "agree": "y"})
    assert membership(session, ana, IMG).state is ACTIVE
    assert in_force(session, [ana.id])[ana.id] == {MATCHING}
    after = me.follow(done).text
    assert "You are a member of Cardiology. Next, look at your profile." in after
    assert done.location == "/profile/img"
    assert "You are a member as an IMG since" in me.get("/sections").text


@pytest.mark.usefixtures("section")
def test_a_mentor_asks_and_agrees_to_nothing(session: Session, sign_in: SignIn, ana: User) -> None:
    me = sign_in(ana)
    done = me.submit("/sections/cardiology/join", {"role": "mentor"})
    assert membership(session, ana).state is ASKED
    assert in_force(session, [ana.id])[ana.id] == frozenset()
    assert "The section leaders decide" in me.follow(done).text


def test_the_join_page_shows_the_text_before_it_asks(
    sign_in: SignIn, ana: User, section: Section
) -> None:
    page = sign_in(ana).get(f"/sections/{section.slug}/join")
    assert PURPOSES[MATCHING].text in page.text
    assert PURPOSES[MATCHING].without in page.text
    box = page.form().find(".//input[@name='agree']")
    assert box is not None
    assert box.get("checked") is None


@pytest.mark.usefixtures("section")
def test_a_text_that_changed_meanwhile_is_not_agreed_to(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    me = sign_in(ana)
    stale = {"role": "img", "agree": "y", "version": "0"}
    done = me.submit("/sections/cardiology/join", stale)
    assert membership(session, ana, IMG).state is ACTIVE
    assert in_force(session, [ana.id])[ana.id] == frozenset()
    assert "has changed" in me.follow(done).text


@pytest.mark.usefixtures("section", "leader")
def test_a_double_click_asks_once(session: Session, sign_in: SignIn, ana: User) -> None:
    me = sign_in(ana)
    for _ in range(2):
        me.post("/sections/cardiology/join", {"role": "mentor"})
    assert membership(session, ana).state is ASKED
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


@pytest.mark.usefixtures("section")
@pytest.mark.parametrize("role", ["leader", "administrator", "", "IMG"])
def test_nobody_joins_as_anything_else(
    session: Session, sign_in: SignIn, ana: User, role: str
) -> None:
    page = sign_in(ana).post("/sections/cardiology/join", {"role": role}, status=422)
    assert "Please check the form" in page.text
    assert session.scalars(sa.select(Membership)).all() == []


@pytest.mark.usefixtures("section", "leader")
def test_fields_nobody_asked_for_are_passed_over(
    session: Session, sign_in: SignIn, ana: User, leader: User
) -> None:
    smuggled = {
        "role": "mentor",
        "state": "active",
        "person_id": str(leader.id),
        "section_id": "other",
        "decided_by_id": str(ana.id),
        "id": str(ana.id),
    }
    sign_in(ana).post("/sections/cardiology/join", smuggled)
    mine = membership(session, ana)
    assert (mine.state, mine.decided_by_id) == (ASKED, None)
    assert mine.id != ana.id
    assert membership(session, leader, LEADER).state is ACTIVE


def test_an_unknown_section_is_not_there(sign_in: SignIn, ana: User) -> None:
    me = sign_in(ana)
    me.get("/sections/nowhere/join", status=404)
    me.post("/sections/nowhere/join", {"role": "img"}, status=404)


def test_without_sections_the_page_says_what_happens(sign_in: SignIn, ana: User) -> None:
    assert "No sections yet" in sign_in(ana).get("/sections").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ASKED, "The section leaders decide"),
        (ACTIVE, "You are a member as a mentor"),
        (DECLINED, "did not approve it"),
        (LEFT, "You may come back"),
    ],
)
def test_each_state_is_said_in_words(
    session: Session,
    sign_in: SignIn,
    ana: User,
    section: Section,
    *,
    state: MembershipState,
    words: str,
) -> None:
    factories.member(session, section, MENTOR, ana, state)
    page = sign_in(ana).get("/sections")
    assert words in page.text
    may_ask = "/sections/cardiology/join" in page.links()
    assert may_ask  # at least as an IMG
    offered = sign_in(ana).get("/sections/cardiology/join").text
    assert ("As a mentor" in offered) is (state in {DECLINED, LEFT})


def test_leaving_asks_once_and_then_leaves(
    session: Session, sign_in: SignIn, ana: User, section: Section
) -> None:
    factories.member(session, section, MENTOR, ana)
    me, path = sign_in(ana), f"/memberships/{membership(session, ana).id}/leave"
    assert path in me.get("/sections").links()
    done = me.submit(path)
    assert membership(session, ana).state is LEFT
    assert "You are no longer in Cardiology" in me.follow(done).text
    assert "There is nothing to leave" in me.get(path).text
    me.post(path)
    assert membership(session, ana).state is LEFT


def test_leaving_is_for_oneself(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    factories.member(session, section, MENTOR, ana)
    path = f"/memberships/{membership(session, ana).id}/leave"
    for other in (leader, factories.person(session)):
        sign_in(other).get(path, status=404)
        sign_in(other).post(path, status=404)
    assert membership(session, ana).state is ACTIVE


def test_a_leader_is_told_whom_to_ask(session: Session, sign_in: SignIn, leader: User) -> None:
    me, path = sign_in(leader), f"/memberships/{membership(session, leader, LEADER).id}/leave"
    assert "Please ask one" in me.get(path).text
    done = me.post(path)
    assert membership(session, leader, LEADER).state is ACTIVE
    assert "dismissed by an administrator" in me.follow(done).text


# --- leaders -----------------------------------------------------------------------------------


def test_a_leader_sees_requests_first_and_approves(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    request = waiting(session, section, ana)
    me = sign_in(leader)
    page = me.get("/sections/cardiology/members")
    assert page.text.index("Ana Silva") < page.text.index("Lena Leader", page.text.index("Since"))
    done = me.submit(
        "/sections/cardiology/members",
        action=f"/sections/cardiology/members/{request.id}/approve",
    )
    now = membership(session, ana)
    assert (now.state, now.decided_by_id) == (ACTIVE, leader.id)
    after = me.follow(done).text
    assert "Ana Silva is now a member" in after
    assert "by Lena Leader" in after


def test_approving_leads_back_to_what_was_looked_for(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    request = waiting(session, section, ana)
    path = "/sections/cardiology/members?role=mentor"
    action = f"/sections/cardiology/members/{request.id}/approve"
    assert sign_in(leader).submit(path, action=action).location == path


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_approving_leads_nowhere_else(
    session: Session,
    sign_in: SignIn,
    ana: User,
    leader: User,
    section: Section,
    *,
    elsewhere: str,
) -> None:
    request = waiting(session, section, ana)
    path = f"/sections/cardiology/members/{request.id}/approve"
    done = sign_in(leader).post(path, {"next": elsewhere})
    assert done.location == "/sections/cardiology/members"


def test_declining_asks_once_and_then_declines(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    request = waiting(session, section, ana)
    me, path = sign_in(leader), f"/sections/cardiology/members/{request.id}/decline"
    assert path in me.get("/sections/cardiology/members").links()
    assert me.get(path).h1 == "Decline the request of Ana Silva?"
    assert membership(session, ana).state is ASKED
    me.submit(path)
    assert membership(session, ana).state is DECLINED


def test_the_second_leader_reads_who_was_faster(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    request = waiting(session, section, ana)
    sign_in(leader).post(f"/sections/cardiology/members/{request.id}/approve")
    second = sign_in(factories.leader(session, section))
    page = second.post(f"/sections/cardiology/members/{request.id}/decline", status=409)
    assert "Lena Leader approved the request of Ana Silva on" in page.text
    assert membership(session, ana).state is ACTIVE


def test_a_double_click_approves_once(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    request = waiting(session, section, ana)
    for _ in range(2):
        sign_in(leader).post(f"/sections/cardiology/members/{request.id}/approve")
    assert session.scalars(sa.select(Message.recipient)).all() == [ana.email]


def test_other_sections_are_not_there(
    session: Session, sign_in: SignIn, ana: User, leader: User, section: Section
) -> None:
    request = waiting(session, section, ana)
    theirs = factories.section(session, "Surgery", slug="surgery")
    leader2 = factories.leader(session, theirs)
    outsiders = [leader2, ana, factories.administrator(session), factories.person(session)]
    before = everything(session)
    here = "/sections/cardiology/members"
    for outsider in outsiders:
        them = sign_in(outsider)
        missing = _body(them.get("/sections/no-such/members", status=404))
        for path in (here, f"{here}/{request.id}/decline"):
            assert _body(them.get(path, status=404)) == missing
        for path in (f"{here}/{request.id}/approve", f"{here}/{request.id}/decline"):
            assert _body(them.post(path, status=404)) == missing
    # nor does one's own section lead to the members of another
    them = sign_in(leader2)
    for verb in ("approve", "decline"):
        them.post(f"/sections/surgery/members/{request.id}/{verb}", status=404)
    assert everything(session) == before
    assert leader not in outsiders


def _body(page: Page) -> str:
    """Return the answer without what every request has of its own: its number and its token."""
    return re.sub(r"\b[0-9a-f]{12}\b|value=\"[^\"]+\"", "", without_end(page.html))


def test_a_list_shows_its_own_section_only(
    session: Session, sign_in: SignIn, leader: User, section: Section
) -> None:
    theirs = factories.section(session)
    factories.member(session, theirs, IMG, factories.person(session, "Canary Bird"))
    for query in ("", "?q=canary", "?role=img", "?state=active", "?page=2"):
        page = sign_in(leader).get(f"/sections/cardiology/members{query}")
        assert "Canary" not in page.text
    assert section.name in page.text


def test_filters_stay_in_the_address(
    session: Session, sign_in: SignIn, leader: User, section: Section
) -> None:
    for number in range(30):
        factories.member(session, section, IMG, factories.person(session, f"Page {number}"))
    page = sign_in(leader).get("/sections/cardiology/members?role=img&q=PAGE")
    following = [link for link in page.links() if "page=2" in link]
    assert following
    second = sign_in(leader).get(following[0])
    assert second.text.count("Page ") >= 5
    assert "Lena Leader" not in second.text.partition("Since")[2]


@pytest.mark.parametrize(
    "query",
    ["", "role=x&state=y&page=z", "page=-1", "page=" + "9" * 40, "q=%00%ff", "q=" + "a" * 3000],
)
@pytest.mark.usefixtures("section")
def test_an_odd_address_is_no_trouble(sign_in: SignIn, leader: User, query: str) -> None:
    page = sign_in(leader).get(f"/sections/cardiology/members?{query}")
    assert "Not a valid choice" not in page.text


def test_empty_lists_say_what_to_do(sign_in: SignIn, leader: User, section: Section) -> None:
    page = sign_in(leader).get(f"/sections/{section.slug}/members?role=mentor")
    assert "Nobody found" in page.text
    assert f"/sections/{section.slug}/members" in page.links()


def test_names_are_words_not_markup(
    session: Session, sign_in: SignIn, leader: User, section: Section
) -> None:
    factories.member(session, section, IMG, factories.person(session, "<b>Bold</b>"))
    page = sign_in(leader).get(f"/sections/{section.slug}/members")
    assert "<b>Bold</b>" in page.text


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    session: Session, sign_in: SignIn, leader: User, section: Section
) -> None:
    counts = []
    for _ in range(2):
        asked: list[str] = []

        def count(_c: object, _cursor: object, text: str, *_: object) -> None:
            if text.startswith("SELECT"):
                asked.append(text)  # noqa: B023  read before the next turn

        sa.event.listen(session.connection(), "before_cursor_execute", count)
        session.expire_all()
        sign_in(leader).get(f"/sections/{section.slug}/members")
        sa.event.remove(session.connection(), "before_cursor_execute", count)
        counts.append(len(asked))
        for _ in range(20):
            factories.member(session, section, IMG)
    assert counts[0] == counts[1] <= 12
