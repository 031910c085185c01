"""State licensure: all jurisdictions at a glance, one in full, and what is open to somebody."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.license_models import (
    AddedPathway,
    CompactStanding,
    Jurisdiction,
    LicenseRule,
    PathwayState,
)
from mentorship.toolkit.license_words import in_force_words, is_in_force, limit, years
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.provenance import ADDRESS_NOTES, Provenance


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
    today: dt.date

    @property
    def name(self) -> str:
        return vocabulary.name("state", self.id)

    @property
    def img_training(self) -> str:
        return years(self.rule.img_years, self.rule.img_years_words)

    @property
    def us_training(self) -> str:
        return years(self.rule.us_years, self.rule.us_years_words)

    @property
    def gap(self) -> int | None:
        """Return how many more years an IMG needs than a US graduate; None if no number says it."""
        rule = self.rule
        if rule.img_years is None or rule.us_years is None or self.depends:
            return None
        return rule.img_years - rule.us_years

    @property
    def depends(self) -> bool:
        """Tell whether the years are not the same for all, as in "1 or 3"."""
        return bool(self.rule.img_years_words or self.rule.us_years_words)

    @property
    def gap_words(self) -> str:
        if self.gap is None:
            return "It depends" if self.depends else "Not known"
        return f"+{self.gap}" if self.gap else "0"

    @property
    def attempts(self) -> str:
        if self.rule.attempts_words:
            return self.rule.attempts_words
        return limit(self.rule.attempts, "a Step")

    @property
    def span(self) -> str:
        return self.rule.span_words or limit(self.rule.span, "years")

    @property
    def has_pathway(self) -> bool:
        return self.pathway.status is PathwayState.ENACTED

    @property
    def is_law_in_force(self) -> bool | None:
        """Tell whether its law for physicians trained abroad holds today; None if not known."""
        if not self.has_pathway:
            return False
        return is_in_force(self.pathway.effective, self.today)

    @property
    def in_force(self) -> str:
        """Say whether its law or permit holds today; "" where there is none."""
        if not self.has_pathway and not self.pathway.effective:
            return ""
        return in_force_words(self.pathway.effective, self.today)

    @property
    def is_sure(self) -> bool:
        return self._is_sure(self.rule.confidence)

    @property
    def is_sure_of_limits(self) -> bool:
        """Tell whether the most tries and years for the Steps are; they may have another source."""
        return self._is_sure(self.rule.limits_confidence or self.rule.confidence)

    def _is_sure(self, confidence: Confidence) -> bool:
        return confidence is not Confidence.LOW and not self.provenance.is_unconfirmed

    @property
    def provenance(self) -> Provenance:
        return Provenance.of(self.rule, ask_board=True)

    @property
    def limits_provenance(self) -> Provenance:
        """Return where the limits for exams come from, which may be less sure than the rest."""
        confidence = self.rule.limits_confidence or self.rule.confidence
        return replace(self.provenance, confidence=confidence)

    @property
    def compact_provenance(self) -> Provenance:
        return Provenance.of(self.compact, ask_board=True)

    @property
    def pathway_provenance(self) -> Provenance:
        return Provenance.of(self.pathway, ask_board=True)

    def verdict(self, background: Background) -> Verdict:
        """Compare the figures with what somebody brings; what is not clear is to be asked.

        A figure that is not confirmed settles nothing, neither way. A law for physicians trained
        abroad takes the place of training, not of the limits for exams, and once it is in force.
        """
        if not self.is_sure:
            return Verdict.ASK
        trained = self._enough_training(background.training)
        limits = {
            background.tries == 1
            or self._is_within(background.tries, self.rule.attempts, self.rule.attempts_words),
            self._is_within(background.span, self.rule.span, self.rule.span_words),
        }
        if False in limits:
            return Verdict.CLOSED
        if trained is False:
            return self._by_law(is_settled=None not in limits)
        return Verdict.OPEN if {trained} | limits == {True} else Verdict.ASK

    def _by_law(self, *, is_settled: bool) -> Verdict:
        if not self.has_pathway or self.is_law_in_force is False:
            return Verdict.CLOSED
        return Verdict.PATHWAY if self.is_law_in_force and is_settled else Verdict.ASK

    def _is_within(self, value: int | None, most: int | None, words: str | None) -> bool | None:
        if value is None:
            return True
        return _within(value, most, words) if self.is_sure_of_limits else None

    def _enough_training(self, had: int | None) -> bool | None:
        if had is None:
            return True
        needed = self.rule.img_years
        if needed is None or (had < needed and self.rule.img_years_words):
            return None
        return had >= needed


def _within(value: int, limit: int | None, words: str | None) -> bool | None:
    """Tell whether a number is within a limit; None if only the board can tell.

    Words beside a limit tell of exceptions, so that being over it is not yet a no.
    """
    if limit == 0:
        return True
    if limit is None or (value > limit and words):
        return None
    return value <= limit


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
    today = dt.datetime.now(dt.UTC).date()
    return State(where.id, where.board_url, note, where.checked_on, rule, compact, pathway, today)


def _by_name(one: State) -> str:
    return one.name
