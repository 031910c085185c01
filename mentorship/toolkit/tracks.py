"""Which of two tracks a person is on: in the US or abroad, a citizen or not.

The status may be sensitive, so it is kept sealed.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.crypto import UnreadableField
from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.profiles.rows import readable
from mentorship.toolkit.models import JourneyStage
from mentorship.toolkit.path_models import Situation


class Place(enum.StrEnum):
    US = "us"
    ABROAD = "abroad"


class Status(enum.StrEnum):
    CITIZEN = "citizen"
    RESIDENT = "resident"
    VISA = "visa"


@dataclass(frozen=True, slots=True)
class Track:
    """Who the advice is for; None where a person has not said."""

    place: Place | None = None
    status: Status | None = None

    def concerns(self, note: Mapping[str, str]) -> bool:
        """Tell whether a note is for this person; where nothing is known all are shown."""
        place, status = note["place"], note["status"]
        return (place == "any" or self.place in {None, place}) and (
            status == "any" or self.status in {None, status}
        )


def notes_for(stage: JourneyStage, track: Track) -> tuple[tuple[str, str], ...]:
    return tuple((_whom(note), note["text"]) for note in stage.tracks if track.concerns(note))


def my_track(session: Session, person_id: uuid.UUID) -> Track:
    return track_of(session, person_id, profile_of(session, person_id)[0])


def keep_track(session: Session, *, person_id: uuid.UUID, track: Track, now: dt.datetime) -> None:
    lock_person(session, person_id)
    mine = sa.select(Situation).where(Situation.person_id == person_id)
    kept = session.scalars(mine).one_or_none()
    if kept is None:
        kept = Situation(id=uuid.uuid4(), person_id=person_id)
        session.add(kept)
    kept.place, kept.status, kept.kept_at = track.place, track.status, now
    session.flush()


def lock_person(session: Session, person_id: uuid.UUID) -> None:
    """Let the second of two clicks of one person wait for the first."""
    mine = sa.select(User.id).where(User.id == person_id)
    session.execute(mine.with_for_update(key_share=True))


def profile_of(session: Session, person_id: uuid.UUID) -> tuple[Profile | None, str | None]:
    """Return an IMG's profile and the stage it names; nothing where there is none."""
    of_stage = sa.and_(Choice.profile_id == Profile.id, Choice.field == "stage")
    row = session.execute(
        sa.select(Profile, Choice.term)
        .join(Choice, of_stage, isouter=True)
        .where(Profile.person_id == person_id, Profile.kind == ProfileKind.IMG)
    ).one_or_none()
    return (row[0], row[1]) if row else (None, None)


def track_of(session: Session, person_id: uuid.UUID, profile: Profile | None) -> Track:
    """Return what the person said here, and what follows from the profile where they did not."""
    kept = session.scalars(
        sa.select(Situation).where(Situation.person_id == person_id)
    ).one_or_none()
    if kept is not None:
        with suppress(UnreadableField):  # sealed with a key that is gone: as if not said
            place, status = kept.place, kept.status
            return Track(Place(place) if place else None, Status(status) if status else None)
        return Track()
    visa = readable(profile, "visa") if profile else None
    if visa is None or visa == vocabulary.NOT_ANSWERED:
        return Track()
    statuses = {"us_citizen": Status.CITIZEN, "permanent_resident": Status.RESIDENT}
    where = Place.ABROAD if visa == "outside_us" else None
    return Track(place=where, status=statuses.get(visa, Status.VISA))


def _whom(note: Mapping[str, str]) -> str:
    place = {"us": "in the US", "abroad": "abroad"}.get(note["place"], "")
    status = {
        "citizen": "US citizens",
        "resident": "green card holders",
        "visa": "people who need a visa",
    }.get(note["status"], "")
    if status:
        return f"For {status} {place}".strip()
    return {"us": "If you are in the US", "abroad": "If you are abroad"}.get(note["place"], "")
