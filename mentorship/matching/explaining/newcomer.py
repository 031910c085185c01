"""What one more mentor would be worth, by the kind of mentor: whom a section should look for next.

In a round small enough a mentor is really added and the round solved again, under any policy: a
copy of the typical mentor of a group, with one seat, whom nobody knows yet. In larger rounds the
price of the group's middle seat stands in; where a policy has no prices, those of "most-matched".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from mentorship.matching import scoring
from mentorship.matching.assignment import solve
from mentorship.matching.explaining.worth import FEWEST, GROUPS, Group, members
from mentorship.matching.lottery import Side
from mentorship.matching.market import Market
from mentorship.matching.pairing import Progress, standing
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.scores.blocks import Ready
from mentorship.matching.scores.named import Places, meetings, named_pairs

MOST_PAIRS = 100_000  # possible ones, beyond which prices stand in
WITH_PRICES = "most-matched"  # as many have a mentor as under "fairest", which has none
_UNKNOWN = -3  # code of a mentor whom nobody asked for by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What one more mentor like those of a group would add, with one seat.

    Attributes
    ----------
    mentors : how many there are in the group now
    people : how many more IMGs would have a mentor; None where it is not known
    points : what the sum of the scores would gain; it may fall where more people are matched
    solved : whether the round was solved again with that mentor; False for a price

    """

    mentors: int
    people: int | None
    points: int
    solved: bool


def one_more_mentor(
    problem: Problem,
    result: Result,
    progress: Progress | None = None,
    *,
    kinds: Mapping[str, Group] = GROUPS,
) -> dict[str, dict[str, Gain]]:
    """Return kind of group (of ``kinds``) -> group -> gain, without groups too small to be shown.

    The typical mentor of a group is the one in the middle by mean score over all IMGs, a pair that
    must not be made counting as 0; what others said of that one mentor, and institutions, are left
    out of the copy. Rounds of a matrix have no gains: nothing is known of its mentors.

    ``progress`` is called with (mentors tried, of how many), also while one is; it may raise.
    """
    market = problem.market
    if market is None or problem.rules is None or problem.means is None:
        return {}
    groups = {
        kind: {
            name: columns
            for name, columns in members(market, group).items()
            if len(columns) >= FEWEST.get(kind, 1)
        }
        for kind, group in kinds.items()
    }
    if problem.shape[0] * problem.shape[1] > MOST_PAIRS:
        priced = result
        if result.seat_prices is None:
            priced = solve(problem, WITH_PRICES, result.lottery, progress)
        return {kind: dict(_priced(priced, each)) for kind, each in groups.items()}
    typical = _typical(problem, groups)
    wanted = sorted({column for each in typical.values() for column in each.values()})
    gains = dict(zip(wanted, _solved(problem, market, result, wanted, progress), strict=True))
    return {
        kind: {
            name: Gain(
                mentors=len(groups[kind][name]),
                people=gains[column][0],
                points=gains[column][1],
                solved=True,
            )
            for name, column in each.items()
        }
        for kind, each in typical.items()
    }


def _solved(
    problem: Problem,
    market: Market,
    result: Result,
    columns: list[int],
    progress: Progress | None,
) -> Iterator[tuple[int, int]]:
    """Yield people and points gained with a copy of each of these mentors in turn."""
    for tried, larger in enumerate(_added(problem, market, columns)):
        heard = standing(progress, tried, len(columns))
        if heard:
            heard(0, 0)
        after = solve(larger, result.policy, result.lottery, heard)
        yield len(result.unmatched) - len(after.unmatched), after.total - result.total


def _priced(result: Result, groups: Mapping[str, list[int]]) -> Iterator[tuple[str, Gain]]:
    """Yield groups with the price of the middle seat; of (people, points) people count first."""
    if result.seat_prices is None:
        return
    for name, columns in groups.items():
        prices = sorted(result.seat_prices[columns].tolist())
        middle = prices[(len(prices) - 1) // 2]
        people, points = middle if isinstance(middle, list) else (None, middle)
        yield name, Gain(mentors=len(columns), people=people, points=points, solved=False)


def _typical(
    problem: Problem, groups: Mapping[str, Mapping[str, list[int]]]
) -> dict[str, dict[str, int]]:
    """Return the column in the middle of each group, the first by id of equal ones first."""
    worth = np.maximum(problem.table(), 0).sum(axis=0, dtype=np.int64)
    order = problem.mentors.order[np.argsort(worth[problem.mentors.order], kind="stable")]
    return {
        kind: {
            name: int(order[np.isin(order, columns)][(len(columns) - 1) // 2])
            for name, columns in each.items()
        }
        for kind, each in groups.items()
    }


def _added(problem: Problem, market: Market, columns: list[int]) -> Iterator[Problem]:
    """Yield the round with one more mentor, a copy of each of these columns in turn."""
    if problem.rules is None or problem.means is None:
        return
    newcomers, rows = _unknown(market, columns), np.arange(len(market.imgs))
    table = problem.table()
    rules = replace(problem.rules, locked=frozenset())
    scores = scoring.scores(newcomers, rules, problem.means, rows)
    out = scoring.all_ruled_out(newcomers, rules, problem.means, rows)
    allowed = np.where(np.logical_or.reduce(list(out.values())), -1, scores).astype(np.int16)
    for place, key in enumerate(newcomers.mentor_side.ids):
        ready = Ready.of(np.column_stack([table, allowed[:, place]]))
        yield replace(
            problem,
            scores=ready,
            mentor_scores=ready,
            seats=np.append(problem.seats, 1),
            mentors=Side.of((*problem.mentor_ids, key)),
        )


def _unknown(market: Market, columns: list[int]) -> Market:
    """Return a market of the same IMGs and of copies of some mentors, whom nobody knows."""
    mentors = tuple(
        replace(
            market.mentors[column],
            key=f"like {market.mentors[column].key}",
            seats=1,
            welcomes=(),
            exclude=(),
            exclude_institutions=(),
            selects_at=(),
            institution=None,
        )
        for column in columns
    )
    arrays = market.mentor_arrays.take(np.array(columns, dtype=np.int64))
    return replace(
        market,
        mentors=mentors,
        mentor_arrays=replace(
            arrays,
            key=np.full(len(columns), _UNKNOWN),
            welcomes=csr_array(arrays.welcomes.shape, dtype=np.int64),
        ),
        mentor_side=Side.of([mentor.key for mentor in mentors]),
        places=Places(market.imgs, mentors),
        named=named_pairs(market.imgs, mentors),
        meetings=meetings(market.imgs, mentors, market.tables),
    )
