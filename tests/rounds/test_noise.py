"""Chance in figures of groups: how far one person moves them, and how well it hides that."""

from __future__ import annotations

import math
from collections import Counter
from random import Random
from statistics import pvariance

from hypothesis import given
from hypothesis import strategies as st

from mentorship.rounds.noise import (
    EPSILON,
    FALL,
    NARROWEST,
    UNITS,
    VARIANCE,
    Figures,
    Person,
    Scale,
    exact,
    noise,
    noisy,
)
from mentorship.rounds.private_pages import AboutLine, reading_of_means
from mentorship.rounds.private_tables import FEWEST_TOLD, WIDEST, paths_that_help, to_tell
from mentorship.vocabulary import LISTS, VISA_HELP

WORDS = ("f1", "h1b", "j2")
answers = st.sampled_from([*WORDS, None, "unknown"])
values = st.none() | st.integers(0, 10_000)
crowds = st.lists(st.tuples(answers, values), max_size=30)


def seeded(number: int) -> Random:
    return Random(number)  # noqa: S311  the same draws each time


def moved(one: list[Person], other: list[Person], scale: Scale) -> int:
    """Return by how much all figures together differ."""
    pairs = zip(exact(one, WORDS, scale), exact(other, WORDS, scale), strict=True)
    return sum(
        abs(a.without - b.without) + abs(a.low - b.low) + abs(a.high - b.high) for a, b in pairs
    )


@given(crowd=crowds, value=values, one=answers, other=answers, wide=st.integers(1, 10_000))
def test_one_answer_moves_the_figures_of_a_table_by_what_the_noise_is_made_for(
    crowd: list[Person], value: int | None, one: str | None, other: str | None, wide: int
) -> None:
    """Whatever all others said and whatever this one scored: the loss is EPSILON at most."""
    scale = Scale(5_000, max(wide, NARROWEST), 1_000)
    by = moved([*crowd, (one, value)], [*crowd, (other, value)], scale)
    assert by / FALL <= EPSILON
    if one != other and {one, other} <= {*WORDS}:
        assert by == 2 * UNITS  # all is used: nothing is hidden by less noise than it needs
    silent = moved([*crowd, (one, value)], [*crowd, (None, value)], scale)
    assert silent / FALL <= EPSILON / 2


@given(crowd=crowds)
def test_figures_are_sums_of_whole_people(crowd: list[Person]) -> None:
    scale = Scale.of([value for _, value in crowd if value is not None])
    for row in exact(crowd, WORDS, scale):
        own = [value for word, value in crowd if word == row.word]
        assert row.people == len(own)
        assert row.matched == sum(value is not None for value in own)


def test_the_noise_is_e_times_less_likely_each_step() -> None:
    chance = seeded(5)
    drawn = [noise(chance) for _ in range(200_000)]
    assert abs(sum(drawn) / len(drawn)) < 0.02 * UNITS
    assert abs(pvariance(drawn) / UNITS**2 / VARIANCE - 1) < 0.03
    steps = Counter(abs(value) // FALL for value in drawn)
    for step in range(5):
        assert 0.9 < steps[step] / steps[step + 1] / math.e < 1.1
    fine = Counter(value * 4 // FALL for value in drawn)  # within a step, and on both sides
    for part in range(-8, 8):
        assert math.exp(-1 / 4) * 0.9 < fine[part] / fine[part + 1] < math.exp(1 / 4) * 1.1


def test_a_large_group_is_told_its_mean_within_the_width_19_times_of_20() -> None:
    for size, fewest in ((60, 0.9), (200, 1), (600, 1)):
        right = told = 0
        for seed in range(200):
            people, scale, mean = drawn_group(seed, size)
            (row,) = to_tell(noisy(people, ("f1",), scale, seeded(seed)), scale, "groups")
            if row[3] is not None:
                told += 1
                right += abs(row[3][0] - mean) <= row[3][1]
                assert row[3][1] <= WIDEST["groups"]
        assert told >= fewest * 200
        assert right >= 0.94 * told


def drawn_group(seed: int, size: int) -> tuple[list[Person], Scale, float]:
    """Return a group in a round of 1,200 that fares as well as all others, or worse, or better."""
    chance = seeded(seed)
    all_of_them = [round(chance.gauss(6_000, 1_000)) for _ in range(1_200)]
    apart = chance.choice([-700, 0, 700])
    own = [min(max(value + apart, 0), 10_000) for value in all_of_them[:size]]
    people: list[Person] = [*(("f1", value) for value in own), *[("f1", None)] * (size // 4)]
    return people, Scale.of([*own, *all_of_them[size:]]), sum(own) / size


def test_small_groups_have_no_mean_and_the_smallest_are_left_out() -> None:
    scale = Scale(6_000, 2_000, 1_000)
    for seed in range(300):
        people: list[Person] = [*[("f1", 6_000)] * 4, *[("h1b", 6_000)] * 18]
        rows = to_tell(noisy(people, WORDS, scale, seeded(seed)), scale, "groups")
        assert all(row[3] is None for row in rows if row[0] != "h1b")
    told = [
        row[0]
        for seed in range(300)
        for row in to_tell(noisy([("f1", 6_000)] * 4, WORDS, scale, seeded(seed)), scale, "groups")
    ]
    assert len(told) < 0.05 * 3 * 300


@given(
    st.lists(
        st.tuples(*(st.integers(-60 * UNITS, 60 * UNITS) for _ in range(3))), min_size=1, max_size=3
    )
)
def test_what_is_shown_or_hidden_is_decided_by_the_noisy_figures(
    drawn: list[tuple[int, int, int]],
) -> None:
    """Equal figures give equal tables: nothing else goes in. And none shows what may not be."""
    rows = [Figures(word, *each) for word, each in zip(WORDS, drawn, strict=False)]
    scale = Scale(6_000, 1_500, 1_000)
    told = {row[0]: row for row in to_tell(rows, scale, "groups")}
    assert told.keys() == {row.word for row in rows if row.people >= FEWEST_TOLD}
    for row in rows:
        if row.word in told and (mean := told[row.word][3]) is not None:
            assert row.matched >= FEWEST_TOLD
            assert mean[1] <= WIDEST["groups"]
            assert 4_500 <= mean[0] <= 7_500
    for path, imgs, left in paths_that_help(rows):
        assert imgs >= FEWEST_TOLD
        assert left is None or 0 < left <= imgs
        assert any(path in VISA_HELP[row.word] for row in rows)


def test_a_gap_of_means_is_hardly_ever_spoken_of_where_groups_fare_alike() -> None:
    spoken, draws = 0, 300
    for seed in range(draws):
        spoken += "clearest gap" in reading_with(seed, (0, 0, 0, 0), 100)
    assert spoken <= 0.08 * draws


def test_a_wide_gap_of_means_is_spoken_of() -> None:
    draws = 100
    spoken = sum(
        "for “h1b”. Chance seldom" in reading_with(seed, (0, -900, 0), 120) for seed in range(draws)
    )
    assert spoken >= 0.9 * draws


def reading_with(seed: int, apart: tuple[int, ...], size: int) -> str:
    chance = seeded(seed)
    words = ("f1", "h1b", "j2", "o1")[: len(apart)]
    people: list[Person] = [
        (word, round(chance.gauss(6_000 + off, 1_000)) if chance.random() < 0.75 else None)
        for word, off in zip(words, apart, strict=True)
        for _ in range(size)
    ]
    scale = Scale.of([value for _, value in people if value is not None])
    rows = to_tell(noisy(people, words, scale, chance), scale, "groups")
    lines = [AboutLine(word, imgs, busy, *(mean or ())) for word, imgs, busy, mean in rows]
    return reading_of_means(lines, scale)


def figures(**without_and_with: tuple[int, int]) -> list[Figures]:
    return [
        Figures(word, UNITS * left, UNITS * busy // 2, UNITS * busy // 2)
        for word, (left, busy) in without_and_with.items()
    ]


def test_visa_paths_are_told_from_what_imgs_need() -> None:
    visas = dict.fromkeys(LISTS["visa"], (0, 0))
    told = paths_that_help(figures(**{**visas, "j1_physician": (30, 70)}))
    assert {*told} == {(path, 100, 30) for path in VISA_HELP["j1_physician"]}
    assert paths_that_help(figures(**visas)) == []
    # the same number is too few to tell where it is the sum of many noisy ones
    assert ("tn_visa", 20, None) in paths_that_help(figures(**{**visas, "tn": (0, 20)}))
    assert "h1b_visa" not in {
        path for path, *_ in paths_that_help(figures(**{**visas, "tn": (0, 20)}))
    }
