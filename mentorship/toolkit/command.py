"""``flask toolkit``: the facts files into the database, and a look at the links."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from mentorship.extensions import transaction
from mentorship.hosts.asking import listed_fetcher
from mentorship.search.service import rebuild
from mentorship.toolkit.entries import FactsRefused
from mentorship.toolkit.link_round import check_links, link_fetcher
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.searched import SOURCES
from mentorship.toolkit.wording import compare_all

toolkit = AppGroup("toolkit", help="The IMG journey and the catalog of resources.")


@toolkit.command("load")
def load() -> None:
    """Bring the facts files into the database; running it again changes nothing."""
    try:
        with transaction() as session:
            report = load_facts(session)
            rebuild(session, SOURCES)
    except FactsRefused as refused:
        problems = "".join(f"\n  {problem}" for problem in refused.problems)
        raise click.ClickException(f"nothing was loaded, the facts are wrong:{problems}") from None
    if report.changed_nothing:
        click.echo("toolkit: up to date")
        return
    for each in report.tables:
        click.echo(
            f"toolkit: {each.table}: {each.added} added, {each.changed} changed,"
            f" {each.removed} removed, {each.kept} kept"
        )


@toolkit.command("compare-words")
def look_at_words() -> None:
    """Read the page each fact rests on, and show where eight words in a row are the same."""
    found = compare_all(listed_fetcher(), told=lambda url: click.echo(f"reading {url}", err=True))
    for url, trouble in found.unread.items():
        click.echo(f"not read: {url}: {trouble}")
    for each in found.shared:
        for words in each.runs:
            click.echo(f"{each.ours.kind} {each.ours.id}: {words}\n  as on {each.url}")
    click.echo(f"{found.read} pages compared, {len(found.unread)} could not be read")
    if found.shared:
        raise click.ClickException(f"{len(found.shared)} texts share words in a row with a source")


@toolkit.command("check-links")
def look_at_links() -> None:
    """Ask every address that is due whether it is still there; leaders read the result."""
    done = check_links(link_fetcher())
    click.echo(f"{done.worked} links work, {done.failed} do not")
    if done.waiting:
        click.echo(f"{done.waiting} wait until an administrator confirms their host")
