"""A provider of OpenID Connect that really runs on this machine: honest until told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, RSAKey

from mentorship.providers import Provider

CLIENT, SECRET = "mentors", "a secret of two"
Lie = Callable[[dict[str, Any]], None]


@dataclass
class Idp:
    """The provider's mind: who signs in there, and how it bends the truth."""

    port: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    alg: str = "RS256"
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "0815",
            "email": "nora@example.org",
            "email_verified": True,
            "name": "Nora Haddad",
        }
    )
    lie: Lie | None = None  # changes the claims of the next tokens
    token: Callable[[dict[str, Any]], str] | None = None  # makes the token itself
    metadata: dict[str, Any] = field(default_factory=dict)  # said beside the truth
    keys: list[dict[str, Any]] | None = None  # published in the place of the real one
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    reuse: bool = False  # a code works again
    down: bool = False

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def provider(self, **changes: Any) -> Provider:
        values = {
            "id": "uni",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "name": "Your University",
        }
        return Provider(**(values | changes))

    def sign_in(self, address: str) -> str:
        """Do what a browser does there: come, be recognised, be sent back. Return the way back."""
        said = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        assert said["response_type"] == "code"
        assert said["client_id"] == CLIENT
        assert said["code_challenge_method"] == "S256"
        assert "openid" in said["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = said
        back = {"code": code, "state": said["state"], "iss": self.issuer}
        return f"{urlsplit(said['redirect_uri']).path}?{urlencode(back)}"

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
        } | self.metadata

    def exchange(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        said = self.codes.get(form["code"]) if self.reuse else self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if said is None or challenge != said["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form["redirect_uri"] != said["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "access-canary",
            "token_type": "Bearer",
            "id_token": self._id_token(said),
        }

    def _id_token(self, said: Mapping[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": said["nonce"],
        } | self.person
        if "max_age" in said:
            claims["auth_time"] = now
        if self.lie is not None:
            self.lie(claims)
        return self.signed(claims) if self.token is None else self.token(claims)

    def signed(self, claims: dict[str, Any], key: Any = None, alg: str = "") -> str:
        key, alg = key or self.key, alg or self.alg
        return jwt.encode({"alg": alg, "kid": key.kid or "one"}, claims, key, algorithms=[alg])


def unsigned(claims: dict[str, Any]) -> str:
    """Make a token that says that it needs no signature."""
    parts = [{"alg": "none", "kid": "one"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in parts]
    return b".".join([*texts, b""]).decode()


def by_public_key(idp: Idp) -> Callable[[dict[str, Any]], str]:
    """Sign with HS256, and with the public key as the secret: whoever has it could."""
    pem = idp.key.as_pem(private=False)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "one"}).encode())

    def token(claims: dict[str, Any]) -> str:
        import hmac  # noqa: PLC0415  nobody else may

        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
        signed = header.rstrip(b"=") + b"." + body
        mac = hmac.new(pem, signed, hashlib.sha256).digest()
        return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()

    return token


def by_shared_secret(idp: Idp) -> Callable[[dict[str, Any]], str]:
    """Sign with HS256 and the client's secret, which the settings never admit."""
    key = OctKey.import_key(SECRET * 3)
    return lambda claims: idp.signed(claims, key, "HS256")


def by_another_key(idp: Idp) -> Callable[[dict[str, Any]], str]:
    other = RSAKey.generate_key(2048, {"kid": "one"})
    return lambda claims: idp.signed(claims, other)


def by_another_kind_of_key(idp: Idp) -> Callable[[dict[str, Any]], str]:
    other = ECKey.generate_key("P-256", {"kid": "one"})
    return lambda claims: idp.signed(claims, other, "ES256")


def by_a_short_key(idp: Idp) -> Callable[[dict[str, Any]], str]:
    """Sign with a key that the provider has published, and that somebody may have worked out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        idp.key = RSAKey.generate_key(1024, {"kid": "one"})
    return idp.signed


def by_a_key_it_brings(idp: Idp) -> Callable[[dict[str, Any]], str]:
    """Sign with a key of one's own, and name it in the token, where a reader may not look."""
    own = RSAKey.generate_key(2048, {"kid": "own"})
    public = own.as_dict(private=False)
    header = {"alg": "RS256", "kid": "own", "jwk": public, "jku": f"{idp.issuer}/own"}
    return lambda claims: jwt.encode(header, claims, own)


@contextmanager
def running() -> Iterator[Idp]:
    """Serve a provider on a port of its own."""
    idp = Idp()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            idp.asked.append(self.path)
            keys = idp.keys or [idp.key.as_dict(private=False) | {"use": "sig"}]
            found = {
                "/.well-known/openid-configuration": idp.document(),
                "/keys": {"keys": keys},
            }.get(self.path)
            self._answer(200 if found else 404, found or {})

        def do_POST(self) -> None:
            idp.asked.append(self.path)
            length = int(self.headers["Content-Length"])
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
            self._answer(*idp.exchange(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(503 if idp.down else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    idp.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield idp
    server.shutdown()
    thread.join()
    server.server_close()
