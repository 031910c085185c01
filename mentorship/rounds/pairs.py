"""The pairs of one run, as a leader looks through them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.matching import CRITERIA
from mentorship.profiles.models import Profile
from mentorship.rounds.agreed import agreed_as
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.note_models import RoundNote
from mentorship.rounds.notes import counted_for
from mentorship.rounds.paging import Listing, Wanted, fetch
from mentorship.rounds.points import open_parts

SORTS = ("weakest", "strongest", "img", "mentor")
SHOWS = ("", "poor", "locked", "second")  # parts of the list
POOR = 4_000
MOST_STRONG = 3
MOST_FOUND = 10  # pairs to swap with that are shown


@dataclass(frozen=True, slots=True)
class PairLine:
    id: uuid.UUID
    img: str
    img_id: uuid.UUID
    mentor: str
    mentor_id: uuid.UUID
    place: int
    score: int
    strong: Sequence[str]  # what the pair fits best in
    locked: bool
    by_request: bool  # both have said yes: no leader parts them here
    notes: int  # that leaders wrote about these two in the round


def pair_list(
    session: Session, run: Run, wanted: Wanted, *, of: uuid.UUID | None = None
) -> Listing[PairLine]:
    """Return the pairs that fit what the leader looks for, the weakest first by default.

    ``of`` is the profile of an IMG or a mentor whose pairs alone are wanted.
    """
    img, mentor = aliased(User), aliased(User)
    orders = {
        "weakest": (Pair.open_score.asc(),),
        "strongest": (Pair.open_score.desc(),),
        "img": (sa.func.lower(img.name), Pair.place),
        "mentor": (sa.func.lower(mentor.name), sa.func.lower(img.name)),
    }
    query = with_names(_columns(run, img, mentor), img, mentor)
    query = _fitting(query, run, wanted, img, mentor)
    if of is not None:
        query = query.where(sa.or_(Pair.img_id == of, Pair.mentor_id == of))
    query = query.order_by(*orders.get(wanted.sort, orders["weakest"]), Pair.id)
    found = fetch(session, query, wanted, key=Pair.id)
    return Listing(_lines(run, found.rows), found.found, found.page, found.last)


def _lines(run: Run, rows: Iterable[Any]) -> Sequence[PairLine]:
    return [
        PairLine(
            pair.id,
            img_name,
            pair.img_id,
            mentor_name,
            pair.mentor_id,
            pair.place,
            pair.open_score,
            _strong(pair),
            is_locked(run, pair),
            offer_id is not None,
            notes,
        )
        for pair, img_name, mentor_name, offer_id, notes in rows
    ]


def _columns(run: Run, img: type[User], mentor: type[User]) -> sa.Select[*tuple[Any, ...]]:
    names = img.name.label("img"), mentor.name.label("mentor")
    about = RoundNote.img_id == Pair.img_id, RoundNote.mentor_id == Pair.mentor_id
    notes = counted_for(run.round_id, *about)
    return sa.select(Pair, *names, agreed_as(run), notes)


def every_pair(
    session: Session, run_id: uuid.UUID, wanted: Wanted
) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Return IMG and mentor of all pairs that fit, over all pages."""
    run = session.get_one(Run, run_id)
    img, mentor = aliased(User), aliased(User)
    query = with_names(sa.select(Pair.img_id, Pair.mentor_id).select_from(Pair), img, mentor)
    query = _fitting(query, run, wanted, img, mentor).order_by(Pair.id)
    return [(img_id, mentor_id) for img_id, mentor_id in session.execute(query)]


def swappable(session: Session, run: Run, pair: Pair, words: str) -> Sequence[PairLine]:
    """Return pairs found by a name that could take each other's mentor with this one."""
    img, mentor = aliased(User), aliased(User)
    query = with_names(_columns(run, img, mentor), img, mentor)
    query = _fitting(query, run, Wanted(words=words), img, mentor).where(
        Pair.img_id != pair.img_id, Pair.mentor_id != pair.mentor_id, agreed_as(run).is_(None)
    )
    return _lines(run, session.execute(query.order_by(sa.func.lower(img.name)).limit(MOST_FOUND)))


def pairs_by_key(
    session: Session, run_id: uuid.UUID, pair_ids: Collection[uuid.UUID]
) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Return IMG and mentor of pairs of this run; those of other runs are passed over."""
    rows = session.execute(
        sa.select(Pair.img_id, Pair.mentor_id)
        .where(Pair.run_id == run_id, Pair.id.in_(pair_ids))
        .order_by(Pair.id)
    )
    return [(img_id, mentor_id) for img_id, mentor_id in rows]


def is_locked(run: Run, pair: Pair) -> bool:
    return [str(pair.img_id), str(pair.mentor_id)] in run.rules["locked"]


def _fitting(
    query: sa.Select[*tuple[Any, ...]],
    run: Run,
    wanted: Wanted,
    img: type[User],
    mentor: type[User],
) -> sa.Select[*tuple[Any, ...]]:
    query = query.where(Pair.run_id == run.id)
    if wanted.words:
        query = query.where(
            sa.or_(
                img.name.icontains(wanted.words, autoescape=True),
                mentor.name.icontains(wanted.words, autoescape=True),
            )
        )
    if wanted.show == "second":
        return query.where(Pair.place == 2)
    if wanted.show == "poor":
        return query.where(Pair.open_score < POOR)
    if wanted.show == "locked":
        locked = [(uuid.UUID(i), uuid.UUID(j)) for i, j in run.rules["locked"]]
        return query.where(sa.tuple_(Pair.img_id, Pair.mentor_id).in_(locked))
    return query


def _strong(pair: Pair) -> Sequence[str]:
    """Return the criteria that add most to the score, of those that earned most of their points."""
    full = [part for part in open_parts(pair) if 5 * part["points"] >= 4 * part["of"]]
    full.sort(key=lambda part: -part["points"])
    return [CRITERIA[part["criterion"]].label for part in full[:MOST_STRONG]]


def with_names(
    query: sa.Select[*tuple[Any, ...]], img: type[User], mentor: type[User]
) -> sa.Select[*tuple[Any, ...]]:
    img_profile, mentor_profile = aliased(Profile), aliased(Profile)
    return (
        query.join(img_profile, img_profile.id == Pair.img_id)
        .join(img, img.id == img_profile.person_id)
        .join(mentor_profile, mentor_profile.id == Pair.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
    )
