"""``docs/scoring.md`` says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from mentorship.matching import CRITERIA, HARD_RULES, POLICIES
from mentorship.matching.scoring import MINIMUM

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
ROWS = {
    cells[1].strip("` "): [cell.strip() for cell in cells[2:-1]]
    for line in PAGE.splitlines()
    if line.startswith("| `")
    for cells in [line.split("|")]
}


@pytest.mark.parametrize("key", CRITERIA)
def test_every_criterion_stands_there_with_weight_and_sentence(key: str) -> None:
    criterion = CRITERIA[key]
    assert ROWS[key] == [
        criterion.label,
        str(criterion.weight),
        criterion.direction,
        criterion.sentence,
    ]


@pytest.mark.parametrize("key", CRITERIA)
def test_every_criterion_says_what_it_rests_on(key: str) -> None:
    evidence = PAGE.split("| Criterion | Rests on |")[1].split("\n## ")[0]
    assert f"`{key}`" in evidence


@pytest.mark.parametrize("key", [*HARD_RULES, MINIMUM, *POLICIES])
def test_every_rule_and_policy_stands_there(key: str) -> None:
    assert key in ROWS
