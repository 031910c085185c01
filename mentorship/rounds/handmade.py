"""Pairing two people by hand: who there is, how they would fit, and what a leader should know."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import FULL
from mentorship.profiles.models import Profile
from mentorship.rounds.in_the_way import in_the_way
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.paging import Listing, Wanted, cut, fetch
from mentorship.rounds.priority import priority_of
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.run_seats import seats_nobody_has
from mentorship.rounds.suiting import Suits, suits

NO_SEAT = "no free seat"


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to choose, with where they stand in the run."""

    id: str
    name: str
    stands: str
    suits: Suits | None = None  # a mentor, to the IMG who is chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Who is chosen, and a page of those to choose from next: an IMG first, then a mentor.

    ``priority`` says why the chosen IMG deserves a mentor first; "" if nothing does.
    """

    img: Choice | None
    mentor: Choice | None
    listing: Listing[Choice] | None  # None once both are chosen
    in_the_way: Sequence[str]
    warnings: Sequence[str]
    priority: str


def by_hand(
    session: Session,
    run: Run,
    wanted: Wanted,
    *,
    img: uuid.UUID | None,
    mentor: uuid.UUID | None,
) -> ByHand:
    """Return whom to choose from, or what to know of the two who are chosen."""
    one, other = _img(session, run, img), _mentor(session, run, mentor)
    found = suits(run, one.id, other.id if other else None) if one else {}
    if other is not None:
        other = dataclasses.replace(other, suits=found.get(other.id))
    stands: Sequence[str] = ()
    if one and other:
        pair, names = (one.id, other.id), (one.name, other.name)
        stands = in_the_way(session, run, pair, names, other.suits)
    return ByHand(
        img=one,
        mentor=other,
        listing=_listing(session, run, wanted, one, other, found),
        in_the_way=stands,
        warnings=_warnings(session, run, one, other) if one and other and not stands else (),
        priority=_priority(session, one) if one else "",
    )


def _listing(  # noqa: PLR0913, PLR0917  what is looked for, who is chosen and how mentors suit
    session: Session,
    run: Run,
    wanted: Wanted,
    img: Choice | None,
    mentor: Choice | None,
    found: Mapping[str, Suits],
) -> Listing[Choice] | None:
    """Return a page of IMGs, those without a mentor first; or of mentors, the best first."""
    if img is None:
        who = _imgs(run).subquery()
        query = sa.select(who).order_by(who.c.mentor.is_not(None), who.c.sorted, who.c.id)
        if wanted.words:
            query = query.where(who.c.name.icontains(wanted.words, autoescape=True))
        page = fetch(session, query, wanted, key=who.c.id)
        rows = [_img_choice(*row[:3]) for row in page.rows]
        return Listing(rows, page.found, page.page, page.last)
    if mentor is None:
        words = wanted.words.casefold()
        mentors = [
            _mentor_choice(key, name, free, found.get(str(key)))
            for key, name, free in session.execute(_mentors(run))
            if words in name.casefold()
        ]
        return cut(_best_first(mentors), wanted)
    return None


def _priority(session: Session, img: Choice) -> str:
    key = uuid.UUID(img.id)
    return priority_of(session, [key]).get(key, "")


def _best_first(mentors: Sequence[Choice]) -> Sequence[Choice]:
    """Return the mentors by how they suit; those a rule stands against come last."""
    return sorted(
        mentors,
        key=lambda each: (each.suits.forbidden, -each.suits.score) if each.suits else (True, 0),
    )


def _img(session: Session, run: Run, key: uuid.UUID | None) -> Choice | None:
    who = _imgs(run).subquery()
    row = session.execute(sa.select(who).where(who.c.id == key)).first() if key else None
    return _img_choice(*row[:3]) if row else None


def _mentor(session: Session, run: Run, key: uuid.UUID | None) -> Choice | None:
    row = session.execute(_mentors(run).where(Profile.id == key)).first() if key else None
    return _mentor_choice(*row) if row else None


def _imgs(run: Run) -> sa.Select[*tuple[Any, ...]]:
    """Select the IMGs of a run with the name of their first mentor, if they have one."""
    left = sa.select(Unmatched.img_id, sa.null().label("mentor_id")).where(
        Unmatched.run_id == run.id
    )
    matched = sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id, Pair.place == 1)
    both = sa.union_all(matched, left).subquery()
    mentor, profile = sa.orm.aliased(User), sa.orm.aliased(Profile)
    return (
        sa.select(
            Profile.id,
            User.name,
            mentor.name.label("mentor"),
            sa.func.lower(User.name).label("sorted"),
        )
        .join(both, both.c.img_id == Profile.id)
        .join(User, User.id == Profile.person_id)
        .outerjoin(profile, profile.id == both.c.mentor_id)
        .outerjoin(mentor, mentor.id == profile.person_id)
    )


def _mentors(run: Run) -> sa.Select[*tuple[Any, ...]]:
    """Select the mentors of a run by name, with the seats that nobody has."""
    return (
        sa.select(Profile.id, User.name, seats_nobody_has())
        .join(RunSeat, RunSeat.mentor_id == Profile.id)
        .join(User, User.id == Profile.person_id)
        .where(RunSeat.run_id == run.id, RunSeat.seats > 0)
        .order_by(sa.func.lower(User.name), Profile.id)
    )


def _img_choice(key: uuid.UUID, name: str, mentor: str | None) -> Choice:
    return Choice(str(key), name, f"with {mentor}" if mentor else "no mentor")


def _mentor_choice(key: uuid.UUID, name: str, free: int, suits: Suits | None = None) -> Choice:
    return Choice(str(key), name, _free(free), suits)


def _free(seats: int) -> str:
    return f"{seats} free {'seat' if seats == 1 else 'seats'}" if seats else NO_SEAT


def _warnings(session: Session, run: Run, img: Choice, mentor: Choice) -> Sequence[str]:
    rules = RunRules.from_json(run.rules)
    told = []
    if (img.id, mentor.id) in rules.banned:
        told.append("A leader has forbidden this pair. Pairing them lifts that.")
    if img.id in rules.left_alone:
        told.append(f"A leader has taken {img.name} apart. Pairing them by hand lifts that.")
    made = sa.exists().where(
        Pair.run_id == run.id,
        Pair.img_id == uuid.UUID(img.id),
        Pair.mentor_id == uuid.UUID(mentor.id),
    )
    already = session.scalar(sa.select(made))
    if img.stands != "no mentor" and not already:
        told.append(f"{img.name} is {img.stands} now and would change mentor.")
    if mentor.stands == NO_SEAT and not already:
        told.append(f"{mentor.name} has no free seat: somebody else would lose theirs.")
    if any(pair[0] == img.id for pair in rules.locked):
        told.append(f"{img.name} is locked to another mentor. That lock would be lifted.")
    if already:
        told.append("They are a pair already. Pairing them by hand locks it.")
    if rules.minimum_score and rules.minimum_score < FULL:
        told.append(
            "A pair made by hand may score below the round's lowest score of"
            f" {rules.minimum_score // 100}."
        )
    return told
