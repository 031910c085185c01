"""Passkeys (WebAuthn): what the browser is asked, and whether its answer proves anything.

A question is sealed into the page, for one person, purpose and five minutes, so nothing is kept
for it. The address is the configured one: a passkey made for this site serves no other.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from flask import current_app
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mentorship.accounts import factors
from mentorship.accounts.models import Passkey, User
from mentorship.config import Settings
from mentorship.crypto import UnreadableField, keyring

VALID_FOR = dt.timedelta(minutes=5)
UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)
ADD, SECOND, AGAIN = "add", "second step", "again"


@dataclass(frozen=True, slots=True)
class Question:
    """What a page needs to ask the browser: the options, and the question sealed."""

    options: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the browser said to a question, as the form brought it."""

    answer: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Site:
    """The address for which passkeys are made."""

    origin: str
    name: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""


def ask_to_make(person: User, known: Sequence[Passkey], *, now: dt.datetime) -> Question:
    """Ask the browser for a new passkey, on a device that has none of this person yet."""
    site, challenge = _site(), secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=person.id.bytes,
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        timeout=int(VALID_FOR.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_named(passkey) for passkey in known],
    )
    return Question(options_to_json(options), _seal(challenge, person, ADD, now=now))


def made(person: User, reply: Reply, *, name: str, now: dt.datetime) -> Passkey | None:
    """Return the passkey that the browser made, not kept yet; None when it did not make one."""
    site, question = _site(), _unseal(reply.sealed, person, ADD, now=now)
    if question is None:
        return None
    try:
        found = webauthn.verify_registration_response(
            credential=reply.answer,
            expected_challenge=question[0],
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        said = json.loads(reply.answer)["response"].get("transports") or []
        known = {each.value for each in AuthenticatorTransport}
        transports = [word for word in said if word in known]
    except UNREADABLE:
        return None
    return Passkey(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        transports=" ".join(transports),
        backed_up=found.credential_backed_up,
        name=name,
    )


def ask_to_use(
    person: User, known: Sequence[Passkey], purpose: str, *, now: dt.datetime
) -> Question:
    """Ask the browser for an answer by one of the passkeys of this person."""
    site, challenge = _site(), secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(VALID_FOR.total_seconds() * 1000),
        allow_credentials=[_named(passkey) for passkey in known],
        user_verification=_verification(purpose),
    )
    return Question(options_to_json(options), _seal(challenge, person, purpose, now=now))


def used(session: Session, person: User, purpose: str, reply: Reply, *, now: dt.datetime) -> bool:
    """Tell whether the browser has proved that the person has a passkey; each answer once."""
    site, question = _site(), _unseal(reply.sealed, person, purpose, now=now)
    if question is None:
        return False
    challenge, asked_at = question
    try:
        key = base64url_to_bytes(json.loads(reply.answer)["rawId"])
        passkey = next(p for p in factors.passkeys_of(session, person) if p.credential_id == key)
        found = webauthn.verify_authentication_response(
            credential=reply.answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=purpose == AGAIN,
        )
    except (StopIteration, *UNREADABLE):
        return False
    return factors.use_passkey(
        session, passkey, count=found.new_sign_count, asked_at=asked_at, now=now
    )


def _site() -> Site:
    """Return this site; its address is the configured one, whatever a request claims."""
    settings: Settings = current_app.config["SETTINGS"]
    parts = urlsplit(settings.base_url)
    return Site(origin=f"{parts.scheme}://{parts.netloc}", name=settings.site_name)


def _verification(purpose: str) -> UserVerificationRequirement:
    """Want the finger or the PIN where the passkey stands alone, not beside a password."""
    if purpose == AGAIN:
        return UserVerificationRequirement.REQUIRED
    return UserVerificationRequirement.PREFERRED


def _named(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(word) for word in passkey.transports.split()]
    return PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports or None)


def _seal(challenge: bytes, person: User, purpose: str, *, now: dt.datetime) -> str:
    question = [base64.b64encode(challenge).decode(), now.timestamp()]
    sealed = keyring.seal(question, place=_place(person, purpose))
    return base64.urlsafe_b64encode(sealed).decode()


def _unseal(
    text: str, person: User, purpose: str, *, now: dt.datetime
) -> tuple[bytes, dt.datetime] | None:
    try:
        blob = base64.urlsafe_b64decode(text)
        challenge, stamp = keyring.open(blob, place=_place(person, purpose))
    except (UnreadableField, ValueError):
        return None
    asked_at = dt.datetime.fromtimestamp(stamp, dt.UTC)
    return (base64.b64decode(challenge), asked_at) if now - asked_at < VALID_FOR else None


def _place(person: User, purpose: str) -> str:
    return f"passkey.{purpose}.{person.id}"
