r"""Carrying out what ``pg_restore`` writes as SQL, in a transaction of ours.

``pg_restore`` would commit by itself, before anything could be checked. Its text is statements, and
rows: from a line ``COPY … FROM stdin;`` to a line ``\.``, in which a backslash of the data is
doubled. Lines that begin with a backslash elsewhere are for psql alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import psycopg
import sqlalchemy as sa

ROWS = re.compile(rb"COPY .+ FROM stdin;\n")
END = b"\\.\n"
AT_ONCE = 256 * 1024  # bytes of rows


def replay(connection: sa.Connection, script: Iterable[bytes]) -> None:
    """Carry out a script, line by line; the settings it makes for itself are taken back.

    Raises
    ------
    psycopg.Error
        The server refuses a statement or a row.

    """
    own = connection.connection.driver_connection
    assert isinstance(own, psycopg.Connection)  # noqa: S101  for mypy: the only driver we use
    lines, statements = iter(script), list[bytes]()
    with own.cursor() as cursor:
        for line in lines:
            if ROWS.fullmatch(line):
                _carry_out(cursor, statements)
                with cursor.copy(line) as copy:
                    for piece in _rows(lines):
                        copy.write(piece)
            elif not line.startswith(b"\\"):
                statements.append(line)
        _carry_out(cursor, [*statements, b"RESET ALL;"])


def _carry_out(cursor: psycopg.Cursor, statements: list[bytes]) -> None:
    cursor.execute(b"".join(statements))  # without values: as many statements as there are
    statements.clear()


def _rows(lines: Iterator[bytes]) -> Iterator[bytes]:
    waiting, size = list[bytes](), 0
    for line in lines:
        if line == END:
            break
        waiting.append(line)
        size += len(line)
        if size > AT_ONCE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)
