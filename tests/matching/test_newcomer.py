"""One more mentor like those of a group adds what solving the round with them again says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorship.matching import Gain, Mentor, Problem, Result, Rules, one_more_mentor, solve
from mentorship.matching.explaining import newcomer as newcomer_module
from tests.matching.people import img, market, mentor
from tests.matching.problems import POLICIES

STATES = ("NY", "TX")


@st.composite
def rounds(draw: st.DrawFn) -> Problem:
    """Return rounds in which requests, marks, bans and institutions name one mentor of a state."""
    topics = st.sampled_from(((), ("cv",), ("visa",), ("cv", "visa")))
    imgs = [
        img(
            f"i{k}",
            topics=draw(topics),
            state=draw(st.sampled_from(STATES)),
            requests=draw(st.sampled_from(((), ("m0",)))),
            avoid=draw(st.sampled_from(((), ("m0",)))),
            conflicts=draw(st.sampled_from(((), ("St. X",)))),
            languages=draw(st.sampled_from(((), ("en",), ("hi",)))),
        )
        for k in range(draw(st.integers(1, 5)))
    ]
    one = mentor(
        "m0",
        seats=draw(st.integers(0, 2)),
        topics=draw(topics),
        state="NY",
        accepts_languages=draw(st.sampled_from(((), ("en",)))),
        welcomes=draw(st.sampled_from(((), ("i0",)))),
        exclude=draw(st.sampled_from(((), ("i0",)))),
        institution=draw(st.sampled_from((None, "St. X"))),
    )
    other = mentor("m1", topics=draw(topics), state="TX")
    rules = Rules(minimum_score=draw(st.sampled_from((0, 5_000))))
    return Problem.of(market(imgs, [one, other]), rules)


def added(problem: Problem, one: Mentor) -> Problem:
    """Gather the market anew with a copy of a mentor whom nobody named."""
    assert problem.market is not None
    assert problem.rules is not None
    copy = mentor(
        f"like {one.key}",
        topics=one.topics,
        state=one.state,
        accepts_languages=one.accepts_languages,
    )
    larger = market(problem.market.imgs, [*problem.market.mentors, copy])
    return Problem.of(larger, problem.rules, means=problem.means)


def gain(before: Result, after: Result) -> tuple[int, int]:
    return len(before.unmatched) - len(after.unmatched), after.total - before.total


@given(rounds(), st.sampled_from(POLICIES))
@settings(max_examples=40, deadline=None)
def test_the_gain_is_that_of_the_round_with_a_mentor_nobody_knows(
    problem: Problem, policy: str
) -> None:
    assert problem.market is not None
    before = solve(problem, policy, 3)
    found = one_more_mentor(problem, before)["state"]
    assert set(found) == set(STATES)
    for one in problem.market.mentors:
        after = solve(added(problem, one), policy, 3)
        told = found[str(one.state)]
        assert (told.people, told.points) == gain(before, after)
        assert told.solved


def test_the_middle_one_of_a_group_is_typical() -> None:
    imgs = [img("a", topics=("cv",)), img("b", topics=("cv",)), img("c", topics=("cv",))]
    topics = [("cv",), ("visa",), ("cv",)]
    mentors = [mentor(f"m{k}", state="NY", topics=each) for k, each in enumerate(topics)]
    mentors[2] = replace(mentors[2], seats=0)
    problem = Problem.of(market(imgs, mentors), Rules())
    before = solve(problem)
    assert one_more_mentor(problem, before)["state"]["NY"] == Gain(
        mentors=3,
        people=1,
        points=solve(added(problem, mentors[0])).total - before.total,
        solved=True,
    )


def test_visa_paths_of_few_mentors_are_not_shown() -> None:
    visas = [("j1_visa", "h1b_visa")] + [("j1_visa",)] * 4
    mentors = [mentor(f"m{n}", visas=each, topics=("cv",)) for n, each in enumerate(visas)]
    problem = Problem.of(market([img("a")], mentors), Rules())
    found = one_more_mentor(problem, solve(problem))
    assert list(found["visa"]) == ["j1_visa"]
    assert list(found["topic"]) == ["cv"]


@pytest.mark.parametrize(
    ("policy", "people"),
    [("best-total", None), ("most-matched", 1), ("fairest", 1), ("stable", 1)],
)
def test_prices_stand_in_where_the_round_is_large(
    policy: str, people: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newcomer_module, "MOST_PAIRS", 1)
    mentors = [mentor("x", state="NY"), mentor("y", state="NY", seats=0)]
    problem = Problem.of(market([img("a"), img("b"), img("c")], mentors), Rules())
    result = solve(problem, policy)
    found = one_more_mentor(problem, result)["state"]
    priced = result if result.seat_prices is not None else solve(problem, "most-matched")
    assert priced.seat_prices is not None
    points = priced.seat_prices.reshape(2, -1)[0, -1]
    assert found == {"NY": Gain(mentors=2, people=people, points=points, solved=False)}


def test_a_matrix_knows_no_mentors() -> None:
    problem = Problem.from_scores([[5]], [1])
    assert one_more_mentor(problem, solve(problem)) == {}


def test_it_can_be_stopped() -> None:
    problem = Problem.of(market([img("a")], [mentor("x", state="NY")]), Rules())

    def stop(done: int, of: int) -> None:
        assert (done, of) == (0, 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one_more_mentor(problem, solve(problem), stop)


def test_while_a_mentor_is_tried_it_can_be_stopped_too() -> None:
    problem = Problem.of(market([img("a"), img("b")], [mentor("x", state="NY")]), Rules())
    result, calls = solve(problem), list[tuple[int, int]]()
    one_more_mentor(problem, result, lambda tried, of: calls.append((tried, of)))
    assert len(calls) > 1  # one mentor is tried
    assert set(calls) == {(0, 1)}
