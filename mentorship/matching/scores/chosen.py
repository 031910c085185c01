"""Criteria of which the best counts: each mentor's marks for every word an IMG may have said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from mentorship.matching.criteria import CRITERIA
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, Points, in_any, rate, that_hold
from mentorship.matching.scores import closeness
from mentorship.matching.scores.arrays import ImgArrays
from mentorship.matching.scores.compressed import as_read, by_row
from mentorship.matching.scores.ingredients import Best

# Criteria whose marks depend on one answer of the IMG with few values: that answer as one number.
FEW: Mapping[str, Callable[[ImgArrays], Ints]] = {
    "stage": lambda imgs: imgs.stage,
    "visa": lambda imgs: imgs.visa,
    "formats": lambda imgs: as_number(imgs.formats),
    "channels": lambda imgs: as_number(imgs.channels),
    "rhythm": lambda imgs: imgs.meetings,
    "same_country": lambda imgs: imgs.country,
    "same_gender": lambda imgs: imgs.gender,
    "mentor_is_img": lambda imgs: np.zeros_like(imgs.stage),
    "priority": lambda imgs: np.zeros_like(imgs.stage),
}
_BEST = (*FEW, "specialty", "location")


def as_number(flags: Flags) -> Ints:
    number: Ints = flags @ (1 << np.arange(flags.shape[1]))
    return number


def best(market: Market, means: Mapping[str, int], points: Mapping[str, Ints]) -> Best:
    """Prepare rows and, for each IMG and criterion, which of them count."""
    n, tables, slots, items, height = len(market.imgs), [], [], [], 0
    for place, key in enumerate(_BEST):
        table, imgs, which = (
            _RANKED[key](market, means[key]) if key in _RANKED else few(market, key, means[key])
        )
        tables.append(table)
        slots.append(imgs * len(_BEST) + place)
        items.append(which + height)
        height += len(table)
    listed = np.stack([np.concatenate(slots), np.concatenate(items)], axis=1)
    lists = by_row(listed, n * len(_BEST))
    begin = lists.start[np.arange(n)[:, None] * len(_BEST) + np.arange(len(_BEST) + 1)]
    rates = as_read(rate(np.stack([points[key] for key in _BEST], axis=1)), np.int16)
    return Best(as_read(np.concatenate(tables), np.int16), begin, lists.item, rates)


def few(market: Market, key: str, mean_mark: int) -> tuple[Points, Ints, Ints]:
    """Judge one IMG of each kind; return their rows, and the row of each IMG."""
    imgs = market.img_arrays
    _, first, kind = np.unique(FEW[key](imgs), return_index=True, return_inverse=True)
    judged = CRITERIA[key].judge(imgs.take(first), market.mentor_arrays, market.lexicon)
    known = judged.imgs[:, None] & judged.mentors
    marks = np.where(known, judged.marks.astype(np.int16), np.int16(mean_mark))
    return marks, np.arange(len(kind)), kind.ravel()


def _specialty(market: Market, mean_mark: int) -> tuple[Points, Ints, Ints]:
    """Make a row for each field and rank, and one for who named none."""
    best = closeness.best_fields(market.mentor_arrays, market.lexicon)
    ranks = [(per_cent * best // 100).astype(np.int16) for per_cent in closeness.RANKED_FIELDS]
    silent = ~in_any(market.mentor_arrays.specialties)
    codes = market.img_arrays.specialties
    row, rank = that_hold(codes >= 0)
    which = rank * len(best) + codes[row, rank]
    return _filled(np.concatenate(ranks), silent, (row, which), len(codes), mean_mark)


def _location(market: Market, mean_mark: int) -> tuple[Points, Ints, Ints]:
    """Make a row for each state hoped for, each lived in, and one for who named none."""
    imgs, mentors, words = market.img_arrays, market.mentor_arrays, market.lexicon
    around = closeness.around(mentors, words)
    hoped = np.where(mentors.states, FULL, np.where(around, closeness.NEAR_HOPED, 0)).T
    home = np.where(mentors.states, closeness.AT_HOME, np.where(around, closeness.NEAR_HOME, 0)).T
    row, state = that_hold(imgs.states)
    settled = np.flatnonzero(imgs.state >= 0)
    named = np.concatenate([row, settled])
    which = np.concatenate([state, len(hoped) + imgs.state[settled]])
    silent = ~in_any(mentors.states)
    return _filled(
        np.concatenate([hoped, home]), silent, (named, which), len(imgs.state), mean_mark
    )


_RANKED = {"specialty": _specialty, "location": _location}


def _filled(
    marks: Points | Ints, silent: Flags, named: tuple[Ints, Ints], n: int, mean_mark: int
) -> tuple[Points, Ints, Ints]:
    """Put the mean where mentors said nothing, and add a row of it for IMGs who did not."""
    filled = np.full((len(marks) + 1, len(silent)), mean_mark, dtype=np.int16)
    np.copyto(filled[:-1], marks, casting="same_kind", where=~silent)
    quiet = np.setdiff1d(np.arange(n), named[0])
    row = np.concatenate([named[0], quiet])
    return filled, row, np.concatenate([named[1], np.full(len(quiet), len(marks))])
