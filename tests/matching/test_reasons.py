"""Everybody who is left without a mentor learns why, and the reason is true."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given

from mentorship.matching import (
    CRITERIA,
    GRAPH_FORMS,
    HARD_RULES,
    REASONS,
    NextBest,
    NoPossibleMentor,
    Problem,
    Result,
    Rules,
    TooFewSeats,
    UnusedSeats,
    WorthMoreElsewhere,
    add_parts,
    explain,
    graph_file,
    outcome,
    parts,
    said,
    solve,
)
from mentorship.matching import reasons as reasons_module
from mentorship.matching.certificate import worth_to_others
from mentorship.matching.explaining.spoken import RULES, WAITING
from mentorship.matching.graph import next_best
from mentorship.matching.marks import Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.scores.blocks import Scores
from tests.matching import oracle
from tests.matching.people import img, market, mentor
from tests.matching.problems import policies, problems


def possible_mentors(problem: Problem, i: int) -> set[int]:
    return set(np.flatnonzero((problem.table()[i] >= 0) & (problem.seats > 0)).tolist())


@given(problems(), policies)
def test_every_reason_is_true(problem: Problem, policy: str) -> None:
    result = solve(problem, policy)
    reasons = explain(problem, result).unmatched
    assert [reason.img for reason in reasons] == result.unmatched.tolist()
    for reason in reasons:
        i = int(reason.img)
        if isinstance(reason, NoPossibleMentor):
            assert possible_mentors(problem, i) == set()
        elif isinstance(reason, TooFewSeats):
            assert i in reason.imgs
            assert len(reason.imgs) > reason.seats
            for rival in reason.imgs:
                assert possible_mentors(problem, int(rival)) <= set(reason.mentors)
            seats = sum(int(problem.seats[int(j)]) for j in reason.mentors)
            assert reason.seats + reason.held == seats
        else:
            assert policy in {"best-total", "stable"}
            assert reason.score <= reason.price
            assert reason.score == problem.table()[i, int(reason.mentor)]


@given(problems(locks=False, twice=False))
def test_whoever_is_worth_more_elsewhere_could_be_matched_at_that_cost(problem: Problem) -> None:
    result = solve(problem)
    for reason in explain(problem, result).unmatched:
        if isinstance(reason, WorthMoreElsewhere):
            assert solve(problem, "most-matched").unmatched.size < result.unmatched.size
            forced = Problem.from_scores(
                problem.table(), problem.seats, locked=[(int(reason.img), int(reason.mentor))]
            )
            assert result.total - solve(forced).total == reason.price - reason.score


@given(problems(), policies)
def test_free_seats_are_those_nobody_unmatched_could_take(problem: Problem, policy: str) -> None:
    result = solve(problem, policy)
    unused = {each.mentor: each for each in explain(problem, result).unused}
    used = np.bincount(result.pairs[:, 1], minlength=len(problem.seats))
    for j, seats in enumerate((problem.seats - used).tolist()):
        assert (j in unused) == (seats > 0)
        if j in unused:
            assert unused[j].seats == seats
            assert not (problem.table()[result.unmatched, j] >= 0).any()
            check_others(problem, result, j, unused[j])


def check_others(problem: Problem, result: Result, j: int, told: UnusedSeats) -> None:
    scores = problem.table()
    firsts = dict(result.pairs[~result.second].tolist())
    here = {i for i, own in result.pairs.tolist() if own == j}
    others = [i for i in range(len(scores)) if scores[i, j] >= 0 and i not in here]
    assert told.possible == len(others)
    assert told.better == sum(scores[i, j] <= scores[i, firsts[i]] for i in others)
    assert told.waiting == len(result.unmatched)
    out = problem.ruled_out(result.unmatched)
    assert told.ruled_out == {rule: n for rule, f in out.items() if (n := int(f[:, j].sum()))}


@given(problems(), policies)
def test_reasons_can_be_kept_as_json_and_said_later(problem: Problem, policy: str) -> None:
    for reason in explain(problem, solve(problem, policy)).unmatched:
        kept = json.loads(json.dumps(asdict(reason)))
        assert said(REASONS[reason.kind](**kept), str) == said(reason, str)


def test_nobody_possible_is_said_with_the_rules_and_their_counts() -> None:
    imgs = [img("a", avoid=("x",), languages=("en",))]
    mentors = [
        mentor("x", accepts_languages=("hi",)),
        mentor("y", accepts_languages=("hi",)),
        mentor("z", seats=0),
    ]
    problem = Problem.of(market(imgs, mentors), Rules())
    (reason,) = explain(problem, solve(problem)).unmatched
    assert reason == NoPossibleMentor(
        img="a", mentors=3, without_seat=1, ruled_out={"avoid": 1, "limit_languages": 2}
    )
    assert said(reason, str) == (
        "None of the 3 mentors is possible: no seat in this round (1), on the IMG's list of people "
        "to avoid (1) and take only speakers of other languages (2)."
    )


def test_a_group_that_competes_is_named_and_only_that_group() -> None:
    scores = [[5, -1, -1], [6, -1, -1], [7, -1, -1], [-1, 9, 9]]
    problem = Problem.from_scores(scores, [2, 1, 1], img_ids=list("abcd"), mentor_ids=list("xyz"))
    (reason,) = explain(problem, solve(problem)).unmatched
    assert reason == TooFewSeats(img="a", imgs=("a", "b", "c"), mentors=("x",), seats=2, held=0)
    assert said(reason, lambda each: f"Dr. {each}") == (
        "This IMG and 2 others (Dr. b and Dr. c) can only go to Dr. x, "
        "with 2 seats left for all of them."
    )


def test_of_many_who_wait_for_the_same_seats_each_has_their_own_reason() -> None:
    scores = np.full((60, 3), 5)
    scores[40:, 0] = -1
    problem = Problem.from_scores(scores, [5, 5, 5], img_ids=[f"i{k:02}" for k in range(60)])
    reasons = explain(problem, solve(problem)).unmatched
    assert len({reason.img for reason in reasons}) == 45
    for reason in reasons:
        assert isinstance(reason, TooFewSeats)
        assert reason.img in reason.imgs


def test_prices_are_worked_out_once_for_all_who_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a pass over all pairs for every move of the longest chain."""
    rng, worked_out = np.random.default_rng(1), []

    def counted(scores: Scores, mates: Ints, free: Ints, progress: Progress | None) -> Ints:
        worked_out.append(len(mates))
        return worth_to_others(scores, mates, free, progress)

    monkeypatch.setattr(reasons_module, "worth_to_others", counted)
    scores = np.full((40, 20), -1)
    scores[:20, :4] = rng.integers(3_000, 5_000, (20, 4))
    scores[20:, :4] = rng.integers(8_000, 10_000, (20, 4))
    scores[20:, 4:] = rng.integers(0, 1_000, (20, 16))
    problem = Problem.from_scores(scores, np.full(20, 2))
    reasons = explain(problem, solve(problem)).unmatched
    assert {reason.kind for reason in reasons} == {"worth_more_elsewhere"}
    assert len(reasons) == 20
    assert worked_out == [40]


def test_seats_that_locks_hold_are_not_to_be_had() -> None:
    problem = Problem.from_scores([[9_000], [1]], [1], locked=[(1, 0)])
    (reason,) = explain(problem, solve(problem)).unmatched
    assert reason == TooFewSeats(img=0, imgs=(0,), mentors=(0,), seats=0, held=1)
    assert said(reason, lambda _: "Ada") == (
        "Only Ada would be possible, with no seat left (1 held by locked pairs)."
    )


def test_large_groups_are_counted_not_listed() -> None:
    problem = Problem.from_scores(np.full((9, 7), 5), [1] * 7)
    reason = explain(problem, solve(problem)).unmatched[0]
    assert said(reason, str) == (
        "This IMG and 8 others can only go to the same 7 mentors, "
        "with 7 seats left for all of them."
    )


def test_small_groups_are_named_on_both_sides() -> None:
    group = TooFewSeats(img=1, imgs=(1, 2), mentors=("x", "y"), seats=1, held=0)
    assert said(group, str) == (
        "This IMG and 1 other (2) can only go to the same 2 mentors (x and y), "
        "with 1 seat left for all of them."
    )


def test_a_seat_worth_more_to_somebody_else_is_said_with_both_numbers() -> None:
    problem = Problem.from_scores([[9_000, 1_000], [5_000, -1]], [1, 1], mentor_ids=["x", "y"])
    (reason,) = explain(problem, solve(problem)).unmatched
    assert reason == WorthMoreElsewhere(img=1, mentor="x", score=5_000, price=8_000)
    assert said(reason, str).endswith("a score of 5,000, where the seat is worth 8,000 to others.")


def test_in_stable_pairs_the_price_is_how_the_mentor_scores_whom_they_kept() -> None:
    problem = Problem.from_scores([[9, 1], [8, -1]], [1, 1], mentor_ids=["x", "y"])
    (reason,) = explain(problem, solve(problem, "stable")).unmatched
    assert reason == WorthMoreElsewhere(img=1, mentor="x", score=8, price=9)


def test_a_tie_is_said_to_be_one() -> None:
    tie = WorthMoreElsewhere(img=1, mentor="x", score=5_000, price=5_000)
    assert said(tie, str).endswith("With x it was a tie at 5,000 points.")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            NoPossibleMentor(img=1, mentors=0, without_seat=0, ruled_out={}),
            "There are no mentors in this round.",
        ),
        (
            NoPossibleMentor(img=1, mentors=1, without_seat=0, ruled_out={"banned": 1}),
            "The only mentor is not possible: ruled out by the section leader (1).",
        ),
    ],
)
def test_other_reasons_in_words(reason: NoPossibleMentor, words: str) -> None:
    assert said(reason, str) == words


@pytest.mark.parametrize(
    ("possible", "better", "waiting", "words"),
    [
        (0, 0, 0, "no other IMG is possible"),
        (1, 1, 0, "the other possible IMG has a mentor who suits at least as well"),
        (3, 3, 0, "all other possible IMGs have a mentor who suits at least as well"),
        (3, 0, 0, "all other possible IMGs have a mentor already"),
        (
            3,
            2,
            0,
            (
                "all other possible IMGs have a mentor already, 2 of them one who suits at least as"
                " well"
            ),
        ),
        (
            0,
            0,
            1,
            (
                "the one IMG without a mentor is not possible here, of specialties the mentor"
                " does not take (1)"
            ),
        ),
        (
            3,
            3,
            4,
            (
                "none of the 4 IMGs without a mentor is possible here, of specialties the mentor"
                " does not take (4); all other possible IMGs have a mentor who suits at least"
                " as well"
            ),
        ),
    ],
)
def test_free_seats_in_words(possible: int, better: int, waiting: int, words: str) -> None:
    unused = UnusedSeats(
        mentor="x",
        seats=2,
        possible=possible,
        better=better,
        waiting=waiting,
        ruled_out={"limit_specialties": waiting},
    )
    assert said(unused, str) == f"x has 2 free seats: {words}."


def test_what_stands_between_a_mentor_and_who_waits_is_counted() -> None:
    imgs = [img("a", avoid=("x",)), img("b", languages=("en",)), img("c", languages=("hi",))]
    mentors = [mentor("x", seats=2, accepts_languages=("hi",))]
    problem = Problem.of(market(imgs, mentors), Rules())
    (unused,) = explain(problem, solve(problem)).unused
    assert (unused.waiting, unused.ruled_out) == (2, {"avoid": 1, "limit_languages": 2})
    assert said(unused, str) == (
        "x has 1 free seat: none of the 2 IMGs without a mentor is possible here, without a"
        " language the mentor asks for (2) and asked not to have this mentor (1) (one may count"
        " twice)."
    )


def test_every_rule_can_be_said() -> None:
    assert set(HARD_RULES) <= set(RULES) & set(WAITING)


def test_alternatives_carry_their_parts_and_people_their_prices() -> None:
    imgs = [img(k, topics=("cv",), languages=("en",), visa="j1_physician") for k in "abc"]
    mentors = [mentor(k, topics=("cv",), languages=("en", "hi"), visas=("j1_visa",)) for k in "xy"]
    problem = Problem.of(market(imgs, mentors), Rules())
    result = solve(problem)
    graph = outcome(problem, result, alternatives=2)
    add_parts(graph, problem)
    kinds = [edge["kind"] for *_, edge in graph.edges(data=True)]
    assert (kinds.count("first"), kinds.count("next")) == (2, 4)
    assert problem.market is not None
    for one, other, edge in graph.edges(data=True):
        i, j = min(one, other), max(one, other) - 3
        whole = {part.key: part.points for part in parts(problem.market, Rules(), i, j)}
        told = {key[5:]: points for key, points in edge.items() if key.startswith("part_")}
        assert set(told) == {key for key, each in CRITERIA.items() if not each.sensitive}
        assert all(points == whole.get(key, 0) for key, points in told.items())
        assert edge["score"] - sum(told.values()) == whole["visa"] > 0
        if edge["kind"] == "next":
            prices = graph.nodes[i]["price"] + graph.nodes[3 + j]["price"]
            assert prices >= edge["score"]


def test_the_next_best_of_both_sides() -> None:
    problem = Problem.from_scores(
        [[9, 5, 7], [8, -1, 6]], [1, 1, 0], img_ids=["a", "b"], mentor_ids=["x", "y", "z"]
    )
    result = solve(problem)
    assert result.pairs.tolist() == [[0, 1], [1, 0]]
    assert explain(problem, result).pairs == (
        NextBest(
            img="a",
            mentor="y",
            next_mentor="x",
            next_mentor_score=9,
            next_img=None,
            next_img_score=None,
        ),
        NextBest(
            img="b",
            mentor="x",
            next_mentor=None,
            next_mentor_score=None,
            next_img="a",
            next_img_score=9,
        ),
    )


@given(problems(), policies)
def test_the_outcome_is_a_graph_of_pairs_and_alternatives(problem: Problem, policy: str) -> None:
    result = solve(problem, policy)
    graph = outcome(problem, result, alternatives=2)
    n, m = problem.shape
    assert set(graph) == set(range(n + m))
    made = {(i, j - n) for i, j, kind in graph.edges(data="kind") if kind != "next"}
    assert made == {(i, j) for i, j in result.pairs.tolist()}
    for node in graph:
        others = next_best(graph, node)
        assert len(others) <= 2
        assert [score for _, score in others] == sorted((s for _, s in others), reverse=True)


def test_the_graph_carries_ids_prices_and_seats() -> None:
    problem = Problem.from_scores([[9], [8]], [1], img_ids=["a", "b"], mentor_ids=["x"])
    graph = outcome(problem, solve(problem))
    assert graph.nodes[0] == {"side": "img", "id": "a", "price": 1, "wants": 1}
    assert graph.nodes[2] == {"side": "mentor", "id": "x", "price": 8, "seats": 1, "used": 1}
    assert graph.edges[0, 2] == {"score": 9, "kind": "first", "locked": False}
    assert graph.edges[1, 2] == {"score": 8, "kind": "next", "next_for": (1, 2)}


@given(problems(), policies)
def test_the_graph_counts_the_seats_that_are_used(problem: Problem, policy: str) -> None:
    result = solve(problem, policy)
    used = [held["used"] for _, held in outcome(problem, result).nodes(data=True) if "used" in held]
    assert used == [(result.pairs[:, 1] == j).sum() for j in range(len(problem.seats))]


@pytest.mark.parametrize("form", GRAPH_FORMS)
def test_the_graph_can_be_written_and_read_again(form: str) -> None:
    problem = Problem.from_scores([[9, 5], [8, -1]], [1, 1], img_ids=["a", "b"])
    result = solve(problem)
    with pytest.raises(ValueError, match="form: there is no 'xml'; choose from graphml, json"):
        graph_file(problem, result, "xml")
    written = graph_file(problem, result, form)
    if form == "json":
        read = nx.node_link_graph(json.loads(written), name="node", edges="edges")
    else:
        read = nx.read_graphml(io.BytesIO(written), node_type=int)
    told = outcome(problem, result)
    assert set(read) == set(told)
    assert {frozenset(edge) for edge in read.edges} == {frozenset(edge) for edge in told.edges}
    assert read.nodes[0]["id"] == "a"


def test_the_graph_tells_who_wants_two_and_which_pairs_are_locked() -> None:
    problem = Problem.from_scores([[9, 1], [8, 7]], [1, 2], wants=[2, 1], locked=[(0, 1)])
    graph = outcome(problem, solve(problem))
    assert [graph.nodes[img]["wants"] for img in (0, 1)] == [2, 1]
    locked = [(i, j) for i, j, held in graph.edges(data=True) if held.get("locked")]
    assert locked == [(0, 3)]
    assert all(
        ("locked" in held) is (held["kind"] != "next") for *_, held in graph.edges(data=True)
    )


def test_the_oracle_would_notice_a_worse_answer() -> None:
    problem = Problem.from_scores([[9, 1], [8, 1]], [1, 1])
    result = solve(problem)
    worse = replace(result, pairs=np.array([[0, 1], [1, 0]]))
    assert oracle.worth(problem, worse) != oracle.best(problem, worse, "best-total")
