"""What a leader finds among the members."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mentorship.sections.listing import PAGE_SIZE, Listing, Wanted, members_of
from mentorship.sections.models import MembershipState, Section, SectionRole
from tests import factories

IMG, MENTOR, LEADER = SectionRole
ASKED, ACTIVE, DECLINED, LEFT = MembershipState


@pytest.fixture
def section(session: Session) -> Section:
    here, elsewhere = factories.section(session), factories.section(session)
    for name, role, state in [
        ("Ana Silva", MENTOR, ASKED),
        ("bo Berg", IMG, ACTIVE),
        ("Cy 100% Dean", MENTOR, ACTIVE),
        ("Di Decline", MENTOR, DECLINED),
        ("Ed Exit", IMG, LEFT),
        ("Lena Leader", LEADER, ACTIVE),
    ]:
        factories.member(session, here, role, factories.person(session, name), state)
    factories.member(session, elsewhere, IMG, factories.person(session, "Ana Elsewhere"))
    return here


def names(listing: Listing) -> list[str]:
    return [m.person.name for m in listing.rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["Ana Silva", "bo Berg", "Cy 100% Dean", "Lena Leader"]),
        (Wanted(role=MENTOR), ["Ana Silva", "Cy 100% Dean"]),
        (Wanted(state=DECLINED), ["Di Decline"]),
        (Wanted(state=LEFT, role=IMG), ["Ed Exit"]),
        (Wanted(words="SILVA"), ["Ana Silva"]),
        (Wanted(words="%"), ["Cy 100% Dean"]),
        (Wanted(words="_"), []),
        (Wanted(words="elsewhere"), []),
    ],
)
def test_finding(session: Session, section: Section, wanted: Wanted, found: list[str]) -> None:
    listing = members_of(session, section.id, wanted)
    assert names(listing) == found
    assert listing.found == len(found)


def test_an_address_is_found_too(session: Session, section: Section) -> None:
    lena = members_of(session, section.id, Wanted(role=LEADER)).rows[0].person
    assert names(members_of(session, section.id, Wanted(words=lena.email))) == ["Lena Leader"]


def test_counts_are_of_the_whole_section(session: Session, section: Section) -> None:
    listing = members_of(session, section.id, Wanted(words="nobody at all"))
    assert (listing.found, listing.waiting) == (0, 1)
    assert [listing.active(role) for role in SectionRole] == [1, 1, 1]


def test_pages_hold_everybody_once(session: Session) -> None:
    section = factories.section(session)
    people = [factories.member(session, section, IMG).name for _ in range(PAGE_SIZE + 3)]
    pages = [members_of(session, section.id, Wanted(page=page)) for page in (1, 2)]
    assert [len(page.rows) for page in pages] == [PAGE_SIZE, 3]
    assert sorted(names(pages[0]) + names(pages[1])) == sorted(people)
    assert pages[0].last == 2


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (-5, 1), (10**30, 1)])
def test_a_page_that_is_not_there(
    session: Session, section: Section, asked: int, shown: int
) -> None:
    assert members_of(session, section.id, Wanted(page=asked)).page == shown
