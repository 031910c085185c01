"""A security key in software: it answers a page as a browser with a real one would."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.page import Page

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def _text(blob: bytes) -> str:
    return urlsafe_b64encode(blob).decode().rstrip("=")


def asked(page: Page, kind: str = "get") -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a page asks of the browser, and the other fields of the form that asks."""
    form = page.tree.find(f".//form[@data-passkey='{kind}']")
    assert form is not None, f"no passkey is asked for on {page.h1!r}"
    fields = {f.get("name", ""): f.get("value") or "" for f in form.iter("input")}
    return json.loads(form.get("data-options", "")), fields


@dataclass
class Authenticator:
    """One key pair, for one site."""

    origin: str = "http://localhost"
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def make(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.create``."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        length = len(self.credential_id).to_bytes(2, "big")
        data = self._data(ATTESTED) + bytes(16) + length + self.credential_id + cose
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = {
            "clientDataJSON": _text(self._client("webauthn.create", options)),
            "attestationObject": _text(attestation),
            "transports": ["internal", "unheard-of"],
        }
        return self._answer(said)

    def use(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.get``."""
        self.count += 1
        data, client = self._data(), self._client("webauthn.get", options)
        signed = data + hashlib.sha256(client).digest()
        said = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        return self._answer(said)

    def _data(self, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(self.host.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        key = _text(self.credential_id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})
