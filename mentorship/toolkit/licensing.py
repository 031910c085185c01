"""State licensure: all jurisdictions at a glance, one in full, and what is open to somebody."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.license_models import (
    AddedPathway,
    CompactStanding,
    CompactState,
    Jurisdiction,
    LicenseRule,
    PathwayState,
)
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.provenance import ADDRESS_NOTES, Provenance

COMPACT_NAMES: Mapping[CompactState, str] = MappingProxyType(
    {
        CompactState.MEMBER: "Member",
        CompactState.ISSUES_ONLY: "Member, but not as your first state",
        CompactState.JOINING: "Reported to be joining",
        CompactState.OUTSIDE: "Not a member",
    }
)
PATHWAY_NAMES: Mapping[PathwayState, str] = MappingProxyType(
    {
        PathwayState.ENACTED: "Law passed",
        PathwayState.ENACTED_UNVERIFIED: "Reported, not verified",
        PathwayState.LIMITED_PERMIT: "Limited permit only",
        PathwayState.BILL_PENDING: "Bill pending at the date of the source",
        PathwayState.BILL_FAILED: "Bill failed",
        PathwayState.NONE_FOUND: "None found",
        PathwayState.UNKNOWN: "Not known",
    }
)


class Verdict(enum.StrEnum):
    """What the plain figures say to somebody; the board has the last word in every case."""

    OPEN = "open"
    PATHWAY = "pathway"
    ASK = "ask"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Background:
    """What somebody brings: numbers left out are not asked about."""

    training: int | None = None  # years of accredited US or Canadian training
    tries: int | None = None  # most tries at any one USMLE Step
    span: int | None = None  # years from the first Step passed to the last

    @property
    def is_given(self) -> bool:
        return any(value is not None for value in (self.training, self.tries, self.span))


@dataclass(frozen=True, slots=True)
class State:
    """A jurisdiction as pages show it."""

    id: str
    board_url: str | None
    board_note: str
    board_checked_on: dt.date | None
    rule: LicenseRule
    compact: CompactStanding
    pathway: AddedPathway

    @property
    def name(self) -> str:
        return vocabulary.name("state", self.id)

    @property
    def img_training(self) -> str:
        return _years(self.rule.img_years, self.rule.img_years_words)

    @property
    def us_training(self) -> str:
        return _years(self.rule.us_years, self.rule.us_years_words)

    @property
    def gap(self) -> int | None:
        """Return how many more years an IMG needs than a US graduate; None if not known."""
        if self.rule.img_years is None or self.rule.us_years is None:
            return None
        return self.rule.img_years - self.rule.us_years

    @property
    def attempts(self) -> str:
        if self.rule.attempts_words:
            return self.rule.attempts_words
        return _limit(self.rule.attempts, "a Step")

    @property
    def span(self) -> str:
        return self.rule.span_words or _limit(self.rule.span, "years")

    @property
    def has_pathway(self) -> bool:
        return self.pathway.status is PathwayState.ENACTED

    @property
    def is_sure(self) -> bool:
        return self.rule.confidence is not Confidence.LOW

    @property
    def is_sure_of_limits(self) -> bool:
        """Tell whether the most tries and years for the Steps are; they may have another source."""
        return (self.rule.limits_confidence or self.rule.confidence) is not Confidence.LOW

    @property
    def provenance(self) -> Provenance:
        return Provenance.of(self.rule, ask_board=True)

    @property
    def compact_provenance(self) -> Provenance:
        return Provenance.of(self.compact, ask_board=True)

    @property
    def pathway_provenance(self) -> Provenance:
        return Provenance.of(self.pathway, ask_board=True)

    def verdict(self, background: Background) -> Verdict:
        """Compare the figures with what somebody brings; what is not clear is to be asked.

        A figure that is not confirmed settles nothing, neither way.
        """
        if not self.is_sure:
            return Verdict.ASK
        answers = {
            self._enough_training(background.training),
            background.tries == 1
            or self._is_within(background.tries, self.rule.attempts, self.rule.attempts_words),
            self._is_within(background.span, self.rule.span, self.rule.span_words),
        }
        if answers == {True}:
            return Verdict.OPEN
        if None in answers and False not in answers:
            return Verdict.ASK
        return Verdict.PATHWAY if self.has_pathway else Verdict.CLOSED

    def _is_within(self, value: int | None, limit: int | None, words: str | None) -> bool | None:
        if value is None:
            return True
        return _within(value, limit, words) if self.is_sure_of_limits else None

    def _enough_training(self, years: int | None) -> bool | None:
        if years is None:
            return True
        needed = self.rule.img_years
        return None if needed is None else years >= needed


def _within(value: int, limit: int | None, words: str | None) -> bool | None:
    """Tell whether a number is within a limit; None if only the board can tell.

    Words beside a limit tell of exceptions, so that being over it is not yet a no.
    """
    if limit == 0:
        return True
    if limit is None or (value > limit and words):
        return None
    return value <= limit


def _years(number: int | None, words: str | None) -> str:
    if words:
        return words if number is None else f"{words} years"
    return "Not known" if number is None else f"{number} year{'' if number == 1 else 's'}"


def _limit(number: int | None, unit: str) -> str:
    if number is None:
        return "Not known"
    return f"{number} {unit}" if number else "No limit"


def states(session: Session) -> tuple[State, ...]:
    """Return all jurisdictions by name, in one query."""
    rows = session.execute(_select())
    found = (_state(where, rule, compact, law) for where, rule, compact, law in rows)
    return tuple(sorted(found, key=_by_name))


def state(session: Session, state_id: str) -> State | None:
    row = session.execute(_select().where(Jurisdiction.id == state_id)).one_or_none()
    if row is None:
        return None
    where, rule, compact, law = row
    return _state(where, rule, compact, law)


def _select() -> sa.Select[Jurisdiction, LicenseRule, CompactStanding, AddedPathway]:
    return (
        sa.select(Jurisdiction, LicenseRule, CompactStanding, AddedPathway)
        .join(LicenseRule, LicenseRule.id == Jurisdiction.id)
        .join(CompactStanding, CompactStanding.id == Jurisdiction.id)
        .join(AddedPathway, AddedPathway.id == Jurisdiction.id)
    )


def _state(
    where: Jurisdiction, rule: LicenseRule, compact: CompactStanding, pathway: AddedPathway
) -> State:
    note = ADDRESS_NOTES[UrlCheck(where.url_check)]
    return State(where.id, where.board_url, note, where.checked_on, rule, compact, pathway)


def _by_name(one: State) -> str:
    return one.name
