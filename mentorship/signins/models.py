"""A session: one browser in which somebody is signed in."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of

BROWSER_LENGTH = 60


class Rank(enum.StrEnum):
    """What a session may reach, at most; it decides how long it may last."""

    MEMBER = "member"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


class UserSession(Model):
    """What is known of one session. Its token is in the cookie only; here is the token's SHA-256.

    ``key`` is the person's own key when the session began: where the person has another one by
    now (a new password, say), the session is over, whoever changed it and wherever.
    """

    __tablename__ = "user_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(sa.String(64))
    rank: Mapped[Rank] = mapped_column(one_of(Rank, "rank_known"))
    browser: Mapped[str] = mapped_column(sa.String(BROWSER_LENGTH))  # in words, not as it was sent
    opened_at: Mapped[dt.datetime] = mapped_column(index=True)
    seen_at: Mapped[dt.datetime]
