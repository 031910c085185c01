"""No pattern of ours takes long, whatever it is given."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from types import FrameType

import mentorship
from mentorship.config import ROOT
from mentorship.news.intake import _wanted
from mentorship.news.models import Feed
from mentorship.news.parsing import Entry

UNITS = ("a", "A ", "0", " ", "\n", "-", ".", "a-", "a.", "@", "/", "(", "[", '"', "|", "1,", "&#")
ENDS = ("", "!", "\0", "x y", "\n")
MOST = 20_000  # characters
PATIENCE = 20  # seconds for all of it: a pattern that doubles its work takes years


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.walk_packages(mentorship.__path__, "mentorship."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module.name}.{name}", value
    for file in sorted((ROOT / "mentorship").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re")) | ast.Name(id="Regexp"),
                    args=[ast.Constant(value=str(words)), *_],
                ):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", re.compile(words)


def test_no_pattern_is_slow() -> None:
    def too_long(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(at)

    at = ""
    kept = signal.signal(signal.SIGALRM, too_long)
    found = dict(_patterns())
    try:
        for name, pattern in found.items():
            signal.alarm(PATIENCE)
            for unit in UNITS:
                for end in ENDS:
                    at = f"{name} on {unit!r}"
                    text = unit * (MOST // len(unit)) + end
                    pattern.match(text)
                    pattern.fullmatch(text)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, kept)
    assert len(found) >= 10


def test_what_a_leader_types_is_no_pattern() -> None:
    """The words of a feed are looked for as they stand, whatever signs they hold."""
    item = Entry("The visa of an IMG (J-1) costs $3", "", None, None, None)
    for words, found in {
        "v.sa": False,
        ".*": False,
        "(a+)+$, [": False,
        "visa|nothing": False,
        "IMG (J": True,
        "costs $3": True,
    }.items():
        assert _wanted(Feed(keep=words), item) is found, words
