"""docs/reliability.md has one line for each control and each fault of the two lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mentorship.config import ROOT

LISTS = {"A": 11, "B": 6, "C": 6, "D": 7, "E": 5, "P": 6, "S": 4, "F": 19}
VERDICT = re.compile(r"met|\*\*not met\*\* \([^)]+\)")  # met, or plainly not, and why


def _lines() -> Iterator[list[str]]:
    page = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    _, _, part = page.partition("## The two lists, line by line\n")
    part, _, _ = part.partition("\n## ")
    for line in part.splitlines():
        if re.match(r"\| [A-Z]\d+ \|", line):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_each_control_and_each_fault_has_one_line() -> None:
    wanted = [f"{letter}{n}" for letter, most in LISTS.items() for n in range(1, most + 1)]
    assert [line[0] for line in _lines()] == wanted


def test_each_line_says_whether_it_is_met_and_what_shows_it() -> None:
    for line in _lines():
        _, target, measured, verdict, shown = line
        assert target, line
        assert measured, line
        assert VERDICT.fullmatch(verdict), line
        assert ("not measured" in measured) <= (verdict != "met"), line
        names = re.findall(r"`([^`]+)`", shown)
        assert names, line
        for name in names:
            path, _, test = name.partition("::")
            source = (ROOT / path).read_text(encoding="utf-8")
            tests = {
                each.name for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)
            }
            assert test.startswith("test_"), line
            assert test in tests, line
