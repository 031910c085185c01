"""What can be found, and what was looked for in vain.

The full-text table itself, ``search_fts``, is no model: each database has its own kind
(:mod:`mentorship.search.index`).
"""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.extensions import Model
from mentorship.sections.models import Section

QUERY_LENGTH = 100


class SearchEntry(Model):
    """One thing that can be found; without a section, by everybody."""

    __tablename__ = "search_entry"
    __table_args__ = (
        sa.UniqueConstraint("source", "key"),
        {"sqlite_autoincrement": True},  # a number never comes back: the full text goes by it
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(20))
    key: Mapped[str] = mapped_column(sa.String(80))
    section_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(sa.Text)
    summary: Mapped[str] = mapped_column(sa.Text)
    note: Mapped[str] = mapped_column(sa.Text)  # source and date, in a few words
    href: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))  # of all it says, the hidden words too


class SearchMiss(Model):
    """A search by members of a section that found nothing, and how often.

    Who searched is not kept; ``last_by`` is a code of them and the text that tells whether the same
    person asks again. Without a section it was somebody's who belongs to none.
    """

    __tablename__ = "search_miss"
    __table_args__ = (
        sa.CheckConstraint("times > 0", name="times_count"),
        sa.UniqueConstraint("section_id", "text"),
        sa.Index(
            "uq_search_miss_nowhere",
            "text",
            unique=True,
            sqlite_where=sa.text("section_id IS NULL"),
            postgresql_where=sa.text("section_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE")
    )
    text: Mapped[str] = mapped_column(sa.String(QUERY_LENGTH))
    times: Mapped[int]
    last_by: Mapped[str] = mapped_column(sa.String(64))
    last_at: Mapped[dt.datetime]

    section: Mapped[Section | None] = relationship(lazy="raise")
