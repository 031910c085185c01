"""The signed links that stop round mail with one click, without signing in.

They never expire: an old mail must stop the new ones, too.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer

from mentorship.notices.letters import stationery

PURPOSE = "stop-round-mail"


class StopLinks:
    """Signs and reads the links; the application hands in its secrets when it starts."""

    def __init__(self) -> None:
        self._signer: URLSafeSerializer | None = None

    def load(self, secret_keys: Sequence[str]) -> None:
        """Take the keys, the oldest first: the last one signs, all of them open."""
        self._signer = URLSafeSerializer([*secret_keys], salt=PURPOSE)

    def link(self, person_id: uuid.UUID) -> str:
        return stationery.link(f"/notices/stop/{self._loaded().dumps(person_id.hex)}")

    def read(self, token: str) -> uuid.UUID | None:
        """Return whose mail a link stops, or None when we did not make it for this purpose."""
        try:
            return uuid.UUID(self._loaded().loads(token))
        except BadSignature:
            return None

    def _loaded(self) -> URLSafeSerializer:
        if self._signer is None:
            raise RuntimeError("the application has not loaded its secret key yet")
        return self._signer


stop_links = StopLinks()
