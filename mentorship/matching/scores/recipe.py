"""How a market's scores are worked out block by block, without a matrix of all pairs.

What mentors say becomes rows, one for each word an IMG may have said: how well each mentor suits
that word. An IMG is then a short list of rows to choose the best of, to add up, or to see whether a
hard rule allows the pair. The integers are those of ``scoring``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.compiled import kernels
from mentorship.matching.criteria import CRITERIA
from mentorship.matching.forbid import limits, meetings_never, pairs_never
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Ints, Points, earned, in_any, rate, that_hold
from mentorship.matching.rules import Rules
from mentorship.matching.scores import added
from mentorship.matching.scores.blocks import blocks
from mentorship.matching.scores.chosen import FEW, best, few
from mentorship.matching.scores.compressed import as_read, by_row
from mentorship.matching.scores.ingredients import (
    Allowed,
    Best,
    Extra,
    Languages,
    Lists,
    Shorts,
    Silent,
    Topics,
    Week,
    Words,
)
from mentorship.matching.scores.named import Meetings
from mentorship.matching.scoring import mean, shared_out


class Never(NamedTuple):
    """Pairs that must not be made: one by one, and by the names they share."""

    pairs: Lists
    meetings: Meetings


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything the compiled loop reads.

    ``rows`` are the IMGs concerned; all other arrays keep the order in which IMGs were given, and
    have mentors in the order in which they are to be read.
    """

    rows: Ints
    base: Shorts  # (n,) what every mentor gets: for not having been asked anything
    best: Best
    topics: Topics
    languages: Languages
    week: Week
    words: Words
    silent: Silent
    extra: Extra
    allowed: Allowed
    never: Lists  # mentors an IMG must not have
    named: Lists  # names an IMG must not share with a mentor
    named_mentors: Lists  # mentors of each name
    locked: Lists
    least: int  # open score of a pair, unless it is locked
    told: Recipe | None  # gives the open scores; only where there is a least one

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), self.best.rows.shape[1]

    @classmethod
    def of(cls, market: Market, rules: Rules, means: Mapping[str, int]) -> Recipe:
        """Prepare a round's scores under its rules."""
        n = len(market.imgs)
        shares = shared_out(market, rules, np.arange(n))
        never = Never(by_row(pairs_never(market, rules), n), meetings_never(market, rules))
        locked = by_row(market.places.of(rules.locked), n)
        allowed = _allowed(market, rules)
        prepared = _prepared(market, shares, means, allowed, never, locked)
        if not rules.minimum_score:
            return prepared
        told = shared_out(market, rules.open(), np.arange(n))
        asked = _prepared(market, told, means, allowed, never, locked)
        return replace(prepared, least=rules.minimum_score, told=asked)

    @classmethod
    def of_marks(cls, market: Market, key: str) -> Recipe:
        """Give one criterion's marks, 0 where it does not count or somebody did not answer."""
        imgs = market.answered[key].imgs
        shares = np.where(np.array(list(CRITERIA)) == key, FULL * imgs[:, None], 0)
        none = by_row(np.zeros((0, 2), dtype=np.int64), len(imgs))
        nobody = Never(none, Meetings.together([], len(imgs)))
        everybody = _by_limits([], len(imgs), len(market.mentors))
        means = dict.fromkeys(CRITERIA, 0)
        return _prepared(market, shares, means, everybody, nobody, none)

    def block(self, rows: Ints, width: int | None = None) -> Points:
        """Return (len(rows), m or width) scores, -1 where a pair must not be made."""
        block = np.empty((len(rows), self.shape[1] if width is None else width), dtype=np.int16)
        kernels().rows.score(
            self.rows[rows], self.base, self.best, self.topics, self.languages, self.week,
            self.words, self.silent, self.extra, self.allowed, self.never, self.named,
            self.named_mentors, block,
        )  # fmt: skip
        if self.told is not None:
            self._leave_out_low(rows, block, self.told.block(rows, width))
        return block

    def _leave_out_low(self, rows: Ints, block: Points, told: Points) -> None:
        low = told < self.least
        start = self.locked.start
        for place in np.flatnonzero(np.diff(start)[self.rows[rows]]):
            img = self.rows[rows[place]]
            columns = self.locked.item[start[img] : start[img + 1]]
            low[place, columns[columns < block.shape[1]]] = False
        block[low] = -1

    def take(self, rows: Ints, columns: Ints) -> Recipe:
        """Return the scores of some IMGs with some mentors, in that order."""
        place = np.full(self.shape[1] + 1, len(columns))  # who is left out is beyond the last
        place[columns] = np.arange(len(columns))
        week = self.week._replace(rows=_columns(self.week.rows, columns))
        words = self.words._replace(
            rows=_columns(self.words.rows, columns), having=place[self.words.having]
        )
        silent = self.silent._replace(rows=_columns(self.silent.rows, columns))
        extra, never, named_mentors, locked = (
            _at(place, lists) for lists in (self.extra, self.never, self.named_mentors, self.locked)
        )
        return replace(
            self,
            rows=self.rows[rows],
            best=self.best._replace(rows=_columns(self.best.rows, columns)),
            topics=self.topics._replace(rows=_columns(self.topics.rows, columns)),
            languages=self.languages._replace(rows=_columns(self.languages.rows, columns)),
            week=week,
            words=words,
            silent=silent,
            extra=extra,
            allowed=self.allowed._replace(
                rows=_columns(self.allowed.rows, columns), by_mentor=self.allowed.by_mentor[columns]
            ),
            never=never,
            named_mentors=named_mentors,
            locked=locked,
            told=None if self.told is None else self.told.take(rows, columns),
        )


def mean_marks_of_many(market: Market) -> dict[str, int]:
    """Return what ``scoring.mean_marks`` does, with compiled loops."""
    found = {}
    for key, (_, imgs, mentors) in market.answered.items():
        count = int(imgs.sum()) * int(mentors.sum())
        if key in FEW:
            marks, _, kind = few(market, key, 0)
            kinds = np.bincount(kind[imgs], minlength=len(marks))
            total = int(kinds @ marks.sum(axis=1, dtype=np.int64))
        elif count:
            recipe = Recipe.of_marks(market, key)
            some = blocks(np.flatnonzero(imgs), recipe.shape[1])
            total = sum(int(recipe.block(rows).sum(dtype=np.int64)) for rows in some)
        found[key] = mean(total, count) if count else FULL // 2
    return found


def _prepared(  # noqa: PLR0913, PLR0917 - each is one part of the recipe
    market: Market,
    shares: Ints,
    means: Mapping[str, int],
    allowed: Allowed,
    never: Never,
    locked: Lists,
) -> Recipe:
    known = market.answered
    points = dict(zip(CRITERIA, shares.T, strict=True))
    unasked = {key: ~known[key].imgs for key in (*added.ADDED, "requests")}
    mean_points = {key: earned(rate(points[key]), np.array(means[key])) for key in unasked}
    base = sum(np.where(unasked[key], mean_points[key], 0) for key in unasked)
    told = {key: np.where(unasked[key], 0, points[key]) for key in unasked}
    return Recipe(
        rows=np.arange(len(market.imgs)),
        base=np.asarray(base, dtype=np.int16),
        best=best(market, means, points),
        topics=added.topics(market, told["topics"]),
        languages=added.languages(market, told["languages"]),
        week=added.week(market, told["availability"]),
        words=added.words(market, told["words"]),
        silent=added.silent(known, unasked, mean_points),
        extra=added.pair_points(market, told),
        allowed=allowed,
        never=never.pairs,
        named=never.meetings.names,
        named_mentors=never.meetings.mentors,
        locked=locked,
        least=0,
        told=None,
    )


def _columns(rows: NDArray[Any], columns: Ints) -> NDArray[Any]:
    return np.ascontiguousarray(np.take(rows, columns, axis=1))


def _at(place: Ints, lists: Any) -> Any:
    """Return lists of columns as lists of their new places."""
    return lists._replace(item=place[lists.item])


def _allowed(market: Market, rules: Rules) -> Allowed:
    """Prepare limits: a pair is allowed if one word suits for each of them."""
    found = [limit for limit in limits(market, rules) if limit.wanted.any()]
    return _by_limits(found, len(market.imgs), len(market.mentors))


def _by_limits(found: Sequence[Any], n: int, m: int) -> Allowed:
    by_mentor, by_img = np.zeros(m, np.uint8), np.zeros(n, np.uint8)
    words = [np.zeros((1, m), dtype=np.uint8)]
    imgs, items = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    height = 1
    for place, limit in enumerate(found):
        bit = np.uint8(1 << place)
        by_mentor |= bit * ~in_any(limit.wanted)
        if limit.silence_allows:
            by_img |= bit * ~in_any(limit.said)
        img, word = that_hold(limit.said & limit.wanted.any(axis=0))
        words.append(bit * limit.wanted.T.astype(np.uint8))
        imgs.append(img)
        items.append(word + height)
        height += limit.wanted.shape[1]
    listed = by_row(np.stack([np.concatenate(imgs), np.concatenate(items)], axis=1), n)
    everything = np.uint8((1 << len(found)) - 1)
    return Allowed(as_read(np.concatenate(words), np.uint8), *listed, by_mentor, by_img, everything)
