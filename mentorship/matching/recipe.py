"""How a market's scores are worked out block by block, without a matrix of all pairs.

What mentors say becomes rows, one for each word an IMG may have said: how well each mentor suits
that word. An IMG is then a short list of rows to choose the best of, to add up, or to see whether a
hard rule allows the pair. The integers are those of ``scoring``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentorship.matching import closeness
from mentorship.matching.arrays import ImgArrays
from mentorship.matching.blocks import blocks
from mentorship.matching.compiled import kernels
from mentorship.matching.criteria import CRITERIA
from mentorship.matching.forbid import limits, pairs_never
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, Marks, Points, earned, in_any, one_of, rate
from mentorship.matching.rules import Rules
from mentorship.matching.scoring import mean, shared_out

# Criteria whose marks depend on one answer of the IMG with few values: that answer as one number.
_FEW: Mapping[str, Callable[[ImgArrays], Ints]] = {
    "stage": lambda imgs: imgs.stage,
    "visa": lambda imgs: imgs.visa,
    "formats": lambda imgs: _as_number(imgs.formats),
    "channels": lambda imgs: _as_number(imgs.channels),
    "rhythm": lambda imgs: imgs.meetings,
    "same_country": lambda imgs: imgs.country,
    "same_gender": lambda imgs: imgs.gender,
    "mentor_is_img": lambda imgs: np.zeros_like(imgs.stage),
}
_BEST = (*_FEW, "specialty", "location")  # the best of some rows counts
_ADDED = ("topics", "languages", "availability", "words", "welcomes")  # what is shared adds up
FREQUENT = 16  # a stem that one mentor in so many has gets a row, rarer ones a list

Shorts = NDArray[np.int16]
Bytes = NDArray[np.uint8]


class Lists(NamedTuple):
    """Lists in compressed rows: those of row i are ``item[start[i]:start[i + 1]]``."""

    start: Ints
    item: Ints


class Best(NamedTuple):
    """Criteria of which the best row counts."""

    rows: Shorts  # (rows, m) marks
    begin: Ints  # (n, criteria + 1) into ``item``
    item: Ints
    rates: Shorts  # (n, criteria)


class Topics(NamedTuple):
    """Topics needed, each with its weight; marks are ``one`` for each part of all weights."""

    rows: Bytes  # (topics, m) all ones where offered
    start: Ints
    item: Ints
    weight: Bytes
    one: Shorts  # (n,)
    rates: Shorts  # (n,)


class Languages(NamedTuple):
    """Languages spoken; the common one adds 1, every other 2."""

    rows: Bytes  # (languages, m)
    start: Ints
    item: Ints
    steps: Shorts  # (n, 3) points that come on top at a sum of 1, 2 and 4


class Week(NamedTuple):
    """Free half hours, eight to a byte."""

    rows: Bytes  # (42, m)
    mine: Bytes  # (n, 42)
    enough: np.uint8
    one: np.int16
    rates: Shorts  # (n,)


class Words(NamedTuple):
    """Stems of what people wrote: frequent ones as rows, rare ones as lists of mentors."""

    rows: Bytes  # (frequent stems, m) weights
    start: Ints  # (n + 1,) of frequent stems, their rows and weights
    item: Ints
    weight: Shorts
    rare_start: Ints  # (n + 1,) of rare stems, which they are and their weights
    rare: Ints
    rare_weight: Shorts
    having_start: Ints  # (stems + 1,) of the mentors who have a stem, and their weights
    having: Ints
    having_weight: Shorts
    rates: Shorts  # (n,)


class Silent(NamedTuple):
    """Mentors who did not answer what is added up, and what they get."""

    rows: Shorts  # (criteria, m) all ones where nothing was said
    points: Shorts  # (n, criteria)


class Extra(NamedTuple):
    """Points for pairs one by one, besides what everybody gets."""

    start: Ints
    item: Ints
    points: Shorts


class Allowed(NamedTuple):
    """Limits, a bit each: who is taken by words, by wanting nothing, or by not answering."""

    rows: Bytes  # (words, m)
    start: Ints
    item: Ints
    by_mentor: Bytes  # (m,)
    by_img: Bytes  # (n,)
    all: np.uint8


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
    never: Lists
    locked: Lists
    least: int  # score of a pair, unless it is locked

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), self.best.rows.shape[1]

    @classmethod
    def of(cls, market: Market, rules: Rules, means: Mapping[str, int]) -> Recipe:
        """Prepare a round's scores under its rules."""
        n = len(market.imgs)
        shares = shared_out(market, rules, np.arange(n))
        never = _lists(pairs_never(market, rules), n)
        locked = _lists(market.places.of(rules.locked), n)
        allowed = _allowed(market, rules)
        known = answered(market)
        prepared = _prepared(market, known, shares, means, allowed, never, locked)
        return replace(prepared, least=rules.minimum_score)

    @classmethod
    def of_marks(cls, market: Market, key: str) -> Recipe:
        """Give one criterion's marks, 0 where it does not count or somebody did not answer."""
        known = answered(market)
        imgs = known[key].imgs
        shares = np.where(np.array(list(CRITERIA)) == key, FULL * imgs[:, None], 0)
        none = _lists(np.zeros((0, 2), dtype=np.int64), len(imgs))
        everybody = _by_limits([], len(imgs), len(market.mentors))
        means = dict.fromkeys(CRITERIA, 0)
        return _prepared(market, known, shares, means, everybody, none, none)

    def block(self, rows: Ints, width: int | None = None) -> Points:
        """Return (len(rows), m or width) scores, -1 where a pair must not be made."""
        block = np.empty((len(rows), self.shape[1] if width is None else width), dtype=np.int16)
        kernels().rows.score(
            self.rows[rows], self.base, self.best, self.topics, self.languages, self.week,
            self.words, self.silent, self.extra, self.allowed, self.never, block,
        )  # fmt: skip
        if self.least:
            self._leave_out_low(rows, block)
        return block

    def _leave_out_low(self, rows: Ints, block: Points) -> None:
        low = block < self.least
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
        extra, never, locked = (
            _at(place, lists) for lists in (self.extra, self.never, self.locked)
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
            locked=locked,
        )


class Answered(NamedTuple):
    """For whom a criterion counts and who answered."""

    imgs: Flags  # (n,)
    mentors: Flags  # (m,)


def answered(market: Market) -> dict[str, Answered]:
    """Return criterion -> who answered, each side looked at without the other."""
    none = np.zeros(0, dtype=np.int64)
    imgs, mentors, words = market.img_arrays, market.mentor_arrays, market.lexicon
    no_imgs, no_mentors = imgs.take(none), mentors.take(none)
    found = {}
    for key, criterion in CRITERIA.items():
        one = criterion.judge(imgs, no_mentors, words)
        other = criterion.judge(no_imgs, mentors, words)
        found[key] = Answered(one.imgs & one.applies, other.mentors)
    return found


def mean_marks_of_many(market: Market) -> dict[str, int]:
    """Return what ``scoring.mean_marks`` does, with compiled loops."""
    found = {}
    for key, (imgs, mentors) in answered(market).items():
        count = int(imgs.sum()) * int(mentors.sum())
        if key in _FEW:
            marks, _, kind = _few(market, key, 0)
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
    known: Mapping[str, Answered],
    shares: Ints,
    means: Mapping[str, int],
    allowed: Allowed,
    never: Lists,
    locked: Lists,
) -> Recipe:
    points = dict(zip(CRITERIA, shares.T, strict=True))
    unasked = {key: ~known[key].imgs for key in (*_ADDED, "requests")}
    mean_points = {key: earned(rate(points[key]), np.array(means[key])) for key in unasked}
    base = sum(np.where(unasked[key], mean_points[key], 0) for key in unasked)
    told = {key: np.where(unasked[key], 0, points[key]) for key in unasked}
    return Recipe(
        rows=np.arange(len(market.imgs)),
        base=np.asarray(base, dtype=np.int16),
        best=_best(market, means, points),
        topics=_topics(market, told["topics"]),
        languages=_languages(market, told["languages"]),
        week=_week(market, told["availability"]),
        words=_words(market, told["words"]),
        silent=_silent(known, unasked, mean_points),
        extra=_extra(market, told),
        allowed=allowed,
        never=never,
        locked=locked,
        least=0,
    )


def _lists(pairs: Ints, n: int) -> Lists:
    """Gather (k, 2) rows and items by row; items of a row keep their order."""
    rows, items = pairs[:, 0], pairs[:, 1]
    return Lists(_starts(rows, n), items[np.argsort(rows, kind="stable")])


def _starts(rows: Ints, n: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int64)


def _columns(rows: NDArray[Any], columns: Ints) -> NDArray[Any]:
    return np.ascontiguousarray(np.take(rows, columns, axis=1))


def _at(place: Ints, lists: Any) -> Any:
    """Return lists of columns as lists of their new places."""
    return lists._replace(item=place[lists.item])


def _as_number(flags: Flags) -> Ints:
    number: Ints = flags @ (1 << np.arange(flags.shape[1]))
    return number


def _best(market: Market, means: Mapping[str, int], points: Mapping[str, Ints]) -> Best:
    """Prepare rows and, for each IMG and criterion, which of them count."""
    n, rows, slots, items, height = len(market.imgs), [], [], [], 0
    for place, key in enumerate(_BEST):
        table, imgs, which = (
            _RANKED[key](market, means[key]) if key in _RANKED else _few(market, key, means[key])
        )
        rows.append(table.astype(np.int16))
        slots.append(imgs * len(_BEST) + place)
        items.append(which + height)
        height += len(table)
    listed = np.stack([np.concatenate(slots), np.concatenate(items)], axis=1)
    lists = _lists(listed, n * len(_BEST))
    begin = lists.start[np.arange(n)[:, None] * len(_BEST) + np.arange(len(_BEST) + 1)]
    rates = _rows(rate(np.stack([points[key] for key in _BEST], axis=1)), np.int16)
    return Best(_rows(np.concatenate(rows), np.int16), begin, lists.item, rates)


def _rates(out_of: Ints) -> Shorts:
    return rate(out_of).astype(np.int16)


def _few(market: Market, key: str, mean_mark: int) -> tuple[Marks, Ints, Ints]:
    """Judge one IMG of each kind; return their rows, and the row of each IMG."""
    imgs = market.img_arrays
    _, first, kind = np.unique(_FEW[key](imgs), return_index=True, return_inverse=True)
    judged = CRITERIA[key].judge(imgs.take(first), market.mentor_arrays, market.lexicon)
    known = judged.imgs[:, None] & judged.mentors
    marks = np.where(known, judged.marks, np.int32(mean_mark))
    return marks, np.arange(len(kind)), kind.ravel()


def _specialty(market: Market, mean_mark: int) -> tuple[Marks, Ints, Ints]:
    """Make a row for each field and rank, and one for who named none."""
    best = closeness.best_fields(market.mentor_arrays, market.lexicon)
    ranks = [per_cent * best // 100 for per_cent in closeness.RANKED_FIELDS]
    silent = ~in_any(market.mentor_arrays.specialties)
    codes = market.img_arrays.specialties
    row, rank = np.nonzero(codes >= 0)
    which = rank * len(best) + codes[row, rank]
    return _filled(np.concatenate(ranks), silent, (row, which), len(codes), mean_mark)


def _location(market: Market, mean_mark: int) -> tuple[Marks, Ints, Ints]:
    """Make a row for each state hoped for, each lived in, and one for who named none."""
    imgs, mentors, words = market.img_arrays, market.mentor_arrays, market.lexicon
    around = closeness.around(mentors, words)
    hoped = np.where(mentors.states, FULL, np.where(around, closeness.NEAR_HOPED, 0)).T
    home = np.where(mentors.states, closeness.AT_HOME, np.where(around, closeness.NEAR_HOME, 0)).T
    row, state = np.nonzero(imgs.states)
    settled = np.flatnonzero(imgs.state >= 0)
    named = np.concatenate([row, settled])
    which = np.concatenate([state, len(hoped) + imgs.state[settled]])
    silent = ~in_any(mentors.states)
    return _filled(
        np.concatenate([hoped, home]), silent, (named, which), len(imgs.state), mean_mark
    )


_RANKED = {"specialty": _specialty, "location": _location}


def _filled(
    marks: Marks | Ints, silent: Flags, named: tuple[Ints, Ints], n: int, mean_mark: int
) -> tuple[Marks, Ints, Ints]:
    """Put the mean where mentors said nothing, and add a row of it for IMGs who did not."""
    rows = np.vstack([np.where(silent, mean_mark, marks), np.full(len(silent), mean_mark)])
    quiet = np.setdiff1d(np.arange(n), named[0])
    row = np.concatenate([named[0], quiet])
    return rows.astype(np.int32), row, np.concatenate([named[1], np.full(len(quiet), len(marks))])


def _topics(market: Market, points: Ints) -> Topics:
    needed = market.img_arrays.topics
    img, topic = np.nonzero(needed)
    return Topics(
        _rows(np.where(market.mentor_arrays.topics.T, 255, 0), np.uint8),
        _starts(img, len(needed)),
        _rows(topic, np.int64),
        needed[img, topic].astype(np.uint8),
        one_of(needed.sum(axis=1)).astype(np.int16),
        _rates(points),
    )


def _languages(market: Market, points: Ints) -> Languages:
    words, spoken = market.lexicon, market.img_arrays.languages
    (common,) = words.languages.codes([words.tables.common_language])
    worth = np.full(len(words.languages), 2)
    worth[common] = 1
    img, language = np.nonzero(spoken)
    steps = np.array([0, closeness.COMMON_ONLY, closeness.ONE_MORE, FULL])
    return Languages(
        _rows(market.mentor_arrays.languages.T * worth[:, None], np.uint8),
        _starts(img, len(spoken)),
        _rows(language, np.int64),
        _rows(np.diff(earned(rate(points)[:, None], steps), axis=1), np.int16),
    )


def _week(market: Market, points: Ints) -> Week:
    mine, theirs = (
        np.packbits(people.week, axis=1) for people in (market.img_arrays, market.mentor_arrays)
    )
    enough = closeness.ENOUGH_SLOTS
    return Week(
        _rows(theirs.T, np.uint8), mine, np.uint8(enough), np.int16(one_of(enough)),
        _rates(points),
    )  # fmt: skip


def _silent(
    known: Mapping[str, Answered], unasked: Mapping[str, Flags], mean_points: Mapping[str, Ints]
) -> Silent:
    """Prepare what mentors get who did not answer; points of 0 where all mentors did."""
    quiet = np.stack([~known[key].mentors for key in _ADDED])
    points = [
        np.where(unasked[key] | ~quiet[place].any(), 0, mean_points[key])
        for place, key in enumerate(_ADDED)
    ]
    return Silent(
        _rows(-quiet.astype(np.int16), np.int16), _rows(np.stack(points, axis=1), np.int16)
    )


def _rows(table: NDArray[Any], kind: Any) -> NDArray[Any]:
    """Return a table as the compiled loops read it: row after row, of one kind of number."""
    return np.ascontiguousarray(table, dtype=kind)


def _words(market: Market, points: Ints) -> Words:
    mine, theirs = market.img_arrays.words, market.mentor_arrays.words
    by_stem = theirs.tocsc()
    by_stem.sort_indices()
    having = np.diff(by_stem.indptr)
    frequent = having * FREQUENT >= len(market.mentors)
    row_of = np.cumsum(frequent) - 1
    img = np.repeat(np.arange(len(market.imgs)), np.diff(mine.indptr))
    often, stem = frequent[mine.indices], mine.indices.astype(np.int64)
    weight = mine.data.astype(np.int16)
    return Words(
        _rows(by_stem[:, np.flatnonzero(frequent)].T.toarray(), np.uint8),
        _starts(img[often], len(market.imgs)), row_of[stem[often]], weight[often],
        _starts(img[~often], len(market.imgs)), stem[~often], weight[~often],
        by_stem.indptr.astype(np.int64), by_stem.indices.astype(np.int64),
        by_stem.data.astype(np.int16), _rates(points),
    )  # fmt: skip


def _extra(market: Market, points: Mapping[str, Ints]) -> Extra:
    """Prepare pairs in which one named the other: they get points for it."""
    row, column, gained = (
        np.concatenate(both)
        for both in zip(
            _asked(market, points["requests"]), _welcomed(market, points["welcomes"]), strict=True
        )
    )
    order = np.argsort(row, kind="stable")
    return Extra(_starts(row, len(market.imgs)), column[order], _rows(gained[order], np.int16))


def _asked(market: Market, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows and columns of requests, and the points for each."""
    asked = market.img_arrays.requests
    column_of = np.full(len(market.lexicon.mentors), -1)
    column_of[market.mentor_arrays.key] = np.arange(len(market.mentors))
    earlier = (asked[:, :, None] == asked[:, None, :]) & np.tri(
        asked.shape[1], k=-1, dtype=np.bool_
    )
    row, rank = np.nonzero((asked >= 0) & ~earlier.any(axis=2))
    gained = earned(rate(points)[row], np.array(closeness.RANKED_REQUESTS)[rank])
    return row, column_of[asked[row, rank]], gained


def _welcomed(market: Market, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows and columns of IMGs whom mentors marked, and the points for each."""
    marks = market.mentor_arrays.welcomes[:, market.img_arrays.key].tocoo()
    mentor, img = (each.astype(np.int64) for each in marks.coords)
    return img, mentor, points[img]


def _allowed(market: Market, rules: Rules) -> Allowed:
    """Prepare limits: a pair is allowed if one word suits for each of them."""
    found = [limit for limit in limits(market, rules) if limit.wanted.any()]
    return _by_limits(found, len(market.imgs), len(market.mentors))


def _by_limits(found: Sequence[Any], n: int, m: int) -> Allowed:
    by_mentor, by_img = np.zeros(m, np.uint8), np.zeros(n, np.uint8)
    rows = [np.zeros((1, m), dtype=np.uint8)]
    imgs, items = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    height = 1
    for place, limit in enumerate(found):
        bit = np.uint8(1 << place)
        by_mentor |= bit * ~in_any(limit.wanted)
        if limit.silence_allows:
            by_img |= bit * ~in_any(limit.said)
        img, word = np.nonzero(limit.said & limit.wanted.any(axis=0))
        rows.append(bit * limit.wanted.T.astype(np.uint8))
        imgs.append(img)
        items.append(word + height)
        height += limit.wanted.shape[1]
    lists = _lists(np.stack([np.concatenate(imgs), np.concatenate(items)], axis=1), n)
    everything = np.uint8((1 << len(found)) - 1)
    return Allowed(_rows(np.concatenate(rows), np.uint8), *lists, by_mentor, by_img, everything)
