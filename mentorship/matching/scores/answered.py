"""Who answered what, each side looked at without the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mentorship.matching.criteria import CRITERIA
from mentorship.matching.marks import Flags
from mentorship.matching.scores.arrays import ImgArrays, Lexicon, MentorArrays


class Answered(NamedTuple):
    """For whom one criterion counts, and who answered what it asks."""

    applies: Flags  # (n,)
    imgs: Flags  # (n,) it counts for them, and they answered
    mentors: Flags  # (m,)


def answered(imgs: ImgArrays, mentors: MentorArrays, words: Lexicon) -> Mapping[str, Answered]:
    """Return criterion -> who answered."""
    none = np.zeros(0, dtype=np.int64)
    no_imgs, no_mentors = imgs.take(none), mentors.take(none)
    found = {}
    for key, criterion in CRITERIA.items():
        one = criterion.judge(imgs, no_mentors, words)
        other = criterion.judge(no_imgs, mentors, words)
        found[key] = Answered(one.applies, one.imgs & one.applies, other.mentors)
    return found
