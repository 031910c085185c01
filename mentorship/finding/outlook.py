"""How good a match can be: what a person's present answers make possible, in counts.

Counts under five are not told, so that nobody learns who is meant. What others decided about this
one person (whom they leave out, whom the leader ruled out) is counted in no reason.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.matching import Img, Market, Mentor, Rules
from mentorship.matching.forbid import ruled_out
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.pool import gather
from mentorship.profiles.service import is_ready
from mentorship.rounds.candidates import agrees, held
from mentorship.rounds.choices import BEFORE
from mentorship.rounds.models import Round
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Membership, MembershipState, SectionRole

FEWEST = 5
MOST_SHORT = 3
# hard rule -> the answer of an IMG's that it rests on, and what would change it
NARROWING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "limit_specialties": ("your specialties", "take only IMGs of other specialties"),
        "limit_stages": ("your stage", "take only IMGs at other stages"),
        "limit_languages": ("your languages", "take only IMGs who speak other languages"),
        "institutions": ("institutions you named as a conflict", "work where you see a conflict"),
        "selection": ("institutions you named as a conflict", "select residents there"),
        "must_share_language": ("your languages", "speak none of them"),
        "must_cover_first_topic": ("the topic you need first", "do not offer it"),
        "avoid": ("people you do not want", "are among them"),
    }
)


def told(count: int) -> str:
    """Say a count, unless it is so small that it points at somebody."""
    return f"fewer than {FEWEST}" if count < FEWEST else str(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImgOutlook:
    """Counts in words. ``narrowest`` is the answer that leaves out most, and how; or None."""

    mentors: str
    possible: str
    covering: str  # of the possible, who offer a topic this IMG needs
    narrowest: tuple[str, str, str] | None
    missing: bool  # no profile, or not enough in it


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorOutlook:
    imgs: str
    needing: str  # IMGs who need a topic this mentor offers
    possible: str
    short: Sequence[tuple[str, str, bool]]  # topic, IMGs who need it, does this mentor offer it
    missing: bool


def img_outlook(session: Session, person_id: uuid.UUID, *, today: dt.date) -> ImgOutlook:
    """Return what an IMG's answers make possible; NoResultFound for whoever is no IMG."""
    market, own, rules = _market(session, person_id, ProfileKind.IMG, today)
    mentors = market.mentors
    if own is None:
        nobody = told(0)
        return ImgOutlook(
            mentors=told(len(mentors)), possible=nobody, covering=nobody, narrowest=None,
            missing=True,
        )  # fmt: skip
    barred = {key: flags[0] for key, flags in ruled_out(market, rules, np.array([own])).items()}
    free = np.array([mentor.seats > 0 for mentor in mentors], dtype=bool)
    possible = ~np.logical_or.reduce(list(barred.values())) & free
    needs = set(market.imgs[own].topics)
    covering = sum(bool(needs & set(mentors[j].topics)) for j in np.flatnonzero(possible))
    counts = {key: int(barred[key].sum()) for key in NARROWING}
    worst = max(counts, key=lambda key: counts[key])
    return ImgOutlook(
        mentors=told(len(mentors)),
        possible=told(int(possible.sum())),
        covering=told(covering),
        narrowest=(*NARROWING[worst], told(counts[worst])) if counts[worst] else None,
        missing=False,
    )


def mentor_outlook(session: Session, person_id: uuid.UUID, *, today: dt.date) -> MentorOutlook:
    """Return who needs what a mentor offers, and where the section is short."""
    market, own, rules = _market(session, person_id, ProfileKind.MENTOR, today)
    offered: set[str] = set()
    possible = needing = 0
    if own is not None:
        offered = set(market.mentors[own].topics)
        rows = np.arange(len(market.imgs))
        barred = [flags[:, own] for flags in ruled_out(market, rules, rows).values()]
        possible = int((~np.logical_or.reduce(barred)).sum()) if len(rows) else 0
        needing = sum(bool(offered & set(img.topics)) for img in market.imgs)
    return MentorOutlook(
        imgs=told(len(market.imgs)),
        needing=told(needing),
        possible=told(possible),
        short=_short(market.imgs, market.mentors, offered),
        missing=own is None,
    )


def _short(
    imgs: Sequence[Img], mentors: Sequence[Mentor], offered: set[str]
) -> Sequence[tuple[str, str, bool]]:
    """Return the topics for which seats are missing most, that five IMGs or more need."""
    need = Counter(topic for img in imgs for topic in img.topics)
    seats: Counter[str] = Counter()
    for mentor in mentors:
        seats.update(dict.fromkeys(mentor.topics, mentor.seats))
    lacking = {t: n - seats[t] for t, n in need.items() if n >= FEWEST and n > seats[t]}
    worst = sorted(lacking, key=lambda topic: (-lacking[topic], topic))[:MOST_SHORT]
    return [(vocabulary.name("topic", t), told(need[t]), t in offered) for t in worst]


def _market(
    session: Session, person_id: uuid.UUID, kind: ProfileKind, today: dt.date
) -> tuple[Market, int | None, Rules]:
    """Gather everybody who could take part in a round of the person's sections."""
    sections = session.scalars(
        sa.select(Membership.section_id).where(
            Membership.person_id == person_id,
            Membership.role == SectionRole(kind.value),
            Membership.state == MembershipState.ACTIVE,
        )
    ).all()
    if not sections:
        raise sa.exc.NoResultFound
    people: Any = session.execute(_people(person_id, sections)).all()
    own_key = next(
        (str(row.id) for row in people if row.person_id == person_id and row.kind is kind), None
    )
    busy = {str(row.id): row.held for row in people}
    imgs, mentors = gather(session, [row.id for row in people], today=today)
    mentors = [dataclasses.replace(m, seats=max(m.seats - busy[m.key], 0)) for m in mentors]
    # whoever has a mentor, or an offer to answer, looks for none
    imgs = [img for img in imgs if not busy[img.key] or img.key == own_key]
    keys = [each.key for each in (imgs if kind is ProfileKind.IMG else mentors)]
    own = keys.index(own_key) if own_key in keys else None
    monday = today - dt.timedelta(days=today.weekday())
    newest = session.scalars(
        sa.select(Round.rules)
        .where(Round.section_id.in_(sections))
        .order_by(Round.state.not_in(BEFORE), Round.created_at.desc())
        .limit(1)
    ).one_or_none()
    rules = (SetUp.from_json(newest) if newest else SetUp()).rules()
    market = Market.of(imgs, rules.limiting(mentors), vocabulary.tables(), week=monday)
    return market, own, rules


def _people(
    person_id: uuid.UUID, sections: Sequence[uuid.UUID]
) -> sa.Select[uuid.UUID, uuid.UUID, ProfileKind, int]:
    theirs = aliased(Membership)
    member = (
        sa.exists()
        .where(
            theirs.person_id == Profile.person_id,
            theirs.section_id.in_(sections),
            sa.cast(theirs.role, sa.String) == sa.cast(Profile.kind, sa.String),
            theirs.state == MembershipState.ACTIVE,
        )
        .correlate(Profile)
    )
    others = sa.and_(agrees(), User.active)
    return (
        sa.select(Profile.id, Profile.person_id, Profile.kind, held().label("held"))
        .join(User, User.id == Profile.person_id)
        .where(member, is_ready(), sa.or_(Profile.person_id == person_id, others))
    )
