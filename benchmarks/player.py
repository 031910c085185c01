"""A player as a process: asked for turns one at a time, and stopped when a turn takes too long."""

from __future__ import annotations

import json
import select
import subprocess
import tempfile
from typing import Any, Self

from benchmarks.peers import HERE

START = 900  # seconds for making a round and loading compiled code


class Failed(Exception):
    """A player that cannot go on; it says why in a few words."""


class Player:
    """A process that answers every line on its standard input with a line of JSON.

    Its peak memory counts from when it is ready: the people or scores it holds are part of it.
    """

    def __init__(self, command: list[str]) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see close
        self._process = subprocess.Popen(  # noqa: S603 - our own scripts
            command,
            cwd=HERE.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait_until_ready(self) -> None:
        self._read(START)

    def turn(self, limit: float) -> dict[str, Any]:
        """Return what one turn found.

        Raises ``Failed`` if it failed or took longer than the limit; the process is then ended.
        """
        stdin = self._process.stdin
        if self._process.poll() is None and stdin is not None:
            stdin.write("go\n")
            stdin.flush()
        return self._read(limit)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def _read(self, limit: float) -> dict[str, Any]:
        said, _, _ = select.select([self._process.stdout], [], [], limit)
        if not said:
            self._process.kill()
            raise Failed(f"longer than {limit:.0f} s, stopped")
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise Failed(self._last_words())
        told: dict[str, Any] = json.loads(line)
        if "failed" in told:
            raise Failed(told["failed"])
        return told

    def _last_words(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines() or [""]
        return f"ended with {code}: {lines[-1]}"[:200]
