"""What stands for people where a section hides their names: nothing that another page shows."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from mentorship.config import Settings
from mentorship.profiles.models import ProfileKind

CODE_DIGITS = 6  # two of 300 mentors share a code in one section of 370
OPTION_DIGITS = 32


class _Key:
    """The key of this process's codes; without it a code tells nothing of an account's key.

    Accounts' keys stand beside names in addresses, such as those of the directory. The secret is
    that of the audit log, which stays, so that a code stays the same.
    """

    def __init__(self) -> None:
        self._key = b""

    def load(self, settings: Settings) -> None:
        secret = settings.audit_key or settings.secret_key
        self._key = hashlib.sha256(b"names|" + secret.encode()).digest()

    def digest(self, use: str, text: str) -> str:
        return hmac.new(self._key, f"{use}|{text}".encode(), hashlib.sha256).hexdigest()


key = _Key()


def code_name(kind: ProfileKind, person_id: uuid.UUID) -> str:
    """Return what stands in place of a name that the section hides; the same each time."""
    word = "IMG" if kind is ProfileKind.IMG else "Mentor"
    return f"{word} {key.digest(str(kind), str(person_id))[:CODE_DIGITS].upper()}"


def option_of(person: str) -> str:
    """Return what a list to choose from sends in place of a person's key, in hex digits."""
    return key.digest("option", person)[:OPTION_DIGITS]
