"""The toolkit's guide as a pair uses it: terms of an agreement, and what to do before they meet.

The words are those of the guide's page, with what leaders corrected. As long as the toolkit is not
loaded, the words of its file stand in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from sqlalchemy.orm import Session

from mentorship.rounds.offer_models import Side
from mentorship.toolkit import guides
from mentorship.toolkit.facts import DATA
from mentorship.toolkit.guide_facts import FILES
from mentorship.toolkit.guide_models import Guide, Reader
from mentorship.toolkit.guides import Item
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.provenance import Provenance

FILE = Path(__file__).parent / "guide.yaml"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to agree on, as the guide's template says it."""

    id: str
    said: Item
    filled: bool  # whether the first draft says what the guide gives as an example

    @property
    def start(self) -> str:
        return self.said.example if self.filled else ""

    @property
    def hint(self) -> str:
        example = "" if self.filled else self.said.example
        return f"{self.said.text} For example: {example}" if example else self.said.text


def terms(session: Session) -> Mapping[str, Term]:
    """Return what a pair may agree on, in order."""
    said = guides.entries(session, [term.said.id for term in _TERMS])
    return {
        term.id: Term(term.id, said.get(term.said.id, term.said), term.filled) for term in _TERMS
    }


def sources(asked: Mapping[str, Term]) -> Sequence[tuple[Provenance, Sequence[str]]]:
    """Return where the words of the terms come from: each source once, with the terms it is for."""
    found: dict[Provenance, list[str]] = {}
    for term in asked.values():
        found.setdefault(term.said.provenance, []).append(term.said.title)
    return list(found.items())


def first_meeting(session: Session) -> Item:
    """Return the guide's agenda of a first meeting."""
    return guides.entries(session, [_FIRST_MEETING.id]).get(_FIRST_MEETING.id, _FIRST_MEETING)


def _read(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _item(row: Mapping[str, Any]) -> Item:
    """Return an entry of the guide's file as pages show it."""
    return Item(
        id=f"{Guide.MENTORING}.{row['id']}",
        title=row["title"],
        text=row.get("text", ""),
        todo=tuple(row.get("todo", ())),
        stages=(),
        topics=(),
        reader=Reader.BOTH,
        example=row.get("example", ""),
        details={},
        provenance=Provenance(
            source_url=row.get("source_url"),
            url_check=UrlCheck(row["url_check"]),
            as_of=row.get("as_of"),
            confidence=Confidence(row["confidence"]),
            own=row.get("own", False),
        ),
    )


_plain = _read(FILE)
_said = {row["id"]: row for row in _read(DATA / FILES[Guide.MENTORING])["entries"]}
_TERMS: Sequence[Term] = tuple(
    Term(row["id"], _item(_said[row["field"]]), row["filled"]) for row in _plain["agreement"]
)
_FIRST_MEETING = _item(_said[_plain["first_meeting"]])
TERM_IDS = tuple(term.id for term in _TERMS)
BEFORE: Mapping[Side, Sequence[str]] = MappingProxyType(
    {Side(side): tuple(lines) for side, lines in _plain["before"].items()}
)
