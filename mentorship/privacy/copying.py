"""A copy of what is kept of a person: one zip with everything as JSON, and each table as CSV."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import enum
import io
import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.crypto import UnreadableField
from mentorship.privacy.holdings import IN_THE_COPY
from mentorship.privacy.mine import Holding, Me
from mentorship.privacy.models import DataExport
from mentorship.profiles.models import Naming, NamingUse, Profile
from mentorship.rosters.escape import guard
from mentorship.throttle.service import TooOften

LIVES = dt.timedelta(hours=24)
MOST_AN_HOUR = 5
HOUR = dt.timedelta(hours=1)
SMALL = 2_000  # rows that are put together while the person waits; more is left to a worker
UNREADABLE = "cannot be opened any more"
READ_ME = """\
This is a copy of what {site_name} keeps of you, made on {made}.

data.json holds everything in one file, for programs. The folder "tables" holds the same as
spreadsheets, one file a table. Times are UTC. Long codes are keys: they tie rows together. An
apostrophe before a sign such as "=" keeps a spreadsheet from running the cell.

"""

Row = dict[str, Any]


def ask(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> DataExport:
    """Note that a person wants a copy; a copy made before goes.

    Raises
    ------
    TooOften
        There were five within the hour.

    """
    session.execute(sa.select(User.id).where(User.id == person_id).with_for_update())
    mine = sa.select(DataExport.asked_at).where(DataExport.person_id == person_id)
    within = mine.where(DataExport.asked_at > now - HOUR).order_by(DataExport.asked_at.desc())
    full = session.scalars(within.offset(MOST_AN_HOUR - 1).limit(1)).one_or_none()
    if full is not None:
        raise TooOften(full + HOUR - now)
    for earlier in session.scalars(sa.select(DataExport).where(DataExport.person_id == person_id)):
        earlier.archive, earlier.made_at = None, earlier.made_at or now
    export = DataExport(person_id=person_id, asked_at=now)
    session.add(export)
    session.flush()
    _tell(session, "privacy.ask_for_data", export, person_id, now)
    return export


def is_small(session: Session, person_id: uuid.UUID) -> bool:
    """Tell whether a copy is put together in a moment."""
    me = _me(session, person_id)
    counts = (
        sa.select(sa.func.count()).select_from(each.model).where(each.whose(me)).scalar_subquery()
        for each in IN_THE_COPY
    )
    return sum(session.execute(sa.select(*counts)).one()) <= SMALL


def make(session: Session, *, export_id: uuid.UUID, site_name: str, now: dt.datetime) -> None:
    """Put a copy together, once; of a wish that is gone or settled nothing is made."""
    export = session.get(DataExport, export_id, with_for_update=True, populate_existing=True)
    if export is None or export.made_at is not None:
        return
    archive = zipped(session, export.person_id, site_name=site_name, now=now)
    export.archive, export.made_at = base64.b64encode(archive).decode(), now
    session.flush()
    _tell(session, "privacy.data.made", export, None, now)


def waiting(session: Session) -> Sequence[uuid.UUID]:
    """Return the copies that nobody has made yet."""
    wanted = sa.select(DataExport.id).where(DataExport.made_at.is_(None))
    return session.scalars(wanted.order_by(DataExport.asked_at)).all()


def newest(session: Session, person_id: uuid.UUID, *, now: dt.datetime) -> DataExport | None:
    """Return the copy a person may fetch, or waits for."""
    alive = DataExport.made_at.is_(None) | (
        (DataExport.made_at > now - LIVES) & DataExport.archive_sealed.is_not(None)
    )
    mine = sa.select(DataExport).where(DataExport.person_id == person_id, alive)
    return session.scalars(mine.order_by(DataExport.asked_at.desc()).limit(1)).one_or_none()


def fetch(
    session: Session, *, person_id: uuid.UUID, export_id: uuid.UUID, now: dt.datetime
) -> bytes:
    """Return a person's own copy; NoResultFound if it is another's, or a day old."""
    export = session.scalars(
        sa.select(DataExport).where(
            DataExport.id == export_id,
            DataExport.person_id == person_id,
            DataExport.made_at > now - LIVES,
            DataExport.archive_sealed.is_not(None),
        )
    ).one()
    return base64.b64decode(export.archive or "")


def zipped(session: Session, person_id: uuid.UUID, *, site_name: str, now: dt.datetime) -> bytes:
    """Return the zip: ``READ_ME.txt``, ``data.json`` and ``tables/<table>.csv``."""
    me = _me(session, person_id)
    found = {each.table.name: (each, list(_rows(session, each, me))) for each in IN_THE_COPY}
    _put_addresses_together(found[Profile.__tablename__][1], found[Naming.__tablename__][1])
    told = {name: (each, rows) for name, (each, rows) in found.items() if rows}
    made = now.isoformat(timespec="seconds")
    words = READ_ME.format(site_name=site_name, made=made)
    words += "".join(f"{name}: {each.words} ({len(r)})\n" for name, (each, r) in told.items())
    plain = {name: rows for name, (_, rows) in told.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("READ_ME.txt", words)
        archive.writestr("data.json", json.dumps(plain, ensure_ascii=False, indent=1))
        for name, rows in plain.items():
            archive.writestr(f"tables/{name}.csv", _csv(rows))
    return out.getvalue()


def _put_addresses_together(profiles: list[Row], named: list[Row]) -> None:
    """List all addresses that somebody typed to avoid with their profile, wherever they are kept.

    Where one is kept tells whether it is somebody's here, which no page tells.
    """
    typed = [row for row in named if row["use"] == NamingUse.AVOID and row["line"]]
    named[:] = [row for row in named if row not in typed]
    for profile in profiles:
        own = [row["line"] for row in typed if row["profile_id"] == profile["id"]]
        kept = profile["avoid"] or []
        others = [kept] if kept == UNREADABLE else kept
        profile["avoid"] = sorted({*others, *own}) or None


def _rows(session: Session, holding: Holding, me: Me) -> Iterator[Row]:
    shown = sa.true() if holding.unless is None else holding.unless(me)
    reads = sa.false() if holding.reads is None else holding.reads(me)
    query = sa.select(holding.model, shown.label("shown"), reads.label("reads"))
    query = query.where(holding.whose(me))
    order = holding.table.primary_key.columns
    for row, in_full, as_read in session.execute(query.order_by(*order)):
        without = set(holding.without) | (set() if in_full else set(holding.hide))
        yield _plain(row, holding.table, without, me, holding.read_as if as_read else {})


def _plain(row: Any, table: sa.Table, without: set[str], me: Me, read_as: Mapping[str, str]) -> Row:
    plain: Row = {}
    for column in table.columns:
        if column.name in without:
            continue
        name = column.name.removesuffix("_sealed")
        plain[name] = _value(row, read_as.get(name, name))
        other = any(key.column.table.name == User.__tablename__ for key in column.foreign_keys)
        if other and plain[name] not in {None, str(me.id)}:
            plain[name] = "somebody else"
    return plain


def _value(row: Any, name: str) -> Any:
    try:
        value = getattr(row, name)
    except UnreadableField:
        return UNREADABLE
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in columns])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guard(value)
    return "" if value is None else guard(json.dumps(value, ensure_ascii=False))


def _me(session: Session, person_id: uuid.UUID) -> Me:
    email = session.scalars(sa.select(User.email).where(User.id == person_id)).one()
    return Me(person_id, email)


def _tell(
    session: Session, action: str, export: DataExport, by: uuid.UUID | None, now: dt.datetime
) -> None:
    audit.record(session, action=action, actor_id=by, about_id=export.person_id, now=now)
