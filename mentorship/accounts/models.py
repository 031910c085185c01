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
    keys_off: Mapped[bool] = mapped_column(
        default=False
    )  # of a leader's tables (static/js/keys.js)
    created_at: Mapped[dt.datetime]
    demo: Mapped[bool] = mapped_column(default=False)
    second_factor_at: Mapped[dt.datetime | None]  # since when there is one, of whatever kind
    totp_sealed: Mapped[bytes | None]  # the secret of an authenticator app
    totp_counter: Mapped[int | None] = mapped_column(sa.BigInteger)  # time step of the last code
    reset_link_hash: Mapped[str | None] = mapped_column(sa.String(64))  # of the newest link only
    confirm_link_hash: Mapped[str | None] = mapped_column(sa.String(64))

    roles: Mapped[list[Role]] = relationship(secondary=user_role, lazy="selectin")

    phone = Sealed[str | None]()
    totp = Sealed[str | None]()

    def __init__(self, **values: object) -> None:
        values.setdefault("id", uuid.uuid4())
        super().__init__(**values)

    @property
    def is_administrator(self) -> bool:
        return any(role.name == ADMINISTRATOR for role in self.roles)


class Passkey(Model):
    """A key in a phone, computer or stick of a person; here is its public half."""

    __tablename__ = "passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    transports: Mapped[str] = mapped_column(sa.String(100))  # words of the standard
    backed_up: Mapped[bool]
    name: Mapped[str] = mapped_column(sa.String(60))
    made_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class RecoveryCode(Model):
    """One of ten codes for when the second factor is lost; here is its hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "number"),
        sa.CheckConstraint("number BETWEEN 0 AND 9", name="number_of_ten"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(255))
    used_at: Mapped[dt.datetime | None]


class Identity(Model):
    """An account at a sign-in provider with which a person signs in here."""

    __tablename__ = "sign_in_identity"
    __table_args__ = (
        sa.UniqueConstraint("issuer", "subject"),
        sa.UniqueConstraint("person_id", "issuer"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(sa.String(255))
    subject: Mapped[str] = mapped_column(sa.String(255))  # the provider's own key of the person
    made_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class EmailChange(Model):
    """An address that a person asked for and has not confirmed; here is the hash of the token."""

    __tablename__ = "email_change"
    __table_args__ = (
        sa.UniqueConstraint("person_id"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(sa.String(254))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[dt.datetime]
