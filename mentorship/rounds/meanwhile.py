"""Two leaders at one form: whoever saves second is told what the first has changed.

A form carries a mark of what it was filled with. If that is no longer what stands, nothing is
kept: the error says who was faster, when, and what they changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User

SAME = 16  # hexadecimal digits of a mark


@dataclass(frozen=True, slots=True)
class Change:
    """One field, by its name in the form, with its value before and after as plain text."""

    field: str
    old: str
    new: str


class ChangedMeanwhile(RuntimeError):
    """Somebody else has saved since the form was opened; ``changes`` are theirs, if known."""

    def __init__(
        self, by: str | None, at: dt.datetime | None, changes: Sequence[Change] = ()
    ) -> None:
        super().__init__("somebody else has saved meanwhile")
        self.by, self.at, self.changes = by, at, tuple(changes)


def mark(values: Mapping[str, object]) -> str:
    """Return what tells these values of a form from others."""
    plain = json.dumps({field: as_text(value) for field, value in values.items()}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:SAME]


def as_text(value: object) -> str:
    """Return one value of a form as plain text; several words with commas between."""
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def between(before: Mapping[str, object], after: Mapping[str, object]) -> Sequence[Change]:
    """Return what differs, in the order of ``after``."""
    pairs = {field: (as_text(before.get(field, "")), as_text(new)) for field, new in after.items()}
    return [Change(field, old, new) for field, (old, new) in pairs.items() if old != new]


def noted(changes: Sequence[Change]) -> list[list[str]]:
    """Return changes as the log keeps them."""
    return [[change.field, change.old, change.new] for change in changes]


def moved(before: dt.datetime | None, after: dt.datetime | None) -> list[list[str]]:
    """Return the change of a date as the log keeps it; its readers see it by their own clock."""
    old, new = (
        at.astimezone(dt.UTC).isoformat(timespec="minutes") if at else "" for at in (before, after)
    )
    return noted(between({"at": old}, {"at": new}))


def changed_meanwhile(
    session: Session, about_id: uuid.UUID, action: str, *, seen: str
) -> ChangedMeanwhile:
    """Say who has saved since a form with the mark ``seen`` was opened, from the log."""
    entries = [each for each in audit.history(session, about_id) if each.action == action]
    since = []
    for entry in entries:
        since.append(entry)
        if entry.detail.get("was") == seen:
            break
    else:  # it was opened before the log knew of marks
        since = []
    first: dict[str, Change] = {}
    for entry in reversed(since):
        for field, old, new in entry.detail.get("changes", ()):
            first[field] = Change(field, first[field].old if field in first else old, new)
    latest = entries[0] if entries else None
    by = latest and session.scalar(sa.select(User.name).where(User.id == latest.actor_id))
    changes = [change for change in first.values() if change.old != change.new]
    return ChangedMeanwhile(by or None, latest.at if latest else None, changes)
