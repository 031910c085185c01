"""An import of roster files that a leader has begun on the site, until it is done or forgotten."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.crypto import Sealed
from mentorship.extensions import Model, one_of
from mentorship.sections.models import Section

MOST_ATTEMPTS = 3


class ImportState(enum.StrEnum):
    MAPPING = "mapping"  # the leader says which column is which
    CHECKING = "checking"  # a worker tries it and writes nothing
    CHECKED = "checked"  # the leader reads what would happen
    WRITING = "writing"  # a worker writes it: all of it, or nothing
    DONE = "done"
    FAILED = "failed"


WORKED_ON = (ImportState.CHECKING, ImportState.WRITING)


class RosterImport(Model):
    """The files as they came, which column is which, and what a worker found.

    Files and report hold what people said, so both are sealed; the files go when it is over.
    """

    __tablename__ = "roster_import"
    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent_in_range"),
        sa.CheckConstraint(f"attempt BETWEEN 0 AND {MOST_ATTEMPTS}", name="attempts_end"),
        sa.Index("ix_roster_import_due", "state", "lease_until"),
        sa.Index("ix_roster_import_section", "section_id", "asked_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"))
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
    asked_at: Mapped[dt.datetime]
    state: Mapped[ImportState] = mapped_column(one_of(ImportState, "state_known"))
    files_sealed: Mapped[bytes | None]
    mapping: Mapped[dict[str, Any]]  # side -> number of a column in the file -> its name
    choices: Mapped[dict[str, Any]]  # skip_bad, invite
    report_sealed: Mapped[bytes | None]
    percent: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    hold: Mapped[uuid.UUID | None]  # made anew by each worker who takes it; all it writes says so
    lease_until: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]

    section: Mapped[Section] = relationship(lazy="raise")

    files = Sealed[dict[str, Any] | None]()  # side -> name, and the bytes in base 64
    report = Sealed[dict[str, Any] | None]()

    def __init__(self, **values: object) -> None:
        super().__init__(**({"id": uuid.uuid4()} | values))
