"""What a leader reads of the pairs of one run: all of them, and one with the parts of its score."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.matching import CRITERIA
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair
from mentorship.rounds.paging import Listing, Wanted, fetch

PRIVATE = "The answers behind this are private."
SORTS = ("weakest", "strongest", "img", "mentor")
MOST_STRONG = 3


@dataclass(frozen=True, slots=True)
class PairLine:
    id: uuid.UUID
    img: str
    mentor: str
    place: int
    score: int
    strong: Sequence[str]  # what the pair fits best in


@dataclass(frozen=True, slots=True)
class PartLine:
    """One criterion of a pair's score. ``score`` is the share earned, 0 to 10,000."""

    label: str
    points: int
    of: int
    sentence: str | None

    @property
    def score(self) -> int:
        return 10_000 * self.points // self.of if self.of else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPage:
    """A pair with its parts; points are of 100 and add up to ``hundredths``."""

    id: uuid.UUID
    img: str
    img_id: uuid.UUID
    mentor: str
    mentor_id: uuid.UUID
    place: int
    score: int
    parts: Sequence[PartLine]


def pair_list(session: Session, run_id: uuid.UUID, wanted: Wanted) -> Listing[PairLine]:
    """Return the pairs that fit what the leader looks for, the weakest first by default."""
    img, mentor = aliased(User), aliased(User)
    orders = {
        "weakest": (Pair.score.asc(),),
        "strongest": (Pair.score.desc(),),
        "img": (sa.func.lower(img.name), Pair.place),
        "mentor": (sa.func.lower(mentor.name), sa.func.lower(img.name)),
    }
    query = _with_names(
        sa.select(Pair, img.name.label("img"), mentor.name.label("mentor")), img, mentor
    ).where(Pair.run_id == run_id)
    if wanted.words:
        query = query.where(
            sa.or_(
                img.name.icontains(wanted.words, autoescape=True),
                mentor.name.icontains(wanted.words, autoescape=True),
            )
        )
    query = query.order_by(*orders.get(wanted.sort, orders["weakest"]), Pair.id)
    found = fetch(session, query, wanted)
    lines = [
        PairLine(pair.id, img_name, mentor_name, pair.place, pair.score, _strong(pair))
        for pair, img_name, mentor_name in found.rows
    ]
    return Listing(lines, found.found, found.page, found.last)


def _strong(pair: Pair) -> Sequence[str]:
    """Return the criteria that add most to the score, of those that earned most of their points."""
    full = [
        part
        for part in pair.parts or []
        if 5 * part["points"] >= 4 * part["of"] and not CRITERIA[part["criterion"]].sensitive
    ]
    full.sort(key=lambda part: -part["points"])
    return [CRITERIA[part["criterion"]].label for part in full[:MOST_STRONG]]


def pair_page(session: Session, pair: Pair) -> PairPage:
    """Return one pair with the names and the parts of its score, in one query."""
    img, mentor = aliased(User), aliased(User)
    names = session.execute(
        _with_names(
            sa.select(img.name.label("img"), mentor.name.label("mentor")).select_from(Pair),
            img,
            mentor,
        ).where(Pair.id == pair.id)
    ).one()
    return PairPage(
        id=pair.id,
        img=names.img,
        img_id=pair.img_id,
        mentor=names.mentor,
        mentor_id=pair.mentor_id,
        place=pair.place,
        score=pair.score,
        parts=parts_of(pair),
    )


def _with_names(
    query: sa.Select[*tuple[Any, ...]], img: type[User], mentor: type[User]
) -> sa.Select[*tuple[Any, ...]]:
    img_profile, mentor_profile = aliased(Profile), aliased(Profile)
    return (
        query.join(img_profile, img_profile.id == Pair.img_id)
        .join(img, img.id == img_profile.person_id)
        .join(mentor_profile, mentor_profile.id == Pair.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
    )


def parts_of(pair: Pair) -> Sequence[PartLine]:
    """Return the parts of a pair for the leader, in points of 100 that add up to its score."""
    parts = pair.parts or []
    whole = to_hundred([part["of"] for part in parts], 100)
    earned = to_hundred([part["points"] for part in parts], (pair.score + 50) // 100, whole)
    lines = [
        PartLine(CRITERIA[part["criterion"]].label, points, of, _told(part))
        for part, points, of in zip(parts, earned, whole, strict=True)
    ]
    return sorted(lines, key=lambda line: (-line.of, line.label))


def _told(part: Mapping[str, Any]) -> str | None:
    """Return the leader's sentence; the answers behind a sensitive criterion are not told."""
    sentence: str | None = part["why"].get("leader")
    return PRIVATE if sentence and CRITERIA[part["criterion"]].sensitive else sentence


def to_hundred(
    values: Sequence[int], total: int, at_most: Sequence[int] | None = None
) -> Sequence[int]:
    """Round ten-thousandths to hundredths that add up to ``total``, largest remainders first."""
    rounded = [value // 100 for value in values]
    limits = at_most or [100] * len(values)
    order = sorted(range(len(values)), key=lambda place: (-(values[place] % 100), place))
    while (missing := total - sum(rounded)) > 0:
        free = [place for place in order if rounded[place] < limits[place]][:missing]
        if not free:
            break
        for place in free:
            rounded[place] += 1
    return rounded
