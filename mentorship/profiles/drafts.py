"""What profiles are to say, worked out without writing any of it, and then written at once.

Working it out takes long for many people, and writing it does not: whoever imports a roster does
the first while others write, and only the second while they wait.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mentorship.accounts.models import User
from mentorship.extensions import Model
from mentorship.matching import Mentor
from mentorship.profiles import naming, rows
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.people import NOBODY, Joining, look_up
from mentorship.profiles.reading import Answers, profiles_of
from mentorship.profiles.values import KINDS, ProfileRefused, Values, tidy

_USERS: sa.Table = User.__table__  # type: ignore[assignment]  # mapped to a table, no subquery
_TABLE: sa.Table = Profile.__table__  # type: ignore[assignment]  # mapped to a table, no subquery
_FIXED = ("id", "person_id", "kind")  # of a profile that is there already
_SET = sorted(column.key for column in _TABLE.columns if column.key not in _FIXED)


class Change(enum.StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Draft:
    """Rows that are not written yet, and what will have come of each person."""

    outcomes: dict[uuid.UUID, Change | ProfileRefused] = field(default_factory=dict)
    made: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    below: dict[uuid.UUID, tuple[rows.Rows, rows.Rows]] = field(default_factory=dict)
    zones: dict[uuid.UUID, tuple[str | None, str]] = field(default_factory=dict)  # of accounts


def draft_many(
    session: Session,
    answers: Mapping[uuid.UUID, Answers[Values]],
    *,
    now: dt.datetime,
    joining: Joining = NOBODY,
) -> Draft:
    """Work out what the profiles, all of one kind, of many people are to say. Writes nothing.

    A profile that is refused stays as it is. ``joining`` are people whose accounts and memberships
    are to be written together with this. The number of queries does not grow with the people
    (only with each few thousand of them).
    """
    draft = Draft()
    good: dict[uuid.UUID, Answers[Values]] = {}
    for person_id, said in answers.items():
        try:
            good[person_id] = dataclasses.replace(said, values=tidy(said.values))
        except ProfileRefused as refused:
            draft.outcomes[person_id] = refused
    for portion in rows.in_portions(good):
        _draft_portion(session, {key: good[key] for key in portion}, draft, now, joining)
    return draft


def _draft_portion(
    session: Session,
    answers: Mapping[uuid.UUID, Answers[Values]],
    draft: Draft,
    now: dt.datetime,
    joining: Joining,
) -> None:
    kind = KINDS[type(next(iter(answers.values())).values)]
    kept = {profile.person_id: profile for profile in profiles_of(session, answers, kind)}
    before = rows.load(session, [profile.id for profile in kept.values()])
    everybody = ((key, said.values) for key, said in answers.items())
    people = look_up(session, everybody, joining)
    shown = sa.select(User.id, User.timezone).where(User.id.in_(answers))
    clocks: dict[uuid.UUID, str | None] = {row.id: row.timezone for row in session.execute(shown)}
    for person_id, said in answers.items():
        profile = kept.get(person_id)
        old = before[profile.id] if profile else rows.nothing()
        try:
            named = naming.resolve(person_id, said.values, said.lines, people=people, before=old)
        except ProfileRefused as refused:
            draft.outcomes[person_id] = refused
            continue
        clock, zone = clocks.get(person_id), said.values.timezone
        if zone and zone != clock and clock in {None, profile.timezone if profile else None}:
            draft.zones[person_id] = clock, zone
        new = rows.write(said.values, named.rows)
        made = _copy(profile) if profile else _empty(person_id, kind, now)
        moved = rows.set_columns(made, _columns(said, named.unknown)) or old != new
        draft.outcomes[person_id] = _change(profile, moved=moved)
        if profile is None or moved:
            made.updated_at = now if moved else made.updated_at
            (draft.changed if profile else draft.made).append(_row(made))
        if moved:
            draft.below[made.id] = (old, new)


def _empty(person_id: uuid.UUID, kind: ProfileKind, now: dt.datetime) -> Profile:
    """Return a profile that says nothing, with a key: what it seals is bound to that."""
    made = Profile(id=uuid.uuid4(), person_id=person_id, kind=kind, updated_at=now)
    made.mentors_wanted, made.goals, made.seats, made.about = 1, "", 0, ""  # as the columns say
    return made


def _copy(profile: Profile) -> Profile:
    """Return it apart from the session, so that nothing is written before its time."""
    return Profile(**_row(profile))


def _row(profile: Profile) -> dict[str, Any]:
    return {column.key: getattr(profile, column.key) for column in _TABLE.columns}


def write_draft(session: Session, draft: Draft) -> None:
    """Write it all; the rows it was worked out from must still be as they were.

    An account without a time zone of its own, or with that of the profile before, shows times in
    that of the profile, unless its owner chose one meanwhile.
    """
    session.flush()
    rows.insert(session, Profile, draft.made)
    for portion in rows.in_portions(draft.changed):
        mine = _TABLE.c.id == sa.bindparam("of_id")
        new: dict[str, Any] = {name: sa.bindparam(f"to_{name}") for name in _SET}
        given = [
            {"of_id": row["id"]} | {f"to_{name}": row[name] for name in _SET} for row in portion
        ]
        session.execute(sa.update(_TABLE).where(mine).values(new), given)
    still = _USERS.c.timezone.is_not_distinct_from(sa.bindparam("before"))
    follows = sa.update(_USERS).where(_USERS.c.id == sa.bindparam("of_id"), still)
    for some in rows.in_portions(draft.zones.items()):
        moves = [{"of_id": key, "before": before, "to": zone} for key, (before, zone) in some]
        session.execute(follows.values(timezone=sa.bindparam("to")), moves)
    _forget(session, Profile, (row["id"] for row in draft.changed))
    _forget(session, User, draft.zones)
    rows.replace(session, draft.below)


def _forget(session: Session, model: type[Model], keys: Iterable[uuid.UUID]) -> None:
    """Let this session read again what it holds of these rows as they were before."""
    for key in keys:
        found = session.identity_map.get(identity_key(model, key))
        if found is not None:
            session.expire(found)


def _change(before: Profile | None, *, moved: bool) -> Change:
    if before is None:
        return Change.CREATED
    return Change.UPDATED if moved else Change.UNCHANGED


def _columns(said: Answers[Values], unknown: list[str]) -> dict[str, object]:
    kind = type(said.values)
    wanted: dict[str, object] = {name: getattr(said.values, name) for name in rows.COLUMNS[kind]}
    wanted["avoid"] = tuple(unknown)
    if kind is Mentor:
        wanted["paused_until"] = said.paused_until
    return wanted
