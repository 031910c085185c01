"""Who is on the other side of one person, with what hard rules and counts read of them.

Each step of a profile shows such counts, so no profile is loaded: the database gathers the words
of each person into one text. Institutions are not gathered, so nobody counts as kept apart by one:
whoever types the name of a hospital would read from the number who selects residents there.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.profiles.breaks import on_break
from mentorship.profiles.models import (
    Choice,
    Naming,
    NamingUse,
    Profile,
    ProfileKind,
)
from mentorship.profiles.service import is_ready
from mentorship.rounds.candidates import agrees, held
from mentorship.rounds.choices import BEFORE
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Membership, MembershipState, SectionRole

Words = Mapping[str, tuple[str, ...]]
ASKED = {
    ProfileKind.IMG: ("stage", "specialties", "topics", "languages"),
    ProfileKind.MENTOR: (
        *("accepts_specialties", "accepts_stages", "accepts_languages"),
        *("topics", "languages"),
    ),
}


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody on the other side. ``words`` are by field, in the order they were put in."""

    key: str  # of the person
    sections: frozenset[uuid.UUID]  # in which the two could be paired; one at least
    seats: int  # 0 during a break
    held: int
    words: Words
    leaves_out: bool  # the reader


def others_of(
    session: Session, person_id: uuid.UUID, own: Img | Mentor, *, now: dt.datetime
) -> Sequence[Other]:
    """Return whoever could be paired with this person but for hard rules, in one query.

    They agree to be matched, said enough, and belong to a section where this person has the role.
    """
    mine, theirs = _kinds(own)
    rows = session.execute(
        sa.select(
            Profile.person_id,
            _seats(now).label("seats"),
            held().label("held"),
            _words(ASKED[theirs]).label("words"),
            _leaves_out(person_id).label("leaves_out"),
            _shared(person_id, mine).label("sections"),
        )
        .join(User, User.id == Profile.person_id)
        .where(Profile.kind == theirs, Profile.person_id != person_id, *_can(person_id, mine))
    )
    return [
        Other(
            key=str(row.person_id),
            sections=frozenset(map(uuid.UUID, row.sections.split())),
            seats=row.seats,
            held=row.held,
            words=_by_field(row.words),
            leaves_out=bool(row.leaves_out),
        )
        for row in rows
    ]


def rules_of(
    session: Session, sections: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[RunRules]]:
    """Return the rules of all open rounds of each section, or of its newest where none is open.

    One to come goes before one that was; a section without any has the rules a round starts with.
    """
    is_open = Round.state == RoundState.OPEN
    since = sa.func.coalesce(Round.opened_at, Round.created_at)
    newest = (~is_open, Round.state.not_in(BEFORE), sa.case((~is_open, since)).desc())
    place = sa.func.rank().over(partition_by=Round.section_id, order_by=newest).label("place")
    rounds = (
        sa.select(Round.section_id, Round.rules, place)
        .where(Round.section_id.in_(sections), ~Round.given_up)
        .subquery()
    )
    found: dict[uuid.UUID, list[RunRules]] = {section: [] for section in sections}
    for section, rules, _ in session.execute(sa.select(rounds).where(rounds.c.place == 1)):
        found[section].append(SetUp.from_json(rules).rules())
    return {section: rules or [SetUp().rules()] for section, rules in found.items()}


def seats_by_topic(
    session: Session, person_id: uuid.UUID, *, now: dt.datetime
) -> Mapping[str, int]:
    """Return how many free seats there are for each topic in the sections of a mentor."""
    mentor = ProfileKind.MENTOR
    rows = session.execute(
        sa.select(_words(("topics",)), _seats(now) - held())
        .join(User, User.id == Profile.person_id)
        .where(Profile.kind == mentor, *_can(person_id, mentor))
    )
    seats: Counter[str] = Counter()
    for words, left in rows:
        seats.update(dict.fromkeys(_by_field(words)["topics"], max(left, 0)))
    return seats


def _kinds(own: Img | Mentor) -> tuple[ProfileKind, ProfileKind]:
    if isinstance(own, Img):
        return ProfileKind.IMG, ProfileKind.MENTOR
    return ProfileKind.MENTOR, ProfileKind.IMG


def _sections(person_id: uuid.UUID, kind: ProfileKind) -> sa.Select[uuid.UUID]:
    return sa.select(Membership.section_id).where(
        Membership.person_id == person_id,
        Membership.role == SectionRole(kind.value),
        Membership.state == MembershipState.ACTIVE,
    )


def _can(person_id: uuid.UUID, kind: ProfileKind) -> tuple[Any, ...]:
    """Say who can be matched in the sections of a person: conditions on ``Profile``, ``User``."""
    theirs = aliased(Membership)
    member = sa.exists().where(*_meet(theirs, person_id, kind)).correlate(Profile)
    return member, is_ready(), agrees(), User.active


def _shared(person_id: uuid.UUID, kind: ProfileKind) -> sa.ScalarSelect[str]:
    """Return the sections where somebody could be paired with a person."""
    theirs = aliased(Membership)
    return (
        sa.select(sa.func.aggregate_strings(sa.cast(theirs.section_id, sa.String), " "))
        .where(*_meet(theirs, person_id, kind))
        .correlate(Profile)
        .scalar_subquery()
    )


def _meet(
    theirs: type[Membership], person_id: uuid.UUID, kind: ProfileKind
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        theirs.person_id == Profile.person_id,
        theirs.section_id.in_(_sections(person_id, kind)),
        sa.cast(theirs.role, sa.String) == sa.cast(Profile.kind, sa.String),
        theirs.state == MembershipState.ACTIVE,
    )


def _seats(now: dt.datetime) -> sa.Case[int]:
    return sa.case((on_break(now), 0), else_=Profile.seats)


def _words(fields: Sequence[str]) -> sa.ScalarSelect[str]:
    each = Choice.field + ":" + sa.cast(Choice.rank, sa.String) + ":" + Choice.term
    return (
        sa.select(sa.func.aggregate_strings(each, " "))
        .where(Choice.profile_id == Profile.id, Choice.field.in_(fields))
        .correlate(Profile)
        .scalar_subquery()
    )


def _leaves_out(person_id: uuid.UUID) -> sa.Exists:
    return (
        sa.exists()
        .where(
            Naming.profile_id == Profile.id,
            Naming.use == NamingUse.AVOID,
            Naming.person_id == person_id,
        )
        .correlate(Profile)
    )


def _by_field(words: str | None) -> Words:
    said: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for each in (words or "").split():
        field, rank, word = each.split(":")
        said[field].append((int(rank), word))
    return defaultdict(tuple, {f: tuple(w for _, w in sorted(some)) for f, some in said.items()})
