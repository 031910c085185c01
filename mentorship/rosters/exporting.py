"""From a section's members to the rows of both roster files."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor
from mentorship.profiles import service as profiles
from mentorship.profiles.service import Answers
from mentorship.rosters.enrolment import portions
from mentorship.rosters.rows import ImgRow, MentorRow
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of both files, by e-mail. Whoever has no profile yet has a row without answers."""

    imgs: tuple[ImgRow, ...]
    mentors: tuple[MentorRow, ...]


def export_roster(
    session: Session, *, section: Section, only: Collection[uuid.UUID] | None = None
) -> Export:
    """Return what an import of the same section would change nothing with.

    Whom somebody chose from another section is left out: it is that section's to tell. ``only``
    keeps the people with these keys.
    """
    imgs = _members(session, section, SectionRole.IMG)
    mentors = _members(session, section, SectionRole.MENTOR)
    if only is not None:
        imgs = [person for person in imgs if person.id in only]
        mentors = [person for person in mentors if person.id in only]
    said_by_imgs = profiles.read_many(session, [person.id for person in imgs], Img)
    said_by_mentors = profiles.read_many(session, [person.id for person in mentors], Mentor)
    avoided = [
        *(key for said in said_by_imgs.values() for key in said.values.avoid),
        *(key for said in said_by_mentors.values() for key in said.values.exclude),
    ]
    addresses = _Addresses(
        imgs={str(person.id): person.email for person in imgs},
        mentors={str(person.id): person.email for person in mentors},
        people=_emails(session, avoided),
    )
    agreed: dict[uuid.UUID, frozenset[str]] = {}
    for portion in portions({person.id for person in (*imgs, *mentors)}):
        agreed |= consents.in_force(session, portion)
    return Export(
        imgs=tuple(
            _img_row(person, said_by_imgs.get(person.id), addresses, agreed) for person in imgs
        ),
        mentors=tuple(
            _mentor_row(person, said_by_mentors.get(person.id), addresses, agreed)
            for person in mentors
        ),
    )


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Addresses by the text of a person's key: of the section's members, and of all avoided."""

    imgs: Mapping[str, str]
    mentors: Mapping[str, str]
    people: Mapping[str, str]


def _members(session: Session, section: Section, role: SectionRole) -> Sequence[User]:
    return session.scalars(
        sa.select(User)
        .join(Membership, Membership.person_id == User.id)
        .where(
            Membership.section_id == section.id,
            Membership.role == role,
            Membership.state == MembershipState.ACTIVE,
        )
        .order_by(User.email)
    ).all()


def _emails(session: Session, keys: Iterable[str]) -> Mapping[str, str]:
    named = {uuid.UUID(key) for key in keys if "@" not in key}
    found: dict[str, str] = {}
    for portion in portions(named):
        rows = session.execute(sa.select(User.id, User.email).where(User.id.in_(portion)))
        found.update((str(row.id), row.email) for row in rows)
    return found


def _img_row(
    person: User,
    said: Answers[Img] | None,
    addresses: _Addresses,
    agreed: Mapping[uuid.UUID, frozenset[str]],
) -> ImgRow:
    values = said.values if said else Img(key=person.email)
    requests = tuple(addresses.mentors[k] for k in values.requests if k in addresses.mentors)
    profile = dataclasses.replace(
        values, key=person.email, requests=requests, avoid=_spelled(values.avoid, addresses)
    )
    return ImgRow(**_own(person, agreed), profile=profile)


def _mentor_row(
    person: User,
    said: Answers[Mentor] | None,
    addresses: _Addresses,
    agreed: Mapping[uuid.UUID, frozenset[str]],
) -> MentorRow:
    values = said.values if said else Mentor(key=person.email)
    welcomes = sorted(addresses.imgs[k] for k in values.welcomes if k in addresses.imgs)
    profile = dataclasses.replace(
        values,
        key=person.email,
        welcomes=tuple(welcomes),
        exclude=_spelled(values.exclude, addresses),
    )
    paused = said.paused_until if said else None
    return MentorRow(**_own(person, agreed), paused_until=paused, profile=profile)


def _spelled(keys: Iterable[str], addresses: _Addresses) -> tuple[str, ...]:
    return tuple(sorted({addresses.people.get(key, key) for key in keys}))


def _own(person: User, agreed: Mapping[uuid.UUID, frozenset[str]]) -> dict[str, Any]:
    # only what a file can say, or it could not be read again
    given = tuple(purpose for purpose in vocabulary.CONSENTS if purpose in agreed[person.id])
    return {"email": person.email, "name": person.name, "consents": given}
