"""The visa chooser's questions and routes: our words, which lead to sourced answers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model
from mentorship.toolkit.models import KEY_LENGTH

Conditions = dict[str, list[str]]  # questions asked before, each with some of its answers


class VisaQuestion(Model):
    __tablename__ = "visa_question"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    hint: Mapped[str | None] = mapped_column(sa.Text)
    asked_when: Mapped[Conditions] = mapped_column(sa.JSON)
    options: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON)  # {id, text}


class VisaRoute(Model):
    __tablename__ = "visa_route"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    id: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.Text)
    shown_when: Mapped[Conditions] = mapped_column(sa.JSON)
    reason: Mapped[str] = mapped_column(sa.Text)  # why it may apply
    ask: Mapped[list[str]] = mapped_column(sa.JSON)  # what to ask whom
    answers: Mapped[list[str]] = mapped_column(sa.JSON)  # keys of guide entries
