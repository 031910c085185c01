"""The page of privacy choices: all is off, each switch says since when, and works at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.models import Consent
from mentorship.consents.service import MATCHING, PURPOSES, SHARE_VISA, give, in_force
from mentorship.sections.models import SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import Page, PageClient

SignIn = Callable[[User], PageClient]
PAGE = "/privacy-choices"


@pytest.fixture
def ana(session: Session) -> User:
    return factories.person(session)


def switches(page: Page) -> dict[str, bool]:
    boxes = page.tree.iterfind(".//main//input[@type='checkbox']")
    return {
        str(box.get("id")).removeprefix("agree-"): box.get("checked") is not None for box in boxes
    }


def held(session: Session, who: User) -> frozenset[str]:
    return in_force(session, [who.id])[who.id]


def test_every_purpose_is_there_and_off(sign_in: SignIn, ana: User) -> None:
    page = sign_in(ana).get(PAGE)
    assert switches(page) == dict.fromkeys(PURPOSES, False)
    for purpose in PURPOSES.values():
        assert all(part in page.text for part in purpose.text.split("\n"))
        assert purpose.without in page.text


def test_a_switch_is_turned_on_and_says_since_when(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    me = sign_in(ana)
    done = me.submit(PAGE, {"agree": "y"}, action=f"{PAGE}/{MATCHING}")
    assert held(session, ana) == {MATCHING}
    after = me.follow(done)
    assert switches(after) == dict.fromkeys(PURPOSES, False) | {MATCHING: True}
    assert "to version 1 of this text" in after.text
    assert PURPOSES[MATCHING].withdrawing in after.text


def test_turning_it_off_says_what_follows(session: Session, sign_in: SignIn, ana: User) -> None:
    give(session, ana.id, MATCHING, NOW)
    give(session, ana.id, SHARE_VISA, NOW)
    me = sign_in(ana)
    done = me.post(f"{PAGE}/{MATCHING}", {"version": "1"})
    assert held(session, ana) == {SHARE_VISA}
    assert "You will not be in any future match round" in me.follow(done).text


def test_saving_twice_changes_nothing_more(session: Session, sign_in: SignIn, ana: User) -> None:
    me = sign_in(ana)
    for _ in range(2):
        me.post(f"{PAGE}/{MATCHING}", {"agree": "y", "version": "1"})
    for _ in range(2):
        me.post(f"{PAGE}/{MATCHING}")
    rows = session.scalars(sa.select(Consent).where(Consent.person_id == ana.id)).all()
    assert len(rows) == 1


@pytest.mark.parametrize("version", ["", "0", "2", "x"])
def test_another_text_is_not_agreed_to(
    session: Session, sign_in: SignIn, ana: User, version: str
) -> None:
    me = sign_in(ana)
    done = me.post(f"{PAGE}/{MATCHING}", {"agree": "y", "version": version})
    assert held(session, ana) == frozenset()
    assert "The text has changed" in me.follow(done).text


def test_an_older_yes_is_shown_as_off(session: Session, sign_in: SignIn, ana: User) -> None:
    session.add(Consent(person_id=ana.id, purpose=MATCHING, version=99, given_at=NOW))
    session.flush()
    page = sign_in(ana).get(PAGE)
    assert not switches(page)[MATCHING]
    assert "that no longer counts" in page.text


def test_one_chooses_for_oneself(session: Session, sign_in: SignIn, ana: User) -> None:
    other = factories.person(session)
    smuggled = {"agree": "y", "version": "1", "person_id": str(other.id), "purpose": SHARE_VISA}
    sign_in(ana).post(f"{PAGE}/{MATCHING}", smuggled)
    assert held(session, ana) == {MATCHING}
    assert held(session, other) == frozenset()


def test_an_unknown_purpose_is_not_there(sign_in: SignIn, ana: User) -> None:
    sign_in(ana).post(f"{PAGE}/marketing", {"agree": "y", "version": "1"}, status=404)


def by_file(session: Session, who: User, purpose: str = MATCHING) -> None:
    values = {"person_id": who.id, "purpose": purpose, "version": 1, "given_at": NOW}
    session.add(Consent(**values, by_file=True))
    session.flush()


@pytest.mark.parametrize("yes", [True, False])
def test_what_a_leaders_file_said_is_asked_about(
    session: Session, sign_in: SignIn, ana: User, *, yes: bool
) -> None:
    factories.member(session, factories.section(session), SectionRole.IMG, ana)
    by_file(session, ana)
    me = sign_in(ana)
    assert "Is it right that you agree?" in me.get("/home/img").text
    page = me.get(PAGE)
    asked = "Your section leader said on November 2, 2026 that you agree to this. Is that right?"
    assert asked in page.text
    assert "On, please confirm" in page.text
    assert MATCHING not in switches(page)
    done = me.post(f"{PAGE}/{MATCHING}", {"version": "1"} | ({"agree": "y"} if yes else {}))
    after = me.follow(done)
    assert switches(after)[MATCHING] == yes
    assert ("You agreed on" in after.text) == yes
    assert held(session, ana) == ({MATCHING} if yes else frozenset())
    assert "Is it right" not in me.get("/home/img").text


@pytest.mark.parametrize("yes", [True, False])
def test_what_a_file_said_of_visas_is_off_until_the_person_says_yes(
    session: Session, sign_in: SignIn, ana: User, *, yes: bool
) -> None:
    by_file(session, ana, SHARE_VISA)
    me = sign_in(ana)
    page = me.get(PAGE)
    assert "Off until you answer" in page.text
    assert "only your own yes counts" in page.text
    assert "On, please confirm" not in page.text
    done = me.post(f"{PAGE}/{SHARE_VISA}", {"version": "1"} | ({"agree": "y"} if yes else {}))
    assert switches(me.follow(done))[SHARE_VISA] == yes
    assert held(session, ana) == ({SHARE_VISA} if yes else frozenset())


def test_an_older_text_of_a_file_is_read_and_chosen_anew(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    values = {"person_id": ana.id, "purpose": MATCHING, "version": 99, "given_at": NOW}
    session.add(Consent(**values, by_file=True))
    session.flush()
    page = sign_in(ana).get(PAGE)
    assert "Your section leader said on November 2, 2026 that you agree to version 99" in page.text
    assert not switches(page)[MATCHING]
