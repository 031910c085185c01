"""docs/security.md says what the source does: its tables are compared with it."""

from __future__ import annotations

import ast
import datetime as dt
import importlib.metadata
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mentorship.accounts import passwords
from mentorship.config import ROOT
from mentorship.crypto import Sealed
from mentorship.extensions import Base, db
from mentorship.operations.requests import REFUSED
from mentorship.rosters import sheets, uploads
from mentorship.signins.service import LIMITS as SESSIONS
from mentorship.throttle.limits import LIMITS
from mentorship.vocabulary import AT_MOST, LENGTHS, RANGES

PACKAGE = ROOT / "mentorship"
TO_OTHERS = {"socket", "http.client", "smtplib", "urllib.request", "subprocess", "ftplib"}
CRYPTOGRAPHY = {"hashlib", "hmac", "secrets", "cryptography", "itsdangerous", "random"}
LIBRARIES = {"requests", "httpx", "aiohttp", "urllib3", "paramiko"}  # none is used to go out


@cache
def _page() -> str:
    return (ROOT / "docs/security.md").read_text(encoding="utf-8")


def _table(name: str) -> list[list[str]]:
    """Return the cells of a table, without its head."""
    part = _page().split(f"<!-- {name} -->\n")[1].split("<!-- end -->")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _section(title: str) -> str:
    return _page().split(f"## {title}\n")[1].split("\n## ")[0]


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text(encoding="utf-8"))


def _using(wanted: set[str]) -> set[str]:
    found = set()
    for path, tree in _sources():
        for node in ast.walk(tree):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            if any(name in wanted or name.split(".")[0] in wanted for name in names):
                found.add(path)
    return found


def _modules(table: str) -> set[str]:
    return {path for row in _table(table) for path in re.findall(r"`([\w/]+\.py)`", row[0])}


def test_who_may_do_what() -> None:
    said = _section("Who may do what")
    marks = re.findall(r'_guard\(view, "(\w+)"', (PACKAGE / "access.py").read_text("utf-8"))
    for word in ("public", *marks):
        assert word in said, word
    for path in re.findall(r"`([\w/]+\.py)`", said):
        assert (ROOT / path).is_file(), path


def test_every_way_in_is_named() -> None:
    """Whatever makes somebody signed in stands in the table, and the table names nothing else."""
    calls = {
        path
        for path, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "login_user"
    }
    named = set(re.findall(r"`(accounts/\w+\.py)`", _section("Ways in")))
    assert calls <= named
    assert all((PACKAGE / path).is_file() for path in named)
    assert "REQUIRE_MFA" in _section("Ways in")


def test_which_passwords_are_refused() -> None:
    said = _section("Ways in")
    assert f"{passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} characters" in said
    assert "`accounts/common_words.txt`" in said
    assert {"mentorship", "hospital"} <= passwords.COMMON


def test_how_long_sessions_last() -> None:
    def of(part: dt.timedelta, unit: dt.timedelta) -> str:
        return str(part // unit)

    assert _table("sessions") == [
        [
            rank.value,
            of(limit.idle, dt.timedelta(minutes=1)),
            of(limit.absolute, dt.timedelta(hours=1)),
        ]
        for rank, limit in SESSIONS.items()
    ]


def test_how_often_things_may_be_done() -> None:
    def span(within: dt.timedelta) -> str:
        hours, rest = divmod(within, dt.timedelta(hours=1))
        return f"{within // dt.timedelta(minutes=1)} min" if rest else f"{hours} h"

    def words(name: str) -> str:
        said = (
            f"{each.most:,} in {span(each.within)} for each {each.per}" for each in LIMITS[name]
        )
        return "; ".join(said).replace("for each site", "for the site")

    assert _table("often") == [[name, words(name)] for name in LIMITS]


def test_the_limits_of_what_is_said() -> None:
    wanted = [[f"{name}, items", str(most)] for name, most in AT_MOST.items()]
    wanted += [[f"{name}, characters", str(most)] for name, most in LENGTHS.items()]
    wanted += [[name, f"{span[0]} to {span[-1]}"] for name, span in RANGES.items()]
    assert _table("limits") == wanted


def test_what_may_be_uploaded() -> None:
    said = " ".join(_section("Input").split())
    assert f"{uploads.LIMITS.rows:,} rows, {uploads.LIMITS.columns} columns a file" in said
    unpacked = sheets.MOST_BYTES // 1024**2
    assert f"{sheets.MOST_PARTS} parts, {unpacked} MB, a hundred times" in said
    assert sheets.MOST_RATIO == 100


def test_values_that_depend_on_each_other() -> None:
    """Each CHECK of two columns and more is in the table; so a new one is not forgotten."""
    found: dict[str, list[str]] = {}
    for table in db.metadata.sorted_tables:
        for check in table.constraints:
            if not isinstance(check, sa.CheckConstraint):
                continue
            columns = [c for c in table.c.keys() if re.search(rf"\b{c}\b", str(check.sqltext))]  # noqa: SIM118  names, not columns
            if len(columns) > 1:
                rule = str(check.name).removeprefix(f"ck_{table.name}_").replace("_", " ")
                found.setdefault(rule, []).append(f"`{table.name}`")
    assert dict(_table("combined")) == {
        rule: ", ".join(sorted(tables)) for rule, tables in found.items()
    }


def test_every_level_of_data_is_named() -> None:
    """Each sealed column stands in the first line, and each level says all that is asked of it."""
    sealed: dict[str, list[str]] = {}
    for mapper in Base.registry.mappers:
        for name, value in vars(mapper.class_).items():
            if isinstance(value, Sealed):
                sealed.setdefault(mapper.class_.__tablename__, []).append(name)
    levels = _table("levels")
    assert [row[0].split(":")[0] for row in levels] == ["sealed", "secret", "personal", "open"]
    assert levels[0][1] == "; ".join(
        f"`{table}`: {', '.join(sorted(names))}" for table, names in sorted(sealed.items())
    )
    assert all(cell for row in levels for cell in row)
    for path in re.findall(r"`([\w/]+\.py)`", _section("Levels of data")):
        assert (PACKAGE / path).is_file(), path


def test_every_way_out_is_named() -> None:
    assert _modules("out") == _using(TO_OTHERS)
    assert _using(LIBRARIES) == set()


def test_every_use_of_cryptography_is_named() -> None:
    assert _modules("cryptography") == _using(CRYPTOGRAPHY)
    for key in ("SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY"):
        assert key in _section("Cryptography").split("<!-- end -->")[1], f"how {key} lives"


def test_every_log_is_named() -> None:
    said, loggers = _section("What is written down of use"), set()
    for path in PACKAGE.rglob("*.py"):
        loggers |= set(re.findall(r'getLogger\("([\w.]+)"\)\n', path.read_text("utf-8")))
    assert loggers
    assert [name for name in loggers if f"`{name}`" not in said] == []
    assert ", ".join(str(code) for code in sorted(REFUSED)) in said


def test_what_is_costly_is_named() -> None:
    said = _section("What is costly").casefold()
    for word in ("run", "import", "export", "search"):
        assert word in LIMITS
    for word in ("solving a round", "roster", "export", "search", "hash"):
        assert word in said


def test_how_soon_parts_are_updated() -> None:
    for page in (_page(), (ROOT / "docs/operations.md").read_text("utf-8")):
        assert re.search(r"critical\s+ones\s+within 7 days, others\s+within 30", page)


def test_every_part_is_listed_with_its_version() -> None:
    """What runs, and all that it needs in turn, is pinned; script/sbom reads the same file."""
    pinned = dict(
        re.findall(r"^([\w.\-]+)(?:\[[\w,]+\])?==([^\s;]+)", _requirements(), flags=re.MULTILINE)
    )
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}
    waiting, seen = list(_own_needs()), set()
    while waiting:
        need = waiting.pop()
        name = canonicalize_name(need.name)
        if (name, frozenset(need.extras)) in seen:
            continue
        seen.add((name, frozenset(need.extras)))
        assert name in pinned, f"{name} is not listed"
        assert importlib.metadata.version(name) == pinned[name], name
        waiting += _needs(importlib.metadata.requires(name) or [], need.extras)
    assert len(seen) > 30


def _requirements() -> str:
    return Path(ROOT / "requirements.txt").read_text(encoding="utf-8")


def _own_needs() -> list[Requirement]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    part = re.search(r"^dependencies = \[\n(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    assert part
    return _needs(re.findall(r'"([^"]+)"', part[1]), set())


def _needs(lines: list[str], extras: set[str]) -> list[Requirement]:
    found = [Requirement(line) for line in lines]
    asked = [*extras, ""]
    return [
        need
        for need in found
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in asked)
    ]


def test_single_sign_on_is_described() -> None:
    """How its sessions end beside the provider's, and what is believed of it."""
    said = _section("Single sign-on")
    for words in (
        "signing out here does not sign out there",
        "the end of the session there does not end one here",
        "counts as one factor",
        "never found by an\nemail address",
    ):
        assert words in said, words
