"""``docs/scoring.md`` says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from mentorship.matching import CRITERIA, HARD_RULES, POLICIES
from mentorship.matching.scoring import MINIMUM

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
TABLES = [part for part in PAGE.split("\n\n") if part.startswith("| ")]


def rows(head: str) -> dict[str, list[str]]:
    """Return first cell -> other cells of the table with this head."""
    (table,) = [table for table in TABLES if table.startswith(head)]
    lines = [[cell.strip("` ") for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return {key: rest for key, *rest in lines[2:]}


@pytest.mark.parametrize("key", CRITERIA)
def test_every_criterion_stands_there_with_weight_and_sentence(key: str) -> None:
    criterion = CRITERIA[key]
    assert rows("| Key |")[key] == [
        criterion.label,
        str(criterion.weight),
        criterion.direction,
        criterion.sentence,
    ]


@pytest.mark.parametrize("key", CRITERIA)
def test_every_criterion_says_what_it_rests_on(key: str) -> None:
    assert sum(f"`{key}`" in f"`{named}`" for named in rows("| Criterion |")) == 1


def test_every_rule_and_policy_stands_there_and_no_other() -> None:
    assert set(rows("| Rule |")) == {*HARD_RULES, MINIMUM}
    assert set(rows("| Policy | Chooses |")) == set(POLICIES)


def test_no_criterion_stands_there_that_is_not_used() -> None:
    assert list(rows("| Key |")) == list(CRITERIA)


def test_the_reading_order_leaves_out_no_module() -> None:
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    core = ROOT / "mentorship" / "matching"
    modules = {path for path in core.rglob("*.py") if path.name != "__init__.py"}
    assert not {path for path in modules if f"`{path.relative_to(core)}`" not in page}


def test_what_is_proved_stands_there_for_every_policy() -> None:
    assert set(rows("| Policy | Proved |")) == set(POLICIES)
