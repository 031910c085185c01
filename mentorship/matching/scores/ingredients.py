"""What the compiled loop reads to score a pair, criterion by criterion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.marks import Ints

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
