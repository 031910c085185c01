"""The worker processes that are there, so that a site without one is noticed."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model


class WorkerProcess(Model):
    """A process that does background work. It says every few seconds that it lives."""

    __tablename__ = "worker_process"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    host: Mapped[str] = mapped_column(sa.String(100))
    started_at: Mapped[dt.datetime]
    beat_at: Mapped[dt.datetime]
