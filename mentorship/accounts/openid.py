"""OpenID Connect: asking a provider who somebody is, and checking every word of its answer.

The protocol is Authlib's, the signatures are joserfc's; requests go through our own fetcher, with
its limits on time, size and place. An attempt is sealed into the cookie of the browser that begins
it, and used up by the first answer. Tokens are looked at and dropped: none is kept.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, MissingKeyError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from mentorship.accounts.asking import Discovery, ProviderDown, Transport
from mentorship.accounts.attempts import Account, Attempt, Purpose
from mentorship.providers import Provider

LEEWAY = 60  # seconds by which two clocks may differ
SCOPE = "openid email profile"
MOST_OF_A_NAME = 255  # characters of a subject, as the standard has it
KINDS_OF_KEY = frozenset({"RSA", "EC"})
LEAST_BITS = 2048  # of a key for RSA: 112 bits of strength; curves of 256 bits have 128
UNREADABLE = (JoseError, ValueError, TypeError, LookupError, AttributeError)


class Refused(Exception):
    """The answer is not one to trust; the message says why, for the log, and names nobody."""


class Declined(Exception):
    """The person, or the provider, said no."""


class Client:
    """Speaks with one provider as this site."""

    def __init__(self, provider: Provider, callback: str, *, loopback: bool) -> None:
        self._provider, self._callback = provider, callback
        self._transport = Transport(provider, loopback=loopback)
        self._discovery = Discovery(provider, self._transport)

    def address(self, attempt: Attempt) -> str:
        """Return where to send the browser.

        Raises
        ------
        ProviderDown
            The provider does not say where.

        """
        again = {"prompt": "login", "max_age": "0"} if attempt.purpose is Purpose.AGAIN else {}
        address, _ = self._client().create_authorization_url(
            self._discovery.metadata()["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
            **again,
        )
        return str(address)

    def answer(self, attempt: Attempt, said: Mapping[str, str]) -> Account:
        """Check the answer that a browser brings, exchange its code, and check the ID token.

        Raises
        ------
        Declined
            There is no code: the person, or the provider, said no.
        Refused
            Something does not fit.
        ProviderDown
            The provider cannot be asked.

        """
        self._check_fit(attempt, said)
        if "error" in said:
            raise Declined(said["error"][:60])
        if not said.get("code"):
            raise Refused("no code")
        token = self._exchange(attempt, said["code"])
        account = self._read(attempt, token)
        if attempt.purpose is Purpose.AGAIN:
            _check_recent(attempt, account)
        return account

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._transport,
            client_id=self._provider.client_id,
            client_secret=self._provider.client_secret,
            token_endpoint_auth_method=self._discovery.way_to_authenticate(),
            scope=SCOPE,
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )

    def _check_fit(self, attempt: Attempt, said: Mapping[str, str]) -> None:
        """See that this answers our question, from the provider that was asked (RFC 9207)."""
        if not secrets.compare_digest(said.get("state", "").encode(), attempt.state.encode()):
            raise Refused("state")
        if attempt.provider != self._provider.id:
            raise Refused("another provider was asked")
        told = self._discovery.metadata().get("authorization_response_iss_parameter_supported")
        if (told is True or "iss" in said) and said.get("iss") != self._provider.issuer:
            raise Refused("issuer of the answer")

    def _exchange(self, attempt: Attempt, code: str) -> Mapping[str, Any]:
        try:
            token: dict[str, Any] = self._client().fetch_token(
                self._discovery.metadata()["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
        except AuthlibBaseError as problem:
            raise Refused(f"code: {str(problem.error)[:60]}") from None
        except ValueError:
            raise ProviderDown("its token endpoint makes no sense") from None
        if not isinstance(token.get("id_token"), str):
            raise Refused("no ID token")
        return token

    def _read(self, attempt: Attempt, token: Mapping[str, Any]) -> Account:
        issuer, client_id = self._provider.issuer, self._provider.client_id
        try:
            signed = self._signed(token["id_token"])
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": issuer},
                    "aud": {"essential": True, "value": client_id},
                },
                {
                    "nonce": attempt.nonce,
                    "client_id": client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY)
        except UNREADABLE as problem:
            raise Refused(f"ID token: {_why(problem)}") from None
        if claims["aud"] not in (client_id, [client_id]):
            raise Refused("ID token: it is for others too")
        return _account(claims)

    def _signed(self, token: str) -> jwt.Token:
        """Check the signature, with keys fetched anew where the key is one we do not know."""
        try:
            return self._decoded(token, self._discovery.keys())
        except (InvalidKeyIdError, MissingKeyError):
            return self._decoded(token, self._discovery.keys(anew=True))

    def _decoded(self, token: str, keys: list[dict[str, Any]]) -> jwt.Token:
        public = [key for key in keys if key.get("kty") in KINDS_OF_KEY]
        usable = [key for key in public if key.get("use", "sig") == "sig" and _is_strong(key)]
        registry = JWSRegistry(
            algorithms=list(self._provider.algorithms), strict_check_header=False
        )
        return jwt.decode(token, KeySet.import_key_set({"keys": usable}), registry=registry)


def _is_strong(key: Mapping[str, Any]) -> bool:
    """Tell whether a published key is long enough; a short one counts as none."""
    if key["kty"] != "RSA":
        return True  # the curves that the settings admit have 256 bits and more
    modulus = base64.urlsafe_b64decode(key["n"] + "==")
    return int.from_bytes(modulus).bit_length() >= LEAST_BITS


def _account(claims: Mapping[str, Any]) -> Account:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_OF_A_NAME:
        raise Refused("subject")
    email, name, at = claims.get("email"), claims.get("name"), claims.get("auth_time")
    verified = claims.get("email_verified") is True and isinstance(email, str)
    return Account(
        issuer=claims["iss"],
        subject=subject,
        email=str(email) if verified else None,
        name=name if isinstance(name, str) else "",
        signed_in_at=None if at is None else float(at),
    )


def _check_recent(attempt: Attempt, account: Account) -> None:
    """Believe that somebody has just proved who they are only if the provider says when."""
    if account.signed_in_at is None or account.signed_in_at < attempt.began_at - LEEWAY:
        raise Refused("no fresh sign-in there")


def _why(problem: Exception) -> str:
    """Name what is wrong without repeating what was sent."""
    if isinstance(problem, JoseError):
        claim = getattr(problem, "claim", None)
        return f"{problem.error} {claim}" if isinstance(claim, str) else str(problem.error)
    return type(problem).__name__


__all__ = ["Client", "Declined", "ProviderDown", "Refused"]
