"""Administrators make sections and say who leads them, in the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.sections import belonging
from mentorship.sections.models import Membership, Section, SectionRole
from tests import factories
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
NEW = {"name": "Cardiology", "slug": "cardiology", "about": "Hearts."}


@pytest.fixture
def admin(session: Session, sign_in: SignIn) -> PageClient:
    return sign_in(factories.administrator(session))


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session, "Surgery", slug="surgery")


@pytest.fixture
def leader(session: Session, section: Section) -> User:
    who = factories.person(session, "Lena Leader", email="lena@example.org")
    return factories.member(session, section, SectionRole.LEADER, who)


def found(session: Session, slug: str) -> Section | None:
    return session.scalar(
        sa.select(Section).where(Section.slug == slug),
        execution_options={"populate_existing": True},
    )


def leads(session: Session, who: User) -> bool:
    return bool(belonging.sections_led_by(session, who.id))


def hers(session: Session, who: User) -> Membership:
    return session.scalars(sa.select(Membership).where(Membership.person_id == who.id)).one()


def test_a_section_is_made_and_listed(session: Session, admin: PageClient) -> None:
    assert "No sections yet" in admin.get("/admin/sections").text
    done = admin.submit("/admin/new-section", NEW | {"approve_imgs": "y"})
    made = found(session, "cardiology")
    assert made is not None
    assert (made.name, made.about, made.approve_imgs) == ("Cardiology", "Hearts.", True)
    assert "Next, appoint its leaders" in admin.follow(done).text
    page = admin.get("/admin/sections")
    assert "Cardiology" in page.text
    assert "/admin/sections/cardiology" in page.links()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "Enter a name"),
        ({"slug": "Not A Slug"}, "Use 2 to 40 lower-case letters"),
        ({"slug": "surgery"}, "Another section has this short name"),
        ({"name": "Surgery"}, "Another section has this name"),
        ({"about": "x" * 2001}, "2000 characters"),
    ],
)
@pytest.mark.usefixtures("section")
def test_what_is_wrong_is_said_and_nothing_is_made(
    session: Session, admin: PageClient, change: dict[str, str], said: str
) -> None:
    page = admin.submit("/admin/new-section", NEW | change, status=422)
    assert said in page.text
    assert session.scalars(sa.select(Section.slug)).all() == ["surgery"]


def test_control_characters_are_left_out(session: Session, admin: PageClient) -> None:
    admin.post("/admin/new-section", NEW | {"name": "Car\x00dio\r\nlogy", "about": "a\x00b\r\nc"})
    made = found(session, "cardiology")
    assert made is not None
    assert (made.name, made.about) == ("Car dio logy", "a b\nc")


def test_a_section_is_edited_but_keeps_its_short_name(
    session: Session, admin: PageClient, section: Section
) -> None:
    smuggled = {"slug": "other", "id": "1", "created_at": "2020-01-01"}
    admin.submit("/admin/sections/surgery/edit", {"name": "General Surgery"} | smuggled)
    made = found(session, "surgery")
    assert made is not None
    assert (made.name, made.id) == ("General Surgery", section.id)


def test_an_edit_may_not_take_anothers_name(
    session: Session, admin: PageClient, section: Section
) -> None:
    factories.section(session, "Taken")
    page = admin.submit("/admin/sections/surgery/edit", {"name": "Taken"}, status=422)
    assert "Another section has this name" in page.text
    assert found(session, "surgery") == section
    assert section.name == "Surgery"


def test_a_known_address_is_appointed(
    session: Session, admin: PageClient, section: Section
) -> None:
    lena = factories.person(session, "Lena Leader", email="lena@example.org")
    done = admin.submit(
        f"/admin/sections/{section.slug}",
        {"email": " LENA@example.org "},
        action="/admin/sections/surgery/leaders",
    )
    assert leads(session, lena)
    page = admin.follow(done)
    assert "Lena Leader leads Surgery." in page.text
    assert "In use" in page.text
    assert session.scalars(sa.select(Message.subject)).all() == ["You now lead Surgery"]


def test_an_unknown_address_is_said_plainly_and_can_be_invited(
    session: Session, admin: PageClient, section: Section
) -> None:
    page = admin.submit(
        f"/admin/sections/{section.slug}",
        {"email": "new@example.org"},
        action="/admin/sections/surgery/leaders",
        status=422,
    )
    assert "No account uses new@example.org" in page.text
    path = "/admin/sections/surgery/leaders/invite"
    assert page.form(path) is not None
    for _ in range(2):  # a double click invites one person
        done = admin.post(path, {"email": "New@example.org", "name": "Nia New"})
    nia = session.scalars(sa.select(User).where(User.email == "new@example.org")).one()
    assert (nia.name, nia.password, nia.confirmed_at) == ("Nia New", None, None)
    assert leads(session, nia)
    assert "Not claimed yet" in admin.follow(done).text
    mails = session.scalars(sa.select(Message.subject)).all()
    assert sorted(mails) == ["You now lead Surgery", "Your account for Surgery"]


def test_an_invitation_makes_a_leader_and_nothing_more(
    session: Session, admin: PageClient, section: Section
) -> None:
    values = {"email": "new@example.org", "name": "Nia New"}
    smuggled = {"roles": "administrator", "password": "x", "confirmed_at": "2020-01-01"}
    admin.post(f"/admin/sections/{section.slug}/leaders/invite", values | smuggled)
    nia = session.scalars(sa.select(User).where(User.email == "new@example.org")).one()
    assert not nia.is_administrator
    assert (nia.password, nia.confirmed_at) == (None, None)


@pytest.mark.parametrize(
    "values", [{"email": "no address"}, {"email": "a@example.org", "name": ""}]
)
def test_an_unusable_invitation(
    session: Session, admin: PageClient, section: Section, values: dict[str, str]
) -> None:
    page = admin.post(f"/admin/sections/{section.slug}/leaders/invite", values, status=422)
    assert "Please check the form" in page.text
    assert session.scalars(sa.select(Membership)).all() == []


def test_the_only_leader_is_dismissed_with_a_second_word(
    session: Session, admin: PageClient, leader: User
) -> None:
    path = f"/admin/sections/surgery/leaders/{hers(session, leader).id}/dismiss"
    assert path in admin.get("/admin/sections/surgery").links()
    assert "This is the only leader" in admin.get(path).text
    admin.submit(path, status=422)
    assert leads(session, leader)
    done = admin.submit(path, {"even_the_last": "y"})
    assert not leads(session, leader)
    assert "No leaders yet" in admin.follow(done).text


def test_one_of_two_leaders_is_dismissed(
    session: Session, admin: PageClient, leader: User, section: Section
) -> None:
    other = factories.leader(session, section)
    path = f"/admin/sections/surgery/leaders/{hers(session, leader).id}/dismiss"
    assert "1 other leader stays" in admin.get(path).text
    for _ in range(2):
        admin.post(path)
    assert not leads(session, leader)
    assert leads(session, other)
    admin.get(path, status=404)


def test_dismissing_keeps_to_the_section_and_to_leaders(
    session: Session, admin: PageClient, leader: User, section: Section
) -> None:
    factories.leader(session, section)
    factories.section(session, "Other", slug="other")
    mentor = factories.member(session, section, SectionRole.MENTOR)
    for slug, who in (("other", leader), ("surgery", mentor)):
        path = f"/admin/sections/{slug}/leaders/{hers(session, who).id}/dismiss"
        admin.get(path, status=404)
        admin.post(path, {"even_the_last": "y"}, status=404)
    assert leads(session, leader)
    assert belonging.active_roles(session, mentor.id) == {SectionRole.MENTOR}


def test_to_others_these_pages_do_not_exist(
    session: Session, sign_in: SignIn, leader: User
) -> None:
    them, membership = sign_in(leader), hers(session, leader)
    for path in (
        "/admin/sections",
        "/admin/new-section",
        "/admin/sections/surgery",
        "/admin/sections/surgery/edit",
        f"/admin/sections/surgery/leaders/{membership.id}/dismiss",
    ):
        them.get(path, status=404)
    email = {"email": "lena@example.org", "name": "x"}
    for path, values in (
        ("/admin/new-section", NEW),
        ("/admin/sections/surgery/edit", NEW),
        ("/admin/sections/surgery/leaders", email),
        ("/admin/sections/surgery/leaders/invite", email),
        (f"/admin/sections/surgery/leaders/{membership.id}/dismiss", {"even_the_last": "y"}),
    ):
        them.post(path, values, status=404)
    assert leads(session, leader)
    assert session.scalars(sa.select(Section.slug)).all() == ["surgery"]
