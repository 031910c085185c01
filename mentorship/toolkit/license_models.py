"""What each of the 55 boards asks of IMGs: three facts a state, each with a source of its own."""

from __future__ import annotations

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model, one_of
from mentorship.toolkit.models import Confidence, Sourced, UrlCheck, sourced


class CompactState(enum.StrEnum):
    MEMBER = "member"
    ISSUES_ONLY = "issues_only"  # gives licenses to others, cannot be the first state
    JOINING = "joining"  # a law was reported, not that it works
    OUTSIDE = "outside"


class PathwayState(enum.StrEnum):
    ENACTED = "enacted"
    ENACTED_UNVERIFIED = "enacted_unverified"
    LIMITED_PERMIT = "limited_permit"  # no way to a full license
    BILL_PENDING = "bill_pending"
    BILL_FAILED = "bill_failed"
    NONE_FOUND = "none_found"
    UNKNOWN = "unknown"


class Jurisdiction(Model):
    """A licensing jurisdiction; its id is a word of the vocabulary list ``state``."""

    __tablename__ = "jurisdiction"
    __table_args__ = (
        sa.CheckConstraint("(board_url IS NULL) = (url_check = 'none')", name="board_marked"),
    )

    id: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    board_url: Mapped[str | None] = mapped_column(sa.Text)
    url_check: Mapped[UrlCheck] = mapped_column(one_of(UrlCheck, "url_check_known"))
    checked_on: Mapped[dt.date | None]  # the day a leader last opened it


def _of_jurisdiction() -> Mapped[str]:
    return mapped_column(sa.ForeignKey(Jurisdiction.id, ondelete="CASCADE"), primary_key=True)


class LicenseRule(Sourced, Model):
    """Training and examination rules for a full license. Words say what a number cannot.

    A number that is None is not known, or stands in the words alone; a limit of 0 is no limit.
    """

    __tablename__ = "license_rule"
    __table_args__ = (
        sa.CheckConstraint("img_years BETWEEN 0 AND 9", name="img_years_possible"),
        sa.CheckConstraint("us_years BETWEEN 0 AND 9", name="us_years_possible"),
        sa.CheckConstraint("attempts BETWEEN 0 AND 20", name="attempts_possible"),
        sa.CheckConstraint("span BETWEEN 0 AND 30", name="span_possible"),
        *sourced(),
    )

    id: Mapped[str] = _of_jurisdiction()
    img_years: Mapped[int | None]  # years of US or Canadian training
    img_years_words: Mapped[str | None] = mapped_column(sa.Text)
    us_years: Mapped[int | None]
    us_years_words: Mapped[str | None] = mapped_column(sa.Text)
    attempts: Mapped[int | None]  # most tries at one USMLE Step
    attempts_words: Mapped[str | None] = mapped_column(sa.Text)
    span: Mapped[int | None]  # years in which all Steps must be passed
    span_words: Mapped[str | None] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    limits_confidence: Mapped[Confidence | None] = mapped_column(  # of tries and span, if another
        one_of(Confidence, "limits_confidence_known")
    )


class CompactStanding(Sourced, Model):
    """Where a jurisdiction stands to the interstate compact."""

    __tablename__ = "compact_standing"
    __table_args__ = sourced()

    id: Mapped[str] = _of_jurisdiction()
    standing: Mapped[CompactState] = mapped_column(one_of(CompactState, "standing_known"))
    note: Mapped[str | None] = mapped_column(sa.Text)


class AddedPathway(Sourced, Model):
    """A law that licenses physicians trained abroad without US residency, or the lack of one."""

    __tablename__ = "added_pathway"
    __table_args__ = sourced()

    id: Mapped[str] = _of_jurisdiction()
    status: Mapped[PathwayState] = mapped_column(one_of(PathwayState, "status_known"))
    text: Mapped[str | None] = mapped_column(sa.Text)
    law: Mapped[str | None] = mapped_column(sa.Text)
    effective: Mapped[str | None] = mapped_column(sa.Text)
