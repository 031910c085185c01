"""Who sees which field of a profile: one table, which cards, files and sentences are cut to.

A field that is not in the table, or an audience not beside it, sees nothing: people to avoid,
conflicts and limits are on no card at all. Visa words and gender need the owner's own switch
besides (``SWITCHES``); ``asked_because`` is read by the mentor asked for. Sentences and points on
why two suit each other, or which rule keeps them apart, rest on what is ``SHOWN``, and on what is
``COMPARED`` without its words: see ``telling``.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from mentorship.consents.service import SHARE_GENDER, SHARE_VISA
from mentorship.profiles.models import ProfileKind


class Audience(enum.StrEnum):
    BROWSING = "browsing"  # members of the section who look around, if the owner agreed to that
    OFFERED = "offered"  # the other side of an offer
    MATCHED = "matched"  # the other side, when both have said yes
    LEADER = "leader"  # who leads the section


Card = TypeVar("Card")
_EVERY = frozenset(Audience)  # leaders: in lists, and in the sentences on why two were paired
_LEADERS = frozenset({Audience.LEADER})
_MEMBERS = _EVERY - _LEADERS
_LOOKING = frozenset({Audience.BROWSING})
_PAIR = frozenset({Audience.OFFERED, Audience.MATCHED})
_BOTH_SAID_YES = frozenset({Audience.MATCHED})
_REACHABLE = _BOTH_SAID_YES | _LEADERS

_OF_BOTH: Mapping[str, frozenset[Audience]] = {
    "name": _EVERY,  # or a code in its place, where the section hides names
    "specialties": _EVERY,
    "topics": _EVERY,
    "languages": _EVERY,
    "school_country": _PAIR,
    "gender": _PAIR,
    "timezone": _MEMBERS,
    "channels": _EVERY,
    "formats": _EVERY,
    "meetings_a_month": _EVERY,
    "hours": _BOTH_SAID_YES,
    "email": _REACHABLE,
    "phone": _BOTH_SAID_YES,
}
SHOWN: Mapping[ProfileKind, Mapping[str, frozenset[Audience]]] = MappingProxyType(
    {
        ProfileKind.IMG: {
            **_OF_BOTH,
            "stage": _EVERY,
            "state": _LEADERS,  # they look for people by it
            "states": _EVERY,
            "mentors_wanted": _LEADERS,
            "goals": _PAIR,
            "asked_because": _PAIR,
            "visa": _PAIR,
        },
        ProfileKind.MENTOR: {
            **_OF_BOTH,
            "career_level": _EVERY,
            "subspecialties": _EVERY,
            "stages": _EVERY,
            "state": _EVERY,
            "states_licensed": _EVERY,
            "is_img": _EVERY,
            "institution": _MEMBERS,  # but not where names are hidden: it gives the name away
            "about": _MEMBERS,
            "visas": _PAIR,
            "seats": _LEADERS,
        },
    }
)

# Fields shown only if their owner said yes to this purpose.
SWITCHES: Mapping[str, str] = MappingProxyType(
    {"visa": SHARE_VISA, "visas": SHARE_VISA, "gender": SHARE_GENDER}
)

# Fields that a sentence on two people, or its points, may rest on without their words, such as how
# much time they have in common.
_COMPARED_OF_BOTH: Mapping[str, frozenset[Audience]] = {
    "availability": _EVERY,
    "timezone": _EVERY,
    "school_country": _LEADERS,  # whether it is the same
}
COMPARED: Mapping[ProfileKind, Mapping[str, frozenset[Audience]]] = MappingProxyType(
    {
        ProfileKind.IMG: {
            **_COMPARED_OF_BOTH,
            "requests": _PAIR | _LEADERS,  # whether this mentor is among them
            "wishes": _LEADERS,  # but not the one for a gender, which rests on the gender
            "importance": _LEADERS,  # from how many points each criterion can give of a pair
            "goals": _LEADERS,  # how many words both used
            "priority": _LEADERS,
            "avoid": _LEADERS,  # this and the next: which rule keeps two people apart
            "conflicts": _LEADERS,
        },
        ProfileKind.MENTOR: {
            **_COMPARED_OF_BOTH,
            "seats": _LOOKING,  # whether one is free now: during a break none is
            "paused_until": _LOOKING | _LEADERS,  # leaders: that there is a break, not until when
            "welcomes": _PAIR | _LEADERS,  # whether this IMG is among them
            "about": _LEADERS,
            "exclude": _LEADERS,  # this and all below: which rule keeps two people apart
            "institution": _LEADERS,
            "exclude_institutions": _LEADERS,
            "selects_at": _LEADERS,
            "accepts_specialties": _LEADERS,
            "accepts_stages": _LEADERS,
            "accepts_languages": _LEADERS,
        },
    }
)


def cut_to(card: Card, kind: ProfileKind, audience: Audience) -> Card:
    """Return a card with nothing on it but what the audience may see."""
    table = SHOWN[kind]
    empty: dict[str, Any] = {
        field.name: _nothing(getattr(card, field.name), field.type)
        for field in dataclasses.fields(card)  # type: ignore[arg-type]  # a card is a dataclass, whichever
        if field.name != "profile_id" and audience not in table.get(field.name, ())
    }
    return dataclasses.replace(card, **empty)  # type: ignore[type-var]  # a card is a dataclass, whichever


def _nothing(value: object, kind: object) -> object:
    if isinstance(value, tuple):
        return ()
    return "" if kind == "str" else None
