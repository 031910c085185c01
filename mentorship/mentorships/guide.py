"""The guide for a pair, read once: terms of an agreement, and what to do before the first meeting.

Each piece says where it comes from, so that pages can show it. The terms are those of the template
in the toolkit's guide for mentors and IMGs, in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from mentorship.rounds.models import Side
from mentorship.toolkit.facts import DATA
from mentorship.toolkit.guide_facts import FILES
from mentorship.toolkit.guide_models import Guide

FILE = Path(__file__).parent / "guide.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a piece comes from; ``own`` is our advice and claims no source."""

    own: bool = False
    source_url: str = ""
    confidence: str = "low"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to agree on. ``start`` is what the first draft says, "" to begin empty."""

    id: str
    label: str
    hint: str
    start: str
    example: str
    source: Source


@dataclass(frozen=True, slots=True)
class Agenda:
    minutes: int
    steps: Sequence[tuple[int, str]]
    source: Source


def _source(row: Mapping[str, Any]) -> Source:
    if row.get("own"):
        return Source(own=True, confidence="high")
    return Source(source_url=row["source_url"], confidence=row["confidence"])


def _read(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _term(row: Mapping[str, Any], said: Mapping[str, Any]) -> Term:
    start, example = (said["example"], "") if row["filled"] else ("", said["example"])
    return Term(row["id"], said["title"], said["text"], start, example, _source(said))


_plain = _read(FILE)
_said = {entry["id"]: entry for entry in _read(DATA / FILES[Guide.MENTORING])["entries"]}
TERMS: Mapping[str, Term] = MappingProxyType(
    {row["id"]: _term(row, _said[row["field"]]) for row in _plain["agreement"]}
)
FIRST_MEETING = Agenda(
    _plain["first_meeting"]["minutes"],
    tuple((minutes, what) for minutes, what in _plain["first_meeting"]["steps"]),
    _source(_plain["first_meeting"]),
)
BEFORE: Mapping[Side, Sequence[str]] = MappingProxyType(
    {Side(side): tuple(lines) for side, lines in _plain["before"].items()}
)
