"""A set-up that leaders of a section keep under a name, to start rounds from."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model, one_of
from mentorship.sections.models import Browsing, Section


class SetUpTemplate(Model):
    __tablename__ = "set_up_template"
    __table_args__ = (
        sa.UniqueConstraint("section_id", "name"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_given"),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 60", name="answer_days_sane"),
        sa.CheckConstraint(
            "policy IN ('best-total', 'most-matched', 'fairest', 'stable')", name="policy_known"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(80))
    policy: Mapped[str] = mapped_column(sa.String(20))
    rules: Mapped[dict[str, Any]]
    answer_days: Mapped[int]
    browsing: Mapped[Browsing | None] = mapped_column(one_of(Browsing, "browsing_known"))
    made_at: Mapped[dt.datetime]
