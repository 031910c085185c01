"""Positions, plans and bills on equal treatment, how the section works, and how to take part."""

from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model, one_of
from mentorship.toolkit.models import KEY_LENGTH, Sourced, sourced


class Theme(enum.StrEnum):
    """The lists of ``policy.yaml``."""

    EQUITY = "equity"
    POSITIONS = "positions"
    NUMBERS = "numbers"  # positions of which we know no more than that
    REPORTS = "reports"
    BILLS = "bills"
    PATHWAYS = "pathways"
    SECTION = "section"
    COUNCIL = "council"  # of the section


class PolicyStatement(Sourced, Model):
    """A position, report, plan, bill or fact about the section."""

    __tablename__ = "policy_statement"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"), *sourced())

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    theme: Mapped[Theme] = mapped_column(one_of(Theme, "theme_known"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    number: Mapped[str | None] = mapped_column(sa.Text)  # of a policy or a bill
    status: Mapped[str | None] = mapped_column(sa.Text)  # how far a bill has come
    stance: Mapped[str | None] = mapped_column(sa.Text)  # what the association says of it


class WayToTakePart(Model):
    """A way to take part in the section, step by step: advice of ours."""

    __tablename__ = "way_to_take_part"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.Text)
    steps: Mapped[list[str]] = mapped_column(sa.JSON)
    example_url: Mapped[str | None] = mapped_column(sa.Text)
