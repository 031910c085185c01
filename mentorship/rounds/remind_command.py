"""``flask remind``: write the reminders that are due; for a timer, every hour or day."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import with_appcontext

from mentorship.extensions import count_each, reading
from mentorship.notices.delivery import write_files
from mentorship.rounds.expiring import due_expiries, expire_answers
from mentorship.rounds.reminding import remind


@click.command("remind")
@with_appcontext
def remind_all() -> None:
    """Remind whoever owes an answer, and close what was not answered in time. Safe to repeat."""
    now = dt.datetime.now(dt.UTC)
    count = remind(now=now)
    with reading() as session:
        due = due_expiries(session, now=now)
    expired = count_each(
        due,
        lambda session, round_id: expire_answers(session, round_id=round_id, now=now),
        told_as=lambda round_id: f"a step of round {round_id}",
    )
    write_files()
    click.echo(f"{count} reminders, {expired} offers expired")
