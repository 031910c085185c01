"""What is told of groups by visa and gender: once, when a run goes out, and with some chance.

Leaders see who took part in which run, who was matched and with what open score, and choose who
takes part. Of exact figures, or of figures that are hidden where they are small, the difference of
a few runs would be somebody's answer, and whether something was hidden tells as well. So these
tables follow three rules:

- They are told of a run that is published, and of nothing else. Nobody is counted in two of them
  within a year.
- Every figure is told with noise (``noise``), so that each table is differentially private with
  epsilon = 1: nobody who knows all other answers reads the last one from it.
- What is shown or left out, and how it is rounded, depends on the noisy figures only.
"""

from __future__ import annotations

import datetime as dt
import math
import secrets
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from random import Random
from statistics import NormalDist
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from mentorship.extensions import Model
from mentorship.matching import Market
from mentorship.rounds.fairness import agreed_to_be_counted
from mentorship.rounds.inputs import InputsForgotten, kept
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.noise import VARIANCE, Figures, Scale, noisy
from mentorship.vocabulary import LISTS, VISA_HELP

STEP = 5  # people are told in fives
FEWEST_TOLD = 15  # groups whose noisy number is below it are left out
FEWEST_NEW = 20  # people who can be counted; fewer wait for a later round
ONCE_IN = dt.timedelta(days=365)
LIVED = "lived"
# means of a side, in hundredths: how finely they are told (points; tenths of an IMG), and how far
# off they may be, 19 times of 20, to be told at all
GRAIN: Mapping[str, int] = {"groups": 100, "mentors": 10}
WIDEST: Mapping[str, int] = {"groups": 500, "mentors": 50}
SURELY = NormalDist().inv_cdf(0.95)  # a sum that is so many deviations above nought is somebody

Path = tuple[str, int, int | None]  # a visa path, how many IMGs it helps, of them without a mentor


class PrivateTables(Model):
    """What was told of a published run; exact figures are kept nowhere."""

    __tablename__ = "private_tables"

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    told_at: Mapped[dt.datetime]
    tables: Mapped[dict[str, Any]]  # side -> kind -> rows; nothing of a side with too few people


def tell(session: Session, run: Run, *, now: dt.datetime, chance: Random | None = None) -> None:
    """Keep what is told of a run that goes out; nothing if what it was made of is forgotten."""
    try:
        market = kept(run).market
    except InputsForgotten:
        return
    chance = chance or secrets.SystemRandom()
    imgs, mentors = _values(session, run)
    keys = [*(img.key for img in market.imgs), *(mentor.key for mentor in market.mentors)]
    new = agreed_to_be_counted(session, keys) - _counted(session, run, now - ONCE_IN)
    tables = _imgs_told(market, new, imgs, chance) | _mentors_told(market, new, mentors, chance)
    session.add(PrivateTables(run_id=run.id, told_at=now, tables=tables))


def _values(session: Session, run: Run) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return the mean open score of each IMG with a mentor, and a hundred an IMG of each mentor."""
    scores: defaultdict[str, list[int]] = defaultdict(list)
    load: defaultdict[str, int] = defaultdict(int)
    for img_id, mentor_id, score in session.execute(
        sa.select(Pair.img_id, Pair.mentor_id, Pair.open_score).where(Pair.run_id == run.id)
    ):
        scores[str(img_id)].append(score)
        load[str(mentor_id)] += 100
    return {img: round(sum(own) / len(own)) for img, own in scores.items()}, load


def _counted(session: Session, run: Run, since: dt.datetime) -> frozenset[str]:
    """Return whoever took part in a run of which such a table of their side was told not long ago.

    They count as told whether they agreed to statistics then or not: that too would tell something.
    """
    found = session.scalars(
        sa.select(PrivateTables).where(
            PrivateTables.told_at > since, PrivateTables.run_id != run.id
        )
    ).all()
    imgs, mentors = (
        [each.run_id for each in found if side in each.tables] for side in ("groups", "mentors")
    )
    there = sa.union(
        sa.select(Pair.img_id).where(Pair.run_id.in_(imgs)),
        sa.select(Unmatched.img_id).where(Unmatched.run_id.in_(imgs)),
        sa.select(RunSeat.mentor_id).where(RunSeat.run_id.in_(mentors)),
    )
    return frozenset(str(key) for key in session.scalars(there))


def _imgs_told(
    market: Market, new: Collection[str], scores: Mapping[str, int], chance: Random
) -> dict[str, Any]:
    imgs = [img for img in market.imgs if img.key in new]
    if len(imgs) < FEWEST_NEW:
        return {}
    scale = Scale.of(scores.values())
    visas = [(img.visa, scores.get(img.key)) for img in imgs]
    genders = [(img.gender, scores.get(img.key)) for img in imgs]
    by_visa = noisy(visas, LISTS["visa"], scale, chance)
    by_gender = noisy(genders, LISTS["gender"], scale, chance)
    return {
        "groups": {
            "visa": to_tell(by_visa, scale, "groups"),
            "gender": to_tell(by_gender, scale, "groups"),
        },
        "scale of groups": astuple(scale),
        "need": paths_that_help(by_visa),
    }


def _mentors_told(
    market: Market, new: Collection[str], load: Mapping[str, int], chance: Random
) -> dict[str, Any]:
    mentors = [mentor for mentor in market.mentors if mentor.key in new and mentor.seats > 0]
    if len(mentors) < FEWEST_NEW:
        return {}
    scale = Scale.of(load.values())
    lived = [(LIVED if each.visas else None, load.get(each.key)) for each in mentors]
    genders = [(each.gender, load.get(each.key)) for each in mentors]
    by_gender = noisy(genders, LISTS["gender"], scale, chance)
    return {
        "mentors": {
            "visa": to_tell(noisy(lived, (LIVED,), scale, chance), scale, "mentors"),
            "gender": to_tell(by_gender, scale, "mentors"),
        },
        "scale of mentors": astuple(scale),
    }


def to_tell(rows: Iterable[Figures], scale: Scale, side: str) -> list[list[Any]]:
    """Return the groups that are large enough, the largest first.

    Of each its word, its people and those matched, in fives, and the mean of these with its width;
    None in place of a mean that is too uncertain to be of use.
    """
    told = []
    for row in rows:
        if row.people < FEWEST_TOLD:
            continue
        people = _rounded(row.people)
        matched = min(people, max(_rounded(row.matched), 0))
        told.append([row.word, people, matched, _mean(row, scale, side)])
    return sorted(told, key=lambda row: (-row[1], row[0]))


def _mean(row: Figures, scale: Scale, side: str) -> list[int] | None:
    if row.matched < FEWEST_TOLD:
        return None
    grain, (mean, width) = GRAIN[side], row.mean(scale)
    wide = grain * math.ceil(width / grain + 1 / 2)  # the mean is rounded, too
    return [grain * round(mean / grain), wide] if wide <= WIDEST[side] else None


def _rounded(count: float) -> int:
    return STEP * math.floor(count / STEP + 1 / 2)


def paths_that_help(
    visas: Collection[Figures], helping: Mapping[str, Collection[str]] = VISA_HELP
) -> list[Path]:
    """Return visa paths that help many IMGs, most first, all from noisy figures.

    Of each about how many it helps, and how many of them have no mentor, None where that may be
    nobody. What mentors themselves lived through does not enter.
    """
    need: defaultdict[str, list[Figures]] = defaultdict(list)
    for row in visas:
        for path in helping.get(row.word, ()):
            need[path].append(row)
    told: list[Path] = []
    for path, rows in need.items():
        imgs, left = sum(row.people for row in rows), sum(row.unmatched for row in rows)
        if imgs < max(FEWEST_TOLD, SURELY * math.sqrt(3 * VARIANCE * len(rows))):
            continue
        some = left >= max(STEP, SURELY * math.sqrt(VARIANCE * len(rows)))
        told.append((path, _rounded(imgs), min(_rounded(left), _rounded(imgs)) if some else None))
    return sorted(told, key=lambda each: (-each[1], each[0]))


def private_tables(session: Session, run_id: uuid.UUID) -> Mapping[str, Any] | None:
    """Return what was told of a run; None of one that did not go out."""
    return session.scalars(
        sa.select(PrivateTables.tables).where(PrivateTables.run_id == run_id)
    ).one_or_none()
