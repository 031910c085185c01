"""What each criterion adds to the score of a pair, told to each of the three sides.

A side is told what the table of ``audience`` lets it hear (see ``profiles.telling``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mentorship.matching import CRITERIA, Market, Problem, Progress, Rules, parts_table
from mentorship.matching.marks import Ints
from mentorship.matching.scoring import shared_out
from mentorship.profiles.telling import ASKED, ASKING, LEADING, as_heard, told

# criterion, points, of, why, silent; open: points and of as leaders see them, if they do
Part = dict[str, Any]
HEARERS = {"leader": LEADING, "img": ASKING, "mentor": ASKED}
_PORTION = 500  # pairs that are judged at once, between two words of progress


def parts_told(
    problem: Problem, market: Market, rules: Rules, pairs: Ints, progress: Progress | None = None
) -> Iterator[list[Part]]:
    """Yield for each of p pairs, (p, 2) places in the market, what each criterion adds.

    With it comes the sentence on it as told to each of the three sides. Pairs are judged many at
    once: one by one that takes most of a large run.
    """
    heard = {side: as_heard(market, hearer) for side, hearer in HEARERS.items()}
    for start in range(0, len(pairs), _PORTION):
        some = pairs[start : start + _PORTION]
        table = parts_table(market, rules, some, means=problem.means).tolist()
        shares = shared_out(market, rules, some[:, 0]).tolist()
        seen = parts_table(market, rules.open(), some, means=problem.means).tolist()
        seen_of = shared_out(market, rules.open(), some[:, 0]).tolist()
        for (i, j), *counted in zip(some.tolist(), table, shares, seen, seen_of, strict=True):
            said = {side: told(market, heard[side], i, j, each) for side, each in HEARERS.items()}
            yield _of_pair(market, (i, j), said, *counted)
        if progress:
            progress(start + len(some), len(pairs))


def one_told(problem: Problem, market: Market, rules: Rules) -> list[Part]:
    """Return the parts of the one pair of a market of two people."""
    [parts] = parts_told(problem, market, rules, np.array([[0, 0]]))
    return parts


def _of_pair(  # noqa: PLR0913, PLR0917  the points of the match, and those that leaders see
    market: Market,
    pair: tuple[int, int],
    said: Mapping[str, Mapping[str, str]],
    points: list[int],
    out_of: list[int],
    seen: list[int],
    seen_of: list[int],
) -> list[Part]:
    return [
        {
            "criterion": key,
            "points": earned,
            "of": whole,
            "why": {side: each[key] for side, each in said.items() if key in each},
            "silent": _silent(market, key, *pair),
            **({"open": {"points": shown, "of": shown_of}} if shown_of else {}),
        }
        for key, earned, whole, shown, shown_of in zip(
            CRITERIA, points, out_of, seen, seen_of, strict=True
        )
        if whole
    ]


def _silent(market: Market, key: str, i: int, j: int) -> list[str]:
    """Return which of the two, if any, has not answered what a criterion asks."""
    answered = market.answered[key]
    said = {"img": bool(answered.imgs[i]), "mentor": bool(answered.mentors[j])}
    return [side for side, has in said.items() if not has]
