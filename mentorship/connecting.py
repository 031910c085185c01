"""Connections with an end: how long one question may take in all, whatever the server does."""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import TypeVar

Socket = TypeVar("Socket", bound=socket.socket)


class FetchFailed(Exception):
    """The address could not be fetched; the message tells a leader why."""


class NotListed(FetchFailed):
    """The host is not among those that may be asked; nobody was asked anything."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not on the list of hosts that we ask")
        self.host = host


class SentOutside(FetchFailed):
    """The server answered, and sends us on to a host that may not be asked."""

    def __init__(self, host: str) -> None:
        super().__init__(f"the server sends us on to {host}, which we may not ask")


class Patience:
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


class Line:
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


def look_up(host: str, port: int, seconds: float) -> list[str]:
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


def first_open(addresses: list[str], port: int, patience: Patience) -> socket.socket:
    trouble: OSError = OSError("no address")
    for address in addresses[:3]:
        try:
            return socket.create_connection((address, port), timeout=patience.step())
        except OSError as problem:
            trouble = problem
    raise trouble


def in_words(trouble: Exception) -> str:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return "the server cannot prove its name (certificate)"
    if isinstance(trouble, ssl.SSLError):
        return "the server's encryption does not work"
    if isinstance(trouble, ConnectionRefusedError):
        return "the server refuses the connection"
    if isinstance(trouble, http.client.IncompleteRead):
        return "the answer broke off"
    return "the connection broke"
