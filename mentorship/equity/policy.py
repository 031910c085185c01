"""``policy.yaml`` as plain values: read once, each fact with where it comes from."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mentorship.toolkit.entries import Entry, FactsRefused, open_file
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.provenance import Provenance

FILE = Path(__file__).with_name("data") / "policy.yaml"


@dataclass(frozen=True, slots=True)
class Statement:
    """A position, report, plan, bill or fact about the section."""

    id: str
    title: str
    text: str
    number: str
    status: str
    position: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Way:
    """A way to take part, step by step."""

    id: str
    title: str
    steps: Sequence[str]
    example: str


@dataclass(frozen=True, slots=True)
class Policy:
    equity: Sequence[Statement]
    positions: Sequence[Statement]
    reports: Sequence[Statement]
    bills: Sequence[Statement]
    pathways: Sequence[Statement]
    section: Sequence[Statement]
    take_part: Sequence[Way]


@functools.cache
def policy(path: Path = FILE) -> Policy:
    """Read and check the file.

    Raises
    ------
    FactsRefused
        An entry is wrong; all that are wrong are named.

    """
    problems: list[str] = []
    file = open_file(path, problems)
    lists = {
        name: tuple(_statement(entry) for entry in file.entries(name))
        for name in ("equity", "positions", "reports", "bills", "pathways", "section")
    }
    ways = tuple(_way(entry) for entry in file.entries("take_part"))
    file.close()
    if problems:
        raise FactsRefused(problems)
    return Policy(**lists, take_part=ways)


def _statement(entry: Entry) -> Statement:
    url = entry.url_if_any("source_url")
    check = entry.word("url_check", tuple(UrlCheck))
    if check and (url is None) != (check == UrlCheck.NONE):
        entry.problem("url_check", '"none" goes with no source_url, and only then')
    confidence = entry.word("confidence", tuple(Confidence))
    statement = Statement(
        id=entry.key(),
        title=entry.text("title"),
        text=entry.text("text"),
        number=entry.text_if_any("number") or "",
        status=entry.text_if_any("status") or "",
        position=entry.text_if_any("position") or "",
        provenance=Provenance(
            source_url=url,
            url_check=UrlCheck(check) if check else UrlCheck.NONE,
            as_of=entry.as_of(),
            confidence=Confidence(confidence) if confidence else Confidence.LOW,
        ),
    )
    entry.close()
    return statement


def _way(entry: Entry) -> Way:
    way = Way(
        id=entry.key(),
        title=entry.text("title"),
        steps=tuple(entry.texts("steps")),
        example=entry.url_if_any("example") or "",
    )
    entry.close()
    return way
