"""People who may sign in. Keys are random, never counted numbers."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.crypto import Sealed
from mentorship.extensions import Model

ADMINISTRATOR = "administrator"

user_role = sa.Table(
    "user_role",
    Model.metadata,
    sa.Column("user_id", sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(RoleMixin, Model):
    """A role over the whole site. There is one, administrator; all others belong to a section."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)


class User(UserMixin, Model):
    """A person. ``password`` is empty until an imported person claims the account."""

    __tablename__ = "user"
    __table_args__ = (
        sa.UniqueConstraint("email"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.CheckConstraint("length(name) > 0", name="name_given"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(120))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    confirmed_at: Mapped[dt.datetime | None]
    timezone: Mapped[str | None] = mapped_column(sa.String(64))
    phone_sealed: Mapped[bytes | None]
    created_at: Mapped[dt.datetime]
    demo: Mapped[bool] = mapped_column(default=False)

    roles: Mapped[list[Role]] = relationship(secondary=user_role, lazy="selectin")

    phone = Sealed[str | None]()

    def __init__(self, **values: object) -> None:
        values.setdefault("id", uuid.uuid4())
        super().__init__(**values)

    @property
    def is_administrator(self) -> bool:
        return any(role.name == ADMINISTRATOR for role in self.roles)
