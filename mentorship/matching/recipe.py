"""How a market's scores are worked out block by block, without a matrix of all pairs.

What mentors say becomes rows, one for each word an IMG may have said: how well each mentor suits
that word. An IMG is then a short list of rows to choose the best of, to add up, or to see whether a
hard rule allows the pair. The integers are those of ``scoring``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentorship.matching import closeness
from mentorship.matching.arrays import TOPIC_WEIGHTS, ImgArrays
from mentorship.matching.blocks import blocks
from mentorship.matching.compiled import kernels
from mentorship.matching.criteria import CRITERIA
from mentorship.matching.forbid import pairs_never
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, Marks, in_any, share
from mentorship.matching.rules import Rules
from mentorship.matching.scoring import shared_out

LEVELS = 16  # sums beyond the last earn what the last does
SILENT = 128  # as in ``kernels.rows``

# Criteria whose marks depend on one answer of the IMG with few values: those answers.
_FEW: Mapping[str, Callable[[ImgArrays], tuple[NDArray[Any], ...]]] = {
    "stage": lambda imgs: (imgs.stage, imgs.stage_order),
    "visa": lambda imgs: (imgs.visa,),
    "formats": lambda imgs: (imgs.formats,),
    "channels": lambda imgs: (imgs.channels,),
    "rhythm": lambda imgs: (imgs.meetings,),
    "same_country": lambda imgs: (imgs.country,),
    "same_gender": lambda imgs: (imgs.gender,),
    "mentor_is_img": lambda imgs: (np.zeros_like(imgs.stage),),
}
_BEST = (*_FEW, "specialty", "location")  # the best of some rows counts
_SUMS = ("topics", "languages")  # rows are added up


class _Lists(NamedTuple):
    """Lists in compressed rows."""

    start: Ints
    item: Ints


def _lists(rows: Ints, items: Ints, n: int) -> _Lists:
    """Gather items by row; items of a row keep their order."""
    order = np.argsort(rows, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int64)
    return _Lists(start, items[order].astype(np.int64))


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything the compiled loop reads, in the order it takes it."""

    shape: tuple[int, int]
    arguments: tuple[Any, ...]
    minimum: int

    @classmethod
    def of(cls, market: Market, rules: Rules, means: Mapping[str, int]) -> Recipe:
        n, m = len(market.imgs), len(market.mentors)
        shares = dict(zip(CRITERIA, shared_out(market, rules, np.arange(n)).T, strict=True))
        arguments = (
            *_best(market, means, shares, n),
            *_sums(market, means, shares),
            *_week(market, means, shares),
            *_asked(market, means, shares),
            *_may(market, rules),
            *_lists(*pairs_never(market, rules), n),
        )
        return cls((n, m), arguments, rules.minimum_score)

    @classmethod
    def of_marks(cls, market: Market, key: str) -> Recipe:
        """Give one criterion's marks, 0 where it does not count or somebody did not answer."""
        n, m = len(market.imgs), len(market.mentors)
        imgs, _ = answered(market, key)
        shares = {each: FULL * imgs * (each == key) for each in CRITERIA}
        nothing = dict.fromkeys(CRITERIA, 0)
        nobody = np.zeros(0, dtype=np.int64)
        arguments = (
            *_best(market, nothing, shares, n),
            *_sums(market, nothing, shares),
            *_week(market, nothing, shares),
            *_asked(market, nothing, shares),
            *_everybody(n, m),
            *_lists(nobody, nobody, n),
        )
        return cls((n, m), arguments, 0)

    def block(self, rows: Ints) -> Marks:
        """Return (len(rows), m) scores, -1 where a pair must not be made."""
        block = np.empty((len(rows), self.shape[1]), dtype=np.int32)
        kernels()[2].score(rows, *self.arguments, block)
        if self.minimum:
            block[block < self.minimum] = -1
        return block


def answered(market: Market, key: str) -> tuple[Flags, Flags]:
    """Return for whom a criterion counts and who answered: (n,) IMGs, (m,) mentors."""
    none = np.zeros(0, dtype=np.int64)
    imgs, mentors, judge = market.img_arrays, market.mentor_arrays, CRITERIA[key].judge
    one = judge(imgs, mentors.take(none), market.lexicon)
    return one.imgs & one.applies, judge(imgs.take(none), mentors, market.lexicon).mentors


def mean_marks_of_many(market: Market) -> dict[str, int]:
    """Return what ``scoring.mean_marks`` does, without a table of all pairs."""
    found = {}
    for key in CRITERIA:
        imgs, mentors = answered(market, key)
        count = int(imgs.sum()) * int(mentors.sum())
        if key in _FEW:
            marks, _, kind = _few(market, key, 0)
            kinds = np.bincount(kind[imgs], minlength=len(marks))
            total = int(kinds @ marks.sum(axis=1, dtype=np.int64))
        elif count:
            recipe = Recipe.of_marks(market, key)
            total = sum(
                int(recipe.block(rows).sum(dtype=np.int64)) for rows in blocks(np.arange(len(imgs)))
            )
        found[key] = (2 * total + count) // (2 * count) if count else FULL // 2
    return found


def _best(market: Market, means: Mapping[str, int], shares: Mapping[str, Ints], n: int) -> Any:
    """Prepare criteria of which the best row counts: rows, lists by IMG and criterion, points."""
    rows: list[NDArray[np.int16]] = []
    slots, items = [], []
    height = 0
    for place, key in enumerate(_BEST):
        table, imgs, which = (
            _RANKED[key](market, means[key]) if key in _RANKED else _few(market, key, means[key])
        )
        rows.append(table.astype(np.int16))
        slots.append(imgs * len(_BEST) + place)
        items.append(which + height)
        height += len(table)
    lists = _lists(np.concatenate(slots), np.concatenate(items), n * len(_BEST))
    begin = lists.start[np.arange(n)[:, None] * len(_BEST) + np.arange(len(_BEST) + 1)]
    out_of = np.stack([shares[key] for key in _BEST], axis=1).astype(np.float64)
    return np.concatenate(rows), begin, lists.item, out_of


def _few(market: Market, key: str, mean: int) -> tuple[Marks, Ints, Ints]:
    """Judge one IMG of each kind; return their rows, and the row of each IMG."""
    imgs = market.img_arrays
    answers = np.column_stack([np.asarray(a).reshape(len(imgs.stage), -1) for a in _FEW[key](imgs)])
    _, first, kind = np.unique(answers, axis=0, return_index=True, return_inverse=True)
    judged = CRITERIA[key].judge(imgs.take(first), market.mentor_arrays, market.lexicon)
    known = judged.imgs[:, None] & judged.mentors
    marks = np.where(known, judged.marks, np.int32(mean))
    return marks, np.arange(len(kind)), kind.ravel()


def _specialty(market: Market, mean: int) -> tuple[Marks, Ints, Ints]:
    """Make a row for each field and rank, and one for who named none."""
    best = closeness.best_fields(market.mentor_arrays, market.lexicon)
    ranks = [per_cent * best // 100 for per_cent in closeness.RANKED_FIELDS]
    silent = ~in_any(market.mentor_arrays.specialties)
    return _ranked(np.concatenate(ranks), silent, market.img_arrays.specialties, mean, len(best))


def _location(market: Market, mean: int) -> tuple[Marks, Ints, Ints]:
    """Make a row for each state hoped for, each lived in, and one for who named none."""
    imgs, mentors, words = market.img_arrays, market.mentor_arrays, market.lexicon
    around = closeness.around(mentors, words)
    hoped = np.where(mentors.states, FULL, np.where(around, closeness.NEAR_HOPED, 0)).T
    home = np.where(mentors.states, closeness.AT_HOME, np.where(around, closeness.NEAR_HOME, 0)).T
    marks = np.concatenate([hoped, home])
    row, state = np.nonzero(imgs.states)
    settled = np.flatnonzero(imgs.state >= 0)
    named = np.concatenate([row, settled])
    which = np.concatenate([state, len(hoped) + imgs.state[settled]])
    return _filled(marks, ~in_any(mentors.states), (named, which), len(imgs.state), mean)


_RANKED = {"specialty": _specialty, "location": _location}


def _ranked(
    marks: Marks | Ints, silent: Flags, codes: Ints, mean: int, height: int
) -> tuple[Marks, Ints, Ints]:
    row, rank = np.nonzero(codes >= 0)
    return _filled(marks, silent, (row, rank * height + codes[row, rank]), len(codes), mean)


def _filled(
    marks: Marks | Ints, silent: Flags, named: tuple[Ints, Ints], n: int, mean: int
) -> tuple[Marks, Ints, Ints]:
    """Put the mean where mentors said nothing, and add a row of it for IMGs who did not."""
    rows = np.vstack([np.where(silent, mean, marks), np.full(len(silent), mean)])
    quiet = np.setdiff1d(np.arange(n), named[0])
    row = np.concatenate([named[0], quiet])
    return rows.astype(np.int32), row, np.concatenate([named[1], np.full(len(quiet), len(marks))])


def _sums(market: Market, means: Mapping[str, int], shares: Mapping[str, Ints]) -> Any:
    """Prepare topics and languages: what is in common is added up, and marks follow the sum."""
    imgs, mentors, words = market.img_arrays, market.mentor_arrays, market.lexicon
    n, topics = imgs.topics.shape
    (common,) = words.languages.codes([words.tables.common_language])
    worth = np.full(len(words.languages), 2)
    worth[common] = 1
    offered = [weight * mentors.topics.T for weight in range(1, 1 + max(TOPIC_WEIGHTS))]
    rows = np.concatenate([*offered, mentors.languages.T * worth[:, None]])
    needing, topic = np.nonzero(imgs.topics)
    speaking, language = np.nonzero(imgs.languages)
    slot = np.concatenate([2 * needing, 2 * speaking + 1])
    weighed = (imgs.topics[needing, topic] - 1) * topics + topic
    item = np.concatenate([weighed, len(offered) * topics + language])
    lists = _lists(slot, item, 2 * n)
    begin = lists.start[np.arange(n)[:, None] * 2 + np.arange(3)]
    need = imgs.topics.sum(axis=1)
    met = share(np.arange(LEVELS), need[:, None])
    shared = np.select(
        [np.arange(LEVELS) >= 4, np.arange(LEVELS) >= 2, np.arange(LEVELS) == 1],
        [FULL, closeness.ONE_MORE, closeness.COMMON_ONLY],
        0,
    )
    marks = np.stack([met, np.broadcast_to(shared, (n, LEVELS))], axis=1)
    mean = np.array([means[key] for key in _SUMS])
    marks[need == 0, 0] = mean[0]
    marks[~in_any(imgs.languages), 1] = mean[1]
    out_of = np.stack([shares[key] for key in _SUMS], axis=1).astype(np.float64)
    silent = np.stack([_silent(in_any(mentors.topics)), _silent(in_any(mentors.languages))])
    whole = rows.astype(np.uint8)
    return whole, begin, lists.item, out_of, marks.astype(np.int32), silent, mean


def _week(market: Market, means: Mapping[str, int], shares: Mapping[str, Ints]) -> Any:
    """Prepare free time: six words of 64 half hours."""
    imgs, mentors = market.img_arrays, market.mentor_arrays
    most, mean = closeness.ENOUGH_SLOTS, means["availability"]
    marks = np.where(imgs.has_week[:, None], share(np.arange(most + 1), most), np.int32(mean))
    return (
        _words(imgs.week), np.ascontiguousarray(_words(mentors.week).T),
        shares["availability"].astype(np.float64), marks.astype(np.int32),
        _silent(mentors.has_week), mean,
    )  # fmt: skip


def _silent(answered: Flags) -> NDArray[np.uint8]:
    """Return what a mentor's sum starts from: beyond any sum for who did not answer."""
    return np.where(answered, 0, SILENT).astype(np.uint8)


def _words(flags: Flags) -> NDArray[np.uint64]:
    padded = np.zeros((len(flags), -(-flags.shape[1] // 64) * 64), dtype=np.bool_)
    padded[:, : flags.shape[1]] = flags
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def _asked(market: Market, means: Mapping[str, int], shares: Mapping[str, Ints]) -> Any:
    """Prepare requests: a few mentors of each IMG, and what all others get."""
    asked, n = market.img_arrays.requests, len(market.imgs)
    column_of = np.full(len(market.lexicon.mentors), -1)
    column_of[market.mentor_arrays.key] = np.arange(len(market.mentors))
    again = [[code in row[:rank] for rank, code in enumerate(row)] for row in asked.tolist()]
    row, rank = np.nonzero((asked >= 0) & ~np.array(again, dtype=np.bool_))
    columns = _lists(row, column_of[asked[row, rank]], n)
    marks = _lists(row, np.array(closeness.RANKED_REQUESTS)[rank], n)
    quiet = ~in_any(asked != -1)
    return (
        columns.start, columns.item, marks.item, shares["requests"].astype(np.float64),
        np.where(quiet, means["requests"], 0),
    )  # fmt: skip


def _everybody(n: int, m: int) -> Any:
    """Prepare the lists of ``_may`` for a round in which nothing is forbidden."""
    none = np.zeros(0, dtype=np.int64)
    mentors, imgs = np.zeros(m, np.uint8), np.zeros(n, np.uint8)
    return np.zeros((1, m), np.uint8), np.zeros(n + 1, np.int64), none, mentors, imgs, np.uint8(0)


def _may(market: Market, rules: Rules) -> Any:
    """Prepare rules that allow a pair if one word of the IMG's suits the mentor; a bit each."""
    parents = market.tables.specialty_parents
    fields = [[c for f in i.specialties for c in (f, *parents.get(f, ()))] for i in market.imgs]
    stages = [[i.stage] if i.stage else [] for i in market.imgs]
    spoken = [i.languages for i in market.imgs]
    tests: list[tuple[Sequence[Iterable[str]], list[Iterable[str]], bool]] = [
        (fields, [m.accepts_specialties for m in market.mentors], False),
        (stages, [m.accepts_stages for m in market.mentors], False),
        (spoken, [m.accepts_languages for m in market.mentors], False),
    ]
    if rules.must_share_language:
        tests.append((spoken, [m.languages for m in market.mentors], True))
    if rules.must_cover_first_topic:
        tests.append(
            ([i.topics[:1] for i in market.imgs], [m.topics for m in market.mentors], True)
        )
    n, m = len(market.imgs), len(market.mentors)
    rows = [np.zeros((1, m), dtype=np.uint8)]
    by_mentor, by_img = np.zeros(m, np.uint8), np.zeros(n, np.uint8)
    img_rows, items = [], []
    height = 1
    for bit, (said, wanted, silence_allows) in enumerate(tests):
        words = {word: place for place, word in enumerate(sorted({w for s in wanted for w in s}))}
        table = np.zeros((len(words), m), dtype=np.uint8)
        for column, some in enumerate(wanted):
            table[[words[word] for word in some], column] = 1 << bit
            by_mentor[column] |= (1 << bit) * (not some)
        for row, some in enumerate(said):
            known = [words[word] + height for word in some if word in words]
            img_rows += [row] * len(known)
            items += known
            by_img[row] |= (1 << bit) * (silence_allows and not some)
        rows.append(table)
        height += len(table)
    lists = _lists(np.array(img_rows, dtype=np.int64), np.array(items, dtype=np.int64), n)
    everything = np.uint8((1 << len(tests)) - 1)
    return np.concatenate(rows), lists.start, lists.item, by_mentor, by_img, everything
