"""docs/asvs.csv: one line for each requirement of ASVS 5.0, levels 1 and 2, and what shows it.

Ids and levels are those of OWASP ASVS 5.0 (CC BY-SA 4.0); the words are ours.
"""

from __future__ import annotations

import ast
import csv
from collections import Counter
from functools import cache
from pathlib import Path

from mentorship.config import ROOT

HERE = Path(__file__).parent
STATES = {"pass", "n/a", "open"}
GOAL = 0.95  # of the lines that apply


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_no_line_is_missing() -> None:
    table, wanted = _lines(ROOT / "docs/asvs.csv"), _lines(HERE / "asvs5_ids.csv")
    assert [(line["id"], line["level"]) for line in table] == [
        (line["id"], line["level"]) for line in wanted
    ]
    assert len(table) == 253


def test_each_line_says_what_shows_it() -> None:
    for line in _lines(ROOT / "docs/asvs.csv"):
        assert line["status"] in STATES, line
        assert line["what"].strip(), line
        assert line["evidence"].strip(), line
        if line["status"] != "pass":
            continue
        for name in line["evidence"].split():
            path, _, test = name.partition("::")
            assert test.startswith("test_"), line
            assert (ROOT / path).is_file(), line
            assert test in _tests_of(path), line


def test_the_docs_say_how_many_pass() -> None:
    """The figure in the docs is the table's; under the goal it says so there."""
    count = Counter(line["status"] for line in _lines(ROOT / "docs/asvs.csv"))
    share = count["pass"] / (count["pass"] + count["open"])
    said = (
        f"{count['pass']} pass, {count['open']} are open, {count['n/a']} do not apply"
        f" ({share:.1%} of those that apply; goal {GOAL:.0%}, "
        f"{'met' if share >= GOAL else 'not met'})"
    )
    assert said in (ROOT / "docs/reliability.md").read_text(encoding="utf-8"), said
