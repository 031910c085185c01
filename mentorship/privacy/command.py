"""``flask retention``: what is past its time. ``flask erased``: who stays erased for good."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

from mentorship import audit
from mentorship.consents.staying import is_administered
from mentorship.extensions import each_on_its_own, reading, sweep, transaction
from mentorship.privacy import erasing
from mentorship.privacy import retention as rules
from mentorship.pulse import utc_now


@click.group()
def retention() -> None:
    """Remove what is past its time; workers do it daily."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@with_appcontext
def run(*, dry_run: bool) -> None:
    """Say, rule by rule, how much is past its time, and remove it."""
    now = utc_now()
    with reading() as session:
        found = rules.report(session, now=now)
    for each in found:
        click.echo(f"{each.past:>7}  {each.rule.title} ({each.rule.lasts})")
    if dry_run:
        click.echo("Nothing was removed.")
        return
    done = rules.run(now=now)
    if done.rows:
        sweep()
    click.echo(f"Removed: {sum(done.rows.values())}")
    if done.failed:
        raise click.ClickException(f"not carried out, see the log: {', '.join(done.failed)}")


def keys_of_erased() -> Sequence[uuid.UUID]:
    with reading() as session:
        return erasing.erased(session)


def erase_them_again(keys: Iterable[uuid.UUID]) -> int:
    """Erase whom a backup brought back, each in a transaction; return how many these were.

    Raises
    ------
    ClickException
        Some could not be erased, after all others were; the log says why.

    """
    done = list[uuid.UUID]()

    def erase(key: uuid.UUID) -> None:
        with transaction() as session:
            if erasing.erase_again(session, person_id=key, now=utc_now()):
                done.append(key)

    failed = each_on_its_own(
        dict.fromkeys(keys), erase, told_as=lambda key: f"erasure of {audit.key.code(key)}"
    )
    if done:
        sweep()
    with reading() as session:
        if done and not is_administered(session):
            click.echo("Nobody administers the site now: run flask --app wsgi create-admin")
    if failed:
        named = ", ".join(map(str, failed))
        raise click.ClickException(
            f"{len(done)} are erased again, and these are not: {named}. The log says why; after"
            " that is mended, run flask --app wsgi erased again with a file of these keys"
        )
    return len(done)


def read_keys(file: Path) -> Sequence[uuid.UUID]:
    """Return the keys that a file has, one a line; raise ``ClickException`` for another line."""
    try:
        return [uuid.UUID(line) for line in file.read_text(encoding="utf-8").split()]
    except ValueError:
        raise click.ClickException(
            f"{file} holds a line that is no key; nothing was done"
        ) from None


@click.group()
def erased() -> None:
    """Keep people erased whom an older backup would bring back."""


@erased.command("list")
@with_appcontext
def list_erased() -> None:
    """Print the keys of everybody who was erased; random numbers, which name nobody."""
    for key in keys_of_erased():
        click.echo(key)


@erased.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def again(file: Path) -> None:
    """Erase again whom FILE names, a key a line, as ``list`` prints them."""
    keys = read_keys(file)
    click.echo(f"{erase_them_again(keys)} of {len(keys)} were here and are erased again")
