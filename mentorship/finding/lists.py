"""Who is in the list that a person may look through, best fit first, with the reasons in words.

In it are members of the same section who agreed to be looked up and could be paired with the
reader: whoever one of the two does not want, or a hard rule of every open round of the section (of
its newest, if none is open) keeps apart for what the two say, is simply not there. But whom the
reader leaves out by address stays there under a code, which no address may open. Fit and reasons
rest on what those who look around may read (``profiles.telling``), so that no order of names tells
a visa situation, or anything else that the list does not show.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.consents.service import LISTED
from mentorship.finding.allowing import sections_offering
from mentorship.finding.models import Mark, MarkKind
from mentorship.finding.others import rules_of
from mentorship.matching import CRITERIA, Img, Market, Mentor, Rules, parts_table
from mentorship.matching.forbid import ruled_out
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.scoring import shared_out
from mentorship.profiles.breaks import on_break
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.pool import Untold, gather
from mentorship.profiles.service import ImgCard, MentorCard, browsing_card, is_ready
from mentorship.profiles.telling import ABOUT_A_MENTOR, ABOUT_AN_IMG, Hearer, as_heard, told
from mentorship.rounds.candidates import agrees, held
from mentorship.rounds.run_rules import RunRules
from mentorship.sections.models import (
    Membership,
    MembershipState,
    SectionRole,
)

OTHER = {ProfileKind.IMG: ProfileKind.MENTOR, ProfileKind.MENTOR: ProfileKind.IMG}
CHOSEN = frozenset({"requests", "welcomes"})  # said beside; whom one chose fits no better for it
MOST_REASONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Somebody in the list. ``fit`` is 0 to 10,000; a reason has a label and a sentence."""

    profile_id: uuid.UUID
    person_id: uuid.UUID
    card: ImgCard | MentorCard
    values: Img | Mentor
    fit: int
    reasons: Sequence[tuple[str, str]]
    mark: MarkKind | None
    has_seat: bool | None  # None where it is not for the reader
    chosen: bool  # asked for by the IMG, or welcome to the mentor


@dataclass(frozen=True, slots=True)
class Listing:
    """All whom a reader may see. ``open`` says whether a section of theirs offers the list."""

    open: bool
    ready: bool  # the reader has said enough to be compared
    everybody: Sequence[Found]

    def one(self, profile_id: uuid.UUID) -> Found:
        """Return one of them; NoResultFound for whoever is not in the list."""
        found = next((each for each in self.everybody if each.profile_id == profile_id), None)
        if found is None:
            raise sa.exc.NoResultFound
        return found


def listing(
    session: Session, person_id: uuid.UUID, kind: ProfileKind, *, now: dt.datetime
) -> Listing:
    """Return whom a person may see as an IMG or as a mentor, in ten queries at most.

    Raises
    ------
    NoResultFound
        The person is not in this role in any section.

    """
    offering = sections_offering(session, person_id, kind)
    if not offering:
        return Listing(open=False, ready=True, everybody=())
    rows = _people(session, person_id, kind, offering, now)
    people = {row.id: row for row in rows}
    own = next((key for key, row in people.items() if row.person_id == person_id), None)
    if own is None:
        return Listing(open=True, ready=False, everybody=())
    hidden = {row.person_id for row in people.values() if row.masked}
    imgs, mentors = gather(session, list(people), untold=Untold(own, hidden))
    if not imgs or not mentors:
        return Listing(open=True, ready=True, everybody=())
    today = now.date()
    monday = today - dt.timedelta(days=today.weekday())
    market = Market.of(imgs, mentors, vocabulary.tables(), week=monday)
    apart = _apart(market, kind, rows, rules_of(session, offering))
    return Listing(open=True, ready=True, everybody=_ranked(market, kind, people, apart))


def _people(
    session: Session,
    person_id: uuid.UUID,
    kind: ProfileKind,
    sections: Sequence[uuid.UUID],
    now: dt.datetime,
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return those to compare, and the reader's own profile, in one query: by section, each."""
    role = SectionRole(OTHER[kind].value)
    theirs = aliased(Membership)
    listed = sa.and_(
        Profile.kind == OTHER[kind],
        theirs.role == role,
        theirs.state == MembershipState.ACTIVE,
        Profile.person_id != person_id,
        agrees(purpose=LISTED),
        agrees(),
        is_ready(),
        User.active,
    )
    own = sa.and_(Profile.kind == kind, Profile.person_id == person_id)
    return session.execute(
        sa.select(
            Profile.id,
            Profile.person_id,
            theirs.section_id.label("section"),
            User.name,
            Mark.kind.label("mark"),
            held().label("held"),
            on_break(now).label("on_break"),
            name_hidden_from(person_id).label("masked"),
        )
        .join(User, User.id == Profile.person_id)
        .join(theirs, theirs.person_id == Profile.person_id)
        .outerjoin(Mark, sa.and_(Mark.profile_id == Profile.id, Mark.reader_id == person_id))
        .where(theirs.section_id.in_(sections), sa.or_(listed, own))
    ).all()


def _apart(
    market: Market,
    kind: ProfileKind,
    rows: Sequence[sa.Row[*tuple[Any, ...]]],
    rules: Mapping[uuid.UUID, Sequence[RunRules]],
) -> Flags:
    """Tell which pairs no section that the two share would make, in none of its open rounds."""
    shared = {(str(row.id), row.section) for row in rows}
    others: Sequence[Img | Mentor] = market.mentors if kind is ProfileKind.IMG else market.imgs
    apart = np.ones((len(market.imgs), len(market.mentors)), dtype=bool)
    for section, holding in rules.items():
        there = np.array([(other.key, section) in shared for other in others])
        barred = np.logical_and.reduce([_barred(market, each) for each in holding])
        apart &= barred | ~(there[None, :] if kind is ProfileKind.IMG else there[:, None])
    return apart


def _barred(market: Market, rules: RunRules) -> Flags:
    if not rules.respect_limits:
        free = rules.limiting(market.mentors)
        market = Market.of(market.imgs, free, market.tables, week=market.week)
    flags = ruled_out(market, rules, np.arange(len(market.imgs)))
    return np.logical_or.reduce([*flags.values()])


def _ranked(
    market: Market, kind: ProfileKind, people: Mapping[uuid.UUID, Any], apart: Flags
) -> Sequence[Found]:
    """Return everybody who could be paired with the reader, best fit first."""
    as_img = kind is ProfileKind.IMG
    reader = ABOUT_A_MENTOR if as_img else ABOUT_AN_IMG
    heard = as_heard(market, reader)
    rules = _rules(reader)
    rows = np.arange(len(market.imgs))
    pairs = [pair for pair in np.ndindex(apart.shape) if not apart[pair]]
    whole = shared_out(heard, rules, rows)
    found = []
    for (i, j), points in zip(pairs, parts_table(heard, rules, pairs), strict=True):
        img, mentor = market.imgs[i], market.mentors[j]
        reasons = _reasons(told(market, heard, i, j, reader), points, whole[i])
        row = people[uuid.UUID(mentor.key if as_img else img.key)]
        found.append(_found(img, mentor, row, int(points.sum()), reasons))
    return sorted(found, key=lambda each: (-each.fit, each.card.name, each.profile_id))


def _rules(reader: Hearer) -> Rules:
    """Return rules under which only what the reader may be told of counts."""
    counts = {
        key: criterion.weight if reader.speaks_of(criterion) and key not in CHOSEN else 0
        for key, criterion in CRITERIA.items()
    }
    return Rules(weights=counts)


def _reasons(said: Mapping[str, str], points: Ints, whole: Ints) -> Sequence[tuple[str, str]]:
    """Return the labels and sentences of the criteria that earned three fifths, best first."""
    best = sorted(
        (
            (int(earned), key)
            for key, earned, of in zip(CRITERIA, points, whole, strict=True)
            if key in said and of and 5 * earned >= 3 * of
        ),
        key=lambda part: -part[0],
    )
    return [(CRITERIA[key].label, said[key]) for _, key in best[:MOST_REASONS]]


def _found(
    img: Img,
    mentor: Mentor,
    row: sa.Row[*tuple[Any, ...]],
    fit: int,
    reasons: Sequence[tuple[str, str]],
) -> Found:
    as_img = row.id == uuid.UUID(mentor.key)  # an IMG reads of the mentor
    values: Img | Mentor = mentor if as_img else img
    told_of_seats = as_img and "seats" in ABOUT_A_MENTOR.mentor
    return Found(
        profile_id=row.id,
        person_id=row.person_id,
        card=browsing_card(values, person_id=row.person_id, name=row.name, hide_name=row.masked),
        values=values,
        fit=fit,
        reasons=reasons,
        mark=row.mark,
        has_seat=not row.on_break and mentor.seats > row.held if told_of_seats else None,
        chosen=mentor.key in img.requests if as_img else img.key in mentor.welcomes,
    )
