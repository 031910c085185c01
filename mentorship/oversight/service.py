"""The log as people read it: leaders that of their section, administrators all of it.

Leaders see names. Administrators see the names of leaders and administrators only; a member is a
code there, a keyed hash of their key, which stays the same from line to line. What somebody told
the leaders in confidence neither reads here (see ``IN_CONFIDENCE``).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import ADMINISTRATOR, Role, User
from mentorship.audit import AuditEntry
from mentorship.hosts.models import ListedHost
from mentorship.oversight.words import ACTIONS_OF, IN_CONFIDENCE, UNTOLD, in_words
from mentorship.rosters.escape import guard
from mentorship.rounds.history import of_run
from mentorship.rounds.models import Round
from mentorship.rounds.paging import Listing, Wanted, fetch
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

MOST_ROWS = 20_000  # in one file
IMPORTED = {"created": "new", "updated": "changed"}  # rows of an import, and how they are told
COLUMNS = ("number", "time_utc", "who", "what", "about", "section", "action")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader looks for. ``who`` is part of a name, or an address, or a member's code."""

    room: str = ""
    who: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.room or self.who or self.since or self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: int
    at: dt.datetime
    who: str
    what: str
    about: str
    section: str
    action: str


def trail(session: Session, section: Section | None, sought: Sought) -> Listing[Line]:
    """Return one page of the log of a section, or of all of it, the newest first."""
    query = _found(session, section, sought)
    page = fetch(session, query, Wanted(page=sought.page), key=AuditEntry.number)
    lines = _lines(session, [row[0] for row in page.rows], named=section is not None)
    return Listing(lines, page.found, page.page, page.last)


def trail_file(session: Session, section: Section | None, sought: Sought) -> bytes:
    """Return what was sought as CSV: UTF-8 with a mark, quoted, with no cell that would be run."""
    entries = session.scalars(_found(session, section, sought).limit(MOST_ROWS)).all()
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in _lines(session, entries, named=section is not None):
        at = line.at.isoformat(timespec="seconds")
        cells = (line.who, line.what, line.about, line.section, line.action)
        writer.writerow([line.number, at, *map(guard, cells)])
    return out.getvalue().encode("utf-8-sig")


def _found(session: Session, section: Section | None, sought: Sought) -> sa.Select[AuditEntry]:
    told = AuditEntry.action.not_in((*UNTOLD, *IN_CONFIDENCE))
    query = sa.select(AuditEntry).where(told).order_by(AuditEntry.number.desc())
    if section is not None:
        query = query.where(_of_section(section.id))
    if sought.room:
        query = query.where(AuditEntry.action.in_(ACTIONS_OF[sought.room]))
    if sought.who:
        query = query.where(AuditEntry.actor_id.in_(_people(session, sought.who, section)))
    if sought.since:
        query = query.where(AuditEntry.at >= _midnight(sought.since))
    if sought.until:
        query = query.where(AuditEntry.at < _midnight(sought.until + dt.timedelta(days=1)))
    return query


def _of_section(section_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say which entries are a section's; those of old bear no section but are about a round."""
    rounds = sa.select(Round.id).where(Round.section_id == section_id)
    old = AuditEntry.section_id.is_(None) & AuditEntry.action.startswith("round.")
    return (AuditEntry.section_id == section_id) | (old & AuditEntry.about_id.in_(rounds))


def _people(
    session: Session, who: str, section: Section | None
) -> sa.Select[uuid.UUID] | Sequence[uuid.UUID]:
    """Select people by a part of the name where names are shown, by the whole address elsewhere."""
    people = sa.select(User.id)
    if section is not None:
        return people.where(User.name.icontains(who, autoescape=True))
    if "@" in who:
        return people.where(User.email == who.casefold())
    code = who.casefold().removeprefix("member ").strip()
    actors = session.scalars(sa.select(AuditEntry.actor_id).distinct())
    return [key for key in actors if key is not None and audit.key.code(key).startswith(code)]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _lines(session: Session, entries: Sequence[AuditEntry], *, named: bool) -> Sequence[Line]:
    people = _names(session, entries, named=named)
    things = _things(session, entries)
    return [
        Line(
            number=entry.number,
            at=entry.at,
            who=_who(entry.actor_id, people, named=named),
            what=_what(entry),
            about=_about(entry, people, things, named=named),
            section=things.get(entry.section_id, "") if entry.section_id else "",
            action=entry.action,
        )
        for entry in entries
    ]


def _names(
    session: Session, entries: Iterable[AuditEntry], *, named: bool
) -> Mapping[uuid.UUID, str | None]:
    """Return the people that entries name; None for a name that the reader is not told."""
    keys = {key for entry in entries for key in (entry.actor_id, entry.about_id) if key}
    leads = sa.exists().where(
        Membership.person_id == User.id,
        Membership.role == SectionRole.LEADER,
        Membership.state == MembershipState.ACTIVE,
    )
    public = sa.true() if named else leads | User.roles.any(Role.name == ADMINISTRATOR)
    names = sa.case((public, User.name), else_=None)
    return dict(session.execute(sa.select(User.id, names).where(User.id.in_(keys))).all())


def _things(session: Session, entries: Iterable[AuditEntry]) -> Mapping[uuid.UUID, str]:
    """Return the names of rounds, sections and hosts, in one query."""
    keys = {key for entry in entries for key in (entry.about_id, entry.section_id) if key}
    rows = session.execute(
        sa.union_all(
            _named(Round.id, Round.name, keys),
            _named(Section.id, Section.name, keys),
            _named(ListedHost.id, ListedHost.host, keys),
        )
    )
    return dict(rows.all())


def _named(
    key: sa.orm.InstrumentedAttribute[uuid.UUID],
    name: sa.orm.InstrumentedAttribute[str],
    keys: Collection[uuid.UUID],
) -> sa.Select[uuid.UUID, str]:
    return sa.select(key, name).where(key.in_(keys))


def _who(key: uuid.UUID | None, people: Mapping[uuid.UUID, str | None], *, named: bool) -> str:
    if key is None:
        return "The service, or a visitor"
    if key in people:
        return people[key] or code_of(key)
    return "Somebody who has left" if named else code_of(key)


def code_of(key: uuid.UUID) -> str:
    """Return what stands for a member where names are not shown."""
    return f"Member {audit.key.code(key)}"


def _about(
    entry: AuditEntry,
    people: Mapping[uuid.UUID, str | None],
    things: Mapping[uuid.UUID, str],
    *,
    named: bool,
) -> str:
    key = entry.about_id
    if key is None or key == entry.actor_id:
        return ""
    if key in things:
        return things[key]
    return _who(key, people, named=named) if key in people else ""


def _what(entry: AuditEntry) -> str:
    words, run = in_words(entry.action), entry.detail.get("run")
    if entry.action == "roster.import.done":
        counts = (f"{entry.detail.get(key, 0)} {said}" for key, said in IMPORTED.items())
        return f"{words} ({', '.join(counts)})"
    return of_run(words, run)
