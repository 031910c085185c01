"""``flask notices``: the daily mail. The worker sends it by itself, too."""

from __future__ import annotations

import datetime as dt

import click
from flask.cli import AppGroup

from mentorship.inbox.digest import post_digests
from mentorship.notices.delivery import write_files

notices = AppGroup("notices", help="Notices: the daily mail.")


@notices.command("digest")
def digest() -> None:
    """Put the daily mails in the outbox. Safe to repeat."""
    count = post_digests(now=dt.datetime.now(dt.UTC))
    write_files()
    click.echo(f"{count} mails posted")
