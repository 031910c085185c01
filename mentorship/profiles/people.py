"""The people whom profiles name: found by key or address, and where each of them belongs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.matching.people import CHOSEN
from mentorship.profiles.rows import in_portions
from mentorship.sections.models import Membership, MembershipState, SectionRole

AVOIDED: Mapping[type[Img | Mentor], str] = MappingProxyType({Img: "avoid", Mentor: "exclude"})


@dataclass(frozen=True, slots=True)
class People:
    """What is known of all the people whom some profiles name."""

    of_address: Mapping[str, uuid.UUID]
    known: frozenset[uuid.UUID]
    img_in: Mapping[uuid.UUID, frozenset[uuid.UUID]]  # sections where one is an active IMG
    mentor_in: Mapping[uuid.UUID, frozenset[uuid.UUID]]

    def is_mentor_for(self, asked: uuid.UUID, by: uuid.UUID) -> bool:
        return not self.mentor_in[asked].isdisjoint(self.img_in[by])

    def is_img_for(self, marked: uuid.UUID, by: uuid.UUID) -> bool:
        return not self.img_in[marked].isdisjoint(self.mentor_in[by])


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """People whose accounts and memberships are written together with profiles that name them."""

    section_id: uuid.UUID | None = None
    of_address: Mapping[str, uuid.UUID] = field(default_factory=lambda: MappingProxyType({}))
    imgs: frozenset[uuid.UUID] = frozenset()
    mentors: frozenset[uuid.UUID] = frozenset()

    def among(self, people: Collection[uuid.UUID], role: SectionRole) -> frozenset[uuid.UUID]:
        """Return those of these people who come into the section in a role."""
        coming = self.imgs if role is SectionRole.IMG else self.mentors
        return coming.intersection(people)


NOBODY = Joining()


def named(values: Img | Mentor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of those chosen and of those avoided."""
    kind = type(values)
    return getattr(values, CHOSEN[kind]), getattr(values, AVOIDED[kind])


def look_up(
    session: Session,
    everybody: Iterable[tuple[uuid.UUID, Img | Mentor]],
    joining: Joining = NOBODY,
) -> People:
    """Find whom the profiles of ``everybody`` (by their own key) name, in a few queries."""
    addresses: set[str] = set()
    keys: set[uuid.UUID] = set()
    choosers: set[uuid.UUID] = set()
    for own, values in everybody:
        chosen, avoided = named(values)
        choosers |= {own} if chosen else set()
        for key in (*chosen, *avoided):
            if person := key_of(key):
                keys.add(person)
            else:
                addresses.add(address(key))
    of_address = ids_of(session, addresses)
    coming = joining.of_address
    of_address |= {each: coming[each] for each in addresses if each in coming}
    known = set(of_address.values())
    for portion in in_portions(keys - known):
        known |= set(session.scalars(sa.select(User.id).where(User.id.in_(portion))))
    members = choosers | known if choosers else set()
    return People(
        of_address=of_address,
        known=frozenset(known),
        img_in=_sections(session, members, SectionRole.IMG, joining),
        mentor_in=_sections(session, members, SectionRole.MENTOR, joining),
    )


def ids_of(session: Session, addresses: Collection[str]) -> dict[str, uuid.UUID]:
    """Return the people with these addresses, as far as there are any."""
    found: dict[str, uuid.UUID] = {}
    for portion in in_portions(addresses):
        rows = session.execute(sa.select(User.email, User.id).where(User.email.in_(portion)))
        found.update((row.email, row.id) for row in rows)
    return found


def _sections(
    session: Session, people: Collection[uuid.UUID], role: SectionRole, joining: Joining
) -> Mapping[uuid.UUID, frozenset[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for portion in in_portions(people):
        rows = sa.select(Membership.person_id, Membership.section_id).where(
            Membership.person_id.in_(portion),
            Membership.role == role,
            Membership.state == MembershipState.ACTIVE,
        )
        for person, section in session.execute(rows):
            found[person].add(section)
    if joining.section_id is not None:
        for person in joining.among(people, role):
            found[person].add(joining.section_id)
    return defaultdict(frozenset, {person: frozenset(s) for person, s in found.items()})


def address(said: str) -> str:
    """Return an address as accounts keep it."""
    return said.strip().lower()


def key_of(said: str) -> uuid.UUID | None:
    """Return the key that was written, or None for an address."""
    try:
        return None if "@" in said else uuid.UUID(said)
    except ValueError:
        return None
