"""An import worked out to the last row, and written in one short go.

Others can write while it is worked out. So before it is written, what it was worked out from is
looked at again: a short check beside the work itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.consents.models import Consent
from mentorship.profiles.models import Naming, Profile
from mentorship.profiles.rows import insert
from mentorship.profiles.service import Draft, hold_many, write_draft
from mentorship.rosters.enrolment import Accounts, Members, portions
from mentorship.rosters.problems import Problem
from mentorship.sections import letters
from mentorship.sections import service as sections
from mentorship.sections.models import Membership, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. The numbers count rows.

    ``refused`` means that nothing was written, because of the problems. ``unclaimed`` are the
    people of the files who have not claimed their account yet.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: bool = False
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unclaimed: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan was worked out from: a section, addresses, and how it all stood."""

    section_id: uuid.UUID
    addresses: Sequence[str]
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All rows that an import writes, and what it will have done."""

    report: ImportReport
    basis: Basis
    people: Accounts
    members: Members
    consents: Sequence[dict[str, Any]]
    drafts: Sequence[Draft]
    changed: frozenset[uuid.UUID]  # who was here, and is no longer as before
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What the log says of who has an import written; nobody does from the command line."""

    by: uuid.UUID | None = None
    import_id: uuid.UUID | None = None


COMMAND_LINE = Told()


def write_plan(session: Session, plan: Plan, told: Told = COMMAND_LINE) -> bool:
    """Write all of it; False, and nothing is written, if what it stands on has changed since."""
    basis = plan.basis
    hold_many(session, [person.id for person in plan.people.of_address.values()])
    if basis_of(session, basis.section_id, basis.addresses) != basis:
        return False
    try:
        with session.begin_nested():
            _write(session, plan)
    except IntegrityError:
        if basis_of(session, basis.section_id, basis.addresses) == basis:
            raise
        return False  # another transaction made an account or a membership in this very moment
    _log(session, plan, told)
    return True


def _write(session: Session, plan: Plan) -> None:
    basis = plan.basis
    insert(session, User, plan.people.made)
    for person_id, name in plan.people.renamed.items():
        session.execute(sa.update(User).where(User.id == person_id).values(name=name))
    insert(session, Membership, plan.members.made)
    for person_id, role in plan.members.let_in:
        sections.add_member(
            session, section_id=basis.section_id, person_id=person_id, role=role, now=plan.now
        )
    insert(session, Consent, plan.consents)
    for draft in plan.drafts:
        write_draft(session, draft)
    section = session.get_one(Section, basis.section_id)
    strangers = [(person_id, entry.role) for entry, person_id in plan.members.invited.items()]
    letters.invited(session, section, strangers, now=plan.now)


def _log(session: Session, plan: Plan, told: Told) -> None:
    """Note how many there were, and each person of whom something was changed: keys, no values."""
    report, where = plan.report, plan.basis.section_id
    if not report.created + report.updated:
        return
    named = {"import": str(told.import_id)} if told.import_id else {}
    said: dict[str, Any] = {"actor_id": told.by, "section_id": where, "now": plan.now}
    counts = {"created": report.created, "updated": report.updated}
    done = "roster.import.done"
    audit.record(session, action=done, about_id=where, detail=counts | named, **said)
    changed = sorted(plan.changed)
    audit.record_many(session, changed, action="roster.import.change", detail=named, **said)


def basis_of(session: Session, section_id: uuid.UUID, addresses: Collection[str]) -> Basis:
    """Return how all stands that decides what an import of people with these addresses does."""
    digest = hashlib.sha256()
    for row in _rows(session, section_id, sorted(addresses)):
        digest.update(repr(tuple(row)).encode())
    return Basis(section_id=section_id, addresses=sorted(addresses), stamp=digest.hexdigest())


def _rows(
    session: Session, section_id: uuid.UUID, addresses: Sequence[str]
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    person = sa.select(User.id, User.email, User.name, User.confirmed_at).order_by(User.id)
    people = [*_each(session, person, User.email, addresses)]
    yield from people
    ids = sorted(row.id for row in people)
    profile = sa.select(Profile.__table__).order_by(Profile.id)
    profiles = [*_each(session, profile, Profile.person_id, ids)]
    yield from profiles  # with the moment of the last change, in whatever stands below it
    naming = sa.select(Naming.profile_id, Naming.use, Naming.rank, Naming.person_id)
    naming = naming.order_by(Naming.profile_id, Naming.use, Naming.rank, Naming.person_id)
    namings = [*_each(session, naming, Naming.profile_id, sorted(row.id for row in profiles))]
    yield from namings
    consent = sa.select(Consent.person_id, Consent.purpose, Consent.version, Consent.withdrawn_at)
    consent = consent.order_by(Consent.person_id, Consent.purpose, Consent.version, Consent.id)
    yield from _each(session, consent, Consent.person_id, ids)
    member = sa.select(
        Membership.section_id, Membership.person_id, Membership.role, Membership.state
    ).order_by(Membership.section_id, Membership.person_id, Membership.role)
    yield from _each(session, member, Membership.section_id, [section_id])
    named = sorted({*ids, *(row.person_id for row in namings)})
    yield from _each(session, member, Membership.person_id, named)


def _each(
    session: Session, query: sa.Select[*tuple[Any, ...]], column: Any, keys: Iterable[Any]
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    for portion in portions(keys):
        yield from session.execute(query.where(column.in_(portion)))
