"""What is told of groups by visa and gender: once, when a run goes out, and with some chance.

Leaders see who took part in which run and who was matched, and choose who takes part. Of exact
counts, or of counts that are hidden where they are small, the difference of a few runs would be
somebody's answer, and whether something was hidden tells as well. So these tables follow three
rules:

- They are told of a run that is published, and of nothing else. Nobody is counted in two of them
  within a year.
- Every count is told with noise of a two-sided geometric distribution (Ghosh, Roughgarden &
  Sundararajan 2009, doi:10.1145/1536414.1536464), so that each table is differentially private
  (Dwork et al. 2006, doi:10.1007/11681878_14) with epsilon = 1: nobody who knows all other answers
  reads the last one from it.
- What is shown or left out, and how it is rounded, depends on the noisy counts only.
"""

from __future__ import annotations

import datetime as dt
import math
import secrets
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from mentorship.extensions import Model
from mentorship.matching import Market
from mentorship.rounds.fairness import agreed_to_be_counted
from mentorship.rounds.inputs import InputsForgotten, kept
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.vocabulary import LISTS, VISA_HELP

EPSILON = 0.5  # of a count; somebody is in two counts of a table: IMGs, and those matched
STEP = 5  # counts are told in fives
FEWEST_TOLD = 10  # groups whose noisy count is below it are left out
FEWEST_NEW = 20  # people who can be counted; fewer wait for a later round
ONCE_IN = dt.timedelta(days=365)
LIVED = "lived"

Person = tuple[str | None, bool]  # what one answered, and whether a pair came of it
Row = tuple[str, int, int]  # group, people, of them with a pair


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
    paired = session.execute(
        sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id)
    ).all()
    busy = {str(key) for pair in paired for key in pair}
    keys = [*(img.key for img in market.imgs), *(mentor.key for mentor in market.mentors)]
    new = agreed_to_be_counted(session, keys) - _counted(session, run, now - ONCE_IN)
    tables = _tables(market, new, busy, chance)
    session.add(PrivateTables(run_id=run.id, told_at=now, tables=tables))


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


def _tables(
    market: Market, new: Collection[str], busy: Collection[str], chance: Random
) -> dict[str, Any]:
    imgs = [img for img in market.imgs if img.key in new]
    mentors = [mentor for mentor in market.mentors if mentor.key in new and mentor.seats > 0]
    sides: dict[str, Any] = {}
    if len(imgs) >= FEWEST_NEW:
        visas = noisy([(img.visa, img.key in busy) for img in imgs], LISTS["visa"], chance)
        genders = noisy([(img.gender, img.key in busy) for img in imgs], LISTS["gender"], chance)
        sides["groups"] = {"visa": to_tell(visas), "gender": to_tell(genders)}
        sides["need"] = paths_that_help(visas)
    if len(mentors) >= FEWEST_NEW:
        lived = [(LIVED if each.visas else None, each.key in busy) for each in mentors]
        genders = noisy(
            [(each.gender, each.key in busy) for each in mentors], LISTS["gender"], chance
        )
        sides["mentors"] = {
            "visa": to_tell(noisy(lived, (LIVED,), chance)),
            "gender": to_tell(genders),
        }
    return sides


def noisy(people: Iterable[Person], words: Iterable[str], chance: Random) -> Sequence[Row]:
    """Count the people of every word of a list, also where nobody is, with chance added."""
    found = Counter(people)
    return [
        (
            word,
            found[word, True] + found[word, False] + noise(chance),
            found[word, True] + noise(chance),
        )
        for word in words
    ]


def noise(chance: Random) -> int:
    """Return a whole number of either sign; one more or less is exp(-EPSILON) times as likely."""
    one, other = (int(math.log(1 - chance.random()) / -EPSILON) for _ in range(2))
    return one - other


def to_tell(rows: Iterable[Row]) -> list[list[Any]]:
    """Return the groups that are large enough, the largest first, in fives."""
    told = [
        [word, _rounded(people), min(_rounded(people), max(_rounded(matched), 0)), None]
        for word, people, matched in rows
        if people >= FEWEST_TOLD
    ]
    return sorted(told, key=lambda row: (-row[1], row[0]))


def _rounded(count: int) -> int:
    return (count + STEP // 2) // STEP * STEP


def paths_that_help(
    visas: Iterable[Row], helping: Mapping[str, Collection[str]] = VISA_HELP
) -> list[tuple[str, int]]:
    """Return visa paths and about how many IMGs their experience helps, most first, from noise.

    They tell which kind of mentor is worth looking for. What mentors themselves lived through does
    not enter.
    """
    need: Counter[str] = Counter()
    for word, people, _ in visas:
        for path in helping.get(word, ()):
            need[path] += max(people, 0)
    ranked = sorted(need.items(), key=lambda each: (-_rounded(each[1]), each[0]))
    return [(path, _rounded(count)) for path, count in ranked if count >= FEWEST_TOLD]


def private_tables(session: Session, run_id: uuid.UUID) -> Mapping[str, Any] | None:
    """Return what was told of a run; None of one that did not go out."""
    return session.scalars(
        sa.select(PrivateTables.tables).where(PrivateTables.run_id == run_id)
    ).one_or_none()
