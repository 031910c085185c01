"""``flask match``: from two roster files to pairs, with no database and nothing kept."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable
from pathlib import Path

import click

from mentorship.matching import POLICIES, ImpossibleRules, Rules
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.names import check_names
from mentorship.rosters.outcome import outcome_files
from mentorship.rosters.people import participants
from mentorship.rosters.rows import ImgRow, MentorRow, Roster

_YEARS = range(2000, 2101)  # of which time zones can be told
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("match")
@click.argument("imgs", type=_FILE)
@click.argument("mentors", type=_FILE)
@click.option(
    "--policy",
    type=click.Choice(list(POLICIES)),
    default="best-total",
    show_default=True,
    help="What the best pairs are.",
)
@click.option("--lottery", type=int, default=0, show_default=True, help="Number that draws ties.")
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for pairs.csv, unmatched.csv and report.json.",
)
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the round: pauses that end by then are over, and time zones are those of its"
    " week. Without it, whoever is paused until some day has no seat, and time zones are those"
    " of a week in January.",
)
@click.option(
    "--rules",
    "rules_file",
    type=_FILE,
    help="TOML file of weights, hard rules, locks and bans; see docs/matching-report.md.",
)
@click.option("--compare", "side_by_side", is_flag=True, help="Report what each policy would give.")
@click.option("--skip-bad", is_flag=True, help="Go on with the good rows.")
def match(  # noqa: PLR0913 - one argument an option
    imgs: Path,
    mentors: Path,
    *,
    policy: str,
    lottery: int,
    folder: Path,
    day: dt.datetime | None,
    rules_file: Path | None,
    side_by_side: bool,
    skip_bad: bool,
) -> None:
    """Pair the people of IMGS and MENTORS (roster files), and write what came of it.

    The same files, options and lottery give the same output to the byte. No database is used and
    no clock is read.
    """
    on = None if day is None else day.date()
    if on is not None and on.year not in _YEARS:
        raise click.ClickException(f"--on {on}: want a year from {_YEARS[0]} to {_YEARS[-1]}")
    rules = _rules(rules_file)
    img_roster, mentor_roster = _read(imgs, mentors)
    bad_rows = _tell(img_roster, mentor_roster, skip_bad=skip_bad)
    people = participants(img_roster, mentor_roster, on=on)
    try:
        files = outcome_files(
            people,
            policy=policy,
            lottery=lottery,
            on=on,
            bad_rows=bad_rows,
            rules=rules,
            side_by_side=side_by_side,
        )
    except ImpossibleRules as error:
        raise click.ClickException(str(error)) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"cannot write to {folder}: {error.strerror}") from None
    pairs, unmatched = (files[f"{name}.csv"].count(b"\n") - 1 for name in ("pairs", "unmatched"))
    click.echo(f"{pairs} pairs, {unmatched} IMGs without a mentor: see {folder}")


def _rules(path: Path | None) -> Rules:
    if path is None:
        return Rules()
    try:
        return Rules.from_json(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path.name}: {error}") from None


def _read(imgs: Path, mentors: Path) -> tuple[Roster[ImgRow], Roster[MentorRow]]:
    try:
        with imgs.open("rb") as img_file, mentors.open("rb") as mentor_file:
            return check_names(
                read_imgs(img_file, file=imgs.name),
                read_mentors(mentor_file, file=mentors.name),
            )
    except OSError as error:
        raise click.ClickException(f"cannot read: {error}") from None


def _tell(imgs: Roster[ImgRow], mentors: Roster[MentorRow], *, skip_bad: bool) -> int:
    """Say what is wrong and what was decided; return how many rows are left out, or stop."""
    problems = (*imgs.problems, *mentors.problems)
    _echo(map(str, problems))
    _echo((*imgs.notes, *mentors.notes))
    _echo(
        f"{roster.file} has no column consents; everybody in it takes part"
        for roster in (imgs, mentors)
        if roster.rows and "consents" not in roster.columns
    )
    if not (imgs.usable and mentors.usable):
        raise click.ClickException("nothing was matched: a file cannot be used")
    if problems and not skip_bad:
        number = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise click.ClickException(f"nothing was matched: {number}; --skip-bad goes on without")
    return sum(
        len({problem.line for problem in roster.problems} - {row.line for row in roster.rows})
        for roster in (imgs, mentors)
    )


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)
