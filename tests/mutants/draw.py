"""Draw mutants: ``draw.py SEED FILE:HOW_MANY ...`` prints each as a line of JSON.

Runs in the environment of Cosmic Ray. A place in the code is drawn first, then one of the faults
that can be made there, so that a plus sign, which can become eleven others, weighs no more than
a comparison. Asking for more mutants adds to those that fewer would have given.
"""

from __future__ import annotations

import ast
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

Place = tuple[int, int]
# ``is`` for ``==`` says nothing about numbers, and a loop without its decorator is the same loop.
LEFT_OUT = ("_Is", "_IsNot", "RemoveDecorator", "VariableReplacer", "VariableInserter")


def faults(source: str) -> dict[Place, list[tuple[str, int]]]:
    """Return the faults that can be made at each place, apart from what is never run."""
    hidden = [
        (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        for node in _never_run(ast.parse(source))
    ]
    tree, found = get_ast(source), defaultdict(list)
    nodes = list(ast_nodes(tree))
    for name in operator_names():
        if name.endswith(LEFT_OUT):
            continue
        operator = get_operator(name)()
        places = (at for node in nodes for at, _ in operator.mutation_positions(node))
        for occurrence, (line, column) in enumerate(places):
            at = line, column
            if not any((a, b) <= at < (c, d) for a, b, c, d in hidden):
                found[at].append((name, occurrence))
    return found


def _never_run(tree: ast.AST) -> list[ast.expr]:
    nodes: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            nodes.append(node.annotation)
        if isinstance(node, ast.FunctionDef):
            nodes += [node.returns] if node.returns else []
            nodes += [each for each in node.decorator_list if "njit" in ast.unparse(each)]
    return nodes


def drawn(path: str, many: int, seed: str) -> Iterator[dict[str, object]]:
    """Yield mutants of one module."""
    source = Path(path).read_text(encoding="utf-8")
    lot = random.Random(f"{seed}|{path}")  # noqa: S311 - a sample, no secret
    found = faults(source)
    places = sorted(found)
    lot.shuffle(places)
    for line, column in places[:many]:
        name, occurrence = lot.choice(sorted(found[line, column]))
        mutated = mutate_code(source, get_operator(name)(), occurrence)
        yield {
            "path": path,
            "line": line,
            "operator": name.removeprefix("core/"),
            "source": mutated,
        }


def main(seed: str, *asked: str) -> None:
    """Print a first mutant of each module, then a second one of each, and so on."""
    wanted = (each.rpartition(":") for each in asked)
    samples = [drawn(path, int(many), seed) for path, _, many in wanted]
    for turn in zip_longest(*samples):
        for mutant in filter(None, turn):
            print(json.dumps(mutant))


if __name__ == "__main__":
    main(*sys.argv[1:])
