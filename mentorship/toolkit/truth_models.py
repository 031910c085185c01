"""What leaders changed in the facts, kept for good, and which addresses were found to work."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.toolkit.models import KEY_LENGTH


class ChangeKind(enum.StrEnum):
    CHECKED = "checked"  # compared with its source and found right
    CORRECTED = "corrected"
    PUT_BACK = "put_back"  # an earlier change undone


class LinkCheck(Model):
    """What the last look at an address found: of a resource, or of the source of a fact."""

    __tablename__ = "link_check"
    __table_args__ = (sa.CheckConstraint("failures >= 0", name="failures_count"),)

    url: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    next_check_at: Mapped[dt.datetime] = mapped_column(index=True)
    checked_at: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failure: Mapped[str | None] = mapped_column(sa.String(200))  # why, in words for leaders


class FactChange(Model):
    """One change of one fact: each field before and after, by whom, when and why."""

    __tablename__ = "fact_change"
    __table_args__ = (sa.Index("ix_fact_change_fact", "kind_of_fact", "fact_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind_of_fact: Mapped[str] = mapped_column(sa.String(40))  # the table it stands in
    fact_id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    kind: Mapped[ChangeKind] = mapped_column(one_of(ChangeKind, "kind_known"))
    at: Mapped[dt.datetime]
    person_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    why: Mapped[str] = mapped_column(sa.Text)

    person: Mapped[User | None] = relationship(lazy="raise")


def to_json(value: object) -> object:
    """Make a value that JSON knows."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def from_json(table: Any, name: str, value: Any) -> Any:
    """Make of a JSON value what the column holds."""
    kind = getattr(table if isinstance(table, type) else type(table), name).type
    if value is None:
        return None
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat(value)
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return value
