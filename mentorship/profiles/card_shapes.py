"""The cards that others read of a profile: their fields, as words to read and not as ids."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImgCard:
    """An IMG as a mentor sees them."""

    profile_id: uuid.UUID
    name: str
    stage: str | None
    specialties: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    state: str | None
    states: tuple[str, ...]
    mentors_wanted: int | None
    school_country: str | None
    gender: str | None
    timezone: str | None
    channels: tuple[str, ...]
    formats: tuple[str, ...]
    meetings_a_month: int | None
    goals: str
    asked_because: str  # why they ask for the mentor who reads the card
    visa: str | None
    hours: tuple[str, ...]
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorCard:
    """A mentor as an IMG sees them."""

    profile_id: uuid.UUID
    name: str
    career_level: str | None
    specialties: tuple[str, ...]
    subspecialties: tuple[str, ...]
    topics: tuple[str, ...]
    stages: tuple[str, ...]
    languages: tuple[str, ...]
    state: str | None
    states_licensed: tuple[str, ...]
    school_country: str | None
    gender: str | None
    is_img: bool | None
    institution: str | None
    timezone: str | None
    channels: tuple[str, ...]
    formats: tuple[str, ...]
    meetings_a_month: int | None
    about: str
    visas: tuple[str, ...]
    seats: int | None
    hours: tuple[str, ...]
    email: str | None
    phone: str | None
