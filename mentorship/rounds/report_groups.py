"""Of a round that went out: how it served groups, and where one more mentor would help most.

For the report, on its page and as rows of a file. All of it is what the pages of the run tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import POLICIES
from mentorship.rounds.fairness_pages import FairTable, fair_tables
from mentorship.rounds.insights import GainTable, gain_tables
from mentorship.rounds.mentor_load import LoadTable, mentor_tables
from mentorship.rounds.models import Run
from mentorship.rounds.offer_models import Publication
from mentorship.rounds.private_pages import (
    AboutTable,
    PathTable,
    about_imgs,
    about_mentors,
    paths_told,
)
from mentorship.rounds.private_tables import PrivateTables
from mentorship.rounds.run_models import RunFairness

GROUP_COLUMNS = (
    "of",
    "kind",
    "group",
    "people",
    "with_a_pair",
    "share",
    "share_within",
    "average",
    "average_within",
    "figures",
)
WORTH_COLUMNS = (
    "kind",
    "mentors_like_these",
    "now",
    "imgs_who_look_for_it",
    "of_them_with_nobody",
    "more_imgs",
    "more_points",
    "more_points_for_all",
    "figures",
)
TOO_FEW = "too few to tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is told of the run whose offers went out first."""

    run: Run
    imgs: Sequence[FairTable]
    mentors: Sequence[LoadTable]
    told: bool  # whether visa and gender are, of some
    about_imgs: Sequence[AboutTable]
    about_mentors: Sequence[AboutTable]
    gains: Sequence[GainTable] | None
    paths: PathTable | None
    prices: bool  # whether the policy of the run has some


def served(session: Session, round_id: UUID, *, most: int | None = None) -> Served | None:
    """Return it, with ``most`` visa paths; None of a round that did not go out. In two queries."""
    row = session.execute(
        sa.select(Run, RunFairness.tables, PrivateTables.tables)
        .join(Publication, Publication.run_id == Run.id)
        .outerjoin(RunFairness, RunFairness.run_id == Run.id)
        .outerjoin(PrivateTables, PrivateTables.run_id == Run.id)
        .where(Publication.round_id == round_id)
    ).one_or_none()
    if row is None:
        return None
    run, kept, private = row
    return Served(
        run=run,
        imgs=fair_tables(kept) if kept else (),
        mentors=mentor_tables(kept) if kept else (),
        told=bool(private),
        about_imgs=about_imgs(private),
        about_mentors=about_mentors(private),
        gains=gain_tables(session, run.id),
        paths=paths_told(private, run, most=most),
        prices=POLICIES[run.policy].told is not None,
    )


def group_rows(found: Served) -> Iterator[Sequence[str]]:
    """Yield a row a group of IMGs, then of mentors; the figures of private groups are about."""
    for table in found.imgs:
        for line in table.lines:
            mean = "" if line.average is None else f"{line.average / 100:.2f}"
            counts = f"{line.imgs}", line.with_mentor, f"{line.share}%" if line.told else "", ""
            yield "IMGs", table.title, line.label, *counts, mean, "", "exact"
    yield from _about("IMGs", found.about_imgs)
    for load in found.mentors:
        for each in load.lines:
            mean = "" if each.average is None else f"{each.average:.1f}"
            counts = f"{each.mentors}", each.with_img, f"{each.share}%" if each.told else "", ""
            yield "mentors", load.title, each.label, *counts, mean, "", "exact"
    yield from _about("mentors", found.about_mentors)


def _about(of: str, tables: Sequence[AboutTable]) -> Iterator[Sequence[str]]:
    places = 0 if of == "IMGs" else 1
    for table in tables:
        for line in table.lines:
            if line.mean is not None and line.width is not None:
                mean, width = (f"{each / 100:.{places}f}" for each in (line.mean, line.width))
            else:
                mean, width = TOO_FEW if table.centre is not None else "", ""
            counts, within = (f"{line.people}", f"{line.matched}"), line.share_width
            share = (TOO_FEW, "") if within is None else (f"{line.share}%", f"{within}")
            yield of, table.title, line.label, *counts, *share, mean, width, "about"


def worth_rows(found: Served) -> Iterator[Sequence[str]]:
    """Yield a row a kind of mentor, those that help most first; of visa paths at most and about."""
    for table in found.gains or ():
        for line in table.lines:
            people = "" if line.people is None else f"{line.people}"
            points, figures = f"{line.points / 100:.2f}", "solved" if table.solved else "price"
            yield table.title, line.name, f"{line.mentors}", "", "", people, points, "", figures
    paths = found.paths
    for path in paths.lines if paths else ():
        if path.imgs is None or paths is None:
            yield "By visa path lived", path.name, *[""] * 6, ""
            continue
        imgs, left = f"{path.imgs}", TOO_FEW if path.left is None else f"{path.left}"
        gain = "1" if path.left else "", f"{paths.points}", f"{path.imgs * paths.points}"
        yield "By visa path lived", path.name, "", imgs, left, *gain, "about, at most"
