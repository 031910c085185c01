"""Encrypted columns: AES-256-GCM, bound to the table, column and row they stand in.

A stored value is ``key id, ":", 12-byte nonce, ciphertext and tag``. A value copied to another row
or column does not open there. Keys come from the settings: the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
REPEATED = 3  # signs of a piece that was there before
MIN_STRENGTH = 72  # bits of a secret; 16 random bytes in hex have more, but for one in millions

T = TypeVar("T")


class UnreadableField(RuntimeError):
    """A sealed value does not open: wrong key, wrong place, or damaged."""


class BadKeys(ValueError):
    """The configured field keys cannot be used; the message says why and shows no key."""


class Keyring:
    """The field keys of this process; empty until the application loads them."""

    def __init__(self) -> None:
        self._keys: Mapping[str, AESGCM] = MappingProxyType({})
        self._raw: Mapping[str, bytes] = MappingProxyType({})
        self._current = ""

    def load(self, text: str) -> None:
        """Read ``id:base64,id:base64``; the first key is the one that seals.

        Raises
        ------
        BadKeys
            No key, an id without a name, a repeated id, or a key that is not 32 random bytes.

        """
        keys: dict[str, AESGCM] = {}
        raws: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, _, encoded = part.partition(":")
            if not name or name in keys:
                raise BadKeys("each field key needs an id of its own: id:base64")
            try:
                raw = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                raise BadKeys(f"field key {name!r} is not base64") from None
            if len(raw) != KEY_BYTES:
                raise BadKeys(f"field key {name!r} has {len(raw)} bytes; it needs {KEY_BYTES}")
            if strength(raw.decode("latin-1")) < MIN_STRENGTH:
                raise BadKeys(f"field key {name!r} is easy to guess; make one with: flask keys new")
            keys[name], raws[name] = AESGCM(raw), raw
        if not keys:
            raise BadKeys("no field key is set")
        self._keys, self._current = MappingProxyType(keys), next(iter(keys))
        self._raw = MappingProxyType(raws)

    def seal(self, value: object, *, place: str) -> bytes:
        """Encrypt a JSON value for ``place`` (table.column.row)."""
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
        cipher = self._keys[self._current]
        sealed = cipher.encrypt(nonce, plain, place.encode())
        return self._current.encode() + b":" + nonce + sealed

    def open(self, blob: bytes, *, place: str) -> Any:
        """Decrypt what :meth:`seal` made for the same place.

        Raises
        ------
        UnreadableField
            The key is not here, or the value was made for another place or altered.

        """
        name, _, rest = bytes(blob).partition(b":")
        cipher = self._keys.get(name.decode("ascii", "replace"))
        if cipher is None:
            raise UnreadableField(f"{place}: its key is not configured")
        try:
            plain = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode())
        except InvalidTag:
            raise UnreadableField(f"{place}: wrong place or altered") from None
        return json.loads(plain)

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._current

    def derived(self, name: str, *, salt: bytes, purpose: str) -> AESGCM:
        """Return a cipher for one archive, from one of the keys; no two archives share one.

        Raises
        ------
        UnreadableField
            The key is not here.

        """
        if name not in self._raw:
            raise UnreadableField(f"the field key {name!r} is not configured")
        kdf = HKDF(hashes.SHA256(), KEY_BYTES, salt=salt, info=purpose.encode())
        return AESGCM(kdf.derive(self._raw[name]))

    def seal_anew(self, blob: bytes, *, place: str) -> bytes | None:
        """Seal a value again under the current key; None where it is sealed so already.

        Raises
        ------
        UnreadableField
            It does not open.

        """
        name, _, _ = bytes(blob).partition(b":")
        if name == self._current.encode():
            return None
        return self.seal(self.open(blob, place=place), place=place)


keyring = Keyring()


def strength(text: str) -> float:
    """Estimate the bits somebody must guess: what was there before or counts upwards adds nothing.

    It tells a random text from a lazy one. It does not know words: a sentence passes.
    """
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return _new_signs(text) * min(_entropy(text), _entropy(steps))


def _new_signs(text: str) -> int:
    """Count signs as LZ77 does: a piece of three or more that was there before counts as one."""
    count = at = 0
    while at < len(text):
        length = 1
        while at + length < len(text) and text[at : at + length + 1] in text[: at + length]:
            length += 1
        count += 1
        at += length if length >= REPEATED else 1
    return count


def _entropy(signs: Sequence[object]) -> float:
    """Return Shannon's bits a sign."""
    shares = [count / len(signs) for count in Counter(signs).values()]
    return -sum(share * math.log2(share) for share in shares)


def new_key() -> str:
    """Make a fresh field key, base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


class Sealed(Generic[T]):
    """A model attribute whose value is kept encrypted in the column ``<name>_sealed``.

    The row's ``id`` must be set before the value is, since it is part of what is authenticated.
    ``None`` is stored as NULL.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"{name}_sealed"

    @overload
    def __get__(self, row: None, owner: type) -> Sealed[T]: ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        blob = getattr(row, self.column)
        return None if blob is None else keyring.open(blob, place=self._place(row))

    def __set__(self, row: Any, value: T) -> None:
        blob = None if value is None else keyring.seal(value, place=self._place(row))
        setattr(row, self.column, blob)

    def _place(self, row: Any) -> str:
        if row.id is None:
            raise ValueError(f"{row.__tablename__}: give the row its id before {self.column}")
        return f"{row.__tablename__}.{self.column}.{row.id}"
