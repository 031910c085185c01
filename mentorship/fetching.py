"""Asking strangers' servers for feeds and links: with limits on time, size, way and place.

A leader names the address, and this server can reach what the leader cannot: so only public
addresses are asked. The name is looked up once and the connection goes to the very address that
was checked; every redirect is checked anew.
"""

from __future__ import annotations

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Socket = TypeVar("Socket", bound=socket.socket)
Allowed = Callable[[Address, int], bool]
Read = TypeVar("Read")

PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 3
STEP_SECONDS = 10.0  # that the server may stay silent
WHOLE_SECONDS = 30.0  # for the name, all redirects and the answer, however busily it drips
MOST_BYTES = 4 * 1024 * 1024
CHUNK = 64 * 1024
AGENT = "IMG-Mentorship/1.0"
FEEDS = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
# Ways to write an IPv4 address inside an IPv6 one: what counts is where the packets go.
TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


class FetchFailed(Exception):
    """The address could not be fetched; the message tells a leader why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent. ``body`` is None where nothing has changed since the last time."""

    body: bytes | None
    url: str  # after redirects
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None


def is_public(address: Address, port: int) -> bool:
    """Tell whether an address is one of the open internet, on a port of the web."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped, port)
        if any(address in tunnel for tunnel in TUNNELS):
            return False
    return address.is_global and not address.is_multicast and port in PORTS.values()


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
    return parts


class Fetcher:
    """Fetches feeds, and looks whether links work.

    Tests may allow their own server; the service allows public ones only.
    """

    def __init__(
        self,
        *,
        allowed: Allowed = is_public,
        step: float = STEP_SECONDS,
        whole: float = WHOLE_SECONDS,
        most: int = MOST_BYTES,
    ) -> None:
        self._allowed, self._step, self._whole, self._most = allowed, step, whole, most
        self._trusted = ssl.create_default_context()

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Answer:
        """Fetch a feed, or learn that it has not changed.

        Raises
        ------
        FetchFailed
            The address is not allowed, nobody answers in time, or the answer is no use.

        """
        asked = {"Accept": FEEDS, "If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in asked.items() if value}
        return self._follow(url, "GET", headers, self._read, _Patience(self._step, self._whole))

    def status(self, url: str) -> int:
        """Return the status of a page's last answer: asked by HEAD, and by GET where that fails.

        Raises
        ------
        FetchFailed
            The address is not allowed, or nobody answers in time.

        """
        patience = _Patience(self._step, self._whole)
        with suppress(FetchFailed):
            status = self._follow(url, "HEAD", {"Accept": "*/*"}, _status, patience)
            if status < http.HTTPStatus.BAD_REQUEST:
                return status
        return self._follow(url, "GET", {"Accept": "*/*"}, _status, patience)

    def _follow(
        self,
        url: str,
        method: str,
        headers: dict[str, str],
        read: Callable[[http.client.HTTPResponse, str], Read],
        patience: _Patience,
    ) -> Read:
        """Send a request, and again to where the answer leads."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask(url, method, headers, read, patience)
            if not isinstance(answer, _Onward):
                return answer
            if urlsplit(url).scheme == "https" and urlsplit(answer.url).scheme == "http":
                raise FetchFailed("the server sends us to an address without encryption")
            url = answer.url
        raise FetchFailed(f"the server sends us on more than {MOST_REDIRECTS} times")

    def _ask(
        self,
        url: str,
        method: str,
        headers: dict[str, str],
        read: Callable[[http.client.HTTPResponse, str], Read],
        patience: _Patience,
    ) -> Read | _Onward:
        """Send one request; return the answer, or the address it leads to."""
        parts = web_address(url)
        connection = http.client.HTTPConnection(str(parts.hostname))
        line = _Line(patience.left())
        try:
            connection.sock = self._connect(parts, line, patience)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            common = {"Host": parts.netloc, "User-Agent": AGENT}
            common |= {"Accept-Encoding": "identity", "Connection": "close"}
            connection.request(method, path, headers=common | headers)
            response = connection.getresponse()
            if response.status in REDIRECTS:
                return _Onward(urljoin(url, response.headers.get("Location", "")))
            return read(response, url)
        except TimeoutError:
            raise FetchFailed("the server did not answer in time") from None
        except (OSError, http.client.HTTPException, ValueError) as trouble:
            late = "the server took too long to send its answer"
            raise FetchFailed(late if line.was_cut else _in_words(trouble)) from None
        finally:
            line.end()
            connection.close()

    def _connect(self, parts: SplitResult, line: _Line, patience: _Patience) -> socket.socket:
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        try:
            addresses = _look_up(host, port, patience.step())
        except TimeoutError:
            raise
        except (OSError, UnicodeError):
            raise FetchFailed("there is no server of that name") from None
        # One private address among public ones is a trick, not a choice.
        if not all(self._allowed(ipaddress.ip_address(a), port) for a in addresses):
            raise FetchFailed("the address leads into a private network")
        plain = line.hold(_first_open(addresses, port, patience))
        if parts.scheme == "http":
            return plain
        wrapped = self._trusted.wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False
        )
        line.hold(wrapped).do_handshake()
        return wrapped

    def _read(self, response: http.client.HTTPResponse, url: str) -> Answer:
        etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
        if response.status == http.HTTPStatus.NOT_MODIFIED:
            return Answer(None, url, etag=etag, last_modified=modified)
        if response.status != http.HTTPStatus.OK:
            raise FetchFailed(f"the server answers {response.status} {response.reason}".strip())
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchFailed("the server sends its answer packed, although we asked it not to")
        kind = response.headers.get("Content-Type", "")
        return Answer(self._body(response), url, kind, etag, modified)

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        body = bytearray()
        while chunk := response.read1(CHUNK):
            body += chunk
            if len(body) > self._most:
                raise FetchFailed(f"the answer is larger than {self._most // 1024} KB")
        if response.length:
            raise http.client.IncompleteRead(bytes(body), response.length)
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Onward:
    """Where a server sends us instead of answering."""

    url: str


class _Patience:
    """How long one question may take in all: the name, each redirect, and a second try."""

    def __init__(self, step: float, whole: float) -> None:
        self._step, self._end = step, time.monotonic() + whole

    def left(self) -> float:
        """Return the seconds that are left.

        Raises
        ------
        FetchFailed
            None is.

        """
        if (left := self._end - time.monotonic()) <= 0:
            raise FetchFailed("the server did not answer in time")
        return left

    def step(self) -> float:
        """Return the seconds that the next step may take."""
        return min(self._step, self.left())


class _Line:
    """The socket of one request, cut when its time is over.

    The time-out of a socket starts anew with every byte, so a server that drips could hold us for
    hours.
    """

    def __init__(self, seconds: float) -> None:
        self.was_cut = False
        self._held: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def hold(self, sock: Socket) -> Socket:
        self._held = sock
        return sock

    def end(self) -> None:
        self._timer.cancel()
        if self._held is not None:
            self._held.close()

    def _cut(self) -> None:
        self.was_cut = True
        if self._held is not None:
            with suppress(OSError):  # not connected yet, or closed already
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)


def _status(response: http.client.HTTPResponse, _url: str) -> int:
    return response.status


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Return the addresses of a name. No system call for it ends in time, so a thread waits."""
    found: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as trouble:
            found.put(trouble)
        else:
            found.put([str(info[4][0]) for info in infos])

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _first_open(addresses: list[str], port: int, patience: _Patience) -> socket.socket:
    trouble: OSError = OSError("no address")
    for address in addresses[:3]:
        try:
            return socket.create_connection((address, port), timeout=patience.step())
        except OSError as problem:
            trouble = problem
    raise trouble


def _in_words(trouble: Exception) -> str:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return "the server cannot prove its name (certificate)"
    if isinstance(trouble, ssl.SSLError):
        return "the server's encryption does not work"
    if isinstance(trouble, ConnectionRefusedError):
        return "the server refuses the connection"
    if isinstance(trouble, http.client.IncompleteRead):
        return "the answer broke off"
    return "the connection broke"
