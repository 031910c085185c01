"""Which phase of a long pairing it is and how far, on a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

from mentorship.matching import Progress

# Told the name of a phase as it begins; gives what tells how far it is, or None.
Enter: TypeAlias = Callable[[str], Progress | None]

_CLEAR = "\r\033[K"  # back to the start of the line, and wipe it


@contextmanager
def progress_line() -> Iterator[Enter]:
    """Give what phases are told to; it says nothing where nobody looks at stderr."""
    if not sys.stderr.isatty():
        yield silent
        return

    def enter(phase: str) -> Progress:
        def tell(done: int, of: int) -> None:
            click.echo(f"{_CLEAR}{phase}: {done:,} of {of:,}", nl=False, err=True)

        click.echo(f"{_CLEAR}{phase} ...", nl=False, err=True)
        return tell

    try:
        yield enter
    finally:
        click.echo(_CLEAR, nl=False, err=True)


def silent(_phase: str) -> None:
    """Tell nobody of a phase."""
