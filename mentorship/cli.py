"""The commands of the people who run the site: ``flask --app wsgi …``."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from flask_security import hash_password

from mentorship.accounts.command import create_admin
from mentorship.audit import audit
from mentorship.community.searched import SOURCES as SECTIONS
from mentorship.config import Mfa, Settings
from mentorship.extensions import db, transaction
from mentorship.inbox.command import notices
from mentorship.keys import keys
from mentorship.matching import warm
from mentorship.news.command import news
from mentorship.news.searched import SOURCES as NEWS
from mentorship.news.seeds import load_news
from mentorship.notices.command import mail
from mentorship.operations.backup import backup_command, restore_command
from mentorship.operations.roles import grant
from mentorship.operations.service import has_demo_people, is_empty
from mentorship.operations.updating import alone
from mentorship.privacy.command import erased, retention
from mentorship.profiles.words import sync_terms
from mentorship.rosters.command import roster
from mentorship.rosters.match import match
from mentorship.rounds.command import round_
from mentorship.rounds.remind_command import remind_all
from mentorship.search.service import rebuild
from mentorship.signins.command import sessions
from mentorship.spotlight.searched import SOURCES as LETTERS
from mentorship.toolkit.command import toolkit
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.searched import SOURCES
from mentorship.worker import worker


@click.command("set-up")
@click.option("--demo/--no-demo", default=False, help="Fill an empty database with a demo section.")
@with_appcontext
def set_up(*, demo: bool) -> None:
    """Migrate the database, load words and facts, compile the engine. Safe to repeat."""
    settings: Settings = current_app.config["SETTINGS"]
    if demo and not settings.demo_allowed:
        raise click.ClickException("demo people cannot exist in production; use --no-demo")
    if demo and not demo_settings():
        raise click.ClickException("this copy of the service has no demo; use --no-demo")
    with alone(db.engine):
        upgrade()
        with transaction() as session:
            sync_terms(session)
            load_facts(session)
            load_news(session, now=dt.datetime.now(dt.UTC))
            rebuild(session, {**SOURCES, **NEWS, **SECTIONS, **LETTERS})
            grant(session, settings.app_role)
    click.echo("Compiling the matching engine (about half a minute the first time) ...")
    warm()
    if demo:
        _make_demo()
    _announce(settings)


def demo_settings() -> dict[str, Any]:
    """Return what the pages need to know of the demo; nothing where its code is not, as in images.

    Its code is only read where there may be a demo: production has no use for it.
    """
    if importlib.util.find_spec("mentorship.demo") is None:
        return {}
    from mentorship.demo import load  # noqa: PLC0415  see above

    return load.settings()


def _make_demo() -> None:
    from mentorship.demo.load import load_demo  # noqa: PLC0415  production does not have it

    with transaction() as session:
        if is_empty(session):
            click.echo("Making the demo section with its four rounds ...")
            password_hash = hash_password(current_app.config["DEMO_PASSWORD"])
            load_demo(session, password_hash=password_hash, now=dt.datetime.now(dt.UTC))


def _announce(settings: Settings) -> None:
    find = current_app.config.get("DEMO_SIGN_INS")
    with transaction() as session:
        people = find(session) if find else ()
        invented, empty = has_demo_people(session), is_empty(session)
    if not settings.demo_allowed:
        click.echo(f"{settings.site_name} is set up for {settings.base_url}")
        if invented:
            click.echo("Demo people are in this database. They cannot sign in; use an empty one.")
    else:
        _say_where(settings)
        if settings.require_mfa is Mfa.OFF:
            click.echo(
                "Nobody needs a second factor here. In production leaders and administrators do."
            )
            click.echo("To try that: REQUIRE_MFA=staff script/server")
        if people:
            password = current_app.config["DEMO_PASSWORD"]
            click.echo(f"Demo sign-ins, all with the password {password}")
        for who in people:
            click.echo(f"  {who.role:<24} {who.email}")
    if empty:
        click.echo("Nobody is here yet. The first administrator: flask --app wsgi create-admin")
    click.echo("")


def _say_where(settings: Settings) -> None:
    click.echo(f"\n{settings.site_name} is at {settings.base_url} (Ctrl+C stops it)")
    if settings.mail_url == "files":
        click.echo(f"Mail is written to {settings.instance / 'mail'}")


def needs_no_settings(words: Sequence[str]) -> bool:
    """Tell whether this process is ``flask match``, which works without keys and database.

    Asked before the application is made, since Flask finds its commands on the application.
    """
    program, *rest = words
    if Path(program).stem not in {"flask", "__main__"}:
        return False
    options = ("-A", "--app", "-e", "--env-file")
    named = (w for w, before in zip(rest, ["", *rest], strict=False) if before not in options)
    return next((w for w in named if not w.startswith("-")), None) == match.name


COMMANDS: tuple[click.Command, ...] = (
    set_up,
    audit,
    backup_command,
    create_admin,
    keys,
    mail,
    match,
    news,
    notices,
    remind_all,
    retention,
    erased,
    restore_command,
    roster,
    round_,
    sessions,
    toolkit,
    worker,
)
