"""``flask create-admin``: the first administrator, and every later one."""

from __future__ import annotations

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_security import hash_password

from mentorship.accounts import administrators, passwords, service
from mentorship.extensions import transaction
from mentorship.notices.delivery import write_files


@click.command("create-admin")
@click.option("--email", prompt="Email address", help="The address to sign in with.")
@click.option("--name", help="Asked for when the person is new.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def create_admin(email: str, name: str | None, *, password_stdin: bool) -> None:
    """Make a person an administrator, and the person too if they are new."""
    try:
        with transaction() as session:
            person = service.find_by_email(session, service.clean_email(email))
        password_hash = None
        if person is None or person.confirmed_at is None:
            name = name or (person.name if person else click.prompt("Name"))
            password_hash = hash_password(_read_password([email, name], piped=password_stdin))
        with transaction() as session:
            made = administrators.appoint(
                session,
                email=email,
                name=name,
                password_hash=password_hash,
                now=dt.datetime.now(dt.UTC),
            )
    except (service.EmailUnusable, service.NameUnusable) as problem:
        raise click.ClickException(str(problem)) from None
    write_files()
    kept = "" if password_hash else " The password stays as it is."
    click.echo(f"{made.email} is an administrator.{kept}")


def _read_password(known: list[str], *, piped: bool) -> str:
    if piped:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    site_name = current_app.config["SETTINGS"].site_name
    for problem in passwords.problems(password, known=[site_name, *known]):
        raise click.ClickException(problem)
    return passwords.normal(password)
