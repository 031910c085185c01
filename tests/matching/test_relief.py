"""A suggested change keeps what it promises, and the smallest one comes first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorship.matching import (
    Change,
    Img,
    Market,
    Mentor,
    Problem,
    Progress,
    Relief,
    Result,
    Rules,
    said,
    smallest_changes,
    solve,
)
from mentorship.matching.explaining import relief as relief_module
from mentorship.matching.explaining.changes import DOUBLE, SINGLE
from mentorship.matching.explaining.spoken import CHANGES, KEPT
from tests.matching.people import TABLES, WINTER, img, market, mentor
from tests.matching.problems import policies, problems


def check(problem: Problem, before: Result, relief: Relief, changed: Problem) -> None:
    """Solve the round with the change made by hand, and compare what was promised."""
    change = relief.change
    assert change is not None
    policy = "most-matched" if change.kind == "policy" else before.policy
    after = solve(changed, policy, before.lottery)
    left = {changed.img_ids[i] for i in after.unmatched.tolist()}
    left_before = {problem.img_ids[i] for i in before.unmatched.tolist()}
    assert relief.img in left_before - left
    assert len(left) < len(left_before)
    assert change.matched_after == len(problem.img_ids) - len(left)
    assert set(change.lost) == left - left_before
    assert {(i, j) for i, j in problem.locked.tolist()} <= pairs(after)


def pairs(result: Result) -> set[tuple[int, int]]:
    return {(i, j) for i, j in result.pairs.tolist()}


def applied_to_matrix(problem: Problem, relief: Relief) -> Problem:
    """Return a round from a matrix with the change made by hand."""
    change = relief.change
    assert change is not None
    assert problem.unbanned is not None
    seats, banned, locked = problem.seats.copy(), problem.banned.tolist(), problem.locked.tolist()
    if change.mentor is not None:
        pair = [problem.img_ids.index(relief.img), problem.mentor_ids.index(change.mentor)]
        if (change.kept and not change.free) or change.kind == "seat":
            seats[pair[1]] += 1
        if change.kept:
            locked.append(pair)
        if change.kind == "banned":
            banned.remove(pair)
    return Problem.from_scores(
        problem.unbanned.block(np.arange(problem.shape[0])),
        seats,
        problem.wants,
        locked=locked,
        banned=banned,
        img_ids=problem.img_ids,
        mentor_ids=problem.mentor_ids,
    )


@given(problems(), policies)
@settings(max_examples=60, deadline=None)
def test_what_is_promised_of_a_matrix_happens(problem: Problem, policy: str) -> None:
    before = solve(problem, policy, 5)
    found = smallest_changes(problem, before)
    assert list(found) == sorted(before.unmatched.tolist())
    possible = (problem.table() >= 0) & (problem.seats > 0)
    for row, relief in found.items():
        assert relief.untried == ()
        if relief.change is None:
            assert not possible[int(row)].any()
        else:
            check(problem, before, relief, applied_to_matrix(problem, relief))


@given(problems(), policies, st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_what_is_promised_in_a_large_round_happens(
    problem: Problem, policy: str, at_once: int
) -> None:
    before = solve(problem, policy, 5)
    usual = smallest_changes(problem, before)
    with large_rounds(at_once):
        found = smallest_changes(problem, before)
    assert list(found) == list(usual)
    for who, relief in found.items():
        if relief.change is None:
            assert usual[who].change is None or (policy == "fairest" and relief.untried)
        else:
            check(problem, before, relief, applied_to_matrix(problem, relief))


@contextmanager
def large_rounds(at_once: int) -> Iterator[None]:
    """Let every round count as large, with so many pairs of those who wait held at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relief_module, "WHOLE_PAIRS", 0)
        patch.setattr(relief_module, "HELD_PAIRS", at_once)
        yield


@given(problems(), policies, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_changes_nothing(problem: Problem, policy: str, random: Random) -> None:
    n, m = problem.shape
    rows, columns = random.sample(range(n), n), random.sample(range(m), m)
    assert problem.unbanned is not None
    turned = Problem.from_scores(
        problem.unbanned.block(np.arange(n))[np.ix_(rows, columns)],
        problem.seats[columns],
        problem.wants[rows],
        locked=[(rows.index(i), columns.index(j)) for i, j in problem.locked.tolist()],
        banned=[(rows.index(i), columns.index(j)) for i, j in problem.banned.tolist()],
        img_ids=rows,
        mentor_ids=columns,
    )
    found = [smallest_changes(each, solve(each, policy, 5)) for each in (problem, turned)]
    assert found[0] == found[1]


STAGES, LANGUAGES, TOPICS = ("usmle_step1", "residency"), ("en", "hi", "es"), ("cv", "visa")
HOSPITALS = ("St. X", "St. Y")


def some(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(words), max_size=2).map(lambda found: tuple(sorted(found)))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[list[Img], list[Mentor], Rules]:
    """Return people full of limits, and rules that forbid much."""
    imgs = [
        img(
            f"i{k}",
            stage=draw(st.sampled_from(STAGES)),
            languages=draw(some(LANGUAGES)),
            topics=draw(some(TOPICS)),
            conflicts=draw(some(HOSPITALS)),
            avoid=draw(some(("m0", "m1"))),
        )
        for k in range(draw(st.integers(1, 6)))
    ]
    mentors = [
        mentor(
            f"m{k}",
            seats=draw(st.integers(0, 2)),
            languages=draw(some(LANGUAGES)),
            topics=draw(some(TOPICS)),
            accepts_stages=draw(some(STAGES)),
            accepts_languages=draw(some(LANGUAGES)),
            institution=draw(st.sampled_from((None, *HOSPITALS))),
        )
        for k in range(draw(st.integers(1, 4)))
    ]
    pair = st.tuples(
        st.sampled_from([i.key for i in imgs]), st.sampled_from([m.key for m in mentors])
    )
    rules = Rules(
        must_share_language=draw(st.booleans()),
        must_cover_first_topic=draw(st.booleans()),
        minimum_score=draw(st.sampled_from((0, 4_000, 6_000))),
        banned=draw(st.frozensets(pair, max_size=3)),
        not_again=draw(st.frozensets(pair, max_size=3)),
    )
    return imgs, mentors, rules


def applied(
    imgs: list[Img], mentors: list[Mentor], rules: Rules, relief: Relief
) -> tuple[Market, Rules]:
    """Return a round with the change made by hand in profiles and rules."""
    change = relief.change
    assert change is not None
    pair, now = (str(relief.img), str(change.mentor)), {each.key: each for each in mentors}
    if change.kind in {"banned", "not_again"}:
        rules = with_rule(rules, change.kind, getattr(rules, change.kind) - {pair})
    elif change.kind.startswith(("must", "respect")):
        rules = with_rule(rules, change.kind, value=False)
    elif change.kind == "minimum" and not change.kept:
        rules = with_rule(rules, "minimum_score", change.amount)
    if change.kind == "limits":
        now[pair[1]] = replace(now[pair[1]], accepts_stages=(), accepts_languages=())
    if (change.kept and not change.free) or change.kind == "seat":
        now[pair[1]] = replace(now[pair[1]], seats=now[pair[1]].seats + 1)
    if change.kept:
        rules = with_rule(rules, "locked", rules.locked | {pair})
    return Market.of(imgs, list(now.values()), TABLES, week=WINTER), rules


def with_rule(rules: Rules, name: str, value: object) -> Rules:
    return Rules.from_json({**rules.to_json(), name: value})


@given(rounds(), policies)
@settings(max_examples=80, deadline=None)
def test_what_is_promised_of_people_happens(
    given_: tuple[list[Img], list[Mentor], Rules], policy: str
) -> None:
    imgs, mentors, rules = given_
    problem = Problem.of(market(imgs, mentors), rules)
    before = solve(problem, policy, 5)
    usual = smallest_changes(problem, before)
    assert all(relief.untried == () for relief in usual.values())
    with large_rounds(3):
        large = smallest_changes(problem, before)
    for relief in (*usual.values(), *large.values()):
        if relief.change is not None:
            round_, changed = applied(imgs, mentors, rules, relief)
            check(problem, before, relief, Problem.of(round_, changed, means=problem.means))


def relief_of(round_: Market, rules: Rules | None = None, who: str = "a") -> Relief:
    problem = Problem.of(round_, rules or Rules())
    return smallest_changes(problem, solve(problem))[who]


def told(relief: Relief) -> tuple[str, object, bool] | None:
    change = relief.change
    return None if change is None else (change.kind, change.mentor, change.kept)


def test_one_more_seat_comes_first_and_with_the_mentor_who_suits_best() -> None:
    problem = Problem.from_scores(
        [[5, 7], [9, 9], [9, 9]], [1, 1], img_ids=["a", "b", "c"], mentor_ids=["x", "y"]
    )
    (relief,) = smallest_changes(problem, solve(problem)).values()
    assert relief.change == Change(
        kind="seat", mentor="y", amount=None, kept=False, free=False, matched_after=3, lost=()
    )
    assert said(relief, lambda each: f"Dr. {each}") == (
        "One more seat with Dr. y would give this IMG a mentor; nobody loses theirs."
    )


def test_a_seat_that_somebody_else_would_get_is_kept_by_a_lock_and_they_are_named() -> None:
    problem = Problem.from_scores([[9], [8], [7]], [1], img_ids=list("abc"), mentor_ids=["x"])
    found = smallest_changes(problem, solve(problem))
    assert told(found["b"]) == ("seat", "x", False)
    assert told(found["c"]) == ("seat", "x", True)
    assert said(found["c"], str) == (
        "One more seat with x would help b first. Kept for this IMG by a lock, it would give this "
        "IMG a mentor; nobody loses theirs."
    )


def test_a_kept_pair_below_all_others_of_the_fairest_is_solved_for() -> None:
    """The 5 of "d" lets "c" have 110 and "a" 300, one pair fewer in the lowest band but for "b"."""
    scores = [[150, 300], [-1, 160], [110, -1], [5, 5]]
    problem = Problem.from_scores(scores, [1, 1], img_ids=list("abcd"), mentor_ids=["x", "y"])
    before = solve(problem, "fairest")
    relief = smallest_changes(problem, before)["d"]
    assert told(relief) == ("seat", "x", True)
    assert relief.change is not None
    assert relief.change.lost == ("b",)
    check(problem, before, relief, applied_to_matrix(problem, relief))
    with large_rounds(9):  # where nothing with a kept seat is solved
        relief = smallest_changes(problem, before)["d"]
    assert (relief.change, "seat" in relief.untried) == (None, True)


def test_a_ban_is_lifted_with_a_seat_where_none_is_free() -> None:
    problem = Problem.from_scores(
        [[9], [8]], [1], banned=[(0, 0)], img_ids=["a", "b"], mentor_ids=["x"]
    )
    relief = smallest_changes(problem, solve(problem))["a"]
    assert told(relief) == ("banned", "x", True)
    assert said(relief, str) == (
        "Lifting the section leader's ban on the pair with x, and one more seat there, kept for "
        "this IMG by a lock, would give this IMG a mentor; nobody loses theirs."
    )


def test_a_ban_is_not_lifted_for_a_mentor_without_a_seat() -> None:
    problem = Problem.from_scores(
        [[9, 5]], [0, 1], banned=[(0, 0), (0, 1)], img_ids=["a"], mentor_ids=["x", "y"]
    )
    assert told(smallest_changes(problem, solve(problem))["a"]) == ("banned", "y", False)


def test_a_free_seat_is_locked_below_the_minimum_where_a_lower_one_helps_somebody_else() -> None:
    imgs = [img("a", topics=("visa",)), *(img(key, topics=("cv",)) for key in "bc")]
    round_ = market(imgs, [mentor("x", topics=("cv",))])
    scores = Problem.of(round_, Rules().open()).table()[:, 0]
    assert scores[0] < scores[1] == scores[2]
    rules = Rules(minimum_score=int(scores[1]) + 1)
    relief = relief_of(round_, rules)
    assert told(relief) == ("minimum", "x", True)
    assert relief.change is not None
    assert relief.change.free
    assert said(relief, str) == (
        "A free seat with x, kept for this IMG by a lock although the score is below the minimum, "
        "would give this IMG a mentor; nobody loses theirs."
    )


def test_the_minimum_is_lowered_in_steps_and_no_further_than_needed() -> None:
    round_ = market([img("a", topics=("cv",))], [mentor("x", topics=("cv",))])
    best = int(Problem.of(round_, Rules().open()).table()[0, 0])
    relief = relief_of(round_, Rules(minimum_score=best + 1))
    assert told(relief) == ("minimum", None, False)
    assert relief.change is not None
    assert relief.change.amount == best // 100 * 100
    assert said(relief, str).startswith(
        f"Lowering the minimum score to {best // 100 * 100:,} would"
    )


@pytest.mark.parametrize("kind", ["banned", "not_again"])
def test_a_pair_is_allowed_again(kind: str) -> None:
    round_ = market([img("a")], [mentor("x")])
    rules = Rules.from_json({kind: [("a", "x")]})
    assert told(relief_of(round_, rules)) == (kind, "x", False)


def test_a_mentors_own_limits_are_lifted() -> None:
    limited = mentor("x", accepts_languages=("hi",), accepts_stages=("match_soap",))
    round_ = market([img("a", languages=("en",), stage="residency")], [limited])
    assert told(relief_of(round_)) == ("limits", "x", False)


@pytest.mark.parametrize("policy", ["best-total", "stable"])
def test_most_matched_helps_whom_a_seat_does_not(policy: str) -> None:
    scores = [[9_000, 1_000], [9_000, 1_000], [5_000, -1], [4_000, -1]]
    problem = Problem.from_scores(scores, [2, 2], img_ids=list("abcd"), mentor_ids=["x", "y"])
    found = smallest_changes(problem, solve(problem, policy))
    assert told(found["c"]) == ("seat", "x", False)
    assert told(found["d"]) == ("policy", None, False)
    assert said(found["d"], str) == (
        "The policy “most people matched” would give this IMG a mentor; nobody loses theirs."
    )


@pytest.mark.parametrize(
    ("rule", "of_img", "of_mentor"),
    [
        ("must_share_language", {"languages": ("en",)}, {"languages": ("hi",)}),
        ("must_cover_first_topic", {"topics": ("cv",)}, {"topics": ("visa",)}),
        ("respect_institutions", {"conflicts": ("St. X",)}, {"institution": "St. X"}),
    ],
)
def test_a_rule_is_switched_off_last(
    rule: str, of_img: dict[str, Any], of_mentor: dict[str, Any]
) -> None:
    rules = Rules.from_json({rule: True})
    relief = relief_of(market([img("a", **of_img)], [mentor("x", **of_mentor)]), rules)
    assert told(relief) == (rule, None, False)
    assert said(relief, str).startswith("Allowing ")


def test_what_people_asked_for_is_never_lifted() -> None:
    imgs = [img("a", avoid=("x",), conflicts=("St. X",), stage="usmle_step1")]
    mentors = [
        mentor("x"),
        mentor("y", exclude=("a",)),
        mentor("z", selects_at=("St. X",)),
        mentor("a"),
        mentor("p", seats=0),
    ]
    relief = relief_of(market(imgs, mentors))
    assert relief == Relief(img="a", change=None, untried=())
    assert said(relief, str).startswith("No change that can be suggested would help: ")


def test_what_was_not_tried_is_not_said_to_be_of_no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.from_scores([[9, 9], [8, 8], [7, 7]], [1, 1], img_ids=list("abc"))
    before = solve(problem)
    monkeypatch.setattr(relief_module, "MOST_SOLVES", 0)
    (relief,) = smallest_changes(problem, before).values()
    assert told(relief) == ("seat", 0, True)
    assert relief.untried == ("seat",)
    assert said(relief, str).endswith("nobody loses theirs. Not every smaller change was tried.")


def test_many_who_wait_share_the_solving(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = []

    def counted(problem: Problem, policy: str, lottery: int, heard: Progress | None) -> Result:
        solved.append(policy)
        return solve(problem, policy, lottery, heard)

    rng = np.random.default_rng(1)
    problem = Problem.from_scores(rng.integers(0, 10_000, (60, 6)), [2] * 6)
    before = solve(problem)
    monkeypatch.setattr(relief_module, "solve", counted)
    found = smallest_changes(problem, before)
    assert len(found) == 48
    assert all(relief.change is not None for relief in found.values())
    assert len(solved) == 6


def test_it_can_be_stopped() -> None:
    problem = Problem.from_scores([[9], [8], [7]], [1])

    def stop(_: int, of: int) -> None:
        assert of == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        smallest_changes(problem, solve(problem), stop)


def test_while_a_round_is_solved_again_it_can_be_stopped_too() -> None:
    """More calls than solvings, each telling how many of the two who wait are helped."""
    problem = Problem.from_scores([[9], [8], [7]], [1])
    calls: list[tuple[int, int]] = []

    def count(done: int, of: int) -> None:
        calls.append((done, of))

    def stop(done: int, of: int) -> None:
        count(done, of)
        if len(calls) == 2:
            raise KeyboardInterrupt

    smallest_changes(problem, solve(problem), count)
    assert len(calls) > 1  # one seat is tried: one solving
    assert all(0 <= done <= of == 2 for done, of in calls)
    calls.clear()
    with pytest.raises(KeyboardInterrupt):
        smallest_changes(problem, solve(problem), stop)
    assert len(calls) == 2


def test_a_large_round_is_solved_again_a_few_times_and_everybody_is_told_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solved = []

    def counted(*given: Any) -> Result:
        solved.append(given)
        return solve(*given)

    rng = np.random.default_rng(2)
    problem = Problem.from_scores(rng.integers(0, 10_000, (620, 420)), [1] * 420)
    before = solve(problem)
    monkeypatch.setattr(relief_module, "solve", counted)
    found = smallest_changes(problem, before)
    assert len(found) == 200
    assert all(relief.change is not None for relief in found.values())
    assert len(solved) <= 2_000_000 // (620 * 420) == 7


def test_every_kind_can_be_said() -> None:
    assert list(CHANGES) == list(SINGLE)
    assert list(KEPT) == list(DOUBLE)


def test_many_who_lose_are_counted() -> None:
    change = Change(
        kind="policy",
        mentor=None,
        amount=None,
        kept=False,
        free=False,
        matched_after=9,
        lost=tuple("bcdefg"),
    )
    assert said(Relief(img="a", change=change, untried=()), str) == (
        "The policy “most people matched” would give this IMG a mentor; 6 others would lose theirs."
    )
