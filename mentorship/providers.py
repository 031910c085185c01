"""Settings of single sign-on: the providers of OpenID Connect with whom people may sign in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mentorship.environment import LOOPBACK, ConfigError, listed, read

NAMES = re.compile(r"[a-z][a-z0-9]{0,19}")
SETTING = re.compile(r"SSO_([A-Z][A-Z0-9]{0,19})_(ISSUER|CLIENT_ID|CLIENT_SECRET)(_FILE)?")
# A public key checks each of these. A provider never signs with the secret that it shares with us.
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "RS512", "ES384", "ES512", "PS384", "PS512")
USUAL_ALGORITHMS = ("RS256", "PS256", "ES256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider. ``id`` stands in addresses: that of the way back is registered there."""

    id: str
    issuer: str
    client_id: str
    client_secret: str
    name: str  # on the button
    algorithms: tuple[str, ...] = USUAL_ALGORITHMS
    joining: bool = True  # whom it sends, and nobody knows here, may make an account
    private: bool = False  # it lives in the operator's own network
    more_hosts: tuple[str, ...] = ()  # that its documents lead to, beside the issuer's

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def hosts(self) -> frozenset[str]:
        """Return the hosts that may be asked on the provider's behalf, in small letters."""
        own = urlsplit(self.issuer).hostname or ""
        return frozenset({own, *(host.lower() for host in self.more_hosts)})

    def check(self, *, loopback: bool) -> None:
        """Refuse what cannot work or is not safe; ``loopback`` admits http on this machine.

        Raises
        ------
        ConfigError
            The message names the setting.

        """
        setting = f"SSO_{self.id.upper()}_"
        parts = urlsplit(self.issuer)
        local = loopback and parts.scheme == "http" and parts.hostname in LOOPBACK
        if parts.scheme != "https" and not local:
            raise ConfigError(f"{setting}ISSUER must be an https:// address")
        if not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ConfigError(f"{setting}ISSUER must be the plain address of the provider")
        unknown = [word for word in self.algorithms if word not in ALGORITHMS]
        if unknown or not self.algorithms:
            raise ConfigError(
                f"{setting}ALGORITHMS holds {' '.join(unknown)!r}; want some of"
                f" {', '.join(ALGORITHMS)}"
            )


def providers_from(environ: Mapping[str, str]) -> tuple[Provider, ...]:
    """Read the providers that ``SSO_PROVIDERS`` names, in its order.

    Raises
    ------
    ConfigError
        Half a configuration, or settings of a provider that is not named.

    """
    names = listed(environ, "SSO_PROVIDERS")
    for name in names:
        if not NAMES.fullmatch(name):
            raise ConfigError(
                f"SSO_PROVIDERS holds {name!r}; want short words of small letters and digits"
            )
    if len(set(names)) < len(names):
        raise ConfigError("SSO_PROVIDERS names a provider twice")
    for variable in sorted(environ):
        found = SETTING.fullmatch(variable)
        if found and environ[variable] and found[1].lower() not in names:
            raise ConfigError(
                f"{variable} is set, but SSO_PROVIDERS does not name {found[1].lower()!r}"
            )
    providers = tuple(_provider(environ, name) for name in names)
    if len({each.issuer for each in providers}) < len(providers):
        raise ConfigError("two providers of SSO_PROVIDERS have the same ISSUER")
    return providers


def _provider(environ: Mapping[str, str], name: str) -> Provider:
    def needed(word: str) -> str:
        setting = f"SSO_{name.upper()}_{word}"
        value = read(environ, setting)
        if value is None:
            raise ConfigError(f"{setting} is not set, but SSO_PROVIDERS names {name!r}")
        return value

    def either(word: str, usual: str) -> bool:
        setting = f"SSO_{name.upper()}_{word}"
        value = (read(environ, setting) or usual).lower()
        if value not in {"yes", "no"}:
            raise ConfigError(f"{setting} is {value!r}; want yes or no")
        return value == "yes"

    return Provider(
        id=name,
        issuer=needed("ISSUER"),
        client_id=needed("CLIENT_ID"),
        client_secret=needed("CLIENT_SECRET"),
        name=(read(environ, f"SSO_{name.upper()}_NAME") or name.capitalize())[:60],
        algorithms=listed(environ, f"SSO_{name.upper()}_ALGORITHMS") or USUAL_ALGORITHMS,
        joining=either("JOIN", "yes"),
        private=either("PRIVATE", "no"),
        more_hosts=listed(environ, f"SSO_{name.upper()}_HOSTS"),
    )
