"""Who answered what, each side looked at without the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mentorship.matching.criteria import CRITERIA
from mentorship.matching.market import Market
from mentorship.matching.marks import Flags


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
