"""Everybody's profiles as the matcher reads them, in a number of queries that does not grow.

Keys are profile ids. "Prefer not to say" becomes no answer, a sealed answer that does not open
counts as not given. Seats are those a mentor offers, on a break or not (``breaks``). One person may
be an IMG and a mentor: the two profiles are never a pair.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.extensions import Model
from mentorship.matching import Img, Mentor
from mentorship.profiles import rows
from mentorship.profiles.models import Naming, NamingUse, Profile, ProfileKind
from mentorship.profiles.people import ids_of


@dataclass(frozen=True, slots=True)
class _Pool:
    """The people at hand: the keys each goes by, as an IMG and as a mentor."""

    imgs: Mapping[uuid.UUID, str]
    mentors: Mapping[uuid.UUID, str]
    of_address: Mapping[str, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Untold:
    """People behind codes, for the reader whose own profile it is: their addresses tell nothing.

    Else whoever types an address would see which code goes from a list, and so whose it is.
    """

    profile_id: uuid.UUID
    people: Collection[uuid.UUID]

    def of(self, profile: Profile) -> Collection[uuid.UUID]:
        return self.people if profile.id == self.profile_id else ()


def gather(
    session: Session,
    profile_ids: Collection[uuid.UUID],
    *,
    tables: Collection[type[Model]] = tuple(rows.TABLES),
    untold: Untold | None = None,
) -> tuple[list[Img], list[Mentor]]:
    """Return the profiles as plain values, each list in the order of its keys.

    What is not in ``tables`` is not read and looks not answered. Where they are for the page of
    one of them, whom that profile leaves out by address counts as anybody if they are ``untold``.
    """
    loaded = rows.load_all(session, profile_ids, tables=tables)
    return values_of(session, loaded, untold=untold)


def values_of(
    session: Session, loaded: rows.Loaded, *, untold: Untold | None = None
) -> tuple[list[Img], list[Mentor]]:
    """Return profiles that are read already as ``gather`` does."""
    profiles, below = loaded.profiles, loaded.below
    unknown = {profile.id: rows.readable(profile, "avoid") or [] for profile in profiles}
    addresses = {address for listed in unknown.values() for address in listed}
    keys: dict[ProfileKind, dict[uuid.UUID, str]] = defaultdict(dict)
    for profile in profiles:
        keys[profile.kind][profile.person_id] = str(profile.id)
    of_address = ids_of(session, addresses)
    pool = _Pool(keys[ProfileKind.IMG], keys[ProfileKind.MENTOR], of_address)
    imgs: list[Img] = []
    mentors: list[Mentor] = []
    for profile in profiles:
        hidden = untold.of(profile) if untold else ()
        people = _people(profile, below[profile.id], unknown[profile.id], pool, hidden)
        if profile.kind is ProfileKind.IMG:
            imgs.append(_img(profile, below[profile.id], people))
        else:
            mentors.append(_mentor(profile, below[profile.id], people))
    return imgs, mentors


def _people(
    profile: Profile,
    below: rows.Rows,
    unknown: Collection[str],
    pool: _Pool,
    hidden: Collection[uuid.UUID],
) -> dict[NamingUse, tuple[str, ...]]:
    """Translate the people a profile names into keys.

    Whoever is asked for but not in the pool keeps their place in the ranking, under a key that
    nobody has. Of those welcome or to avoid, only profiles that could be paired with this one
    matter.
    """
    others = pool.mentors if profile.kind is ProfileKind.IMG else pool.imgs
    asked = [row[2] for row in below[Naming] if row[0] is NamingUse.REQUEST]
    welcome = [row[2] for row in below[Naming] if row[0] is NamingUse.WELCOME]
    chosen = {row[2] for row in below[Naming] if row[0] is NamingUse.AVOID and not row[3]}
    typed = {row[2] for row in below[Naming] if row[0] is NamingUse.AVOID and row[3]}
    typed |= {pool.of_address[address] for address in unknown if address in pool.of_address}
    avoided = chosen | typed.difference(hidden) | {profile.person_id}
    return {
        NamingUse.REQUEST: tuple(pool.mentors.get(person, str(person)) for person in asked),
        NamingUse.WELCOME: tuple(sorted(others[person] for person in welcome if person in others)),
        NamingUse.AVOID: tuple(sorted(others[person] for person in avoided if person in others)),
    }


def _img(profile: Profile, below: rows.Rows, people: Mapping[NamingUse, tuple[str, ...]]) -> Img:
    img = Img(**rows.read(Img, str(profile.id), profile, below, people))
    return dataclasses.replace(
        img, visa=vocabulary.answer(img.visa), gender=vocabulary.answer(img.gender)
    )


def _mentor(
    profile: Profile,
    below: rows.Rows,
    people: Mapping[NamingUse, tuple[str, ...]],
) -> Mentor:
    mentor = Mentor(**rows.read(Mentor, str(profile.id), profile, below, people))
    return dataclasses.replace(mentor, gender=vocabulary.answer(mentor.gender))
