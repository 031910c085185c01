"""The people of a roster as accounts, members of the section, and givers of consent.

Everything is looked up and worked out for all rows at once: a roster may have twenty thousand.
Nothing is written here; what is to be written comes back as rows.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts import service as accounts
from mentorship.accounts.models import User
from mentorship.rosters.problems import Problem
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

_AT_ONCE = 5_000  # values in one query
_ROLES = {ImgRow: SectionRole.IMG, MentorRow: SectionRole.MENTOR}
AnyRow = ImgRow | MentorRow
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One row of one file, and the address under which its account is kept."""

    file: str
    row: AnyRow
    email: str

    @property
    def role(self) -> SectionRole:
        return _ROLES[type(self.row)]

    def says(self, column: str | None, what: str) -> str:
        where = f", column {column}" if column else ""
        return f"{self.file} line {self.row.line}{where}: {what}"


@lru_cache(maxsize=65_536)
def kept_address(said: str) -> str:
    """Return an address of a file as accounts keep it; one they refuse stays as it is."""
    try:
        return accounts.clean_email(said)
    except accounts.EmailUnusable:
        return said


def entries(roster: Roster[ImgRow] | Roster[MentorRow]) -> tuple[list[Entry], list[Problem]]:
    """Return the rows that can have an account, and what is wrong with the others."""
    good: dict[str, Entry] = {}
    problems: list[Problem] = []
    for row in roster.rows:
        try:
            accounts.clean_name(row.name)
            email = accounts.clean_email(row.email)
        except accounts.EmailUnusable as refused:
            told = (row.email, "cannot be used", str(refused))
            problems.append(Problem(roster.file, row.line, "email", *told))
        except accounts.NameUnusable as refused:
            told = (row.name, "cannot be used", str(refused))
            problems.append(Problem(roster.file, row.line, "name", *told))
        else:
            if email in good:
                right = f"the same person is on line {good[email].row.line}; keep one row"
                told = (row.email, "stands there twice", right)
                problems.append(Problem(roster.file, row.line, "email", *told))
            good.setdefault(email, Entry(roster.file, row, email))
    return list(good.values()), problems


def portions(keys: Iterable[Key]) -> Iterator[Sequence[Key]]:
    listed = list(keys)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a roster. ``claimed`` is whether they keep their account themselves."""

    id: uuid.UUID
    name: str
    claimed: bool


@dataclass(slots=True)
class Accounts:
    """An account for each address of a roster, and what of it is to be written."""

    of_address: dict[str, Person]
    made: list[dict[str, Any]] = field(default_factory=list)
    renamed: dict[uuid.UUID, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_people(session: Session, emails: Iterable[str]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for portion in portions(dict.fromkeys(emails)):
        rows = sa.select(User.email, User.id, User.name, User.confirmed_at)
        for row in session.execute(rows.where(User.email.in_(portion))):
            found[row.email] = Person(row.id, row.name, row.confirmed_at is not None)
    return found


def accounts_for(session: Session, everybody: Sequence[Entry], *, now: dt.datetime) -> Accounts:
    """Find an account for each row, or say how one is made.

    The name belongs to its owner once they have claimed the account. Where both files name one
    person, the first row gives the name.
    """
    people = Accounts(find_people(session, (entry.email for entry in everybody)))
    named: dict[str, str] = {}
    for entry in everybody:
        name = accounts.clean_name(entry.row.name)
        if named.setdefault(entry.email, name) != name:
            told = f'"{name}" was left out; another row says otherwise'
            people.notes.append(entry.says("name", told))
            continue
        person = people.of_address.get(entry.email)
        if person is None:
            row = _account(entry, name, now)
            people.made.append(row)
            people.of_address[entry.email] = Person(row["id"], name, claimed=False)
        elif not person.claimed and person.name != name:
            people.renamed[person.id] = name
    return people


def _account(entry: Entry, name: str, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "email": entry.email,
        "name": name,
        "fs_uniquifier": accounts.new_key(),
        "created_at": now,
        "active": True,
    }


@dataclass(slots=True)
class Members:
    """Who comes into the section: ``made`` as rows, ``let_in`` out of those who asked before.

    ``invited`` are strangers to it, with an account that is their own or another section's: a file
    does not speak for them. They are asked to join, and nothing of theirs is read or changed.
    """

    made: list[dict[str, Any]] = field(default_factory=list)
    let_in: list[tuple[uuid.UUID, SectionRole]] = field(default_factory=list)
    came: set[Entry] = field(default_factory=set)
    stayed_out: list[Entry] = field(default_factory=list)  # left once by their own wish
    invited: dict[Entry, uuid.UUID] = field(default_factory=dict)
    elsewhere: set[uuid.UUID] = field(default_factory=set)  # who is in another section, too

    def coming(self, role: SectionRole) -> frozenset[uuid.UUID]:
        made = {row["person_id"] for row in self.made if row["role"] is role}
        return frozenset(made | {person_id for person_id, own in self.let_in if own is role})


def members_for(
    session: Session,
    section: Section,
    everybody: Sequence[tuple[Entry, uuid.UUID]],
    *,
    claimed: Collection[uuid.UUID],
    now: dt.datetime,
) -> Members:
    """Say who of them comes into the section, who had left and stays out, and who is invited."""
    states: dict[tuple[uuid.UUID, SectionRole], MembershipState] = {}
    members, here = Members(), set[uuid.UUID]()
    for portion in portions(person_id for _, person_id in everybody):
        rows = sa.select(
            Membership.section_id, Membership.person_id, Membership.role, Membership.state
        ).where(Membership.person_id.in_(portion))
        for row in session.execute(rows):
            if row.section_id != section.id:
                members.elsewhere.add(row.person_id)
                continue
            states[row.person_id, row.role] = row.state
            if row.state is MembershipState.ACTIVE:
                here.add(row.person_id)
    strangers = (members.elsewhere | set(claimed)) - here
    for entry, person_id in everybody:
        match states.get((person_id, entry.role)):
            case None if person_id in strangers:
                members.invited[entry] = person_id
            case None:
                members.made.append(_membership(section, person_id, entry.role, now))
                members.came.add(entry)
            case MembershipState.LEFT:
                members.stayed_out.append(entry)
            case MembershipState.ASKED | MembershipState.DECLINED:
                members.let_in.append((person_id, entry.role))
                members.came.add(entry)
    return members


def _membership(
    section: Section, person_id: uuid.UUID, role: SectionRole, now: dt.datetime
) -> dict[str, Any]:
    return {
        "section_id": section.id,
        "person_id": person_id,
        "role": role,
        "state": MembershipState.ACTIVE,
        "asked_at": now,
        "decided_at": now,
    }
