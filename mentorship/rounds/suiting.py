"""How well every mentor of a run would suit one IMG, by the open score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mentorship.matching import Market
from mentorship.matching.forbid import ruled_out
from mentorship.matching.scoring import open_scores
from mentorship.rounds.inputs import InputsForgotten, kept
from mentorship.rounds.models import Run
from mentorship.rounds.run_rules import RunRules

LIFTED = "banned"  # a rule that pairing by hand lifts
MOST_PEOPLE = 5_000  # of a run: reading the answers of more takes too long for a page


@dataclass(frozen=True, slots=True)
class Suits:
    """The open score of a pair, 0 to 10,000, and the rules that always hold and forbid it."""

    score: int
    rules: tuple[str, ...] = ()  # keys of ``matching.forbid.HARD_RULES``

    @property
    def forbidden(self) -> bool:
        return bool(self.rules)


def suits(run: Run, img: str, mentor: str | None = None) -> Mapping[str, Suits]:
    """Return mentor -> how well they suit an IMG; nothing for runs too large or forgotten.

    Of one ``mentor`` only, if that is given.
    """
    if run.matched + run.unmatched > MOST_PEOPLE:
        return {}
    try:
        inputs = kept(run, of=img, mentor=mentor)
    except InputsForgotten:
        return {}
    market, rules = inputs.market, RunRules.from_json(run.rules)
    row = _row(market, img)
    if row is None:
        return {}
    scores = open_scores(market, rules, inputs.means or {}, row)[0].tolist()
    against: defaultdict[int, list[str]] = defaultdict(list)
    for rule, flags in ruled_out(market, rules, row).items():
        if rule != LIFTED:
            for at in np.flatnonzero(flags[0]).tolist():
                against[at].append(rule)
    return {
        each.key: Suits(score, tuple(against.get(at, ())))
        for at, (each, score) in enumerate(zip(market.mentors, scores, strict=True))
    }


def _row(market: Market, img: str) -> np.ndarray[tuple[int], np.dtype[np.int64]] | None:
    found = [at for at, each in enumerate(market.imgs) if each.key == img]
    return np.array(found, dtype=np.int64) if found else None
