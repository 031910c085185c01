"""Where a fact comes from and how far to trust it: a fact never looks surer than it is.

Without a source or a date it is unconfirmed, and an address nobody opened is not called checked.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from mentorship.toolkit.models import Confidence, Sourced, UrlCheck

OUR_ADVICE = "Our advice, not a rule."
ADDRESS_NOTES = MappingProxyType(
    {
        UrlCheck.RETRIEVED: "",
        UrlCheck.CITED_BY_SOURCE: "Named by a page we read; this page itself we have not opened",
        UrlCheck.NOT_OPENED: "We have not opened this page yet",
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
    volatile: bool = False
    checked_on: dt.date | None = None
    own: bool = False  # advice of ours, which is no fact and needs no source
    is_link: bool = False  # a page to go to, which often bears no date and need not

    @classmethod
    def of(cls, fact: Sourced, *, ask_board: bool = False, own: bool = False) -> Provenance:
        return cls(
            source_url=fact.source_url,
            url_check=fact.url_check,
            as_of=fact.as_of,
            confidence=fact.confidence,
            evidence=fact.evidence,
            ask_board=ask_board,
            volatile=fact.volatile,
            checked_on=fact.checked_on,
            own=own,
        )

    @property
    def is_unconfirmed(self) -> bool:
        return self.source_url is None or (self.as_of is None and self.checked_on is None)

    @property
    def is_doubtful(self) -> bool:
        """Tell whether a short form of the fact, without its source beside it, needs a mark."""
        return not self.own and (self.is_unconfirmed or self.confidence is Confidence.LOW)

    @property
    def host(self) -> str:
        return (urlsplit(self.source_url or "").hostname or "").removeprefix("www.")

    @property
    def date(self) -> str:
        return readable_date(self.as_of)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before relying on it."""
        if self.own:
            return ()
        warnings = []
        if self.volatile:
            warnings.append(self._may_change())
        if self.source_url is None:
            warnings.append("Unconfirmed: we have no source for this")
        elif self.is_unconfirmed and not self.is_link:
            warnings.append("Undated source: check that it still holds")
        if self.confidence is Confidence.LOW:
            warnings.append(self._whom_to_ask())
        return tuple(warnings)

    def _may_change(self) -> str:
        """Say of what date a changing rule is, which must never be shown without it."""
        if self.checked_on:
            checked = readable_date(self.checked_on.isoformat())
            return f"This rule may change. Last checked on {checked}"
        if self.date:
            return f"This rule may change. What you read here is of {self.date}"
        return "This rule may change, and we do not know of when this is"

    @property
    def in_short(self) -> str:
        """Return in a line of text what pages show beside a fact: source, date, what to know."""
        if self.own:
            return OUR_ADVICE
        dated = f"as of {self.date}" if self.date else "undated"
        where = f"Source: {self.host}" if self.source_url else "No source on file"
        said = (f"{where}, {dated}", f"Confidence: {self.confidence}", *self.warnings)
        return f"{'. '.join(said)}."

    @property
    def details(self) -> tuple[str, ...]:
        """How it was checked, where that is less than reading the page."""
        read_in = f"Read in {self.evidence}" if self.evidence else ""
        checked = self.checked_on and readable_date(self.checked_on.isoformat())
        by_leader = f"A section leader checked it on {checked}" if checked else ""
        details = (ADDRESS_NOTES[self.url_check], read_in, by_leader)
        return tuple(detail for detail in details if detail)

    def _whom_to_ask(self) -> str:
        if self.ask_board:
            return "Confirm with the board"
        return "Confirm at the source" if self.source_url else "Confirm before you rely on it"
