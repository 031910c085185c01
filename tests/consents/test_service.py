"""Consent: off until given, gone the moment it is withdrawn, and kept as a record of both."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from types import MappingProxyType

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service
from mentorship.consents.models import Consent
from mentorship.consents.service import LISTED, MATCHING, PURPOSES, SHARE_VISA, STATISTICS
from mentorship.profiles.audience import COMPARED, SHOWN, Audience
from tests import factories
from tests.factories import NOW

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def ana(session: Session) -> User:
    return factories.person(session)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> int:
    """The text about matching changes."""
    old = PURPOSES[MATCHING]
    changed = {**PURPOSES, MATCHING: replace(old, version=old.version + 1)}
    monkeypatch.setattr(service, "PURPOSES", MappingProxyType(changed))
    return old.version + 1


def held(session: Session, who: User) -> frozenset[str]:
    return service.in_force(session, [who.id])[who.id]


def record(session: Session, who: User) -> list[tuple[str, int, dt.datetime, dt.datetime | None]]:
    columns = Consent.purpose, Consent.version, Consent.given_at, Consent.withdrawn_at
    rows = sa.select(*columns).where(Consent.person_id == who.id).order_by(Consent.given_at)
    return [(p, v, g, w) for p, v, g, w in session.execute(rows)]


def test_all_is_off_at_first(session: Session, ana: User) -> None:
    assert held(session, ana) == frozenset()


def test_each_purpose_stands_alone(session: Session, ana: User) -> None:
    service.give(session, ana.id, MATCHING, NOW)
    assert held(session, ana) == {MATCHING}
    service.give(session, ana.id, SHARE_VISA, NOW)
    assert held(session, ana) == {MATCHING, SHARE_VISA}


def test_agreeing_twice_keeps_the_first_date(session: Session, ana: User) -> None:
    service.give(session, ana.id, MATCHING, NOW)
    service.give(session, ana.id, MATCHING, LATER)
    assert record(session, ana) == [(MATCHING, 1, NOW, None)]


def test_withdrawing_counts_at_once_and_is_kept(session: Session, ana: User) -> None:
    service.give(session, ana.id, MATCHING, NOW)
    assert service.withdraw(session, ana.id, MATCHING, LATER)
    assert held(session, ana) == frozenset()
    assert record(session, ana) == [(MATCHING, 1, NOW, LATER)]
    assert not service.withdraw(session, ana.id, MATCHING, LATER)


def test_agreeing_again_is_a_new_record(session: Session, ana: User) -> None:
    service.give(session, ana.id, MATCHING, NOW)
    service.withdraw(session, ana.id, MATCHING, NOW)
    service.give(session, ana.id, MATCHING, LATER)
    assert held(session, ana) == {MATCHING}
    assert len(record(session, ana)) == 2


def test_a_clock_set_back_does_not_stop_a_withdrawal(session: Session, ana: User) -> None:
    service.give(session, ana.id, MATCHING, LATER)
    assert service.withdraw(session, ana.id, MATCHING, NOW)
    assert record(session, ana) == [(MATCHING, 1, LATER, LATER)]


def test_nobody_speaks_for_others(session: Session, ana: User) -> None:
    other = factories.person(session)
    service.give(session, ana.id, MATCHING, NOW)
    assert held(session, other) == frozenset()
    assert not service.withdraw(session, other.id, MATCHING, NOW)
    assert held(session, ana) == {MATCHING}


def test_a_new_text_needs_a_new_yes(session: Session, ana: User, newer: int) -> None:
    session.add(Consent(person_id=ana.id, purpose=MATCHING, version=newer - 1, given_at=NOW))
    session.flush()
    assert held(session, ana) == frozenset()
    assert service.standing(session, ana.id)[MATCHING].version == newer - 1
    service.give(session, ana.id, MATCHING, LATER)
    assert held(session, ana) == {MATCHING}
    assert record(session, ana) == [
        (MATCHING, newer - 1, NOW, LATER),
        (MATCHING, newer, LATER, None),
    ]


def test_a_whole_round_is_asked_in_one_query(session: Session, ana: User) -> None:
    silent = [factories.person(session) for _ in range(20)]
    service.give(session, ana.id, MATCHING, NOW)
    asked: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(session.connection(), "before_cursor_execute", count)
    found = service.in_force(session, [ana.id, *(p.id for p in silent)])
    assert found == {ana.id: {MATCHING}} | {p.id: frozenset() for p in silent}
    assert len(asked) == 1


def test_an_unknown_purpose_is_no_purpose(session: Session, ana: User) -> None:
    with pytest.raises(KeyError):
        service.give(session, ana.id, "marketing", NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "marketing"},
        {"version": 0, "purpose": SHARE_VISA},
        {"withdrawn_at": NOW - dt.timedelta(seconds=1)},
        {"person_id": uuid.UUID(int=7)},
        {},  # a second one in force
    ],
    ids=str,
)
def test_what_the_database_refuses(session: Session, ana: User, change: dict[str, object]) -> None:
    row = {"person_id": ana.id, "purpose": MATCHING, "version": 1, "given_at": NOW}
    session.execute(sa.insert(Consent).values(row))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.insert(Consent).values(row | change))


def test_consents_go_with_the_person(session: Session, ana: User) -> None:
    service.give(session, ana.id, MATCHING, NOW)
    session.execute(sa.delete(User).where(User.id == ana.id))
    assert record(session, ana) == []


# each field that whoever looks around reads of somebody, or of the two, in the words of the text
LOOKED_UP = {
    "name": "your name (or a code",
    "specialties": "specialties",
    "subspecialties": "subspecialties",
    "topics": "topics",
    "languages": "languages",
    "timezone": "time zone",
    "channels": "ways to talk",
    "formats": "ways of working",
    "meetings_a_month": "how many meetings a month",
    "stage": "the stage of the journey",
    "stages": "the stages they help with",
    "states": "the states they hope for",
    "state": "the state they live in",
    "states_licensed": "the states they are licensed in",
    "career_level": "the position",
    "is_img": "whether they are an IMG themselves",
    "institution": "the institution",
    "about": "a few words about them",
    "availability": "how much free time you have in common",
    "seats": "whether they have a free seat now",
    "paused_until": "during a break there is none",
}


def test_the_text_on_being_looked_up_names_all_that_is_shown() -> None:
    read = {
        field
        for table in (SHOWN, COMPARED)
        for cells in table.values()
        for field, audiences in cells.items()
        if Audience.BROWSING in audiences
    }
    assert set(LOOKED_UP) == read
    text = PURPOSES[LISTED].text
    assert not [words for words in LOOKED_UP.values() if words not in text]


def test_the_text_on_statistics_names_averages_and_the_chance_in_them() -> None:
    text = PURPOSES[STATISTICS].text
    assert "averages of groups" in text
    assert "chance is mixed into each number and each average" in text


def said_for(session: Session, who: User) -> bool:
    return bool(session.scalar(sa.select(service.said_for(who.id))))


def by_file(session: Session, who: User, purpose: str = MATCHING) -> None:
    """Let a leader's file say that somebody agrees."""
    version = PURPOSES[purpose].version
    values = {"person_id": who.id, "purpose": purpose, "version": version, "given_at": NOW}
    session.add(Consent(**values, by_file=True))
    session.flush()


def test_what_a_file_said_holds_until_the_person_answers(session: Session, ana: User) -> None:
    by_file(session, ana)
    assert (held(session, ana), said_for(session, ana)) == (frozenset({MATCHING}), True)


def agrees(session: Session, who: User, purpose: str) -> bool:
    asked = sa.select(service.agrees_to(purpose, User.id)).where(User.id == who.id)
    return bool(session.scalar(asked))


def test_a_file_shares_no_visa_that_its_person_can_type(session: Session, ana: User) -> None:
    ana.confirmed_at = None
    by_file(session, ana, SHARE_VISA)
    by_file(session, ana, STATISTICS)
    assert held(session, ana) == {SHARE_VISA, STATISTICS}
    assert agrees(session, ana, SHARE_VISA)
    ana.confirmed_at = LATER
    session.flush()
    assert held(session, ana) == {STATISTICS}
    assert not agrees(session, ana, SHARE_VISA)
    assert agrees(session, ana, STATISTICS)
    assert said_for(session, ana), "they are asked all the same"
    service.give(session, ana.id, SHARE_VISA, LATER)
    assert held(session, ana) == {SHARE_VISA, STATISTICS}
    assert agrees(session, ana, SHARE_VISA)


def test_a_yes_to_what_a_file_said_is_a_record_of_its_own(session: Session, ana: User) -> None:
    by_file(session, ana)
    service.give(session, ana.id, MATCHING, LATER)
    service.give(session, ana.id, MATCHING, LATER + dt.timedelta(days=1))
    columns = Consent.by_file, Consent.given_at, Consent.withdrawn_at
    rows = session.execute(sa.select(*columns).order_by(Consent.given_at)).all()
    assert [tuple(row) for row in rows] == [(True, NOW, LATER), (False, LATER, None)]
    assert (held(session, ana), said_for(session, ana)) == (frozenset({MATCHING}), False)


def test_a_no_to_what_a_file_said_ends_it(session: Session, ana: User) -> None:
    by_file(session, ana)
    service.withdraw(session, ana.id, MATCHING, LATER)
    assert (held(session, ana), said_for(session, ana)) == (frozenset(), False)


def test_an_older_text_that_a_file_named_is_not_asked_about(
    session: Session, ana: User, newer: int
) -> None:
    values = {"person_id": ana.id, "purpose": MATCHING, "version": newer - 1, "given_at": NOW}
    session.add(Consent(**values, by_file=True))
    session.flush()
    assert (held(session, ana), said_for(session, ana)) == (frozenset(), False)
