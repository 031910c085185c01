"""``flask sessions``: what whoever runs the site does with everybody's sessions."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import with_appcontext

from mentorship.extensions import transaction
from mentorship.signins import service


@click.group()
def sessions() -> None:
    """Sign people out."""


@sessions.command("end-all")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@with_appcontext
def end_all(*, yes: bool) -> None:
    """Sign everybody out, in every browser; the log says so."""
    if not yes:
        click.confirm("Sign everybody out, in every browser?", abort=True)
    with transaction(writing=True) as session:
        count = service.end_everybodys(session, now=dt.datetime.now(dt.UTC))
    click.echo(f"Sessions ended: {count}. Everybody signs in again.")
