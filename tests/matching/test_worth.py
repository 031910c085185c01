"""What one more seat is worth by kind of mentor is what the prices say."""

from __future__ import annotations

import pytest

from mentorship.matching import GROUPS, Problem, Rules, Worth, solve, worth_by_group, worth_to_show
from tests.matching.people import img, market, mentor


def shortage() -> Problem:
    imgs = [img(key, topics=("cv",)) for key in "abc"]
    mentors = [
        mentor("x", topics=("cv",), state="NY", specialties=("psychiatry",)),
        mentor("y", topics=("cv", "visa"), state="NY", visas=("j1_visa",)),
        mentor("z", seats=3, topics=("visa",), visas=("j1_visa", "h1b_visa")),
    ]
    return Problem.of(market(imgs, mentors), Rules())


def test_points_of_a_group_are_those_of_its_mentors() -> None:
    problem = shortage()
    result = solve(problem)
    assert result.seat_prices is not None
    prices = result.seat_prices.tolist()
    found = worth_by_group(problem, result, GROUPS["state"])
    assert found == {
        "NY": Worth(mentors=2, seats=2, best=max(prices[:2]), mean=sum(prices[:2]) / 2)
    }
    assert max(prices[:2]) > 0
    by_topic = worth_by_group(problem, result, GROUPS["topic"])
    assert list(by_topic) == ["cv", "visa"]
    assert by_topic["visa"].seats == 4


def test_people_and_points_of_most_matched() -> None:
    imgs = [img("a"), img("b")]
    problem = Problem.of(market(imgs, [mentor("x", specialties=("psychiatry",))]), Rules())
    (worth,) = worth_by_group(problem, solve(problem, "most-matched"), GROUPS["specialty"]).values()
    assert isinstance(worth.best, tuple)
    assert worth.best[0] == 1
    assert worth.mean == worth.best


@pytest.mark.parametrize("policy", ["fairest", "stable"])
def test_without_prices_it_is_refused(policy: str) -> None:
    problem = shortage()
    with pytest.raises(ValueError, match="has no prices"):
        worth_by_group(problem, solve(problem, policy), GROUPS["topic"])


def test_a_matrix_knows_no_mentors() -> None:
    problem = Problem.from_scores([[5]], [1])
    with pytest.raises(ValueError, match="matrix"):
        worth_by_group(problem, solve(problem), GROUPS["topic"])


def test_visa_paths_of_few_mentors_are_not_shown() -> None:
    visas = [("j1_visa", "h1b_visa")] + [("j1_visa",)] * 4
    mentors = [mentor(f"m{n}", visas=each) for n, each in enumerate(visas)]
    problem = Problem.of(market([img("a")], mentors), Rules())
    shown = worth_to_show(problem, solve(problem))
    assert set(shown) == set(GROUPS)
    assert list(shown["visa"]) == ["j1_visa"]
