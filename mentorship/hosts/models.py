"""One row a host that was decided on. A host without a row waits for an administrator."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model

HOST_LENGTH = 253


class ListedHost(Model):
    """A host, in small letters and without "www."; who decided on it stands in the log.

    One that was taken off stays as a row, so that what comes with the service does not bring it
    back.
    """

    __tablename__ = "listed_host"
    __table_args__ = (sa.CheckConstraint("host = lower(host)", name="host_small"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    host: Mapped[str] = mapped_column(sa.String(HOST_LENGTH), unique=True)
    allowed: Mapped[bool]
    decided_at: Mapped[dt.datetime | None]  # None: it came with the service
