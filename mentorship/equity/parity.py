"""Years of training that each state asks of IMGs and of US graduates, side by side."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mentorship import vocabulary
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.states import states

PATHWAYS: Mapping[str, str] = MappingProxyType(
    {
        "enacted": "Law",
        "enacted_unverified": "Law, not confirmed",
        "limited_permit": "Limited permit only",
        "bill_pending": "Bill",
        "bill_failed": "Bill failed",
        "none_found": "None found",
        "unknown": "Not known",
    }
)


@dataclass(frozen=True, slots=True)
class ParityRow:
    """A state; a number is None where the rule is not one number."""

    id: str
    name: str
    img_years: int | None
    us_years: int | None
    img_words: str
    us_words: str
    pathway: str
    board_url: str
    provenance: Provenance

    @property
    def gap(self) -> int | None:
        if self.img_years is None or self.us_years is None:
            return None
        return self.img_years - self.us_years


@dataclass(frozen=True, slots=True)
class Parity:
    rows: Sequence[ParityRow]

    def count(self, gap: int) -> int:
        """Count the states with this gap, as far as it is known with some confidence."""
        return sum(row.gap == gap for row in self._sure())

    @property
    def with_gap(self) -> int:
        return sum((row.gap or 0) > 0 for row in self._sure())

    @property
    def sure(self) -> int:
        """Count the states whose years are known with some confidence."""
        return len(self._sure())

    def _sure(self) -> Sequence[ParityRow]:
        low = Confidence.LOW
        return [r for r in self.rows if r.gap is not None and r.provenance.confidence is not low]


@functools.cache
def parity() -> Parity:
    rows = [_row(state) for state in states()]
    return Parity(tuple(sorted(rows, key=lambda row: row.name)))


def _row(state: Mapping[str, Any]) -> ParityRow:
    rules, status = state["rules"], state["pathway"]["status"]
    return ParityRow(
        id=state["id"],
        name=vocabulary.name("state", state["id"]),
        img_years=rules.get("img_years"),
        us_years=rules.get("us_years"),
        img_words=str(rules.get("img_years_words") or ""),
        us_words=str(rules.get("us_years_words") or ""),
        pathway=PATHWAYS.get(status, status.replace("_", " ").capitalize()),
        board_url=state.get("board_url") or "",
        provenance=Provenance(
            source_url=rules.get("source_url"),
            url_check=UrlCheck(rules["url_check"]),
            as_of=rules.get("as_of"),
            confidence=Confidence(rules["confidence"]),
            ask_board=True,
        ),
    )
