"""The cookie of a session: signed as Flask does it, and sealed, so that it says nothing.

It holds what somebody looks for and what the next page tells them, names and addresses among it.
Only the signature would keep it from being changed, and not from being read.
"""

from __future__ import annotations

import base64
import os
import zlib
from contextlib import suppress
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, Request
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadPayload, URLSafeTimedSerializer

PURPOSE = b"session cookie"
NONCE_BYTES = 12


class SealedCookies(SecureCookieSessionInterface):
    """Flask's own sessions, sealed under keys made from ``SECRET_KEY`` and its fallbacks."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        signing = super().get_signing_serializer(app)
        if signing is not None:
            keys = app.config["SECRET_KEY"], *(app.config["SECRET_KEY_FALLBACKS"] or ())
            signing.serializer = _Sealed(keys)
        return signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Begin anew with a cookie that is signed and does not open."""
        try:
            return super().open_session(app, request)
        except BadPayload:
            return self.session_class()


class _Sealed:
    """Turns a session into text and back, as ``itsdangerous`` asks for it."""

    _plain = TaggedJSONSerializer()

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._ciphers = [_cipher(secret) for secret in secrets]

    def dumps(self, value: Any) -> str:
        nonce = os.urandom(NONCE_BYTES)
        packed = zlib.compress(self._plain.dumps(value).encode())  # a cookie has 4 KB at most
        sealed = self._ciphers[0].encrypt(nonce, packed, PURPOSE)
        return base64.b64encode(nonce + sealed).decode()  # what that adds is packed away later

    def loads(self, text: str) -> Any:
        sealed = base64.b64decode(text, validate=True)
        for cipher in self._ciphers:
            with suppress(InvalidTag):  # another key's
                packed = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PURPOSE)
                return self._plain.loads(zlib.decompress(packed).decode())
        raise ValueError("sealed under no key of ours")


@cache
def _cipher(secret: str) -> AESGCM:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode())
    return AESGCM(key)
