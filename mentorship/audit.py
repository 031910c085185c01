"""Who did what and when: a chained log that is only ever added to, and the command that checks it.

An entry is written in the transaction of what it tells of, names fields and counts but no contents,
and carries the hash of the entry before. The database refuses to change or remove one; whoever does
it all the same breaks the chain, and ``flask audit verify`` says where.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.orm import Mapped, Session, mapped_column

from mentorship.config import Settings
from mentorship.extensions import Model, reading, rows_hit

START = "0" * 64  # what the first entry follows
LOCK = 0x61756469  # writers to the chain queue for this on PostgreSQL; SQLite has one writer anyway
AT_ONCE = 1000
TOLD = "audit.told"  # in Session.info: this transaction has an entry
FORGOTTEN = "audit.forgotten"  # the action of the entry that says up to where old ones were removed


class AuditEntry(Model):
    """One thing that was done. People appear by keys, which say nothing once they are gone."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_about", "about_id", "number"),
        sa.Index("ix_audit_entry_section", "section_id", "number"),
        sa.Index("ix_audit_entry_actor", "actor_id", "number"),
        sa.CheckConstraint("number > 0", name="number_counts"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor_id: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(sa.String(60))
    about_id: Mapped[uuid.UUID | None]
    section_id: Mapped[uuid.UUID | None]  # whose leaders may read it; None: administrators only
    detail: Mapped[dict[str, Any]]
    before: Mapped[str] = mapped_column(sa.String(64), unique=True)  # so that no two follow one
    hash: Mapped[str] = mapped_column(sa.String(64))


class _Key:
    """The key of this process's chain; whoever lacks it cannot forge an entry."""

    def __init__(self) -> None:
        self._key = b""

    def load(self, settings: Settings) -> None:
        secret = settings.audit_key or settings.secret_key
        self._key = hashlib.sha256(b"audit|" + secret.encode()).digest()

    def code(self, person_id: uuid.UUID) -> str:
        """Return what stands for a person where names are not shown: no part of their key.

        Keys stand in addresses; whoever saw one cannot find the person's entries by it.
        """
        return hmac.new(self._key, b"code|" + person_id.bytes, hashlib.sha256).hexdigest()[:8]

    def hash(self, entry: AuditEntry | sa.Row[Any]) -> str:
        values = {
            "number": entry.number,
            "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "actor": str(entry.actor_id),
            "action": entry.action,
            "about": str(entry.about_id),
            "detail": entry.detail,
            "before": entry.before,
        }
        if entry.section_id is not None:  # entries from before there was such a column have none
            values["section"] = str(entry.section_id)
        plain = json.dumps(values, separators=(",", ":"), sort_keys=True)
        return hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()


key = _Key()


def record(  # noqa: PLR0913  who, what, about what, when
    session: Session,
    *,
    action: str,
    actor_id: uuid.UUID | None,
    about_id: uuid.UUID | None,
    now: dt.datetime,
    section_id: uuid.UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry to the chain, in the transaction of what it tells of."""
    (entry,) = record_many(
        session,
        [about_id],
        action=action,
        actor_id=actor_id,
        now=now,
        section_id=section_id,
        detail=detail,
    )
    return entry


def record_many(  # noqa: PLR0913  who, what, about whom, when
    session: Session,
    about_ids: Iterable[uuid.UUID | None],
    *,
    action: str,
    actor_id: uuid.UUID | None,
    now: dt.datetime,
    section_id: uuid.UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Sequence[AuditEntry]:
    """Add an entry for each of many things to which the same was done."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    last = session.execute(
        sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).one_or_none()
    number, before = last or (0, START)
    entries = []
    for place, about_id in enumerate(about_ids, start=number + 1):
        entry = AuditEntry(
            number=place,
            at=now,
            actor_id=actor_id,
            action=action,
            about_id=about_id,
            section_id=section_id,
            detail=dict(detail or {}),
            before=before,
        )
        before = entry.hash = key.hash(entry)
        entries.append(entry)
    session.add_all(entries)
    session.flush()
    session.info[TOLD] = True
    return entries


def history(session: Session, about_id: uuid.UUID, *, most: int = 200) -> Sequence[AuditEntry]:
    """Return what was done to one thing, the newest first."""
    found = sa.select(AuditEntry).where(AuditEntry.about_id == about_id)
    return session.scalars(found.order_by(AuditEntry.number.desc()).limit(most)).all()


def forget_before(session: Session, moment: dt.datetime, *, now: dt.datetime) -> int:
    """Remove the entries from before ``moment``, oldest first; return how many there were.

    A last entry says up to where, so that the rest of the chain still has its beginning. The
    database lets none go that is younger than six years.
    """
    last = session.execute(
        sa.select(AuditEntry.number, AuditEntry.hash)
        .where(AuditEntry.at < moment)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return 0
    detail = {"number": last.number, "hash": last.hash}
    record(session, action=FORGOTTEN, actor_id=None, about_id=None, now=now, detail=detail)
    if session.get_bind().dialect.name == "postgresql":  # the role that serves may delete none
        gone = sa.func.forget_old_entries(last.number, type_=sa.BigInteger)
        return session.scalars(sa.select(gone)).one()
    return rows_hit(
        session,
        sa.delete(AuditEntry)
        .where(AuditEntry.number <= last.number)
        .execution_options(synchronize_session=False),
    )


def _beginning(session: Session) -> tuple[int, str]:
    """Return what the first entry follows: nothing, or the last of those that were forgotten."""
    said = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == FORGOTTEN)
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).one_or_none()
    if said is None or not hmac.compare_digest(said.hash, key.hash(said)):
        return 0, START
    return int(said.detail["number"]), str(said.detail["hash"])


def head(session: Session) -> tuple[int, str]:
    """Return the number and the hash of the last entry."""
    newest = sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc())
    last = session.execute(newest.limit(1)).one_or_none()
    return (0, START) if last is None else (last.number, last.hash)


def first_bad(session: Session) -> tuple[int | None, int, str]:
    """Check the whole chain: (number of the first entry that is wrong or None, entries, head).

    It begins with the lowest number there is: nothing may stand before what the first follows.
    A tail cut off leaves a chain that is whole: compare the head with one noted elsewhere.
    """
    start, before = _beginning(session)
    number = start
    # plain rows: a long log is read in seconds
    rows = sa.select(*AuditEntry.__table__.columns).order_by(AuditEntry.number).limit(AT_ONCE)
    further = rows
    while True:
        portion = session.execute(further).all()
        for entry in portion:
            expected = entry.number == number + 1 and entry.before == before
            if not expected or not hmac.compare_digest(entry.hash, key.hash(entry)):
                return entry.number, number - start, before
            number, before = entry.number, entry.hash
        if len(portion) < AT_ONCE:
            return None, number - start, before
        further = rows.where(AuditEntry.number > number)


@click.group()
def audit() -> None:
    """Check the log of who did what."""


@audit.command()
@click.option("--head", "noted", help="The head that was noted elsewhere: it must be in the chain.")
@with_appcontext
def verify(noted: str | None) -> None:
    """Check every entry; the last line is the head, to be noted outside of this machine."""
    with reading() as session:
        bad, count, now = first_bad(session)
        there = sa.select(AuditEntry.number).where(AuditEntry.hash == noted)
        known = noted in {None, START} or session.scalar(there) is not None
    if bad is not None:
        raise click.ClickException(f"entry {bad} was changed, or one before it is missing")
    if not known:
        raise click.ClickException("the head noted elsewhere is not in the chain: its end was cut")
    click.echo(f"{count} entries, all as they were written. Head: {now}")
