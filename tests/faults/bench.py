"""Where one fault is tried at length, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.place import Place
from tests.faults.server import Server


@dataclass
class Bench:
    """Where one fault is tried: a folder, a database of its own, and how much of it."""

    database: str
    folder: Path
    url: str
    scale: float
    server: Server | None

    def times(self, full: int, least: int = 1) -> int:
        return max(least, round(full * self.scale))

    def place(self) -> Place:
        return Place(self.url, self.folder)


Told = tuple[str, str, str, bool]  # what was done, what was measured, the target, whether it is met


class NotHere(RuntimeError):
    """The fault is one of the other database."""


@contextmanager
def ended(site: Place) -> Iterator[Place]:
    try:
        yield site
    finally:
        site.end()
