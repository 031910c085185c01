"""Keeping the facts true: what is old or unsure, checks and corrections by leaders, their history.

A correction changes the fact's row at once and stands in its history for good. A load puts every
correction on top of what the files say, so it never takes a leader's words away.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.accounts.models import User
from mentorship.sections.belonging import active_roles
from mentorship.sections.models import SectionRole
from mentorship.toolkit.fact_rows import Facts
from mentorship.toolkit.kinds import KINDS
from mentorship.toolkit.models import UrlCheck
from mentorship.toolkit.truth_models import ChangeKind, FactChange, from_json, to_json

LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Signed:
    """Who changes a fact, and when; ``today`` is the day where that person is."""

    by: uuid.UUID
    now: dt.datetime
    today: dt.date


class NoSuchFact(LookupError):
    """No fact of that kind and key, or no such change of it."""


class NothingChanged(ValueError):
    """A correction that says what the fact says already."""


class ChangedMeanwhile(ValueError):
    """Somebody else changed the fact after this person opened it."""


def may_keep_facts(session: Session, person: User) -> bool:
    """Tell whether somebody may check and correct facts: leaders of any section may."""
    return person.is_administrator or SectionRole.LEADER in active_roles(session, person.id)


def fact(session: Session, kind: str, fact_id: str) -> Any:
    """Return one fact.

    Raises
    ------
    NoSuchFact
        There is none.

    """
    try:
        known = KINDS[kind]
        which = sa.select(known.table).where(known.table.id == known.key(fact_id), known.only)
    except (KeyError, ValueError):
        raise NoSuchFact(fact_id) from None
    if (found := session.scalar(which)) is None:
        raise NoSuchFact(fact_id)
    return found


def history(session: Session, kind: str, fact_id: str) -> Sequence[FactChange]:
    """Return all changes of a fact, the newest first, with who made them."""
    return session.scalars(
        sa.select(FactChange)
        .where(FactChange.kind_of_fact == kind, FactChange.fact_id == fact_id)
        .options(joinedload(FactChange.person))
        .order_by(FactChange.at.desc(), FactChange.id)
    ).all()


def check(session: Session, kind: str, fact_id: str, *, signed: Signed) -> None:
    """Note that a fact was compared with its source today and found right.

    Raises
    ------
    NoSuchFact
        There is none, or it is advice of ours, which has no source.

    """
    _check(session, kind, fact_id, signed=signed)
    KINDS[kind].file(session)


def check_all(session: Session, keys: Iterable[tuple[str, ...]], *, signed: Signed) -> int:
    """Note of many facts that they were checked today; return of how many.

    ``keys`` are pairs of kind and key. What has no source, or is gone, is passed over: there was
    nothing to compare it with.
    """
    checked: list[str] = []
    for kind, fact_id in sorted(keys):  # two leaders who tick the same lock them in one order
        try:
            row = fact(session, kind, fact_id)
        except NoSuchFact:
            continue
        if KINDS[kind].is_fact and getattr(row, KINDS[kind].address) is not None:
            _check(session, kind, fact_id, signed=signed)
            checked.append(kind)
    for kind in dict.fromkeys(checked):
        KINDS[kind].file(session)
    return len(checked)


def correct(  # noqa: PLR0913  a fact, its values, and what the history says of them
    session: Session,
    kind: str,
    fact_id: str,
    values: Mapping[str, object],
    *,
    why: str,
    signed: Signed,
    seen: str = "",
) -> None:
    """Change a fact, or advice; whoever corrects a fact has looked at its source today.

    ``seen`` is the newest change its author knew of (see :func:`newest`).

    Raises
    ------
    NothingChanged
        The values are those the fact has.
    ChangedMeanwhile
        The fact has changed since.

    """
    row = _locked(session, kind, fact_id)
    if seen != newest(history(session, kind, fact_id)):
        raise ChangedMeanwhile
    known = KINDS[kind]
    allowed = {*known.fields, *known.source_fields}
    wanted = {name: value for name, value in values.items() if name in allowed}
    if all(getattr(row, name) == value for name, value in wanted.items()):
        raise NothingChanged
    if known.is_fact:
        url = wanted.get(known.address, getattr(row, known.address))
        wanted["url_check"] = UrlCheck.RETRIEVED if url else UrlCheck.NONE
        wanted["checked_on"] = signed.today if url else None
    _change(session, kind, row, wanted, ChangeKind.CORRECTED, signed=signed, why=why)
    known.file(session)


def put_back(
    session: Session, kind: str, fact_id: str, change_id: uuid.UUID, *, signed: Signed
) -> None:
    """Undo one change: its fields are again what they were before it."""
    row = _locked(session, kind, fact_id)
    change = session.get(FactChange, change_id)
    if change is None or (change.kind_of_fact, change.fact_id) != (kind, fact_id):
        raise NoSuchFact(str(change_id))
    values = {name: from_json(row, name, value) for name, value in change.before.items()}
    if any(getattr(row, name) != value for name, value in values.items()):
        why = f"Put back to before {change.at:%Y-%m-%d %H:%M} UTC"
        _change(session, kind, row, values, ChangeKind.PUT_BACK, signed=signed, why=why)
        KINDS[kind].file(session)


def newest(changes: Sequence[FactChange]) -> str:
    """Return a name for the state of a fact: its last change, or "" for none."""
    return str(changes[0].id) if changes else ""


def lay_over(session: Session, facts: Facts) -> None:
    """Put what leaders changed on top of what the files say."""
    changes = session.scalars(sa.select(FactChange).order_by(FactChange.at, FactChange.id.desc()))
    tables: dict[str, Any] = {kind.id: kind.table for kind in KINDS.values()}
    for change in changes:
        table = tables.get(change.kind_of_fact)
        row = facts.rows.get(table, {}).get((change.fact_id,)) if table is not None else None
        if row is not None:
            for name, value in change.after.items():
                row[name] = from_json(table, name, value)


def _locked(session: Session, kind: str, fact_id: str) -> Any:
    """Return a fact as it is now; whoever changes it at the same moment waits."""
    row = fact(session, kind, fact_id)
    session.refresh(row, with_for_update=True)
    return row


def _check(session: Session, kind: str, fact_id: str, *, signed: Signed) -> None:
    row = _locked(session, kind, fact_id)
    if not KINDS[kind].is_fact:
        raise NoSuchFact(fact_id)
    values: dict[str, object] = {"checked_on": signed.today}
    if getattr(row, KINDS[kind].address) is not None:
        values["url_check"] = UrlCheck.RETRIEVED
    _change(session, kind, row, values, ChangeKind.CHECKED, signed=signed)


def _change(  # noqa: PLR0913  one argument a column
    session: Session,
    kind: str,
    row: Any,
    values: Mapping[str, object],
    what: ChangeKind,
    *,
    signed: Signed,
    why: str = "",
) -> None:
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    session.add(
        FactChange(
            kind_of_fact=kind,
            fact_id=str(row.id),
            kind=what,
            at=_after_the_last(session, kind, str(row.id), signed.now),
            person_id=signed.by,
            before={name: to_json(getattr(row, name)) for name in differing},
            after={name: to_json(value) for name, value in differing.items()},
            why=why[:LONGEST_WHY],
        )
    )
    before = {name: getattr(row, name) for name in differing}
    for name, value in differing.items():
        setattr(row, name, value)
    session.flush()
    if follow := KINDS[kind].follow:
        follow(session, row, before)


def _after_the_last(session: Session, kind: str, fact_id: str, now: dt.datetime) -> dt.datetime:
    """Return a moment later than every change so far, so that their order is never in doubt."""
    last = session.scalar(
        sa.select(sa.func.max(FactChange.at)).where(
            FactChange.kind_of_fact == kind, FactChange.fact_id == fact_id
        )
    )
    return max(now, last + dt.timedelta(microseconds=1)) if last else now
