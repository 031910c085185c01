"""One attempt to sign in elsewhere, sealed into the browser's cookie, and what comes of it."""

from __future__ import annotations

import base64
import dataclasses
import enum
import secrets
import time
import uuid
from dataclasses import dataclass

from mentorship.crypto import UnreadableField, keyring

VALID_FOR = 600  # seconds in which somebody signs in at the provider
PLACE = "single sign-on.attempt"


class Purpose(enum.StrEnum):
    """What somebody is sent to the provider for."""

    SIGN_IN = "sign in"
    CONNECT = "connect"  # another way into an account that is open
    AGAIN = "again"  # to prove once more who they are


@dataclass(frozen=True, slots=True)
class Attempt:
    """What must fit together between the question and the answer."""

    provider: str
    purpose: Purpose
    back: str  # path where the person was going
    person: str | None  # the key of who is signed in
    state: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(48))
    began_at: float = dataclasses.field(default_factory=time.time)

    def sealed(self) -> str:
        blob = keyring.seal(dataclasses.asdict(self), place=PLACE)
        return base64.urlsafe_b64encode(blob).decode()

    @classmethod
    def unsealed(cls, text: str) -> Attempt | None:
        """Return what a cookie holds; None where it is not ours or too old."""
        try:
            found = keyring.open(base64.urlsafe_b64decode(text), place=PLACE)
        except (UnreadableField, ValueError):
            return None
        attempt = cls(**(found | {"purpose": Purpose(found["purpose"])}))
        return attempt if 0 <= time.time() - attempt.began_at < VALID_FOR else None

    @property
    def person_id(self) -> uuid.UUID | None:
        return uuid.UUID(self.person) if self.person else None


@dataclass(frozen=True, slots=True)
class Account:
    """Who the provider says somebody is. Only issuer and subject together name them for good."""

    issuer: str
    subject: str
    email: str | None  # only where the provider has verified it
    name: str
    signed_in_at: float | None  # when they last showed the provider who they are
