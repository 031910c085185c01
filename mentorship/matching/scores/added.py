"""Criteria of which all that two people share adds up, and what is added for a pair alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, earned, one_of, rate, that_hold
from mentorship.matching.scores import closeness
from mentorship.matching.scores.answered import Answered
from mentorship.matching.scores.compressed import as_read, rates, starts
from mentorship.matching.scores.ingredients import Extra, Languages, Silent, Topics, Week, Words

ADDED = ("topics", "languages", "availability", "words", "welcomes")
FREQUENT = 16  # a stem that one mentor in so many has gets a row, rarer ones a list


def topics(market: Market, points: Ints) -> Topics:
    needed = market.img_arrays.topics
    img, topic = that_hold(needed > 0)
    return Topics(
        as_read(np.where(market.mentor_arrays.topics.T, 255, 0), np.uint8),
        starts(img, len(needed)),
        as_read(topic, np.int64),
        needed[img, topic].astype(np.uint8),
        one_of(needed.sum(axis=1)).astype(np.int16),
        rates(points),
    )


def languages(market: Market, points: Ints) -> Languages:
    words, spoken = market.lexicon, market.img_arrays.languages
    (common,) = words.languages.codes([words.tables.common_language])
    worth = np.full(len(words.languages), 2)
    worth[common] = 1
    img, language = that_hold(spoken)
    steps = np.array([0, closeness.COMMON_ONLY, closeness.ONE_MORE, FULL])
    return Languages(
        as_read(market.mentor_arrays.languages.T * worth[:, None], np.uint8),
        starts(img, len(spoken)),
        as_read(language, np.int64),
        as_read(np.diff(earned(rate(points)[:, None], steps), axis=1), np.int16),
    )


def week(market: Market, points: Ints) -> Week:
    mine, theirs = (
        np.packbits(people.week, axis=1) for people in (market.img_arrays, market.mentor_arrays)
    )
    enough = closeness.ENOUGH_SLOTS
    return Week(
        as_read(theirs.T, np.uint8), mine, np.uint8(enough), np.int16(one_of(enough)),
        rates(points),
    )  # fmt: skip


def words(market: Market, points: Ints) -> Words:
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
        as_read(by_stem[:, np.flatnonzero(frequent)].T.toarray(), np.uint8),
        starts(img[often], len(market.imgs)), row_of[stem[often]], weight[often],
        starts(img[~often], len(market.imgs)), stem[~often], weight[~often],
        by_stem.indptr.astype(np.int64), by_stem.indices.astype(np.int64),
        by_stem.data.astype(np.int16), rates(points),
    )  # fmt: skip


def silent(
    known: Mapping[str, Answered], unasked: Mapping[str, Flags], mean_points: Mapping[str, Ints]
) -> Silent:
    """Prepare what mentors get who did not answer; points of 0 where all mentors did."""
    quiet = np.stack([~known[key].mentors for key in ADDED])
    points = [
        np.where(unasked[key] | ~quiet[place].any(), 0, mean_points[key])
        for place, key in enumerate(ADDED)
    ]
    return Silent(
        as_read(-quiet.astype(np.int16), np.int16), as_read(np.stack(points, axis=1), np.int16)
    )


def pair_points(market: Market, points: Mapping[str, Ints]) -> Extra:
    """Prepare pairs in which one named the other: they get points for it."""
    row, column, gained = (
        np.concatenate(both)
        for both in zip(
            _asked(market, points["requests"]), _welcomed(market, points["welcomes"]), strict=True
        )
    )
    order = np.argsort(row, kind="stable")
    return Extra(starts(row, len(market.imgs)), column[order], as_read(gained[order], np.int16))


def _asked(market: Market, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows and columns of requests, and the points for each."""
    asked = market.img_arrays.requests
    column_of = np.full(len(market.lexicon.mentors), -1)
    column_of[market.mentor_arrays.key] = np.arange(len(market.mentors))
    earlier = (asked[:, :, None] == asked[:, None, :]) & np.tri(
        asked.shape[1], k=-1, dtype=np.bool_
    )
    row, rank = that_hold((asked >= 0) & ~earlier.any(axis=2))
    gained = earned(rate(points)[row], np.array(closeness.RANKED_REQUESTS)[rank])
    return row, column_of[asked[row, rank]], gained


def _welcomed(market: Market, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows and columns of IMGs whom mentors marked, and the points for each."""
    marks = market.mentor_arrays.welcomes[:, market.img_arrays.key].tocoo()
    mentor, img = (each.astype(np.int64) for each in marks.coords)
    return img, mentor, points[img]
