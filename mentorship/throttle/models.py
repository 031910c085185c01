"""One row for each thing that somebody has done lately and may not do without end."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model


class Throttle(Model):
    """How often something was done since its time began. ``key`` tells nobody who did it."""

    __tablename__ = "throttle"
    __table_args__ = (sa.CheckConstraint("used >= 0", name="used_not_negative"),)

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    used: Mapped[int]
    began_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime] = mapped_column(index=True)
