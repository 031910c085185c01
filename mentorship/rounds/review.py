"""What a leader reads of one run: its sums, every pair with its parts, and who is left and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.insight_models import FreeSeat, SmallestChange
from mentorship.rounds.insights import MoreSeats, best_helpers, people_named, what_helps, why_free
from mentorship.rounds.models import Pair, Round, Run, RunSeat, Unmatched
from mentorship.rounds.note_models import RoundNote
from mentorship.rounds.notes import counted_for
from mentorship.rounds.offer_models import Publication
from mentorship.rounds.paging import Listing, Wanted, fetch
from mentorship.rounds.priority import priority_of
from mentorship.rounds.private_tables import PrivateTables
from mentorship.rounds.rest_runs import planned_in
from mentorship.rounds.run_models import JobKind, RunJob
from mentorship.rounds.run_seats import seats_nobody_has
from mentorship.rounds.sentences import any_mentor, no_seat_at_all, why_unmatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in figures. Scores are 0 to 10,000."""

    run: Run
    runs: Sequence[int]  # numbers of all runs of the round
    published: bool
    kind: JobKind | None  # what it was made for; None for a run that no job has made
    base: uuid.UUID | None  # what counted when it was taken up, or the run that it solves otherwise
    imgs: int
    mentors: int
    pairs: int
    seconds: int
    seats: int
    mean: int | None
    lowest: int | None
    private: Mapping[str, Any] | None  # what was told of groups by visa and gender

    @property
    def matched_share(self) -> int:
        """Return the per cent of IMGs who have a mentor, 100 only if all do."""
        return 100 * self.run.matched // self.imgs if self.imgs else 0

    @property
    def seats_free(self) -> int:
        return self.seats - self.pairs


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    name: str
    reason: str
    sentences: Sequence[str]
    helps: str  # what would give this IMG a mentor; empty for runs that did not keep it
    img_id: uuid.UUID
    mentor_id: str | None  # with whom the change is, to begin with when pairing by hand
    priority: str  # why they deserve a mentor first; "" if nothing does
    notes: int  # that leaders wrote about them in the round


@dataclass(frozen=True, slots=True)
class FreeSeats:
    """A mentor with seats that the run did not use, and why."""

    name: str
    free: int
    seats: int
    why: str
    mentor_id: uuid.UUID


def summary(session: Session, run: Run) -> Summary:
    """Return the figures of a run, in one query."""
    seats = sa.select(sa.func.coalesce(sa.func.sum(RunSeat.seats), 0))
    mentors = sa.select(sa.func.count()).select_from(RunSeat)
    sums = (
        sa.select(
            sa.func.count().label("pairs"),
            sa.func.count().filter(Pair.place == 2).label("seconds"),
            sa.func.avg(Pair.open_score).label("mean"),
            sa.func.min(Pair.open_score).label("lowest"),
            seats.where(RunSeat.run_id == run.id).scalar_subquery().label("seats"),
            mentors.where(RunSeat.run_id == run.id).scalar_subquery().label("mentors"),
        )
        .where(Pair.run_id == run.id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            *(Run.id, Run.number, RunJob.kind, RunJob.base_run_id),
            *(Publication.run_id, PrivateTables.tables, sums),
        )
        .select_from(Run)
        .join(sums, sa.true())
        .outerjoin(Publication, Publication.run_id == Run.id)
        .outerjoin(RunJob, RunJob.run_id == Run.id)
        .outerjoin(
            PrivateTables, sa.and_(PrivateTables.run_id == Run.id, PrivateTables.run_id == run.id)
        )
        .where(Run.round_id == run.round_id)
        .order_by(Run.number)
    ).all()
    figures = next(row for row in rows if row.id == run.id)  # the sums stand beside each number
    return Summary(
        run=run,
        runs=[row.number for row in rows],
        published=any(row.run_id == run.id for row in rows),
        kind=figures.kind,
        base=figures.base_run_id,
        imgs=run.matched + run.unmatched,
        mentors=figures.mentors,
        pairs=figures.pairs,
        seconds=figures.seconds,
        seats=figures.seats,
        mean=None if figures.mean is None else round(figures.mean),
        lowest=figures.lowest,
        private=next((row.tables for row in rows if row.tables is not None), None),
    )


def unmatched(
    session: Session, run: Run, wanted: Wanted, *, of: uuid.UUID | None = None
) -> tuple[Listing[UnmatchedLine], MoreSeats]:
    """Return the IMGs without a mentor, by name, each with the reason in sentences.

    ``of`` is the profile of an IMG who alone is wanted.

    And the mentors with whom one more seat would help most of all of them.
    """
    helpers = best_helpers(session, run.id) if of is None else {}
    query = (
        sa.select(
            planned_in(run.round_id),
            User.name,
            Unmatched.reason,
            Unmatched.detail,
            Unmatched.img_id,
            SmallestChange.detail,
            counted_for(run.round_id, RoundNote.img_id == Unmatched.img_id),
        )
        .join(Profile, Profile.id == Unmatched.img_id)
        .join(User, User.id == Profile.person_id)
        .outerjoin(
            SmallestChange,
            sa.and_(
                SmallestChange.run_id == Unmatched.run_id,
                SmallestChange.img_id == Unmatched.img_id,
            ),
        )
        .where(Unmatched.run_id == run.id)
        .order_by(sa.func.lower(User.name), Profile.id)
    )
    if wanted.words:
        query = query.where(User.name.icontains(wanted.words, autoescape=True))
    if of is not None:
        query = query.where(Unmatched.img_id == of)
    found = fetch(session, query, wanted, key=Unmatched.img_id)
    if of is not None and not found.rows:  # most people have a mentor: nothing is to be looked up
        return Listing([], found.found, found.page, found.last), MoreSeats()
    named = {detail["mentor"] for _, _, _, detail, *_ in found.rows if "mentor" in detail}
    names = _names(
        session, named | helpers.keys() | people_named(change for *_, change, _ in found.rows)
    )
    first = priority_of(session, [img_id for *_, img_id, _, _ in found.rows])
    planned = any(row[0] for row in found.rows)  # of the round, and the same in each
    state = session.get_one(Round, run.round_id).state  # loaded already, for the page
    anybody = any_mentor(state, planned=planned)
    rows = [
        UnmatchedLine(
            name,
            reason,
            why_unmatched(name, reason, detail, names),
            anybody if no_seat_at_all(reason, detail) else what_helps(change, names),
            img_id,
            ((change or {}).get("change") or {}).get("mentor"),
            first.get(img_id, ""),
            notes,
        )
        for _, name, reason, detail, img_id, change, notes in found.rows
    ]
    told = [(names[key], count) for key, count in helpers.items() if key in names]
    return Listing(rows, found.found, found.page, found.last), MoreSeats(told, planned=planned)


def unmatched_line(session: Session, run: Run, img_id: uuid.UUID) -> UnmatchedLine | None:
    """Return why one IMG has no mentor in a run; None if that is not so."""
    lines, _ = unmatched(session, run, Wanted(), of=img_id)
    return lines.rows[0] if lines.rows else None


def _names(session: Session, profile_ids: set[str]) -> Mapping[str, str]:
    rows = session.execute(
        sa.select(Profile.id, User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_([uuid.UUID(each) for each in profile_ids]))
    )
    return {str(profile_id): name for profile_id, name in rows}


def free_seats(session: Session, run_id: uuid.UUID, *, page: int = 1) -> Listing[FreeSeats]:
    """Return the mentors whose seats the run did not all use, most free seats first."""
    query = _seats(run_id).where(seats_nobody_has() > 0)
    found = fetch(session, query, Wanted(page=page), key=RunSeat.mentor_id)
    return Listing([_free(row) for row in found.rows], found.found, found.page, found.last)


def free_seats_of(session: Session, run: Run, mentor_id: uuid.UUID) -> FreeSeats | None:
    """Return the seats of one mentor in a run, be none of them free; None if they had none."""
    row = session.execute(_seats(run.id).where(RunSeat.mentor_id == mentor_id)).one_or_none()
    return _free(row) if row else None


def _seats(run_id: uuid.UUID) -> sa.Select[*tuple[Any, ...]]:
    free = seats_nobody_has()
    return (
        sa.select(
            Profile.id,
            User.name,
            free.label("free"),
            RunSeat.seats,
            RunSeat.others,
            FreeSeat,
        )
        .select_from(RunSeat)
        .join(Profile, Profile.id == RunSeat.mentor_id)
        .join(User, User.id == Profile.person_id)
        .outerjoin(
            FreeSeat,
            sa.and_(FreeSeat.run_id == RunSeat.run_id, FreeSeat.mentor_id == RunSeat.mentor_id),
        )
        .where(RunSeat.run_id == run_id)
        .order_by(free.desc(), sa.func.lower(User.name), Profile.id)
    )


def _free(row: Sequence[Any]) -> FreeSeats:
    mentor_id, name, free, seats, others, kept = row
    return FreeSeats(name, free, seats, why_free(others, kept) if free else "", mentor_id)
