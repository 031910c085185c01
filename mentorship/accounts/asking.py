"""The way to a sign-in provider: where it says its doors are, its keys, and how it is asked.

The operator names the issuer, but its documents name more addresses, so these are no more trusted
than a stranger's: https only, only hosts that the operator names, and into no private network
unless the operator says that the provider lives there. What it says is kept for an hour in each
process.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.auth import ClientAuth

from mentorship.addresses import Address, is_public
from mentorship.connecting import FetchFailed
from mentorship.environment import LOOPBACK
from mentorship.fetching import Fetcher
from mentorship.providers import Provider

WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT = 3600.0  # seconds
AT_MOST_EVERY = 60.0  # seconds between two looks for keys that we do not know
STEP_SECONDS, WHOLE_SECONDS = 4.0, 8.0
MOST_BYTES = 256 * 1024
HTTPS = 443
OK = 200


class ProviderDown(Exception):
    """The provider cannot be reached, or makes no sense. It may work again in a while."""


class Transport:
    """Asks a provider, in the shape in which Authlib's client wants it."""

    def __init__(self, provider: Provider, *, loopback: bool) -> None:
        self._provider, self._loopback = provider, loopback
        self._fetcher = Fetcher(
            listed=provider.hosts.__contains__,
            allowed=self._allowed,
            step=STEP_SECONDS,
            whole=WHOLE_SECONDS,
            most=MOST_BYTES,
        )

    def get(self, url: str) -> dict[str, Any]:
        """Fetch a document.

        Raises
        ------
        ProviderDown
            There is none.

        """
        answer = self._exchange(url, {"Accept": "application/json"}, None)
        if answer.status_code != OK:
            raise ProviderDown(f"it answers {answer.status_code}")
        try:
            found = answer.json()
        except ValueError:
            raise ProviderDown("its document cannot be read") from None
        if not isinstance(found, dict):
            raise ProviderDown("its document makes no sense")
        return found

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> Answer:
        """Send the form that exchanges a code; Authlib calls it.

        Raises
        ------
        ProviderDown
            Nobody answers.

        """
        url, sent, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self._exchange(url, sent, body)

    def _exchange(self, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        self.check(url)
        try:
            return Answer(*self._fetcher.exchange(url, headers=headers, body=body))
        except FetchFailed as problem:
            raise ProviderDown(str(problem)) from None

    def check(self, url: str) -> None:
        """Refuse an address without encryption, but for this machine while developing.

        Raises
        ------
        ProviderDown
            It is one.

        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self._loopback and parts.hostname in LOOPBACK):
            raise ProviderDown("it names an address without encryption")

    def _allowed(self, address: Address, _port: int) -> bool:
        if self._loopback and address.is_loopback:
            return True
        if self._provider.private and _is_own_network(address):
            return True
        return is_public(address, HTTPS)  # whatever the port: the operator chose the provider


class Answer:
    """A provider's answer, in the shape in which Authlib reads it."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code, self._content = status_code, content

    def raise_for_status(self) -> None:
        if self.status_code != OK:
            raise ProviderDown(f"it answers {self.status_code}")

    def json(self) -> Any:
        return json.loads(self._content)


class Discovery:
    """What a provider says of itself, by its address."""

    def __init__(self, provider: Provider, transport: Transport) -> None:
        self._provider, self._transport = provider, transport
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None

    def metadata(self) -> Mapping[str, Any]:
        """Return its document.

        Raises
        ------
        ProviderDown
            There is none, or it is another provider's.

        """
        if self._metadata is None or time.monotonic() - self._metadata[0] > KEPT:
            found = self._transport.get(self._provider.issuer.rstrip("/") + WELL_KNOWN)
            self._check(found)
            self._metadata = time.monotonic(), found
        return self._metadata[1]

    def keys(self, *, anew: bool = False) -> list[dict[str, Any]]:
        """Return its public keys, as the document of keys has them.

        Raises
        ------
        ProviderDown
            There are none.

        """
        age = None if self._keys is None else time.monotonic() - self._keys[0]
        if age is None or age > (AT_MOST_EVERY if anew else KEPT):
            found = self._transport.get(self.metadata()["jwks_uri"]).get("keys")
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise ProviderDown("its keys make no sense")
            self._keys = time.monotonic(), found
        assert self._keys is not None  # noqa: S101  for mypy: it was set right above
        return self._keys[1]

    def way_to_authenticate(self) -> str:
        """Return how the secret is sent: in a header, or in the form where only that is known."""
        ways = self.metadata().get("token_endpoint_auth_methods_supported")
        if isinstance(ways, list) and ways and "client_secret_basic" not in ways:
            return "client_secret_post"
        return "client_secret_basic"

    def _check(self, found: Mapping[str, Any]) -> None:
        if found.get("issuer") != self._provider.issuer:
            raise ProviderDown("its document names another issuer")
        for name in NEEDED:
            if not isinstance(found.get(name), str):
                raise ProviderDown(f"its document does not name its {name}")
            self._transport.check(found[name])
        door = urlsplit(found["authorization_endpoint"])
        if f"{door.scheme}://{door.netloc}" != self._provider.origin:
            raise ProviderDown("its sign-in page is on another host than the issuer")


def _is_own_network(address: Address) -> bool:
    """Tell a private network from this machine, and from where clouds keep their secrets."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return _is_own_network(address.ipv4_mapped)
    nowhere = address.is_loopback or address.is_link_local or address.is_unspecified
    return address.is_private and not nowhere and not address.is_multicast
