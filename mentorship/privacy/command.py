"""``flask retention``: what is past its time, and its removal."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import with_appcontext

from mentorship.extensions import reading, sweep, transaction
from mentorship.privacy import retention as rules


@click.group()
def retention() -> None:
    """Remove what is past its time; workers do it daily."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@with_appcontext
def run(*, dry_run: bool) -> None:
    """Say, rule by rule, how much is past its time, and remove it."""
    now = dt.datetime.now(dt.UTC)
    with reading() as session:
        found = rules.report(session, now=now)
    for each in found:
        click.echo(f"{each.past:>7}  {each.rule.title} ({each.rule.lasts})")
    if dry_run:
        click.echo("Nothing was removed.")
        return
    with transaction() as session:
        done = rules.run(session, now=now)
    if done:
        sweep()
    click.echo(f"Removed: {sum(done.values())}")
