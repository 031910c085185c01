"""``flask keys``: seal every encrypted column anew under the first of the configured keys.

It works while the site runs: each value is replaced only if it is still the one that was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from mentorship.crypto import Sealed, UnreadableField, keyring, new_key
from mentorship.extensions import Base, transaction

AT_ONCE = 500
NEXT = (
    "Make a backup now. Those made so far open with the key of their day only: take the old key out"
    " of FIELD_KEYS, and keep it elsewhere until the last of them is removed (35 days)"
)


@dataclass(slots=True)
class Rotation:
    """What became of the sealed values: changed now, under the first key before, or unreadable."""

    changed: int = 0
    current: int = 0
    unreadable: int = 0


def sealed_columns() -> Iterator[sa.Column[bytes]]:
    """Yield every encrypted column of every table, found by the attribute that opens it."""
    for mapper in Base.registry.mappers:
        names = {name for kind in mapper.class_.__mro__ for name in vars(kind)}
        for name in sorted(names):
            if isinstance(getattr(mapper.class_, name, None), Sealed):
                table: sa.Table = mapper.class_.__table__
                yield table.columns[f"{name}_sealed"]


def rotate_all() -> Rotation:
    """Seal all anew, some hundred rows a transaction."""
    done = Rotation()
    for column in sealed_columns():
        last = None
        while last is not False:
            last = _rotate_some(column, last, done)
    return done


def _rotate_some(column: sa.Column[bytes], after: object, done: Rotation) -> object:
    """Seal the next rows anew; return the key to go on after, or False at the end."""
    table = column.table
    key = table.columns["id"]
    rows = sa.select(key, column).where(column.is_not(None)).order_by(key).limit(AT_ONCE)
    if after is not None:
        rows = rows.where(key > after)
    with transaction() as session:
        found = session.execute(rows).all()
        for row_id, blob in found:
            try:
                fresh = keyring.seal_anew(blob, place=f"{table.name}.{column.name}.{row_id}")
            except UnreadableField:
                done.unreadable += 1
                continue
            if fresh is None:
                done.current += 1
                continue
            same = sa.update(table).where(key == row_id, column == blob)
            session.execute(same.values({column: fresh}))
            done.changed += 1
    return found[-1][0] if len(found) == AT_ONCE else False


@click.group()
def keys() -> None:
    """Make field keys, and change from one to the next."""


@keys.command()
def new() -> None:
    """Print a fresh key, to put first in FIELD_KEYS under an id of its own."""
    click.echo(new_key())


@keys.command()
@with_appcontext
def rotate() -> None:
    """Seal everything anew under the first key; backups so far still need the others."""
    done = rotate_all()
    click.echo(f"{done.changed} values sealed anew, {done.current} were under the first key")
    if done.unreadable:
        raise click.ClickException(
            f"{done.unreadable} values do not open with the configured keys; keep the old ones"
        )
    click.echo(NEXT)
