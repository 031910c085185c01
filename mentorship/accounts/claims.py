"""The signed links by which people claim an account that waits for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

VALID_FOR = dt.timedelta(days=14)
PURPOSE = "claim"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link says. ``key`` changes when it is used, so that a link works once."""

    key: str
    expires: dt.datetime


class ClaimLinks:
    """Signs and reads the links; the application hands in its secrets when it starts."""

    def __init__(self) -> None:
        self._signer: URLSafeSerializer | None = None

    def load(self, secret_keys: Sequence[str]) -> None:
        """Take the keys, the oldest first: the last one signs, all of them open."""
        self._signer = URLSafeSerializer([*secret_keys], salt=PURPOSE)

    def sign(self, key: str, *, now: dt.datetime) -> str:
        expires = int((now + VALID_FOR).timestamp())
        return str(self._loaded().dumps([key, expires]))

    def read(self, token: str) -> Claim | None:
        """Return what the link says, or None when we did not make it for this purpose."""
        try:
            key, expires = self._loaded().loads(token)
        except BadSignature:
            return None
        return Claim(key, dt.datetime.fromtimestamp(expires, dt.UTC))

    def _loaded(self) -> URLSafeSerializer:
        if self._signer is None:
            raise RuntimeError("the application has not loaded its secret key yet")
        return self._signer


claim_links = ClaimLinks()
