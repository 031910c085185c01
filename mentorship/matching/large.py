"""A round too large for tables of all its pairs: scores are worked out in blocks, when asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentorship.matching.blocks import Scores
from mentorship.matching.forbid import found
from mentorship.matching.lottery import by_id
from mentorship.matching.market import Market
from mentorship.matching.marks import Ints
from mentorship.matching.problem import (
    Id,
    ImpossibleRules,
    check_known,
    check_load,
    check_row,
)
from mentorship.matching.recipe import Recipe, mean_marks_of_many
from mentorship.matching.rules import Rules
from mentorship.matching.scoring import forbidden, parts_table


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LargeProblem:
    """What ``Problem`` is, with a recipe for the scores in place of the scores.

    Make it with ``LargeProblem.of``. ``solve`` takes it like a ``Problem``; ``verify`` does not.
    """

    market: Market
    rules: Rules
    means: Mapping[str, int]
    recipe: Recipe
    seats: Ints
    wants: Ints
    locked: Ints
    img_ids: tuple[Id, ...]
    mentor_ids: tuple[Id, ...]

    def read(self, rows: Ints, columns: Ints) -> tuple[Scores, Scores]:  # noqa: ARG002 - sorted
        """Return the scores, twice: mentors have no view of their own here."""
        return self.recipe, self.recipe

    def scores_of(self, pairs: Ints) -> Ints:
        """Return the scores of (p, 2) pairs, criterion by criterion."""
        table = parts_table(self.market, self.rules, pairs, means=self.means)
        return table.sum(axis=1, dtype=np.int64)

    @classmethod
    def of(cls, market: Market, rules: Rules, *, means: Mapping[str, int] | None = None) -> Self:
        """Prepare a market under a round's rules; it takes and raises what ``Problem.of`` does."""
        if not (market.imgs and market.mentors):
            raise ValueError("market: nobody on one of the two sides; use Problem.of")
        means = mean_marks_of_many(market) if means is None else means
        n, m = len(market.imgs), len(market.mentors)
        problem = cls(
            market=market,
            rules=rules,
            means=dict(means),
            recipe=Recipe.of(_sorted(market), rules, means),
            seats=check_row("seats", [mentor.seats for mentor in market.mentors], m, low=0),
            wants=check_row("wants", [img.mentors_wanted for img in market.imgs], n, 1, 2),
            locked=np.unique(found(market, rules.locked), axis=0),
            img_ids=tuple(img.key for img in market.imgs),
            mentor_ids=tuple(mentor.key for mentor in market.mentors),
        )
        check_known(problem, rules)
        check_load(problem)
        for i, j in problem.locked.tolist():
            for verdict in forbidden(market, rules, i, j, means=means):
                if verdict.rule != "minimum_score":
                    img, mentor = problem.img_ids[i], problem.mentor_ids[j]
                    message = f"locked: {img!r} and {mentor!r} are forbidden by {verdict.rule!r}"
                    raise ImpossibleRules(message, rule=verdict.rule, img=img, mentor=mentor)
        return problem


def _sorted(market: Market) -> Market:
    """Return the market with people in the order of their ids, as the solver reads them."""
    rows = by_id([img.key for img in market.imgs])
    columns = by_id([mentor.key for mentor in market.mentors])
    return replace(
        market,
        imgs=tuple(market.imgs[row] for row in rows),
        mentors=tuple(market.mentors[column] for column in columns),
        img_arrays=market.img_arrays.take(rows),
        mentor_arrays=market.mentor_arrays.take(columns),
    )
