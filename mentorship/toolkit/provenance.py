"""Where a fact comes from and how far to trust it: a fact never looks surer than it is.

Without a source or a date it is unconfirmed, and an address nobody opened is not called checked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from mentorship.toolkit.models import Confidence, UrlCheck

ADDRESS_NOTES = MappingProxyType(
    {
        UrlCheck.RETRIEVED: "",
        UrlCheck.CITED_BY_SOURCE: "Address named by a page we read; not opened by us",
        UrlCheck.NOT_OPENED: "Address not opened by us yet",
        UrlCheck.NONE: "",
    }
)


def readable_date(as_of: str | None) -> str:
    """Return a year, month or day as people write it; "" for none."""
    if as_of is None or len(as_of) == 4:
        return as_of or ""
    day = dt.date.fromisoformat((as_of + "-01")[:10])
    return f"{day:%B} {day.year}" if len(as_of) == 7 else f"{day:%B} {day.day}, {day.year}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from and how far to trust it."""

    source_url: str | None
    url_check: UrlCheck
    as_of: str | None
    confidence: Confidence
    evidence: str | None = None
    ask_board: bool = False

    @property
    def is_unconfirmed(self) -> bool:
        return self.source_url is None or self.as_of is None

    @property
    def host(self) -> str:
        return (urlsplit(self.source_url or "").hostname or "").removeprefix("www.")

    @property
    def date(self) -> str:
        return readable_date(self.as_of)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before relying on it."""
        warnings = []
        if self.source_url is None:
            warnings.append("Unconfirmed: we have no source for this")
        elif self.as_of is None:
            warnings.append("Unconfirmed: the source has no date")
        if self.confidence is Confidence.LOW:
            warnings.append(self._whom_to_ask())
        return tuple(warnings)

    @property
    def details(self) -> tuple[str, ...]:
        """How it was checked, where that is less than reading the page."""
        read_in = f"Read in {self.evidence}" if self.evidence else ""
        return tuple(detail for detail in (ADDRESS_NOTES[self.url_check], read_in) if detail)

    def _whom_to_ask(self) -> str:
        if self.ask_board:
            return "Confirm with the board"
        return "Confirm at the source" if self.source_url else "Confirm before you rely on it"
