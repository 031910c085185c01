"""Addresses on the web: what one is, and which lead to the open internet."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from mentorship.connecting import FetchFailed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")  # names of no public server
PORTS = {"http": 80, "https": 443}
# Labels of letters, digits, - and _, as DNS has names of servers in use; at the end perhaps a dot.
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
# Ways to write an IPv4 address inside an IPv6 one: what counts is where the packets go.
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


def is_public(address: Address, port: int) -> bool:
    """Tell whether an address is one of the open internet, on a port of the web."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped, port)
        if any(address in tunnel for tunnel in TUNNELS):
            return False
    return address.is_global and not address.is_multicast and port in PORTS.values()


def is_inside(url: str) -> bool:
    """Tell whether an address names a private network by itself, before anybody looks a name up.

    Whoever fetches it asks :func:`is_public` all the same: a name may lead inside, too.
    """
    parts = web_address(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        is_number = all(part.isdigit() for part in host.split("."))
        return is_number or "." not in host or host.endswith(INSIDE)
    return not is_public(address, parts.port or PORTS[parts.scheme])


def web_address(url: str) -> SplitResult:
    """Take an address apart.

    Raises
    ------
    FetchFailed
        It is no address of a page on the web, or has a name and password in it.

    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed("this is not a web address") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise FetchFailed("the address must start with http:// or https://")
    if parts.username or parts.password:
        raise FetchFailed("the address must not hold a name or a password")
    if any(ord(c) <= 32 or ord(c) >= 127 for c in url):
        raise FetchFailed("the address holds a space or a letter that is not plain")
    if not NAME.fullmatch(parts.hostname) and not is_number(parts.hostname):
        raise FetchFailed("this is not a web address")
    return parts


def is_number(host: str) -> bool:
    """Tell whether a host is an IP address, without the brackets of version 6."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
