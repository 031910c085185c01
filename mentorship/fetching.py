"""Asking strangers' servers for feeds and links: with limits on time, size, way and place.

A leader names the address, and this server can reach what the leader cannot: so only hosts on a
list are asked, and public addresses. The name is looked up once and the connection goes to the
very address that was checked; every redirect is checked anew.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from mentorship.addresses import PORTS, Address, is_public, web_address
from mentorship.connecting import (
    FetchFailed,
    Line,
    NotListed,
    Patience,
    SentOutside,
    first_open,
    in_words,
    look_up,
)

Allowed = Callable[[Address, int], bool]
Read = TypeVar("Read")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 3
STEP_SECONDS = 10.0  # that the server may stay silent
WHOLE_SECONDS = 30.0  # for the name, all redirects and the answer, however busily it drips
MOST_BYTES = 4 * 1024 * 1024
CHUNK = 64 * 1024
AGENT = "IMG-Mentorship/1.0"
ANYTHING = MappingProxyType({"Accept": "*/*"})
FEEDS = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent. ``body`` is None where nothing has changed since the last time."""

    body: bytes | None
    url: str  # after redirects
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None


class Fetcher:
    """Fetches feeds, and looks whether links work.

    ``listed`` says whether a host may be asked at all; there is no fetcher without such a list.
    Tests may allow their own server; the service allows public ones only.
    """

    def __init__(
        self,
        *,
        listed: Callable[[str], bool],
        allowed: Allowed = is_public,
        step: float = STEP_SECONDS,
        whole: float = WHOLE_SECONDS,
        most: int = MOST_BYTES,
    ) -> None:
        self._listed, self._allowed = listed, allowed
        self._step, self._whole, self._most = step, whole, most
        self._trusted = ssl.create_default_context()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = FEEDS,
    ) -> Answer:
        """Fetch a feed, or a page of another kind, or learn that it has not changed.

        Raises
        ------
        NotListed, SentOutside
            Its host, or the one it leads to, may not be asked.
        FetchFailed
            The address is not allowed, nobody answers in time, or the answer is no use.

        """
        asked = {"Accept": accept, "If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in asked.items() if value}
        patience = Patience(self._step, self._whole)
        return self._follow(url, _Asked("GET", headers), self._read, patience)

    def status(self, url: str) -> int:
        """Return the status of a page's last answer: asked by HEAD, and by GET where that fails.

        Raises
        ------
        FetchFailed
            The address is not allowed, or nobody answers in time.

        """
        patience = Patience(self._step, self._whole)
        with suppress(FetchFailed):
            status = self._follow(url, _Asked("HEAD", ANYTHING), _status, patience)
            if status < http.HTTPStatus.BAD_REQUEST:
                return status
        return self._follow(url, _Asked("GET", ANYTHING), _status, patience)

    def exchange(
        self, url: str, *, headers: Mapping[str, str], body: str | None = None
    ) -> tuple[int, bytes]:
        """Ask a program, and tell it ``body`` by POST; return the status and what it says.

        It answers at its own address: a redirect is a failure.

        Raises
        ------
        FetchFailed
            The address is not allowed, or nobody answers in time, or it sends us elsewhere.

        """
        asked = _Asked("GET" if body is None else "POST", headers, body)
        answer = self._ask(url, asked, self._said, Patience(self._step, self._whole))
        if isinstance(answer, _Onward):
            raise FetchFailed("the server sends us elsewhere instead of answering")
        return answer

    def _follow(
        self,
        url: str,
        asked: _Asked,
        read: Callable[[http.client.HTTPResponse, str], Read],
        patience: Patience,
    ) -> Read:
        """Send a request, and again to where the answer leads."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask(url, asked, read, patience)
            if not isinstance(answer, _Onward):
                return answer
            if urlsplit(url).scheme == "https" and urlsplit(answer.url).scheme == "http":
                raise FetchFailed("the server sends us to an address without encryption")
            url, host = answer.url, str(web_address(answer.url).hostname)
            if not self._listed(host):
                raise SentOutside(host)
        raise FetchFailed(f"the server sends us on more than {MOST_REDIRECTS} times")

    def _ask(
        self,
        url: str,
        asked: _Asked,
        read: Callable[[http.client.HTTPResponse, str], Read],
        patience: Patience,
    ) -> Read | _Onward:
        """Send one request; return the answer, or the address it leads to."""
        parts = web_address(url)
        if not self._listed(str(parts.hostname)):
            raise NotListed(str(parts.hostname))
        port = parts.port or PORTS[parts.scheme]
        connection = http.client.HTTPConnection(str(parts.hostname), port)
        line = Line(patience.left())
        try:
            connection.sock = self._connect(parts, line, patience)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            common = {"Host": parts.netloc, "User-Agent": AGENT}
            common |= {"Accept-Encoding": "identity", "Connection": "close"}
            connection.request(asked.method, path, asked.body, common | dict(asked.headers))
            response = connection.getresponse()
            if response.status in REDIRECTS:
                return _Onward(urljoin(url, response.headers.get("Location", "")))
            return read(response, url)
        except TimeoutError:
            raise FetchFailed("the server did not answer in time") from None
        except (OSError, http.client.HTTPException, ValueError) as trouble:
            late = "the server took too long to send its answer"
            raise FetchFailed(late if line.was_cut else in_words(trouble)) from None
        finally:
            line.end()
            connection.close()

    def _connect(self, parts: SplitResult, line: Line, patience: Patience) -> socket.socket:
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        try:
            addresses = look_up(host, port, patience.step())
        except TimeoutError:
            raise
        except (OSError, UnicodeError):
            raise FetchFailed("there is no server of that name") from None
        # One private address among public ones is a trick, not a choice.
        if not all(self._allowed(ipaddress.ip_address(a), port) for a in addresses):
            raise FetchFailed("the address leads into a private network")
        plain = line.hold(first_open(addresses, port, patience))
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

    def _said(self, response: http.client.HTTPResponse, _url: str) -> tuple[int, bytes]:
        return response.status, self._body(response)

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
class _Asked:
    """A request, but for its address."""

    method: str
    headers: Mapping[str, str]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class _Onward:
    """Where a server sends us instead of answering."""

    url: str


def _status(response: http.client.HTTPResponse, _url: str) -> int:
    return response.status
