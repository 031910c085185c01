"""Criteria to scores: whole points from 0 to 10,000 whose parts add up to the score exactly.

An IMG's 10,000 points are first shared out among the criteria that count for them, by the round's
weights and the IMG's own importance (largest remainder, so that they add up). A criterion then
earns its marks' share of its points, to the nearest point. The score is the sum of those parts.

Everything here is plain numpy, criterion by criterion: the definition. ``recipe`` works out the
same integers with compiled loops, and ``verify`` checks them against these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mentorship.matching.criteria import CRITERIA
from mentorship.matching.forbid import HARD_RULES, Verdict, marked, ruled_out
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, Judged, Marks, earned, rate
from mentorship.matching.rules import Rules
from mentorship.matching.scores.arrays import IMPORTANCE
from mentorship.matching.scores.why import TO_LEADER, Names, Pair, Voice, sentence

MINIMUM = "minimum_score"
BLOCK = 512  # IMGs scored at once, so that the tables of a block stay small
PAIRS = 32  # pairs looked at together: their IMGs are crossed with their mentors


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion adds to the score of one pair.

    Attributes
    ----------
    key : of the criterion
    points, out_of : points earned, and those this IMG's weights give to the criterion
    answered : False if somebody did not answer, so that the round's mean stands in

    """

    key: str
    points: int
    out_of: int
    answered: bool


def mean_marks(market: Market) -> dict[str, int]:
    """Return the mean marks of every criterion over the pairs that both answered.

    They stand in for answers that were not given, so that silence neither helps nor hurts. Keep
    them with the run. Where no pair has answered, half marks stand in: the same for everybody.
    """
    count, total = dict.fromkeys(CRITERIA, 0), dict.fromkeys(CRITERIA, 0)
    for rows in _blocks(len(market.imgs)):
        imgs = market.img_arrays.take(rows)
        for key, criterion in CRITERIA.items():
            judged = criterion.judge(imgs, market.mentor_arrays, market.lexicon)
            answered = (judged.imgs & judged.applies)[:, None] & judged.mentors
            count[key] += int(answered.sum())
            total[key] += int(judged.marks.sum(where=answered, dtype=np.int64))
    return {key: mean(total[key], count[key]) for key in CRITERIA}


def mean(total: int, count: int) -> int:
    """Return the mean to the nearest mark, half marks of nothing."""
    return (2 * total + count) // (2 * count) if count else FULL // 2


def scores(market: Market, rules: Rules, means: Mapping[str, int], rows: Ints) -> Marks:
    """Return (len(rows), m) int32: scores of some IMGs with everybody, hard rules aside."""
    table = np.zeros((len(rows), len(market.mentors)), dtype=np.int32)
    everybody = np.arange(len(market.mentors))
    for points, _, _ in _judgements(market, rules, means, rows=rows, columns=everybody):
        table += points.astype(np.int32)
    return table


def _blocks(n: int) -> Iterator[Ints]:
    """Cut rows into blocks."""
    yield from (np.arange(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def parts(
    market: Market, rules: Rules, i: int, j: int, *, means: Mapping[str, int] | None = None
) -> tuple[Part, ...]:
    """Return what each criterion adds for IMG ``i`` and mentor ``j``; the points are the score.

    Criteria that do not count for this IMG are left out. ``means`` are the round's
    ``mean_marks``: pass those kept with the run or the problem, or they are worked out each time.
    """
    means = mean_marks(market) if means is None else means
    row, column = np.array([i]), np.array([j])
    found = _judgements(market, rules, means, rows=row, columns=column)
    return tuple(
        Part(key, int(points[0, 0]), int(out_of[0]), bool(judged.imgs[0] and judged.mentors[0]))
        for key, (points, out_of, judged) in zip(CRITERIA, found, strict=True)
        if out_of[0]
    )


def parts_table(
    market: Market,
    rules: Rules,
    pairs: Ints | Sequence[tuple[int, int]],
    *,
    means: Mapping[str, int] | None = None,
) -> Marks:
    """Return (p, criteria) int32: the parts of many pairs, columns in the order of ``CRITERIA``."""
    chosen = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    means = mean_marks(market) if means is None else means
    table = np.zeros((len(chosen), len(CRITERIA)), dtype=np.int32)
    order = np.argsort(chosen[:, 0], kind="stable")  # so that pairs of one IMG are looked at once
    for some in np.split(order, range(PAIRS, len(order), PAIRS)):
        rows, row = np.unique(chosen[some, 0], return_inverse=True)
        columns, column = np.unique(chosen[some, 1], return_inverse=True)
        found = _judgements(market, rules, means, rows=rows, columns=columns)
        for criterion, (points, _, _) in enumerate(found):
            table[some, criterion] = points[row, column]
    return table


def evidence(
    market: Market, i: int, j: int, *, names: Names, voice: Voice = TO_LEADER
) -> dict[str, str]:
    """Return criterion -> a plain sentence on IMG ``i`` and mentor ``j``, where both answered.

    ``names`` gives the English name of a word, (list, id) -> name, as ``vocabulary.name`` does;
    ``voice`` is whom it is told to: ``TO_IMG``, ``TO_MENTOR`` or ``TO_LEADER``.
    """
    pair = Pair(market.imgs[i], market.mentors[j], market.tables, market.week, names, voice)
    return {
        key: sentence(CRITERIA[key].why(pair))
        for key, (applies, imgs, mentors) in market.answered.items()
        if applies[i] and imgs[i] and mentors[j]
    }


def open_scores(market: Market, rules: Rules, means: Mapping[str, int], rows: Ints) -> Marks:
    """Return ``scores`` with no private answer in them: what may be shown to a leader."""
    return scores(market, rules.open(), means, rows)


def all_ruled_out(
    market: Market, rules: Rules, means: Mapping[str, int], rows: Ints
) -> dict[str, Flags]:
    """Return rule -> (len(rows), m) bool, the pairs it forbids, the minimum score among the rules.

    The minimum is asked of the open score. A locked pair may fall short of it.
    """
    out = ruled_out(market, rules, rows)
    if not rules.minimum_score:
        return {**out, MINIMUM: np.zeros((len(rows), len(market.mentors)), dtype=np.bool_)}
    locked = marked(market.places.of(rules.locked), rows, len(market.mentors))
    too_low = open_scores(market, rules, means, rows) < rules.minimum_score
    return {**out, MINIMUM: too_low & ~locked}


def forbidden(
    market: Market, rules: Rules, i: int, j: int, *, means: Mapping[str, int] | None = None
) -> tuple[Verdict, ...]:
    """Return every rule that forbids IMG ``i`` and mentor ``j``; none if they may be paired."""
    means = mean_marks(market) if means is None else means
    score = sum(part.points for part in parts(market, rules.open(), i, j, means=means))
    found = all_ruled_out(market, rules, means, np.array([i]))
    return tuple(
        Verdict(rule, HARD_RULES[rule].verdict if rule != MINIMUM else _too_low(score, rules))
        for rule, out in found.items()
        if out[0, j]
    )


def shared_out(market: Market, rules: Rules, rows: Ints) -> Ints:
    """Share out each IMG's 10,000 points among criteria, by weight and importance.

    Returns
    -------
    (k, criteria) int
        For the k IMGs of ``rows``. A row adds up to 10,000, or to 0 if nothing counts for the IMG.
        Points left over by rounding down go to the largest remainders, earlier criteria first
        among equal ones. M. L. Balinski, H. P. Young, Fair Representation, 1982.

    """
    applies = [market.answered[key].applies[rows] for key in CRITERIA]
    weights = np.array([rules.weights[key] for key in CRITERIA], dtype=np.int64)
    wanted = np.array(applies).T * _importance(market, rows) * weights
    total = wanted.sum(axis=1, keepdims=True)
    points, remainder = np.divmod(FULL * wanted, np.maximum(total, 1))
    left = np.where(total > 0, FULL - points.sum(axis=1, keepdims=True), 0)
    place = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1, kind="stable")
    shares: Ints = points + (place < left)
    return shares


def _importance(market: Market, rows: Ints) -> Ints:
    """Return (k, criteria): how many half weights each criterion counts for each IMG."""
    named = market.lexicon.criteria.codes(CRITERIA)
    said = market.img_arrays.importance[rows]
    plain = np.full((len(rows), 1), IMPORTANCE["normal"])  # in place of what nobody named
    return np.hstack([said, plain])[:, named]


def _judgements(
    market: Market, rules: Rules, means: Mapping[str, int], *, rows: Ints, columns: Ints
) -> Iterator[tuple[Ints, Ints, Judged]]:
    """Yield points (k, l), points possible (k,) and the judgement of each criterion in turn."""
    imgs, mentors = market.img_arrays.take(rows), market.mentor_arrays.take(columns)
    shares = shared_out(market, rules, rows)
    for (key, criterion), out_of in zip(CRITERIA.items(), shares.T, strict=True):
        judged = criterion.judge(imgs, mentors, market.lexicon)
        answered = judged.imgs[:, None] & judged.mentors
        marks = np.where(answered, judged.marks, np.int32(means[key]))
        yield earned(rate(out_of)[:, None], marks), out_of, judged


def _too_low(score: int, rules: Rules) -> str:
    told = f"Their score without private answers, {score}, is below the round's minimum,"
    return f"{told} {rules.minimum_score}."
