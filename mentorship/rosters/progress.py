"""How far a long pairing is, on a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from mentorship.matching import Progress

_CLEAR = "\r\033[K"  # back to the start of the line, and wipe it


@contextmanager
def progress_line() -> Iterator[Progress | None]:
    """Give what ``solve`` calls as it goes on; None where nobody looks at stderr."""
    if not sys.stderr.isatty():
        yield None
        return

    def tell(placed: int, of: int) -> None:
        click.echo(f"{_CLEAR}pairing: {placed:,} of {of:,}", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo(_CLEAR, nl=False, err=True)
