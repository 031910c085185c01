"""What the container files name is there. Nobody has built an image from them in these tests."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from tests.test_config import GOOD, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OURS = {
    name: each for name, each in COMPOSE["services"].items() if each.get("image") == "mentorship"
}
OF_LIBRARIES = {"MENTORSHIP_MODE", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "NUMBA_CACHE_DIR"}


def _known() -> set[str]:
    """Return the names of settings that the code reads of its environment."""
    files = [*(ROOT / "mentorship").glob("*.py"), ROOT / "gunicorn.conf.py"]
    words = {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    names = {word for word in words if re.fullmatch(r"[A-Z][A-Z_]+", word)}
    return names | {f"{name}_FILE" for name in names} | OF_LIBRARIES


def _instructions(word: str) -> Iterator[list[str]]:
    for line in DOCKERFILE.replace("\\\n", " ").splitlines():
        first, _, rest = line.partition(" ")
        if first == word:
            yield shlex.split(rest)


def _commands() -> Iterator[str]:
    yield from (line.partition(":")[2] for line in (ROOT / "Procfile").read_text().splitlines())
    yield from (each["command"] for each in OURS.values() if "command" in each)
    yield re.search(r'"(exec gunicorn [^"]*)"', DOCKERFILE)[1]  # type: ignore[index]  # None fails


@pytest.mark.parametrize("command", list(_commands()))
def test_each_command_is_one(app: Flask, command: str) -> None:
    words = shlex.split(command.removeprefix("exec "))
    if words[0] == "flask":
        assert words[1:3] == ["--app", "wsgi"]
        known = app.cli.commands[words[3]]
        options = {
            option
            for parameter in known.params
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert {word for word in words[4:] if word.startswith("--")} <= options
    else:
        assert (words[0], words[-1]) == ("gunicorn", "wsgi:app")
        assert (ROOT / words[words.index("--config") + 1]).is_file()


def test_each_file_of_the_image_is_there() -> None:
    copied = [words for words in _instructions("COPY") if not words[0].startswith("--from")]
    assert {name for words in copied for name in words[:-1] if not (ROOT / name).exists()} == set()
    needed = {"wsgi.py", "gunicorn.conf.py", "migrations", "static", "templates", "mentorship"}
    assert needed <= {name for words in copied for name in words[:-1]}


def test_the_image_is_without_the_demo_and_serves(tmp_path: Path) -> None:
    """What the invented people are made with stays out of it, and nothing else asks for it."""
    assert "mentorship/demo" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    left_out = shutil.ignore_patterns("demo", "__pycache__")
    shutil.copytree(ROOT / "mentorship", tmp_path / "mentorship", ignore=left_out)
    for name in ("wsgi.py", "migrations", "static", "templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    assert not (tmp_path / "mentorship/demo").exists()

    def flask(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=tmp_path,
            env=os.environ
            | {"MENTORSHIP_MODE": "development", "INSTANCE_DIR": str(tmp_path / "i")},
            capture_output=True,
            text=True,
            check=False,
        )

    routes = flask("routes")
    assert "accounts.settings" in routes.stdout, routes.stderr
    refused = flask("set-up", "--demo")
    assert refused.returncode == 1
    assert "this copy of the service has no demo" in refused.stderr


def test_each_file_and_volume_that_is_mounted_is_there() -> None:
    for name, each in COMPOSE["services"].items():
        for volume in each.get("volumes", ()):
            source = volume.partition(":")[0]
            there = (
                (ROOT / source).is_file()
                if source.startswith("./")
                else source in COMPOSE["volumes"]
            )
            assert there, (name, volume)


def test_each_service_and_secret_that_is_named_is_declared() -> None:
    for each in COMPOSE["services"].values():
        assert set(each.get("depends_on", ())) <= set(COMPOSE["services"])
        assert set(each.get("secrets", ())) <= set(COMPOSE["secrets"])
        for name, value in each.get("environment", {}).items():
            if name.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in each["secrets"], name


def test_each_setting_is_one_that_is_read() -> None:
    written = (ROOT / ".env.example").read_text(encoding="utf-8")
    in_example = set(re.findall(r"^#?([A-Z][A-Z_]+)=", written, re.MULTILINE))
    of_providers = {name for name in in_example if name.startswith("SSO_UNI_")}
    in_image = {word.partition("=")[0] for words in _instructions("ENV") for word in words}
    in_compose = {name for each in OURS.values() for name in each.get("environment", {})}
    assert in_example | in_image | in_compose <= _known() | of_providers | {"PATH"}
    given = {name.removesuffix("_FILE") for name in in_compose} | in_example
    assert set(GOOD) <= given, "what production must have is asked for"


def test_the_image_is_judged_by_an_address_there_is(app: Flask) -> None:
    (path,) = re.findall(r"PORT\\?\"\]\}(/\w+)", DOCKERFILE)
    assert path in {rule.rule for rule in app.url_map.iter_rules()}


def test_the_image_runs_as_nobody_and_installs_by_hash() -> None:
    assert list(_instructions("USER")) == [["mentorship"]]
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    for each in OURS.values():
        assert each["read_only"]
        assert each["cap_drop"] == ["ALL"]


def test_the_files_are_parsed_as_what_they_are() -> None:
    assert set(OURS) == {"set-up", "web", "worker", "operate"}
    assert OURS["worker"]["deploy"]["replicas"] == 2
    assert OURS["web"]["environment"]["WEB_CONCURRENCY"] == "2"
    written = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert "\nMAIL_URL=" not in written, "it would take the place of the mail catcher"
    assert all(Path(each["file"]).parts[0] == "secrets" for each in COMPOSE["secrets"].values())
