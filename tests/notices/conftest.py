"""A mail server to talk to, on this machine, that does what the test tells it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class Server:
    """What it was sent, and what it is to answer."""

    port: int = 0
    mails: list[str] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, str] = field(default_factory=dict)  # command -> answer
    hang_up_at: str = ""


def _handler(server: Server) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            server.connections += 1
            self._say("220 ready")
            while line := self.rfile.readline().decode().strip():
                command = line.split()[0].upper()
                if command == server.hang_up_at:
                    return
                if not self._answer(command):
                    return

        def _answer(self, command: str) -> bool:
            if command == "DATA" and "DATA" not in server.answers:
                self._say("354 go on")
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += self.rfile.readline()
                server.mails.append(text.decode().removesuffix(".\r\n"))
            self._say(server.answers.get(command, "221 bye" if command == "QUIT" else "250 ok"))
            return command != "QUIT"

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    return Handler


@pytest.fixture
def smtp() -> Iterator[Server]:
    server = Server()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(server)) as listening:
        listening.daemon_threads = True
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        listening.shutdown()
        thread.join()
