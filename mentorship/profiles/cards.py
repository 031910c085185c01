"""What others see of a profile, as a card whose words are names to read.

Which field is for whom stands in the table of ``audience``; a card is made whole and then cut.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from mentorship import hours, vocabulary
from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.hours import Clock
from mentorship.matching import Img, Mentor, Span
from mentorship.profiles import rows
from mentorship.profiles.audience import SWITCHES, Audience, cut_to
from mentorship.profiles.card_shapes import ImgCard, MentorCard
from mentorship.profiles.codes import code_name
from mentorship.profiles.models import (
    CHOICE_LISTS,
    SINGLE_CHOICES,
    Availability,
    Choice,
    Naming,
    NamingUse,
    Profile,
    ProfileKind,
)
from mentorship.profiles.values import SEALED_LISTS, list_of
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

HIDING = frozenset({Audience.BROWSING, Audience.OFFERED})  # where a section may hide names


def card(  # noqa: PLR0913  whose, for whom, and what is known already
    session: Session,
    profile_id: uuid.UUID,
    audience: Audience,
    *,
    reader_id: uuid.UUID | None = None,
    hide_name: bool = False,
    loaded: rows.Loaded | None = None,
    clock: Clock | None = None,
) -> ImgCard | MentorCard:
    """Return the card of one profile; raises ``KeyError`` where there is none."""
    shown = {profile_id: audience}
    made = cards(
        session, shown, reader_id=reader_id, hide_names=hide_name, loaded=loaded, clock=clock
    )
    return made[profile_id]


def cards(  # noqa: PLR0913  whose, for whom, and what is known already
    session: Session,
    audiences: Mapping[uuid.UUID, Audience],
    *,
    reader_id: uuid.UUID | None = None,
    hide_names: bool = False,
    loaded: rows.Loaded | None = None,
    clock: Clock | None = None,
) -> dict[uuid.UUID, ImgCard | MentorCard]:
    """Return the cards of several profiles, each for its audience, in a fixed number of queries.

    ``reader_id`` is the person who reads them. ``hide_names`` puts codes in place of names until
    both have said yes. ``loaded`` has the rows of them all, where they are read already. Hours are
    as the reader's ``clock`` has them, where it is given and the zone of the profile is known.
    """
    profiles = session.scalars(
        sa.select(Profile)
        .join(Profile.person)
        .where(Profile.id.in_(list(audiences)))
        .options(contains_eager(Profile.person).lazyload(User.roles))
        .order_by(User.name, Profile.id)
    ).all()
    below = loaded.below if loaded else rows.load(session, [each.id for each in profiles])
    agreed = consents.in_force(session, [profile.person_id for profile in profiles])
    made: dict[uuid.UUID, ImgCard | MentorCard] = {}
    for profile in profiles:
        whole = _card(
            profile,
            below[profile.id],
            agreed=agreed[profile.person_id],
            asked_because=_lines(below[profile.id]).get(reader_id, ""),
            clock=clock,
        )
        cut = cut_to(whole, profile.kind, audiences[profile.id])
        hides = hide_names and audiences[profile.id] in HIDING
        made[profile.id] = _nameless(cut, profile.person_id) if hides else cut
    return made


def seen_by_others(
    session: Session, person_id: uuid.UUID, kind: ProfileKind, *, clock: Clock
) -> dict[Audience, ImgCard | MentorCard]:
    """Return a person's own profile as each audience sees it; nothing where there is none yet.

    Hours are as the person's own ``clock`` has them; others read them by theirs. Each mentor asked
    for reads the line for them: here are all. The name is a code where all their sections hide it:
    a preview that shows less than somebody reads would do harm (see ``hiding_sections``).
    """
    profile = session.scalars(
        sa.select(Profile)
        .join(Profile.person)
        .where(Profile.person_id == person_id, Profile.kind == kind)
        .options(contains_eager(Profile.person).lazyload(User.roles))
    ).one_or_none()
    if profile is None:
        return {}
    below = rows.load(session, [profile.id])[profile.id]
    agreed = consents.in_force(session, [person_id])[person_id]
    lines = "\n".join(filter(None, _lines(below).values()))
    whole = _card(profile, below, agreed=agreed, asked_because=lines, clock=clock)
    seen = {audience: cut_to(whole, kind, audience) for audience in Audience}
    hides, shows = (_has_section(person_id, kind, masked=masked) for masked in (True, False))
    if session.scalar(sa.select(sa.and_(hides, ~shows))):
        seen |= {audience: _nameless(seen[audience], person_id) for audience in HIDING}
    return seen


def _has_section(person_id: uuid.UUID, kind: ProfileKind, *, masked: bool) -> sa.Exists:
    """Say whether the person has this role in a section that hides names, or shows them."""
    return sa.exists().where(
        Membership.person_id == person_id,
        Membership.role == SectionRole(kind.value),
        Membership.state == MembershipState.ACTIVE,
        Section.id == Membership.section_id,
        Section.names_masked.is_(masked),
    )


def browsing_card(
    values: Img | Mentor, *, person_id: uuid.UUID, name: str, hide_name: bool
) -> ImgCard | MentorCard:
    """Return what members of the section see who look around; from plain values, no query."""
    img = isinstance(values, Img)
    shape: type[ImgCard | MentorCard] = ImgCard if img else MentorCard
    fields = {field.name for field in dataclasses.fields(shape)}
    plain = {key: _in_words(values, key) for key in fields if hasattr(values, key)}
    blank = {"email": None, "phone": None, "hours": (), "gender": None}
    more = {"visa": None, "asked_because": ""} if img else {"visas": ()}
    made = shape(**(plain | blank | more), profile_id=uuid.UUID(values.key), name=name)
    cut = cut_to(made, ProfileKind.IMG if img else ProfileKind.MENTOR, Audience.BROWSING)
    return _nameless(cut, person_id) if hide_name else cut


def _in_words(values: Img | Mentor, field: str) -> Any:
    """Return a field as people read it."""
    said = getattr(values, field)
    lists = CHOICE_LISTS.get(field)
    if lists is None:
        return said
    words = (said,) if isinstance(said, str) else said or ()
    names = tuple(_name(list_of(field, word), word) for word in words)
    return (names[0] if names else None) if field in SINGLE_CHOICES else names


def _nameless(card: ImgCard | MentorCard, person_id: uuid.UUID) -> ImgCard | MentorCard:
    if isinstance(card, ImgCard):
        return dataclasses.replace(card, name=code_name(ProfileKind.IMG, person_id))
    name = code_name(ProfileKind.MENTOR, person_id)
    return dataclasses.replace(card, name=name, institution=None)


def _card(
    profile: Profile,
    below: rows.Rows,
    *,
    agreed: Collection[str],
    asked_because: str,
    clock: Clock | None,
) -> ImgCard | MentorCard:
    """Make a whole card, but for what its owner has not agreed to show."""

    def sealed(field: str) -> Any:
        return rows.readable(profile, field) if SWITCHES[field] in agreed else None

    both: dict[str, Any] = {
        "profile_id": profile.id,
        "name": profile.person.name,
        "timezone": profile.timezone,
        "meetings_a_month": profile.meetings_a_month,
        "hours": _hours(below, profile.timezone, clock),
        "email": profile.person.email,
        "phone": profile.person.phone,
        "gender": _answer("gender", sealed("gender")),
    }
    if profile.kind is ProfileKind.IMG:
        return ImgCard(
            **both,
            **_words(Img, below, ImgCard),
            mentors_wanted=profile.mentors_wanted,
            goals=profile.goals,
            asked_because=asked_because,
            visa=_answer("visa", sealed("visa")),
        )
    return MentorCard(
        **both,
        **_words(Mentor, below, MentorCard),
        is_img=profile.is_img,
        institution=profile.institution,
        about=profile.about,
        seats=profile.seats,
        visas=tuple(_name(SEALED_LISTS["visas"], word) for word in sealed("visas") or ()),
    )


def _answer(field: str, word: str | None) -> str | None:
    said = vocabulary.answer(word)
    return _name(SEALED_LISTS[field], said) if said else None


def _words(
    kind: type[Img | Mentor], below: rows.Rows, shape: type[ImgCard | MentorCard]
) -> dict[str, Any]:
    """Return the names of the words chosen in those fields that the card has."""
    said = rows.words(kind, below)
    lists = {(field, word): name for field, _rank, word, name in below[Choice]}
    shown: dict[str, Any] = {}
    for field, words in said.items():
        if field in shape.__dataclass_fields__:
            names = tuple(_name(lists[field, word], word) for word in words)
            shown[field] = (names[0] if names else None) if field in SINGLE_CHOICES else names
    return shown


def _name(list_name: str, word: str) -> str:
    term = vocabulary.LISTS[list_name].get(word)
    return term.name if term else word


def _hours(below: rows.Rows, zone: str | None, clock: Clock | None) -> tuple[str, ...]:
    spans = [Span(*row) for row in below[Availability]]
    return tuple(map(hours.write, clock.reads(spans, zone) if clock and zone else spans))


def _lines(below: rows.Rows) -> dict[uuid.UUID | None, str]:
    """Return the line on why for each mentor asked for, by person, first choice first."""
    return {row[2]: row[3] for row in below[Naming] if row[0] is NamingUse.REQUEST}
