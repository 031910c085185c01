"""Who stands in the way of publishing a run, one by one; and whether anybody does, at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy.orm import Session

from mentorship.consents.service import MATCHING, withdraw
from mentorship.rounds import enrolment, service
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Side
from mentorship.rounds.out_of_date import changed_among, changed_since, rounds_out_of_date
from mentorship.rounds.rest import for_publishing
from tests.factories import NOW
from tests.rounds.asking import accept, again, alter, ask, direct
from tests.rounds.cast import Cast, counted


def leave_out(cast: Cast, name: str) -> None:
    rounds = cast.session.query(Round).all()
    ids = [cast.profile(name)]
    enrolment.leave_out(cast.session, round_id=rounds[0].id, profile_ids=ids, now=NOW)


def taken_elsewhere(cast: Cast) -> None:
    """Publish another round that gives Omar's seats away."""
    other = cast.open("Other")
    others = [cast.profile(name) for name in ("Noor Haddad", "Ana Silva")]
    enrolment.leave_out(cast.session, round_id=other.id, profile_ids=others, now=NOW)
    run = service.run_round(cast.session, round_id=other.id, by=None, now=NOW)
    service.publish_round(cast.session, round_id=other.id, run_id=run.id, by=None, now=NOW)


CHANGES: Mapping[str, tuple[Callable[[Cast], object], set[str]]] = {
    "nothing": (lambda _: None, set()),
    "somebody new": (lambda cast: cast.img("Zoe New"), set()),
    "no consent": (
        lambda cast: withdraw(cast.session, cast.people["Ana Silva"].id, MATCHING, NOW),
        {"Ana Silva"},
    ),
    "left out": (lambda cast: leave_out(cast, "Noor Haddad"), {"Noor Haddad"}),
    "fewer seats": (lambda cast: alter(cast, "Omar Aziz", seats=1), {"Omar Aziz"}),
    "more seats": (lambda cast: alter(cast, "Omar Aziz", seats=3), set()),
    "avoids the other": (
        lambda cast: alter(cast, "Ana Silva", avoid=(str(cast.people["Noor Haddad"].id),)),
        {"Ana Silva", "Noor Haddad"},
    ),
    "avoided by the other": (
        lambda cast: alter(cast, "Noor Haddad", exclude=(str(cast.people["Ana Silva"].id),)),
        {"Ana Silva", "Noor Haddad"},
    ),
    "avoids somebody else": (
        lambda cast: alter(cast, "Ana Silva", avoid=(str(cast.people["Omar Aziz"].id),)),
        set(),
    ),
    "taken elsewhere": (taken_elsewhere, {"Omar Aziz", "Ben Okafor", "Chi Tanaka"}),
}


def told(cast: Cast, round_: Round, run_id: uuid.UUID) -> tuple[set[str], bool]:
    session = cast.session
    session.flush()
    people = for_publishing(session, cast.again(round_), now=NOW)
    changed = changed_among(session, run_id, *people)
    there = rounds_out_of_date(session, [cast.section.id], now=NOW)
    assert changed_since(session, round_, run_id, now=NOW) == (changed or ())
    return {each.person.name for each in changed}, round_.id in there


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_told_of_the_round_is_what_is_told_of_its_people(cast: Cast, what: str) -> None:
    change, who = CHANGES[what]
    round_, run = cast.reviewed()
    change(cast)
    assert told(cast, round_, run.id) == (who, bool(who))


def test_the_same_of_pairs_that_agreed_by_request(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    accept(cast, offer, "Noor Haddad")
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    leave_out(cast, "Ana Silva")  # an agreed pair stands whatever becomes of the two
    assert told(cast, round_, run.id) == (set(), False)
    service.end_match(
        cast.session, offer=again(cast, offer), side=Side.MENTOR, by=None, reason="no_time",
        words="", now=NOW,
    )  # fmt: skip
    assert told(cast, round_, run.id) == ({"Ana Silva"}, True)


def test_rounds_are_looked_at_in_one_statement_however_many(cast: Cast, session: Session) -> None:
    for name in ("One", "Two", "Three"):
        cast.reviewed(name)
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    section_id = cast.section.id
    session.flush()
    with counted(session) as seen:
        there = rounds_out_of_date(session, [section_id], now=NOW)
    assert (len(there), len(seen)) == (3, 1)
