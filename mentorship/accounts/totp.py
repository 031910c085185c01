"""Codes from an authenticator app (RFC 6238), each taken once, and the picture that sets one up."""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from dataclasses import dataclass

import segno
from flask import Flask, current_app
from flask_security.totp import Totp
from passlib.exc import UsedTokenError  # type: ignore[import-untyped]  # it ships no types
from passlib.totp import TotpMatch  # type: ignore[import-untyped]  # it ships no types
from typing_extensions import override

from mentorship.accounts import factors
from mentorship.accounts.models import User
from mentorship.crypto import UnreadableField, keyring
from mentorship.extensions import db

STEP = 30  # seconds a code is shown; one step before and one after are taken too
DIGITS = 6
QUIET = 4  # modules of white around the picture, so that phones find it


class Codes(Totp):
    """Flask-Security's codes. A secret goes out in the clear, to be sealed where it is kept."""

    @override
    def generate_totp_secret(self) -> str:
        return str(self._totp.new().to_json(encrypt=False))

    @override
    def get_last_counter(self, user: User) -> int | None:
        return user.totp_counter

    @override
    def set_last_counter(self, user: User, tmatch: TotpMatch) -> None:
        if not factors.use_counter(db.session(), user, tmatch.counter):
            raise UsedTokenError


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that is offered to a person: as a picture, in letters, and sealed for the form."""

    picture: str  # the path of an SVG whose unit is one module
    size: int
    key: str
    sealed: str


def init_app(app: Flask, issuer: str) -> None:
    """Make the codes of this site; they say ``issuer`` in the app on the phone."""
    # The library encrypts with these where nobody else does.
    unused = {"1": secrets.token_hex()}
    app.extensions["codes"] = Codes(unused, issuer.replace(":", " "))


def looks_like_one(code: str) -> bool:
    """Tell a code of an app from a recovery code."""
    digits = "".join(code.split())
    return digits.isascii() and digits.isdigit() and len(digits) == DIGITS


def check(person: User, code: str, secret: str) -> bool:
    """Tell whether ``code`` is one of the secret, of now or one step beside, and use it up."""
    codes: Codes = current_app.extensions["codes"]
    digits = "".join(code.split())
    return codes.verify_totp(digits, secret, person, window=STEP)


def offer(person: User, sealed: str = "") -> Offer:
    """Offer a new secret, or the one that was offered before."""
    codes: Codes = current_app.extensions["codes"]
    secret = unseal(person, sealed) or codes.generate_totp_secret()
    picture, size = _drawn(codes.get_totp_uri(person.email, secret))
    kept = keyring.seal(secret, place=_place(person.id))
    return Offer(
        picture=picture,
        size=size,
        key=codes.get_totp_pretty_key(secret).replace("-", " "),
        sealed=base64.urlsafe_b64encode(kept).decode(),
    )


def unseal(person: User, sealed: str) -> str | None:
    """Return the secret that was offered to this person; None when it was not."""
    try:
        secret = keyring.open(base64.urlsafe_b64decode(sealed), place=_place(person.id))
    except (UnreadableField, binascii.Error, ValueError):
        return None
    return str(secret)


def _place(person_id: uuid.UUID) -> str:
    return f"totp.offer.{person_id}"


def _drawn(address: str) -> tuple[str, int]:
    """Draw a QR code: a square for each dark module, and the width of the whole."""
    rows = list(segno.make(address, error="m", micro=False).matrix)
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return path, len(rows) + 2 * QUIET
