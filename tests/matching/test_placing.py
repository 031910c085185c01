"""Rows on seats: moved or placed, the pairs are the heaviest and the prices prove it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from mentorship.matching.compiled import kernels
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.solver.candidates import Candidates
from mentorship.matching.solver.placing import Placing


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Ints, Ints, Flags]:
    """Return what pairs weigh, -1 where they are impossible; seats; and who is listed at first."""
    n, m = draw(st.integers(1, 30)), draw(st.integers(1, 12))
    most = draw(st.sampled_from([2, 20, 1_000]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.integers(-1, most, (n, m)), rng.integers(1, 4, m), rng.random((n, m)) < 0.5


def candidates(weight: Ints, listed: Flags) -> Candidates:
    rows, columns = np.nonzero(listed & (weight >= 0))
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(weight)))])
    listed_weight = weight[rows, columns]
    return Candidates(
        start=start,
        column=columns.astype(np.int32),
        score=listed_weight.astype(np.int32),
        threshold=np.zeros(len(weight), np.int64),
        price=np.zeros(weight.shape[1], np.int64),
        weight=listed_weight,
        key=np.empty_like(listed_weight),
    )


def heaviest(weight: Ints, seats: Ints) -> int:
    """Return the most that pairs can weigh together, by other means."""
    each_seat = np.maximum(np.repeat(weight, seats, axis=1), 0)
    return int(each_seat[linear_sum_assignment(each_seat, maximize=True)].sum())


def assert_proved(placing: Placing, weight: Ints) -> None:
    u, v, columns = placing.u, placing.v, placing.columns
    made = np.flatnonzero(columns >= 0)
    load = np.bincount(columns[made], minlength=len(v))
    assert (load <= placing.seats).all()
    assert (u >= 0).all()
    assert (v >= 0).all()
    assert (weight <= u[:, None] + v).all()
    assert (weight[made, columns[made]] == u[made] + v[columns[made]]).all()
    assert not u[columns < 0].any()
    assert not v[load < placing.seats].any()


def raise_price(placing: Placing, weight: Ints, column: int) -> None:
    """Let a seat cost as much as it can while other prices of seats stay what they are."""
    holders = np.flatnonzero(placing.columns == column)
    slack = placing.u[holders, None] + placing.v - weight[holders]
    slack[:, column] = placing.u[holders]
    placing.v[column] += slack.min()
    placing.u[holders] -= slack.min()


@given(rounds())
def test_whoever_finds_something_better_moves_and_the_rest_makes_room(
    given: tuple[Ints, Ints, Flags],
) -> None:
    weight, seats, listed = given
    placing = Placing.of(candidates(weight, listed), seats)
    placing.place(np.arange(len(weight)))
    assert_proved(placing, np.where(listed, weight, -1))
    held = placing.columns
    placing.candidates = candidates(weight, np.ones_like(listed))
    placing.look_again(held)
    outweighed = (weight > placing.u[:, None] + placing.v).any(axis=1)
    placing.place_again(np.flatnonzero(outweighed))
    assert_proved(placing, weight)
    assert placing.u.sum() + seats @ placing.v == heaviest(weight, seats)


@given(rounds(), st.sets(st.integers(0, 29)))
def test_rows_are_taken_out_as_if_they_had_never_come(
    given: tuple[Ints, Ints, Flags], wanted: set[int]
) -> None:
    weight, seats, listed = given
    pairs = candidates(weight, np.ones_like(listed))
    placing = Placing.of(pairs, seats)
    placing.place(np.arange(len(weight)))
    out = np.array(sorted(row for row in wanted if row < len(weight)), dtype=np.int64)
    seated = kernels().seats.holders(pairs.column, placing.mate, seats)
    state = seats, placing.u, placing.v, placing.mate
    kernels().undo.take_out_rows(out, pairs.start, pairs.column, pairs.weight, *state, *seated)
    weight[out] = -1
    assert (placing.columns[out] == -1).all()
    assert_proved(placing, weight)


@given(rounds())
def test_lowered_prices_are_what_one_more_seat_adds(given: tuple[Ints, Ints, Flags]) -> None:
    weight, seats, listed = given
    placing = Placing.of(candidates(weight, np.ones_like(listed)), seats)
    placing.place(np.arange(len(weight)))
    for column in np.flatnonzero(placing.taken):
        raise_price(placing, weight, int(column))
    assert_proved(placing, weight)
    placing.lower()
    assert_proved(placing, weight)
    one_more = np.eye(len(seats), dtype=np.int64)
    worth = [heaviest(weight, seats + more) - heaviest(weight, seats) for more in one_more]
    assert placing.v.tolist() == worth
