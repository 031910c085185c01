"""The people of a roster as accounts, members of the section, and givers of consent.

Everything is looked up and made for all rows at once: a roster may have twenty thousand.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts import service as accounts
from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.consents.models import Consent
from mentorship.rosters.problems import Problem
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.sections import service as sections
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


def find_people(session: Session, emails: Iterable[str]) -> dict[str, User]:
    found: dict[str, User] = {}
    for portion in portions(dict.fromkeys(emails)):
        for person in session.scalars(sa.select(User).where(User.email.in_(portion))):
            found[person.email] = person
    return found


def enrol_people(
    session: Session, everybody: Sequence[Entry], *, now: dt.datetime
) -> tuple[dict[str, User], set[str], list[str]]:
    """Find or make an account for each row; return them, whose name changed, and notes.

    The name belongs to its owner once they have claimed the account. Where both files name one
    person, the first row gives the name.
    """
    people = find_people(session, (entry.email for entry in everybody))
    renamed: set[str] = set()
    notes: list[str] = []
    named: dict[str, str] = {}
    for entry in everybody:
        name = accounts.clean_name(entry.row.name)
        if named.setdefault(entry.email, name) != name:
            notes.append(entry.says("name", f'"{name}" was left out; another row says otherwise'))
            continue
        person = people.get(entry.email)
        if person is None:
            people[entry.email] = _new(entry, name, now)
            session.add(people[entry.email])
        elif person.confirmed_at is None and person.name != name:
            person.name = name
            renamed.add(entry.email)
    session.flush()
    return people, renamed, notes


def _new(entry: Entry, name: str, now: dt.datetime) -> User:
    return User(
        email=entry.email,
        name=name,
        timezone=entry.row.profile.timezone,
        fs_uniquifier=accounts.new_key(),
        created_at=now,
        active=True,
    )


def enrol_members(
    session: Session,
    section: Section,
    everybody: Sequence[tuple[Entry, uuid.UUID]],
    *,
    now: dt.datetime,
) -> tuple[set[Entry], list[Entry]]:
    """Let each person into the section; return who came in, and who had left and stays out."""
    states: dict[tuple[uuid.UUID, SectionRole], MembershipState] = {}
    for portion in portions(person_id for _, person_id in everybody):
        rows = sa.select(Membership.person_id, Membership.role, Membership.state).where(
            Membership.section_id == section.id, Membership.person_id.in_(portion)
        )
        states |= {(row.person_id, row.role): row.state for row in session.execute(rows)}
    came: set[Entry] = set()
    stayed_out: list[Entry] = []
    fresh: list[dict[str, object]] = []
    for entry, person_id in everybody:
        match states.get((person_id, entry.role)):
            case None:
                fresh.append(_membership(section, person_id, entry.role, now))
                came.add(entry)
            case MembershipState.LEFT:
                stayed_out.append(entry)
            case MembershipState.ASKED | MembershipState.DECLINED:
                sections.add_member(
                    session, section_id=section.id, person_id=person_id, role=entry.role, now=now
                )
                came.add(entry)
    if fresh:
        session.execute(sa.insert(Membership), fresh)
    return came, stayed_out


def _membership(
    section: Section, person_id: uuid.UUID, role: SectionRole, now: dt.datetime
) -> dict[str, object]:
    return {
        "section_id": section.id,
        "person_id": person_id,
        "role": role,
        "state": MembershipState.ACTIVE,
        "asked_at": now,
        "decided_at": now,
    }


def enrol_consents(
    session: Session, everybody: Sequence[tuple[Entry, uuid.UUID]], *, now: dt.datetime
) -> tuple[set[Entry], list[str]]:
    """Record the consents that the files name; return whose are new, and notes.

    A file speaks for people who have not spoken themselves. Whoever withdrew a consent, or agreed
    to an older text, is asked again on the site, not by a file.
    """
    before = _consents(session, {person_id for entry, person_id in everybody if entry.row.consents})
    given: set[Entry] = set()
    notes: list[str] = []
    fresh: list[dict[str, object]] = []
    for entry, person_id in everybody:
        for purpose in entry.row.consents:
            known = before[person_id].setdefault(purpose, [])
            if not known:
                version = consents.PURPOSES[purpose].version
                fresh.append(
                    {
                        "person_id": person_id,
                        "purpose": purpose,
                        "version": version,
                        "given_at": now,
                    }
                )
                known.append((version, False))
                given.add(entry)
            elif (why := _not_in_force(purpose, known)) is not None:
                notes.append(entry.says("consents", f'"{purpose}" was left out; {why}'))
    if fresh:
        session.execute(sa.insert(Consent), fresh)
    return given, notes


def _not_in_force(purpose: str, known: Collection[tuple[int, bool]]) -> str | None:
    if (consents.PURPOSES[purpose].version, False) in known:
        return None
    if all(withdrawn for _, withdrawn in known):
        return "the person withdrew it"
    return "the person agreed to an older text and must read the new one"


def _consents(
    session: Session, person_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, dict[str, list[tuple[int, bool]]]]:
    """Return, by person and purpose, each version agreed to and whether it was withdrawn."""
    found: dict[uuid.UUID, dict[str, list[tuple[int, bool]]]] = defaultdict(dict)
    for portion in portions(person_ids):
        rows = sa.select(
            Consent.person_id, Consent.purpose, Consent.version, Consent.withdrawn_at
        ).where(Consent.person_id.in_(portion))
        for person_id, purpose, version, withdrawn_at in session.execute(rows):
            seen = found[person_id].setdefault(purpose, [])
            seen.append((version, withdrawn_at is not None))
    return found
