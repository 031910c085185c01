"""``flask news``: ask the feeds, and send the weekly mail."""

from __future__ import annotations

import time

import click
from flask.cli import AppGroup

from mentorship.hosts.asking import listed_fetcher
from mentorship.news.digest import post_digests
from mentorship.news.polling import poll, utc_now
from mentorship.notices.delivery import write_files

news = AppGroup("news", help="News: the feeds and the weekly mail.")


@news.command("poll")
@click.option("--watch", type=click.FloatRange(min=1), help="Look again every SECONDS, forever.")
def poll_feeds(watch: float | None) -> None:
    """Ask every feed that is due, and keep what is new."""
    while True:
        done = poll(listed_fetcher())
        if watch is None or done.worked or done.failed:
            click.echo(f"{done.worked} answered, {done.failed} failed, {done.items} new items")
        if done.waiting:
            click.echo(f"{done.waiting} wait until an administrator confirms their host")
        if watch is None:
            return
        time.sleep(watch)


@news.command("digest")
def digest() -> None:
    """Put the weekly mails that are due in the outbox."""
    count = post_digests(now=utc_now())
    write_files()
    click.echo(f"{count} mails posted")
