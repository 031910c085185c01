"""No key, token or password lies in the repository, but the words that development is known by."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST = 2_000_000  # bytes; what is larger is data or a vendor's bundle
ELSEWHERE = ("static/vendor/", "tests/vendor/", "requirements")  # others' files, and their hashes

KINDS: Mapping[str, re.Pattern[str]] = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a token of a known service": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36,}|github_pat_\w{22,}|xox[abprs]-[\w-]{10,}"
        r"|sk_live_\w{16,}|AIza[\w-]{35}|glpat-[\w-]{20,}|pypi-[\w-]{50,}|SG\.[\w-]{22}\.[\w-]{43})"
    ),
    "a password in an address": re.compile(
        r"\b[a-z][a-z+]+://[^\s/:@\"'{}$<]+:([^\s/:@\"'{}$<]+)@"
    ),
    "a secret with its value": re.compile(
        r"(?:SECRET_KEY|FIELD_KEYS|METRICS_TOKEN|PASSWORD)\"?\s*[:=]\s*[\"']?([\w+/=:-]{16,})"
    ),
}
KNOWN = {  # words that open nothing
    *("password", "secret", "pw"),  # stand for one in examples
    "walk-the-road-together",  # of the demo people, who cannot exist in production
    "of-no-consequence",  # of a database role that lives as long as its test
    *("0f3a9c5be1d74628", "0123456789abcdef"),  # keys that the service must refuse
    "mentorshipmentorshipmentorship12",
    *("ONE", "TWO"),  # where the README has one's own
}


def found_in(words: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in KINDS.items():
        for match in pattern.finditer(words):
            secret = match[match.lastindex or 0]
            if secret not in KNOWN:
                yield kind, secret


def test_no_secret_lies_in_the_repository() -> None:
    git = which("git") or "git"
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    assert len(names) > 500
    found = []
    for name in names:
        file = ROOT / name
        if name.startswith(ELSEWHERE) or not file.is_file() or file.stat().st_size > LARGEST:
            continue
        found += [
            f"{name}: {kind}, {s[:4]}..." for kind, s in found_in(file.read_text("utf-8", "ignore"))
        ]
    assert found == []


def _ever() -> Iterator[tuple[str, str]]:
    """Name and text of each file that any commit of this repository holds."""
    git = which("git") or "git"
    listed = subprocess.run(
        [git, "rev-list", "--objects", "--all"], cwd=ROOT, capture_output=True, check=True
    )
    named = [line.split(" ", 1) for line in listed.stdout.decode().splitlines() if " " in line]
    wanted = [(key, name) for key, name in named if not name.startswith(ELSEWHERE)]
    given = subprocess.run(
        [git, "cat-file", "--batch"],
        cwd=ROOT,
        input="\n".join(key for key, _ in wanted).encode(),
        capture_output=True,
        check=True,
    ).stdout
    at = 0
    for _, name in wanted:
        start = given.index(b"\n", at) + 1
        _, kind, size = given[at : start - 1].split()
        at = start + int(size) + 1
        if kind == b"blob" and int(size) <= LARGEST:
            yield name, given[start : at - 1].decode("utf-8", "ignore")


def test_no_secret_ever_lay_in_the_repository() -> None:
    found = {f"{name}: {kind}" for name, words in _ever() for kind, _ in found_in(words)}
    assert found == set()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("-----BEGIN EC " + "PRIVATE KEY-----", "a private key"),
        ("key = '" + "AKIA" + "Q" * 16 + "'", "a token of a known service"),
        ("redis://" + "someone:hunter2@db.example.org", "a password in an address"),
        ("SECRET_KEY" + "=0f3a9c5be1d746280f3a9c5b", "a secret with its value"),
    ],
)
def test_each_kind_is_found(words: str, kind: str) -> None:
    assert [found for found, _ in found_in(words)] == [kind]
