"""``flask mail``: bring the outbox out."""

from __future__ import annotations

import time

import click
from flask import current_app
from flask.cli import with_appcontext

from mentorship.extensions import transaction
from mentorship.notices import delivery, service
from mentorship.notices.transports import transport_of


@click.group()
def mail() -> None:
    """Deliver the mails that wait in the outbox."""


@mail.command()
@click.option("--watch", type=click.FloatRange(min=0.1), help="Look again every SECONDS, forever.")
@with_appcontext
def deliver(watch: float | None) -> None:
    """Send what is due."""
    transport = transport_of(current_app.config["SETTINGS"])
    while True:
        done = delivery.deliver(transport)
        if watch is None or done.sent or done.failed:
            click.echo(f"{done.sent} sent, {done.failed} not sent")
        if watch is None:
            return
        time.sleep(watch)


@mail.command()
@with_appcontext
def retry() -> None:
    """Make every unsent mail due again, those that were given up too."""
    with transaction() as session:
        count = service.give_another_chance(session, now=delivery.utc_now())
    click.echo(f"{count} due again")
