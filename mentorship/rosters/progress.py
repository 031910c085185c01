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


@contextmanager
def ctrl_c_as_itself() -> Iterator[None]:
    """Raise KeyboardInterrupt also where numba says SystemError of it.

    Numba takes arrays apart and puts them together in Python, and its own code calls that without
    asking whether it was stopped.
    """
    try:
        yield
    except SystemError as error:
        cause: BaseException | None = error
        while isinstance(cause, SystemError):  # one at each step that did not ask
            cause = cause.__cause__
        if isinstance(cause, KeyboardInterrupt):
            raise cause from None
        raise


def silent(_phase: str) -> None:
    """Tell nobody of a phase."""
