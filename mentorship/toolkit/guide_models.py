"""The guides: visas, US clinical experience, residency, practice, mentoring, and Match figures."""

from __future__ import annotations

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model, one_of
from mentorship.toolkit.models import KEY_LENGTH, Sourced, sourced


class Guide(enum.StrEnum):
    VISAS = "visas"
    EXPERIENCE = "experience"
    MATCH = "match"
    RESIDENCY = "residency"
    PRACTICE = "practice"
    MENTORING = "mentoring"


class Reader(enum.StrEnum):
    """Whom an entry of the mentoring guide speaks to."""

    IMG = "img"
    MENTOR = "mentor"
    BOTH = "both"
    SECTION = "section"


class Chapter(Model):
    __tablename__ = "guide_chapter"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)  # guide.chapter
    guide: Mapped[Guide] = mapped_column(one_of(Guide, "guide_known"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.Text)


class GuideEntry(Sourced, Model):
    """One answer or piece of advice. ``own``: a suggestion of ours, never shown as a fact."""

    __tablename__ = "guide_entry"
    __table_args__ = (
        sa.CheckConstraint("position > 0", name="position_counts"),
        sa.CheckConstraint("NOT own OR source_url IS NULL", name="own_has_no_source"),
        *sourced(),
    )

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)  # guide.entry
    chapter_id: Mapped[str] = mapped_column(
        sa.ForeignKey(Chapter.id, ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str | None] = mapped_column(sa.Text)
    todo: Mapped[list[str]] = mapped_column(sa.JSON)
    stages: Mapped[list[str]] = mapped_column(sa.JSON)  # of the list stage
    topics: Mapped[list[str]] = mapped_column(sa.JSON)  # of the lists topic and visa_path
    reader: Mapped[Reader] = mapped_column(one_of(Reader, "reader_known"))
    example: Mapped[str | None] = mapped_column(sa.Text)
    details: Mapped[dict[str, str]] = mapped_column(sa.JSON)  # of a kind of clinical experience
    own: Mapped[bool]


class MatchRate(Sourced, Model):
    """Of one year's Match: how many of each group of active applicants got a position."""

    __tablename__ = "match_rate"
    __table_args__ = (
        sa.CheckConstraint("us_img BETWEEN 0 AND 1000", name="us_img_per_mille"),
        sa.CheckConstraint("non_us_img BETWEEN 0 AND 1000", name="non_us_img_per_mille"),
        *sourced(),
    )

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)  # the year
    us_img: Mapped[int]  # per thousand
    non_us_img: Mapped[int]  # per thousand
