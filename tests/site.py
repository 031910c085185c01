"""A web server on this machine that sends what the test tells it, well or badly."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mentorship.addresses import Address
from mentorship.fetching import Fetcher


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # told, where it is not the real one
    head: int | None = None  # the status for HEAD, where it is another
    drip: float = 0  # seconds between two bytes


@dataclass
class Site:
    port: int = 0
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)  # that may be asked beside this server

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def fetcher(self, **limits: float) -> Fetcher:
        """Make a fetcher that may go to this server, and nowhere else in a private network."""

        def allowed(address: Address, port: int) -> bool:
            return address == ipaddress.ip_address("127.0.0.1") and port == self.port

        def listed(host: str) -> bool:
            return host == "127.0.0.1" or host in self.hosts

        return Fetcher(listed=listed, allowed=allowed, **limits)  # type: ignore[arg-type]  # values of one dict, of many types


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers.items())))
            reply = site.replies.get(self.path, Reply(status=404))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            told = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(told))
            self.end_headers()
            try:
                self._send(reply)
            except OSError:  # the other side had enough
                self.close_connection = True

        def do_HEAD(self) -> None:
            site.asked.append((f"HEAD {self.path}", dict(self.headers.items())))
            reply = site.replies.get(self.path, Reply(status=404))
            self.send_response(reply.status if reply.head is None else reply.head)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True

        def _send(self, reply: Reply) -> None:
            if not reply.drip:
                self.wfile.write(reply.body)
            else:
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(reply.drip)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()
