"""Texts as stems, and how much two have in common: near the cosine, in integers only."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.matching.scores.closeness import WORDS_FACTOR
from mentorship.matching.scores.words import LONGEST, SCALE, only_stems, rarity, scaled, stems
from tests.matching.people import img, market, mentor
from tests.matching.strategies import WORDS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Research, RESEARCHING and researchers", {"research": "research"}),
        ("Researchers who research", {"research": "researchers"}),
        ("J-1, J1 or j-1", {"j1": "j-1"}),
        ("a full-time job", {"full": "full", "job": "job"}),
        ("my mentor\u2019s clinic isn\u2019t near", {"clinic": "clinic", "near": "near"}),
        ("Giving helps; she knows ones who learned", {}),  # the same stems as empty words
        ("in 2027, 42 x 7", {}),
        (
            "\u00dcb\u00fcng \u533b\u5b66",
            {"\u00fcb\u00fcng": "\u00fcb\u00fcng", "\u533b\u5b66": "\u533b\u5b66"},
        ),
        ("z" * LONGEST + " " + "z" * (LONGEST + 1), {"z" * LONGEST: "z" * LONGEST}),
        ("snake_case", {"snake": "snake", "case": "case"}),
    ],
)
def test_stems(text: str, found: dict[str, str]) -> None:
    assert stems(text) == found
    assert only_stems(text) == found.keys()


def test_the_fewer_have_a_word_the_more_it_weighs() -> None:
    texts = [stems(text) for text in ("visa", "visa research", "visa research choir", "")]
    assert rarity(texts) == {"visa": 2, "research": 2, "choir": 3}
    assert rarity([["x"], *[["y"]] * 199])["x"] == 1 + 8  # 200 in binary has eight digits


weights = st.lists(st.integers(2, 20), min_size=1, max_size=60)


@given(weights)
def test_a_row_is_as_long_as_the_scale_but_for_rounding(weights: list[int]) -> None:
    norm = math.sqrt(sum(weight * weight for weight in weights))
    exact = [max(1, math.floor(SCALE * weight / norm + 1e-9)) for weight in weights]
    assert scaled(weights) == exact


def test_a_word_counts_however_long_the_text() -> None:
    assert min(scaled([2, *[20] * 3000])) == 1


texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=4))
def test_rows_of_a_market(goals: list[str], about: list[str]) -> None:
    people = market(
        [img(f"i{k}", goals=text) for k, text in enumerate(goals)],
        [mentor(f"m{k}", about=text) for k, text in enumerate(about)],
    )
    rows, columns = people.img_arrays.words, people.mentor_arrays.words
    said = [stems(text) for text in (*goals, *about)]
    assert people.lexicon.stems.words == tuple(sorted({stem for each in said for stem in each}))
    assert rows.shape == (len(goals), len(people.lexicon.stems))
    assert columns.shape == (len(about), len(people.lexicon.stems))
    for arrays in (rows, columns):
        assert arrays.dtype == np.int64
        assert arrays.has_sorted_indices
        assert (arrays.data > 0).all()
    weight = rarity(said)

    def cosine(one: dict[str, str], other: dict[str, str]) -> float:
        norms = [math.hypot(*(weight[stem] for stem in each)) for each in (one, other)]
        return sum(weight[s] ** 2 for s in one if s in other) / math.prod(norms)

    product = (rows @ columns.T).toarray()
    for i, one in enumerate(said[: len(goals)]):
        for j, other in enumerate(said[len(goals) :]):
            if one and other:
                assert abs(product[i, j] - SCALE * SCALE * cosine(one, other)) < 700
    order = np.arange(len(goals))[::-1]
    assert (people.img_arrays.take(order).words.toarray() == rows.toarray()[::-1]).all()


def test_half_the_cosine_is_full_marks() -> None:
    assert WORDS_FACTOR == 2


def test_a_compiled_stemmer_on_the_machine_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "Stemmer.py").write_text("def algorithms(): return []\nStemmer = None\n")
    code = "from mentorship.matching.scores.words import stems; print(*stems('researching visas'))"
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["research", "visa"]
