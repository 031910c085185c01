"""How much of a profile is filled in, and whether it is enough to be matched.

Ready means that the criteria that count most have something to compare: an IMG says the stage, a
topic or a specialty, and a language; a mentor has a seat and says a topic or a specialty. All else
makes a match better but keeps nobody out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from mentorship.matching import Img, Mentor
from mentorship.profiles.models import Choice, Profile, ProfileKind


@dataclass(frozen=True, slots=True)
class Completeness:
    """``missing`` are fields in words; those in ``needed`` must be filled in to be matched."""

    percent: int
    needed: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return not self.needed


# Sensitive answers and limits are not counted: nobody should feel pushed to give them.
_BOTH = {
    "languages": "the languages you speak",
    "timezone": "your time zone",
    "availability": "the hours when you are free",
    "channels": "how you like to talk",
    "formats": "how you like to work together",
    "meetings_a_month": "how often you would like to meet",
    "school_country": "the country of your medical school",
}
_ASKED: Mapping[type[Img | Mentor], Mapping[str, str]] = MappingProxyType(
    {
        Img: {
            "stage": "the stage you are at",
            "topics": "the topics you need help with",
            "specialties": "the specialties you hope for",
            **_BOTH,
            "states": "the states you are interested in",
            "goals": "your goals",
        },
        Mentor: {
            "seats": "the number of people you can mentor",
            "topics": "the topics you can help with",
            "specialties": "your specialties",
            "stages": "the stages you can help with",
            "career_level": "your career level",
            **_BOTH,
            "state": "the state you live in",
            "about": "a few words about you",
        },
    }
)
Need = tuple[str, str, Callable[[Any], bool]]  # field to fill in, words, whether it is
_NEEDS: Mapping[type[Img | Mentor], tuple[Need, ...]] = MappingProxyType(
    {
        Img: (
            ("stage", "the stage you are at", lambda img: bool(img.stage)),
            ("topics", "a topic or a specialty", lambda img: bool(img.topics or img.specialties)),
            ("languages", "a language you speak", lambda img: bool(img.languages)),
        ),
        Mentor: (
            ("seats", "a free seat", lambda mentor: mentor.seats > 0),
            ("topics", "a topic or a specialty", lambda m: bool(m.topics or m.specialties)),
        ),
    }
)


def completeness(values: Img | Mentor) -> Completeness:
    """Say how much is filled in and what is missing, in words for "Please add ..."."""
    asked, missing = _ASKED[type(values)], open_fields(values)
    return Completeness(
        percent=round(100 * (len(asked) - len(missing)) / len(asked)),
        needed=tuple(needed_fields(values).values()),
        missing=tuple(missing.values()),
    )


def open_fields(values: Img | Mentor) -> dict[str, str]:
    """Return what is not filled in, by field, in words."""
    asked = _ASKED[type(values)]
    return {field: words for field, words in asked.items() if not getattr(values, field)}


def needed_fields(values: Img | Mentor) -> dict[str, str]:
    """Return what must be filled in to be matched and is not, by field, in words."""
    return {field: words for field, words, holds in _NEEDS[type(values)] if not holds(values)}


def is_ready() -> sa.ColumnElement[bool]:
    """Return the same rule as a condition on ``Profile``, for counting people in a query."""
    img = sa.and_(
        Profile.kind == ProfileKind.IMG, _says("stage"), _says_subject(), _says("languages")
    )
    mentor = sa.and_(Profile.kind == ProfileKind.MENTOR, Profile.seats > 0, _says_subject())
    return sa.or_(img, mentor)


def _says(*fields: str) -> sa.Exists:
    return sa.exists().where(Choice.profile_id == Profile.id, Choice.field.in_(fields))


def _says_subject() -> sa.Exists:
    return _says("topics", "specialties")
