"""Whatever is written to the log has words there. What views leave unsaid: ``test_recording``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

import mentorship
from mentorship.oversight.words import WORDS
from mentorship.rounds.people_forms import ACTS

ROOT = Path(mentorship.__file__).parent
NAMED = re.compile(r"[a-z_]+(\.[a-z_]+)+")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_every_action_that_is_written_has_words(app: Flask) -> None:
    written = set(actions()) - set(app.view_functions)  # names of views have a test of their own
    assert {"roster.import.forget", "round.publish.now", "account.factor.reset"} <= written
    assert written - set(WORDS) == set()


def test_every_act_on_people_of_a_round_has_words() -> None:
    filed = {"csv", "xlsx"}  # both are "round.people.export"
    assert {f"round.people.{act}" for act in ACTS if act not in filed} - set(WORDS) == set()


def actions() -> Iterator[str]:
    """Yield what is handed on as an action; of a call that hands on a name, all it may stand for.

    Actions are handed to ``audit.record`` and to the functions that pass them on to it, which
    all call them ``action``.
    """
    trees = [ast.parse(path.read_text()) for path in ROOT.rglob("*.py")]
    rooms = [[node for node in ast.walk(tree) if isinstance(node, Function)] for tree in trees]
    noting = {each.name for room in rooms for each in room if "action" in names_of(each)}
    for room in rooms:
        others = {each.name for each in room if "action" not in names_of(each)}
        for function in room:
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                if name_of(call.func) in noting - others:
                    yield from dotted(call) or dotted(function)


def names_of(function: Function) -> set[str]:
    return {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def dotted(whole: ast.AST) -> set[str]:
    values = {node.value for node in ast.walk(whole) if isinstance(node, ast.Constant)}
    return {each for each in values if isinstance(each, str) and NAMED.fullmatch(each)}
