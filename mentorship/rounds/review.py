"""What a leader reads of one run: its sums, every pair with its parts, and who is left and why."""

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
from mentorship.rounds.models import Pair, Publication, Run, RunSeat, Unmatched
from mentorship.rounds.paging import Listing, Wanted, fetch
from mentorship.rounds.sentences import why_unmatched

PRIVATE = "The answers behind this are private."
SORTS = ("weakest", "strongest", "img", "mentor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in figures. Scores are 0 to 10,000."""

    run: Run
    runs: Sequence[int]  # numbers of all runs of the round
    published: bool
    imgs: int
    mentors: int
    pairs: int
    seconds: int
    seats: int
    mean: int | None
    lowest: int | None

    @property
    def matched_share(self) -> int:
        """Return the per cent of IMGs who have a mentor, 100 only if all do."""
        return 100 * self.run.matched // self.imgs if self.imgs else 0

    @property
    def seats_free(self) -> int:
        return self.seats - self.pairs


@dataclass(frozen=True, slots=True)
class PairLine:
    id: uuid.UUID
    img: str
    mentor: str
    place: int
    score: int


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


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    name: str
    reason: str
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class FreeSeats:
    """A mentor with seats that the run did not use; ``others`` IMGs could have had one."""

    name: str
    free: int
    seats: int
    others: int


def summary(session: Session, run: Run) -> Summary:
    """Return the figures of a run, in three queries."""
    pairs, seconds, mean, lowest = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(Pair.place == 2),
            sa.func.avg(Pair.score),
            sa.func.min(Pair.score),
        ).where(Pair.run_id == run.id)
    ).one()
    mentors, seats = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(RunSeat.seats), 0)).where(
            RunSeat.run_id == run.id
        )
    ).one()
    numbers = session.execute(
        sa.select(Run.number, Publication.run_id)
        .outerjoin(Publication, Publication.run_id == Run.id)
        .where(Run.round_id == run.round_id)
        .order_by(Run.number)
    ).all()
    return Summary(
        run=run,
        runs=[number for number, _ in numbers],
        published=any(published == run.id for _, published in numbers),
        imgs=run.matched + run.unmatched,
        mentors=mentors,
        pairs=pairs,
        seconds=seconds,
        seats=seats,
        mean=None if mean is None else round(mean),
        lowest=lowest,
    )


def pairs(session: Session, run_id: uuid.UUID, wanted: Wanted) -> Listing[PairLine]:
    """Return the pairs that fit what the leader looks for, the weakest first by default."""
    img, mentor = aliased(User), aliased(User)
    orders = {
        "weakest": (Pair.score.asc(),),
        "strongest": (Pair.score.desc(),),
        "img": (sa.func.lower(img.name), Pair.place),
        "mentor": (sa.func.lower(mentor.name), sa.func.lower(img.name)),
    }
    query = _with_names(
        sa.select(
            Pair.id, img.name.label("img"), mentor.name.label("mentor"), Pair.place, Pair.score
        ),
        img,
        mentor,
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
    return Listing([PairLine(*row) for row in found.rows], found.found, found.page, found.last)


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


def unmatched(session: Session, run_id: uuid.UUID, wanted: Wanted) -> Listing[UnmatchedLine]:
    """Return the IMGs without a mentor, by name, each with the reason in sentences."""
    query = (
        sa.select(User.name, Unmatched.reason, Unmatched.detail)
        .join(Profile, Profile.id == Unmatched.img_id)
        .join(User, User.id == Profile.person_id)
        .where(Unmatched.run_id == run_id)
        .order_by(sa.func.lower(User.name), Profile.id)
    )
    if wanted.words:
        query = query.where(User.name.icontains(wanted.words, autoescape=True))
    found = fetch(session, query, wanted)
    named = {key for row in found.rows for key in _mentors_in(row.detail)}
    names = _names(session, named)
    rows = [
        UnmatchedLine(row.name, row.reason, why_unmatched(row.name, row.reason, row.detail, names))
        for row in found.rows
    ]
    return Listing(rows, found.found, found.page, found.last)


def _mentors_in(detail: Mapping[str, Any]) -> Sequence[str]:
    return [*detail.get("some_mentors", ()), *([detail["mentor"]] if "mentor" in detail else ())]


def _names(session: Session, profile_ids: set[str]) -> Mapping[str, str]:
    rows = session.execute(
        sa.select(Profile.id, User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_([uuid.UUID(each) for each in profile_ids]))
    )
    return {str(profile_id): name for profile_id, name in rows}


def free_seats(session: Session, run_id: uuid.UUID, *, page: int = 1) -> Listing[FreeSeats]:
    """Return the mentors whose seats the run did not all use, most free seats first."""
    used = (
        sa.select(sa.func.count())
        .where(Pair.run_id == RunSeat.run_id, Pair.mentor_id == RunSeat.mentor_id)
        .correlate(RunSeat)
        .scalar_subquery()
    )
    free = RunSeat.seats - used
    query = (
        sa.select(User.name, free.label("free"), RunSeat.seats, RunSeat.others)
        .select_from(RunSeat)
        .join(Profile, Profile.id == RunSeat.mentor_id)
        .join(User, User.id == Profile.person_id)
        .where(RunSeat.run_id == run_id, free > 0)
        .order_by(free.desc(), sa.func.lower(User.name), Profile.id)
    )
    found = fetch(session, query, Wanted(page=page))
    return Listing([FreeSeats(*row) for row in found.rows], found.found, found.page, found.last)
