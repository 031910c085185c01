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
from collections.abc import Mapping, Sequence
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.orm import Mapped, Session, mapped_column

from mentorship.config import Settings
from mentorship.extensions import Model, reading

START = "0" * 64  # what the first entry follows
LOCK = 0x61756469  # writers to the chain queue for this on PostgreSQL; SQLite has one writer anyway
AT_ONCE = 1000


class AuditEntry(Model):
    """One thing that was done. People appear by keys, which say nothing once they are gone."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_about", "about_id", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor_id: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(sa.String(60))
    about_id: Mapped[uuid.UUID | None]
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

    def hash(self, entry: AuditEntry) -> str:
        plain = json.dumps(
            {
                "number": entry.number,
                "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "actor": str(entry.actor_id),
                "action": entry.action,
                "about": str(entry.about_id),
                "detail": entry.detail,
                "before": entry.before,
            },
            separators=(",", ":"),
            sort_keys=True,
        )
        return hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()


key = _Key()


def record(  # noqa: PLR0913  who, what, about what, when
    session: Session,
    *,
    action: str,
    actor_id: uuid.UUID | None,
    about_id: uuid.UUID | None,
    now: dt.datetime,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry to the chain, in the transaction of what it tells of."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    last = session.execute(
        sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).one_or_none()
    number, before = last or (0, START)
    entry = AuditEntry(
        number=number + 1,
        at=now,
        actor_id=actor_id,
        action=action,
        about_id=about_id,
        detail=dict(detail or {}),
        before=before,
    )
    entry.hash = key.hash(entry)
    session.add(entry)
    session.flush()
    return entry


def history(session: Session, about_id: uuid.UUID, *, most: int = 200) -> Sequence[AuditEntry]:
    """Return what was done to one thing, the newest first."""
    found = sa.select(AuditEntry).where(AuditEntry.about_id == about_id)
    return session.scalars(found.order_by(AuditEntry.number.desc()).limit(most)).all()


def first_bad(session: Session) -> tuple[int | None, int, str]:
    """Check the whole chain: (number of the first entry that is wrong or None, entries, head).

    A tail cut off leaves a chain that is whole: compare the head with one noted elsewhere.
    """
    number, before = 0, START
    while True:
        portion = session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.number > number)
            .order_by(AuditEntry.number)
            .limit(AT_ONCE)
        ).all()
        for entry in portion:
            expected = entry.number == number + 1 and entry.before == before
            if not expected or not hmac.compare_digest(entry.hash, key.hash(entry)):
                return entry.number, number, before
            number, before = entry.number, entry.hash
        session.expunge_all()
        if len(portion) < AT_ONCE:
            return None, number, before


@click.group()
def audit() -> None:
    """Check the log of who did what."""


@audit.command()
@click.option("--head", help="The head that was noted elsewhere: it must be in the chain.")
@with_appcontext
def verify(head: str | None) -> None:
    """Check every entry; the last line is the head, to be noted outside of this machine."""
    with reading() as session:
        bad, count, now = first_bad(session)
        noted = sa.select(AuditEntry.number).where(AuditEntry.hash == head)
        known = head in {None, START} or session.scalar(noted) is not None
    if bad is not None:
        raise click.ClickException(f"entry {bad} was changed, or one before it is missing")
    if not known:
        raise click.ClickException("the head noted elsewhere is not in the chain: its end was cut")
    click.echo(f"{count} entries, all as they were written. Head: {now}")
