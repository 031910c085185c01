"""``flask remind``: write the reminders that are due; for a timer, every hour or day."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import with_appcontext

from mentorship.extensions import transaction
from mentorship.notices.delivery import write_files
from mentorship.rounds.reminding import remind


@click.command("remind")
@with_appcontext
def remind_all() -> None:
    """Remind whoever owes an answer to an offer. Safe to repeat."""
    with transaction() as session:
        count = remind(session, now=dt.datetime.now(dt.UTC))
    write_files()
    click.echo(f"{count} reminders")
