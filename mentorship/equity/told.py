"""How a round that is over served groups, as every member of its section may read it.

Leaders read counts. Members meet each other and see who joined between two rounds, so they are
told less: whole shares in steps of five per cent, of groups of ten and more, and no counts.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.rounds.choices import OVER
from mentorship.rounds.fairness_pages import FairLine, FairTable, fair_tables
from mentorship.rounds.models import Round
from mentorship.rounds.scope import fairness_of, run_of_round
from mentorship.sections.belonging import sections_of

FEWEST_TOLD = 10
STEP = 5  # per cent; a share never reads as none or all, which would tell of each one


@dataclass(frozen=True, slots=True)
class ToldShare:
    label: str
    percent: int

    @property
    def words(self) -> str:
        if self.percent == STEP:
            return f"{STEP}% or less"
        return (
            f"{self.percent}% or more" if self.percent == 100 - STEP else f"about {self.percent}%"
        )


@dataclass(frozen=True, slots=True)
class ToldTable:
    title: str
    shares: Sequence[ToldShare]

    @property
    def reading(self) -> str:
        """Say in a sentence how far apart the groups are."""
        best = max(self.shares, key=lambda share: share.percent)
        worst = min(self.shares, key=lambda share: share.percent)
        if best.percent - worst.percent <= STEP:
            return "These groups fared alike."
        return f"The widest gap is between “{best.label}” and “{worst.label}”."


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a round; ``all`` are all IMGs who are counted, None of too few."""

    all: ToldShare | None
    tables: Sequence[ToldTable]


def told_rounds(session: Session, person_id: uuid.UUID, *, limit: int = 5) -> Sequence[Round]:
    """Return the newest rounds that are over in this person's sections."""
    mine = _told(person_id).order_by(Round.created_at.desc(), Round.id).limit(limit)
    return session.scalars(mine).all()


def told_round(session: Session, person_id: uuid.UUID, round_id: uuid.UUID) -> tuple[Round, Told]:
    """Return a round and what is told of it; NoResultFound if it is not over or not theirs."""
    round_ = session.scalars(_told(person_id).where(Round.id == round_id)).one()
    kept = fairness_of(session, run_of_round(session, round_.id))
    found = fair_tables(kept.tables) if kept else ()
    tables = [
        ToldTable(table.title, shares)
        for table in found
        if len(shares := [_share(line) for line in table.lines if _may_be_told(line)]) > 1
    ]
    return round_, Told(_of_all(found), tables)


def _of_all(tables: Sequence[FairTable]) -> ToldShare | None:
    """Return the share of all who are counted: the table with the most people says it best."""
    sums = [
        (sum(line.imgs for line in table.lines), sum(line.matched for line in table.lines))
        for table in tables
    ]
    imgs, matched = max(sums, default=(0, 0))
    return _share(FairLine("All", imgs, matched, None)) if imgs >= FEWEST_TOLD else None


def _told(person_id: uuid.UUID) -> sa.Select[Round]:
    return (
        sa.select(Round)
        .options(joinedload(Round.section))
        .where(Round.section_id.in_(sections_of(person_id)), Round.state.in_(OVER), Round.went_out)
    )


def _may_be_told(line: FairLine) -> bool:
    return line.imgs >= FEWEST_TOLD and not line.mixed


def _share(line: FairLine) -> ToldShare:
    percent = STEP * round(line.share / STEP)
    return ToldShare(line.label, min(max(percent, STEP), 100 - STEP))
