"""What each criterion adds to the score of a pair, told to each of the three sides."""

from __future__ import annotations

from typing import Any

from mentorship import vocabulary
from mentorship.matching import (
    TO_IMG,
    TO_LEADER,
    TO_MENTOR,
    Market,
    Problem,
    Rules,
    evidence,
    parts,
)
from mentorship.matching import Part as Shown

# criterion, points, of, why, silent; open: points and of as leaders see them, if they do
Part = dict[str, Any]
VOICES = {"leader": TO_LEADER, "img": TO_IMG, "mentor": TO_MENTOR}


def parts_told(problem: Problem, market: Market, rules: Rules, i: int, j: int) -> list[Part]:
    """Return what each criterion adds, with its sentence as told to each of the three sides."""
    told = {
        side: evidence(market, i, j, names=vocabulary.name, voice=voice)
        for side, voice in VOICES.items()
    }
    shown = {part.key: part for part in parts(market, rules.open(), i, j, means=problem.means)}
    return [
        {
            "criterion": part.key,
            "points": part.points,
            "of": part.out_of,
            "why": {side: said[part.key] for side, said in told.items() if part.key in said},
            "silent": _silent(market, part.key, i, j),
            **_open(shown.get(part.key)),
        }
        for part in parts(market, rules, i, j, means=problem.means)
    ]


def _open(part: Shown | None) -> Part:
    """Return what leaders see of a criterion; nothing of one whose answers are private."""
    return {} if part is None else {"open": {"points": part.points, "of": part.out_of}}


def _silent(market: Market, key: str, i: int, j: int) -> list[str]:
    """Return which of the two, if any, has not answered what a criterion asks."""
    answered = market.answered[key]
    said = {"img": bool(answered.imgs[i]), "mentor": bool(answered.mentors[j])}
    return [side for side, has in said.items() if not has]
