"""The parts of many pairs at once: the same points and sentences as of each pair by itself."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from mentorship import vocabulary
from mentorship.demo.load import FOLDER
from mentorship.matching import Market, Problem, Rules, parts
from mentorship.profiles.telling import as_heard, told
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rounds import parts as parts_module
from mentorship.rounds.parts import HEARERS, parts_told


def demo_market() -> Market:
    with (FOLDER / "imgs.csv").open("rb") as imgs, (FOLDER / "mentors.csv").open("rb") as mentors:
        people = [row.profile for row in read_imgs(imgs).rows[::8]]
        others = [row.profile for row in read_mentors(mentors).rows[::5]]
    return Market.of(people, others, vocabulary.tables(), week=dt.date(2027, 1, 4))


def test_many_pairs_are_told_like_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "_PORTION", 100)  # so that there are several portions
    market, rules = demo_market(), Rules()
    problem = Problem.of(market, rules)
    pairs = np.array([*np.ndindex(len(market.imgs), len(market.mentors))])
    heard = {side: as_heard(market, hearer) for side, hearer in HEARERS.items()}
    words: list[tuple[int, int]] = []
    found_of = list(parts_told(problem, market, rules, pairs, lambda *done: words.append(done)))
    assert words == [(100, len(pairs)), (200, len(pairs)), (len(pairs), len(pairs))]
    for (i, j), found in zip(pairs.tolist(), found_of, strict=True):
        one = parts(market, rules, i, j, means=problem.means)
        points = [(part.key, part.points, part.out_of, part.answered) for part in one]
        assert points == [(e["criterion"], e["points"], e["of"], not e["silent"]) for e in found]
        for side, hearer in HEARERS.items():
            said = told(market, heard[side], i, j, hearer)
            counts = {part.key: said[part.key] for part in one if part.key in said}
            assert counts == {e["criterion"]: e["why"][side] for e in found if side in e["why"]}
