"""One pair of a run, as a leader reads it: the parts of its score, and who was next."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.agreed import agreed_as
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.pairs import is_locked, with_names
from mentorship.rounds.points import PartLine, parts_of
from mentorship.rounds.priority import priority_of
from mentorship.rounds.run_models import PairNext


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
    locked: bool
    by_request: uuid.UUID | None  # their mentorship, if both have said yes by request
    next_mentor: tuple[str, int] | None  # who would have been next, with the score
    next_img: tuple[str, int] | None
    priority: str  # why the IMG deserves a mentor first, as things are now; "" if nothing does


def pair_page(session: Session, run: Run, pair: Pair) -> PairPage:
    """Return one pair with the names, the parts of its score and who was next, in three queries."""
    img, mentor = aliased(User), aliased(User)
    next_mentor, next_img = _next(session, pair)
    names = session.execute(
        with_names(
            sa.select(
                img.name.label("img"), mentor.name.label("mentor"), agreed_as(run).label("agreed")
            ).select_from(Pair),
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
        score=pair.open_score,
        parts=parts_of(pair),
        locked=is_locked(run, pair),
        by_request=names.agreed,
        next_mentor=next_mentor,
        next_img=next_img,
        priority=priority_of(session, [pair.img_id]).get(pair.img_id, ""),
    )


def _next(session: Session, pair: Pair) -> tuple[tuple[str, int] | None, tuple[str, int] | None]:
    """Return who would have been next for the IMG and for the mentor, with the score."""
    img, mentor, img_profile, mentor_profile = (
        aliased(User),
        aliased(User),
        aliased(Profile),
        aliased(Profile),
    )
    row = session.execute(
        sa.select(mentor.name, PairNext.mentor_score, img.name, PairNext.img_score)
        .select_from(PairNext)
        .outerjoin(mentor_profile, mentor_profile.id == PairNext.mentor_id)
        .outerjoin(mentor, mentor.id == mentor_profile.person_id)
        .outerjoin(img_profile, img_profile.id == PairNext.img_id)
        .outerjoin(img, img.id == img_profile.person_id)
        .where(PairNext.pair_id == pair.id)
    ).one_or_none()
    if row is None:
        return None, None
    return _named(row[0], row[1]), _named(row[2], row[3])


def _named(name: str | None, score: int | None) -> tuple[str, int] | None:
    return None if name is None or score is None else (name, score)
