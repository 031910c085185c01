"""What the source must not hold, checked on every commit; script/security looks further."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentorship.config import ROOT

# Where HTML is made: from words, cleaned or escaped on the spot; and of a page that was rendered.
MAKES_MARKUP = {"mentorship/prose.py", "mentorship/toolkit/glossary.py", "mentorship/web.py"}
# Where SQL is put together: of names that PostgreSQL's own quoting, or its catalogue, gives.
MAKES_SQL = {"mentorship/operations/roles.py", "mentorship/operations/dumps.py"}
FORBIDDEN = {
    "eval": "runs text",
    "exec": "runs text",
    "populate_obj": "takes whatever a form sends",
    "from_string": "makes a template of text",
    "render_template_string": "makes a template of text",
    "system": "runs a command line",
}


def _slips(tree: ast.AST, path: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        first = ast.unparse(node.args[0]) if node.args else ""
        keywords = {each.arg: ast.unparse(each.value) for each in node.keywords}
        if name in FORBIDDEN:
            yield f"{path}:{node.lineno} {name} {FORBIDDEN[name]}"
        if name == "Markup" and path not in MAKES_MARKUP:
            yield f"{path}:{node.lineno} Markup outside of {MAKES_MARKUP}"
        if name == "redirect" and re.match(r"request\.", first):
            yield f"{path}:{node.lineno} redirect to what a request says"
        if name in {"text", "exec_driver_sql"} and path not in MAKES_SQL and _put_together(node):
            yield f"{path}:{node.lineno} SQL put together"
        if keywords.get("shell") == "True":
            yield f"{path}:{node.lineno} a shell"


def _put_together(call: ast.Call) -> bool:
    """Tell whether what a call is given first is an f-string, a sum, a ``%`` or a ``format``."""
    match call.args:
        case [ast.JoinedStr() | ast.BinOp(), *_]:
            return True
        case [ast.Call(func=ast.Attribute(attr="format" | "replace" | "join")), *_]:
            return True
    return False


def _all_slips(folder: Path) -> list[str]:
    return [
        slip
        for file in sorted(folder.rglob("*.py"))
        for slip in _slips(ast.parse(file.read_text("utf-8")), str(file.relative_to(ROOT)))
    ]


def test_the_source_keeps_the_rules() -> None:
    """Ours above, and those of bandit that ruff knows (weak hashes, pickles, SQL, shells)."""
    assert _all_slips(ROOT / "mentorship") == []
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "S", "--quiet", "mentorship"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)",
        "form.populate_obj(person)",
        "Markup(words)",
        "redirect(request.args['next'])",
        "sa.text(f'SELECT {x}')",
        "sa.text(f'SELECT \"{x}\"')",
        "sa.text('SELECT ' + x)",
        "sa.text('SELECT %s' % x)",
        "sa.text('SELECT {}'.format(x))",
        "connection.exec_driver_sql(f'SELECT {x}')",
        "run(x, shell=True)",
        "os.system(x)",
        "render_template_string(x)",
    ],
)
def test_a_slip_would_be_seen(source: str) -> None:
    assert list(_slips(ast.parse(source), "mentorship/probe.py"))


def test_scripts_keep_nothing_in_the_browser() -> None:
    """What they did keep is looked for on each page that ``tests/browser`` walks to."""
    scripts = sorted((ROOT / "static/js").glob("*.js"))
    assert scripts
    for file in scripts:
        text = file.read_text(encoding="utf-8")
        kept = re.search(r"\b(localStorage|sessionStorage|indexedDB|caches|cookie)\b", text)
        assert kept is None, (file.name, kept)
