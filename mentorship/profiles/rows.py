"""A profile as rows, and back: read for many people in a fixed number of queries, kept in few."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.crypto import UnreadableField
from mentorship.extensions import Model
from mentorship.matching import Img, Mentor, Span
from mentorship.profiles.models import (
    SINGLE_CHOICES,
    Availability,
    Choice,
    Importance,
    InstitutionMark,
    Naming,
    NamingUse,
    Profile,
)
from mentorship.profiles.values import (
    choice_fields,
    in_order,
    institution_fields,
    is_ranked,
    list_of,
)

Row = tuple[Any, ...]
Rows = Mapping[type[Model], tuple[Row, ...]]  # of one profile, by table
Below = dict[type[Model], dict[uuid.UUID, list[Row]]]
Item = TypeVar("Item")

TABLES: Mapping[type[Model], tuple[str, ...]] = MappingProxyType(
    {
        Choice: ("field", "rank", "term", "list"),
        Availability: ("day", "start_minute", "end_minute"),
        Naming: ("use", "rank", "person_id", "line"),
        InstitutionMark: ("use", "name"),
        Importance: ("criterion", "level"),
    }
)
_COLUMNS = ("timezone", "meetings_a_month", "gender")
COLUMNS: Mapping[type[Img | Mentor], tuple[str, ...]] = MappingProxyType(
    {
        Img: (*_COLUMNS, "graduation_year", "visa", "mentors_wanted", "goals"),
        Mentor: (*_COLUMNS, "visas", "is_img", "institution", "seats", "about"),
    }
)
SEALED = ("gender", "visa", "visas")
_AT_ONCE = 5_000  # ids in one query, well under what a database takes


def in_portions(items: Collection[Item], size: int = _AT_ONCE) -> Iterator[Sequence[Item]]:
    """Yield all items, as many at once as fit into one query."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Profiles, in the order of their keys, and the rows below each: read once, used twice."""

    profiles: Sequence[Profile]
    below: Mapping[uuid.UUID, Rows]


def load_all(
    session: Session,
    profile_ids: Collection[uuid.UUID],
    *,
    tables: Collection[type[Model]] = tuple(TABLES),
) -> Loaded:
    """Return the profiles with all that is below them, in a number of queries that is fixed."""
    profiles: list[Profile] = []
    for portion in in_portions(sorted(set(profile_ids))):
        profiles += session.scalars(sa.select(Profile).where(Profile.id.in_(portion)))
    profiles.sort(key=lambda profile: str(profile.id))
    return Loaded(profiles, load(session, [profile.id for profile in profiles], tables=tables))


def load(
    session: Session,
    profile_ids: Collection[uuid.UUID],
    *,
    tables: Collection[type[Model]] = tuple(TABLES),
) -> dict[uuid.UUID, Rows]:
    """Return the rows below each profile, in order: one query a table and portion.

    What is not in ``tables`` is not read and looks empty.
    """
    below: Below = {table: defaultdict(list) for table in TABLES}
    for portion in in_portions(profile_ids):
        for table in tables:
            columns = [getattr(table, name) for name in TABLES[table]]
            key: Any = table.__table__.c.profile_id
            found = session.execute(sa.select(key, *columns).where(key.in_(portion)))
            for profile_id, *row in found:
                below[table][profile_id].append(tuple(row))
    return {
        profile_id: {table: tuple(sorted(rows[profile_id])) for table, rows in below.items()}
        for profile_id in profile_ids
    }


def replace(session: Session, changed: Mapping[uuid.UUID, tuple[Rows, Rows]]) -> None:
    """Put the new rows (second) in place of the old ones (first), table by table."""
    for table, names in TABLES.items():
        moved = {key: rows[1][table] for key, rows in changed.items() if _differs(table, rows)}
        outdated = [key for key in moved if changed[key][0][table]]
        key_column: Any = table.__table__.c.profile_id
        for portion in in_portions(outdated):
            session.execute(sa.delete(table).where(key_column.in_(portion)))
        fresh = [
            {"profile_id": key, **dict(zip(names, row, strict=True))}
            for key, rows in moved.items()
            for row in rows
        ]
        insert(session, table, fresh)


def insert(session: Session, table: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows past the mapper, which takes three times as long over each as the database."""
    if rows:
        session.execute(sa.insert(table.metadata.tables[table.__tablename__]), rows)


def _differs(table: type[Model], rows: tuple[Rows, Rows]) -> bool:
    return rows[0][table] != rows[1][table]


def nothing() -> Rows:
    """Return the rows of a profile that says nothing."""
    return dict.fromkeys(TABLES, ())


def write(values: Img | Mentor, namings: Iterable[Row]) -> Rows:
    """Return the rows of tidy values; ``namings`` are those of the people they name."""
    kind = type(values)
    choices = [
        (field, place if is_ranked(kind, field) else 0, word, list_of(field, word))
        for field in choice_fields(kind)
        for place, word in enumerate(_said(values, field))
    ]
    return {
        Choice: tuple(sorted(choices)),
        Availability: tuple((s.day, s.start, s.end) for s in values.availability),
        Naming: tuple(sorted(namings)),
        InstitutionMark: tuple(
            sorted((use, n) for use in institution_fields(kind) for n in getattr(values, use))
        ),
        Importance: tuple(sorted(values.importance.items())) if isinstance(values, Img) else (),
    }


def _said(values: Img | Mentor, field: str) -> tuple[str, ...]:
    """Return the words of a field as a list, also where it takes one word only."""
    said = getattr(values, field)
    if field not in SINGLE_CHOICES:
        return tuple(said)
    return (said,) if said else ()


def read(
    kind: type[Img | Mentor],
    key: str,
    profile: Profile,
    rows: Rows,
    people: Mapping[NamingUse, tuple[str, ...]],
) -> dict[str, Any]:
    """Return the fields of the plain values; ``people`` are the keys of those named."""
    fields: dict[str, Any] = {"key": key, **columns(kind, profile)}
    for field, chosen in words(kind, rows).items():
        fields[field] = (chosen[0] if chosen else None) if field in SINGLE_CHOICES else chosen
    for field in institution_fields(kind):
        fields[field] = tuple(name for use, name in rows[InstitutionMark] if use == field)
    fields["availability"] = tuple(Span(*row) for row in rows[Availability])
    if kind is Img:
        fields["requests"] = people[NamingUse.REQUEST]
        fields["avoid"] = people[NamingUse.AVOID]
        fields["importance"] = MappingProxyType(dict(rows[Importance]))
    else:
        fields["welcomes"] = people[NamingUse.WELCOME]
        fields["exclude"] = people[NamingUse.AVOID]
    return fields


def words(kind: type[Img | Mentor], rows: Rows) -> dict[str, tuple[str, ...]]:
    """Return the words chosen in each field, ranked or in the order of the vocabulary."""
    said: dict[str, list[str]] = defaultdict(list)
    for field, _rank, word, _list in rows[Choice]:
        said[field].append(word)
    return {
        field: tuple(said[field]) if is_ranked(kind, field) else in_order(field, said[field])
        for field in choice_fields(kind)
    }


def columns(kind: type[Img | Mentor], profile: Profile) -> dict[str, Any]:
    """Return what stands on the profile's own row; what does not open counts as not said."""
    values = {name: readable(profile, name) for name in COLUMNS[kind]}
    if "visas" in values:
        values["visas"] = tuple(values["visas"] or ())
    return values


def readable(profile: Profile, name: str) -> Any:
    """Return an attribute, or ``None`` where its seal does not open."""
    try:
        return getattr(profile, name)
    except UnreadableField:
        return None


def set_columns(profile: Profile, wanted: Mapping[str, Any]) -> bool:
    """Set what differs; tell whether anything did. A seal that holds is left alone."""
    changed = False
    for name, value in wanted.items():
        kept = list(value) or None if isinstance(value, tuple) else value
        if not _same(profile, name, kept):
            setattr(profile, name, kept)
            changed = True
    return changed


def _same(profile: Profile, name: str, value: object) -> bool:
    try:
        return bool(getattr(profile, name) == value)
    except UnreadableField:
        return False
