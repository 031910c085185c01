"""What the toolkit knows of the journey: its stages, their costs, facts and dates.

Every row comes from the files in ``data/`` and has a key that people can read and that stays when
its text changes, so that ticks, bookmarks and corrections can later point at it.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model, one_of

KEY_LENGTH = 80


class Confidence(enum.StrEnum):
    HIGH = "high"  # statute, rule, board's or issuer's text read
    MEDIUM = "medium"  # good secondary source, or a primary one that is old
    LOW = "low"  # old third-party table, or not confirmed


class UrlCheck(enum.StrEnum):
    RETRIEVED = "retrieved"  # the text of that page was read
    CITED_BY_SOURCE = "cited_by_source"  # a page that was read gives the address
    NOT_OPENED = "not_opened"  # a well-known address nobody opened
    NONE = "none"  # no address


class AmountInSource(enum.StrEnum):
    YES = "yes"  # the page prints this amount
    OLDER = "older"  # the page prints an earlier season's
    NO = "no"  # the page confirms the fee, not how much


class DayInSource(enum.StrEnum):
    YES = "yes"  # the page prints this day
    RULE = "rule"  # the day follows from a stated rule
    NEAR = "near"  # the page says early or late in the month
    PATTERN = "pattern"  # the same slot in earlier years


def key() -> Mapped[str]:
    return mapped_column(sa.String(KEY_LENGTH), primary_key=True)


def of_stage() -> Mapped[str]:
    return mapped_column(sa.ForeignKey("journey_stage.id", ondelete="CASCADE"), index=True)


def sourced() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name="as_of_shape"),
        sa.CheckConstraint("(source_url IS NULL) = (url_check = 'none')", name="address_marked"),
    )


class Sourced:
    """Where a fact can be checked, how well it was, and of when it is."""

    source_url: Mapped[str | None] = mapped_column(sa.Text)
    url_check: Mapped[UrlCheck] = mapped_column(one_of(UrlCheck, "url_check_known"))
    as_of: Mapped[str | None] = mapped_column(sa.String(10))  # YYYY, YYYY-MM or YYYY-MM-DD
    confidence: Mapped[Confidence] = mapped_column(one_of(Confidence, "confidence_known"))
    evidence: Mapped[str | None] = mapped_column(sa.Text)  # where it was read, if not at source_url
    volatile: Mapped[bool] = mapped_column(  # in motion at the date of the source
        default=False, server_default=sa.false()
    )
    checked_on: Mapped[dt.date | None]  # the day a leader last compared it with its source


class JourneyStage(Model):
    """A stage; its id is a word of the vocabulary list ``stage``. Texts are advice in our words."""

    __tablename__ = "journey_stage"
    __table_args__ = (
        sa.CheckConstraint("position > 0", name="position_counts"),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name="as_of_shape"),
    )

    id: Mapped[str] = key()
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.Text)
    what: Mapped[str] = mapped_column(sa.Text)
    duration: Mapped[str] = mapped_column(sa.Text)
    pitfalls: Mapped[list[str]] = mapped_column(sa.JSON)
    topics: Mapped[list[str]] = mapped_column(sa.JSON)  # of the lists topic and visa_path
    usual_months: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)  # {month or None, text}
    tracks: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)  # {place, status, text}
    as_of: Mapped[str | None] = mapped_column(sa.String(10))
    confidence: Mapped[Confidence] = mapped_column(one_of(Confidence, "confidence_known"))


class ChecklistItem(Model):
    __tablename__ = "checklist_item"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    id: Mapped[str] = key()
    stage_id: Mapped[str] = of_stage()
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)


class JourneyCost(Sourced, Model):
    __tablename__ = "journey_cost"
    __table_args__ = (
        sa.CheckConstraint("position > 0", name="position_counts"),
        sa.CheckConstraint("usd > 0", name="usd_positive"),
        sa.CheckConstraint(
            "source_url IS NOT NULL OR amount_in_source = 'no'", name="amount_has_page"
        ),
        *sourced(),
    )

    id: Mapped[str] = key()
    stage_id: Mapped[str] = of_stage()
    position: Mapped[int]
    item: Mapped[str] = mapped_column(sa.Text)
    usd: Mapped[int | None]  # whole dollars; None where it differs too much for one figure
    note: Mapped[str | None] = mapped_column(sa.Text)
    amount_in_source: Mapped[AmountInSource] = mapped_column(
        one_of(AmountInSource, "amount_in_source_known")
    )


class JourneyFact(Sourced, Model):
    __tablename__ = "journey_fact"
    __table_args__ = (
        sa.CheckConstraint("position > 0", name="position_counts"),
        sa.Index(
            "uq_journey_fact_time",
            "stage_id",
            unique=True,
            sqlite_where=sa.text("tells_time"),
            postgresql_where=sa.text("tells_time"),
        ),
        *sourced(),
    )

    id: Mapped[str] = key()
    stage_id: Mapped[str] = of_stage()
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    tells_time: Mapped[bool] = mapped_column(  # how long the stage takes: one of each at most
        default=False, server_default=sa.false()
    )


class CycleDate(Sourced, Model):
    """A day of one Match cycle."""

    __tablename__ = "cycle_date"
    __table_args__ = sourced()

    id: Mapped[str] = key()
    cycle: Mapped[str] = mapped_column(sa.Text)
    day: Mapped[dt.date] = mapped_column(index=True)
    eastern: Mapped[str | None] = mapped_column(sa.String(5))  # HH:MM in New York, where it matters
    event: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str | None] = mapped_column(sa.Text)
    amount_in_source: Mapped[DayInSource] = mapped_column(
        one_of(DayInSource, "amount_in_source_known")
    )


class CycleDateStage(Model):
    """A stage at which a date is worth knowing."""

    __tablename__ = "cycle_date_stage"

    date_id: Mapped[str] = mapped_column(
        sa.ForeignKey(CycleDate.id, ondelete="CASCADE"), primary_key=True
    )
    stage_id: Mapped[str] = mapped_column(
        sa.ForeignKey(JourneyStage.id, ondelete="CASCADE"), primary_key=True, index=True
    )
