"""Consents that roster files name: they speak for people who have not spoken themselves."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.consents import service as consents
from mentorship.consents.models import Consent
from mentorship.rosters.enrolment import Entry, portions


def consents_for(
    session: Session,
    everybody: Sequence[tuple[Entry, uuid.UUID]],
    *,
    claimed: Collection[uuid.UUID],
    now: dt.datetime,
) -> tuple[list[dict[str, Any]], set[Entry], list[str]]:
    """Return the consents that the files name as rows, whose are new, and notes.

    A file speaks for people who have not claimed their account, and for nobody else. Whoever
    withdrew a consent, or agreed to an older text, is asked again on the site, not by a file.
    """
    before = _consents(session, {person_id for entry, person_id in everybody if entry.row.consents})
    given: set[Entry] = set()
    notes: list[str] = []
    fresh: list[dict[str, Any]] = []
    for entry, person_id in everybody:
        for purpose in entry.row.consents:
            known = before[person_id].setdefault(purpose, [])
            if not known and person_id in claimed:
                told = f'"{purpose}" was left out; they say so themselves on the site'
                notes.append(entry.says("consents", told))
            elif not known:
                version = consents.PURPOSES[purpose].version
                fresh.append(
                    {
                        "person_id": person_id,
                        "purpose": purpose,
                        "version": version,
                        "given_at": now,
                        "by_file": True,
                    }
                )
                known.append((version, False))
                given.add(entry)
            elif (why := _not_in_force(purpose, known)) is not None:
                notes.append(entry.says("consents", f'"{purpose}" was left out; {why}'))
    return fresh, given, notes


def _not_in_force(purpose: str, known: Collection[tuple[int, bool]]) -> str | None:
    if (consents.PURPOSES[purpose].version, False) in known:
        return None
    if all(withdrawn for _, withdrawn in known):
        return "the person withdrew it"
    return "they, or a file for them, agreed to an older text; they must read the new one"


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
