"""Who is meant by the people a profile names: mentors asked for, IMGs welcome, people to avoid.

Plain values name a person by the text of their key or by an e-mail address. An address to avoid
that belongs to nobody (yet) is kept sealed on the profile, and nothing tells its author whether it
does: else every form would say who has an account. Once it belongs to somebody it counts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mentorship import vocabulary
from mentorship.matching import Img, Mentor
from mentorship.matching.people import CHOSEN
from mentorship.profiles.models import Naming, NamingUse
from mentorship.profiles.people import AVOIDED, People, address, key_of, named
from mentorship.profiles.rows import Row, Rows
from mentorship.profiles.values import ProfileRefused, TooMany

MOST_AVOIDED = 60
LONGEST_LINE = 300


class NotAMentorHere(ProfileRefused):
    """Somebody asked for who is no mentor in a section of the one who asks."""


class NotAnImgHere(ProfileRefused):
    """Somebody marked as welcome who is no IMG in a section of the mentor."""


class NamesOneself(ProfileRefused):
    """A person who asks for, or avoids, themself."""


class NobodyThere(ProfileRefused):
    """A key of a person that nobody has."""


@dataclass(slots=True)
class Namings:
    """The people one profile names, as rows, and the addresses that belong to nobody."""

    rows: list[Row] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def resolve(
    own: uuid.UUID,
    values: Img | Mentor,
    lines: Mapping[str, str],
    *,
    people: People,
    before: Rows,
) -> Namings:
    """Make the rows of the people that ``values`` name, and say who cannot be meant.

    ``before`` are the profile's rows until now: whoever is chosen already may stay, also after
    leaving the section, and an address that was resolved once keeps meaning the same person.
    """
    chosen, avoided = named(values)
    wanted, unwanted = CHOSEN[type(values)], AVOIDED[type(values)]
    _count(wanted, chosen, vocabulary.AT_MOST[wanted])
    _count(unwanted, avoided, MOST_AVOIDED)
    result = Namings()
    if isinstance(values, Img):
        result.rows += _requests(own, chosen, lines, people, before)
    else:
        result.rows += _welcomes(own, chosen, people, before)
    _avoid((own, unwanted), avoided, people, before, result)
    return result


def _requests(
    own: uuid.UUID,
    keys: Iterable[str],
    lines: Mapping[str, str],
    people: People,
    before: Rows,
) -> list[Row]:
    asked = {row[2]: row[3] for row in before[Naming] if row[0] is NamingUse.REQUEST}
    chosen: dict[uuid.UUID, str] = {}
    for key in keys:
        person = _other("requests", own, key, people)
        if person is None or not (person in asked or people.is_mentor_for(person, own)):
            what = "is no mentor in a section of this person"
            raise NotAMentorHere("requests", key, what, "choose a mentor of the section")
        line = " ".join(lines.get(key, asked.get(person, "")).split())[:LONGEST_LINE]
        chosen.setdefault(person, line)
    return [
        (NamingUse.REQUEST, rank, person, line)
        for rank, (person, line) in enumerate(chosen.items())
    ]


def _welcomes(own: uuid.UUID, keys: Iterable[str], people: People, before: Rows) -> list[Row]:
    marked = {row[2] for row in before[Naming] if row[0] is NamingUse.WELCOME}
    chosen: set[uuid.UUID] = set()
    for key in keys:
        person = _other("welcomes", own, key, people)
        if person is None or not (person in marked or people.is_img_for(person, own)):
            what = "is no IMG in a section of this person"
            raise NotAnImgHere("welcomes", key, what, "choose an IMG of the section")
        chosen.add(person)
    return [(NamingUse.WELCOME, 0, person, "") for person in chosen]


def _other(use: str, own: uuid.UUID, key: str, people: People) -> uuid.UUID | None:
    person = key_of(key) or people.of_address.get(address(key))
    if person == own:
        raise NamesOneself(use, key, "is this person", "name somebody else")
    return person


def _avoid(
    author: tuple[uuid.UUID, str],
    avoided: Iterable[str],
    people: People,
    before: Rows,
    result: Namings,
) -> None:
    own, use = author
    kept = {row[2]: row[3] for row in before[Naming] if row[0] is NamingUse.AVOID}
    typed = {line: person for person, line in kept.items() if line}
    lines: dict[uuid.UUID, str] = {person: "" for key in avoided if (person := key_of(key))}
    for key in avoided:
        said = "" if key_of(key) else address(key)
        person = key_of(key) or typed.get(said) or people.of_address.get(said)
        if person == own:
            raise NamesOneself(use, key, "is this person", "name somebody else")
        if person is None and "@" in said:
            result.unknown.append(said)
        elif person is None or (person not in people.known and person not in kept):
            raise NobodyThere(use, key, "is nobody here", "give an email address")
        elif lines.setdefault(person, said) != said:
            result.unknown.append(said)  # named before: else the page would tell by whose absence
    result.unknown = sorted(set(result.unknown))
    result.rows += [(NamingUse.AVOID, 0, person, line) for person, line in lines.items()]


def _count(what: str, keys: tuple[str, ...], at_most: int) -> None:
    if len(keys) > at_most:
        raise TooMany(what, str(len(keys)), "is too many", f"name {at_most} people at most")


def keys_of(rows: Rows, unknown: Iterable[str]) -> dict[NamingUse, tuple[str, ...]]:
    """Return the people of a profile as its author named them."""
    uses: dict[NamingUse, list[str]] = {use: [] for use in NamingUse}
    uses[NamingUse.AVOID] += unknown
    for use, _rank, person, line in rows[Naming]:
        typed = use is NamingUse.AVOID and line
        uses[use].append(line if typed else str(person))
    uses[NamingUse.AVOID].sort()
    return {use: tuple(keys) for use, keys in uses.items()}


def lines_of(rows: Rows) -> dict[str, str]:
    """Return why each mentor is asked for, by the text of their key."""
    return {str(row[2]): row[3] for row in rows[Naming] if row[0] is NamingUse.REQUEST and row[3]}
