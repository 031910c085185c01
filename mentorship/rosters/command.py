"""``flask roster import`` and ``flask roster export``: a section's people in two CSV files."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
import sqlalchemy as sa
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.claiming import invite_many
from mentorship.extensions import reading, transaction
from mentorship.notices.delivery import write_files
from mentorship.rosters import service
from mentorship.rosters.format import read_imgs, read_mentors, write_imgs, write_mentors
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.sections.models import Section

roster = AppGroup("roster", help="A section's people as two CSV files: in and out.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OWNER_ONLY = 0o600  # the files hold visa situations
_SHOWN = 200  # lines of notes


@roster.command("import")
@click.argument("section")
@click.argument("imgs", type=_FILE)
@click.argument("mentors", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--skip-bad", is_flag=True, help="Take the good rows and leave out the others.")
@click.option("--invite", is_flag=True, help="Mail a link to all who have no account of their own.")
def import_(  # noqa: PLR0913  one argument a word of the command
    section: str, imgs: Path, mentors: Path, *, dry_run: bool, skip_bad: bool, invite: bool
) -> None:
    """Bring the people of two roster files into the section with this short name.

    With a problem anywhere nothing is written, unless --skip-bad is given. Running it again with
    the same files changes nothing.
    """
    now = dt.datetime.now(dt.UTC)
    files = _read(imgs, mentors)
    with _clear_refusals():
        report, mails = None, 0
        while report is None:  # until nobody changes it between working it out and writing it
            with reading() as session:
                where = _section(session, section)
                plan = service.plan_import(
                    session,
                    section=where,
                    imgs=files[0],
                    mentors=files[1],
                    now=now,
                    skip_bad=skip_bad,
                )
            if isinstance(plan, service.ImportReport):
                report = plan
            elif dry_run:
                report, mails = plan.report, len(plan.report.unclaimed) if invite else 0
            else:
                with transaction() as session:
                    if service.write_plan(session, plan):
                        report = plan.report
                    if report and invite:
                        mails = invite_many(session, report.unclaimed, where.name, now=now)
    _tell(report, mails, dry_run=dry_run)
    if mails and not dry_run and not write_files():
        click.echo("they leave with: flask --app wsgi mail deliver")


@contextmanager
def _clear_refusals() -> Iterator[None]:
    """Say in a line what the database refuses, most likely because it was never set up."""
    try:
        yield
    except DBAPIError as refused:
        reason = str(refused.orig).partition("\n")[0]
        raise click.ClickException(
            f"the database refused this ({reason}); nothing was written."
            " If it is new, set it up first: flask --app wsgi set-up"
        ) from None


def _read(imgs: Path, mentors: Path) -> tuple[Roster[ImgRow], Roster[MentorRow]]:
    with imgs.open("rb") as first, mentors.open("rb") as second:
        return read_imgs(first, file=imgs.name), read_mentors(second, file=mentors.name)


def _section(session: Session, slug: str) -> Section:
    section = session.scalar(sa.select(Section).where(Section.slug == slug))
    if section is None:
        slugs = ", ".join(session.scalars(sa.select(Section.slug).order_by(Section.slug)))
        raise click.ClickException(f'there is no section "{slug}"; there are: {slugs or "none"}')
    return section


def _tell(report: service.ImportReport, mails: int, *, dry_run: bool) -> None:
    for note in report.notes[:_SHOWN]:
        click.echo(f"note: {note}")
    if len(report.notes) > _SHOWN:
        click.echo(f"note: and {len(report.notes) - _SHOWN} more notes")
    for problem in report.problems:
        click.echo(str(problem), err=True)
    if report.refused:
        number = len(report.problems)
        raise click.ClickException(
            f"nothing was written: {number} problem{'s' if number != 1 else ''} (see above);"
            " mend the files, or take the good rows with --skip-bad"
        )
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.created} rows {would}created, {report.updated} {would}updated,"
        f" {report.unchanged} unchanged"
    )
    if mails:
        click.echo(f"{mails} invitation{'' if mails == 1 else 's'} {would}mailed")
    if dry_run:
        click.echo("dry run: nothing was written")


@roster.command("export")
@click.argument("section")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def export(section: str, folder: Path) -> None:
    """Write imgs.csv and mentors.csv of the section into DIR, readable by their owner only.

    The files hold all that people said, also in confidence. Keep them accordingly.
    """
    with _clear_refusals(), transaction() as session:
        where = _section(session, section)
        rows = service.export_roster(session, section=where)
        audit.record(
            session,
            action="roster.export",
            actor_id=None,
            about_id=where.id,
            section_id=where.id,
            now=dt.datetime.now(dt.UTC),
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _create(folder / "imgs.csv") as out:
            write_imgs(out, rows.imgs)
        with _create(folder / "mentors.csv") as out:
            write_mentors(out, rows.mentors)
    except OSError as problem:
        raise click.ClickException(f"{problem.filename}: {problem.strerror}") from None
    click.echo(f"{len(rows.imgs)} IMGs and {len(rows.mentors)} mentors written to {folder}")


def _create(path: Path) -> TextIO:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
