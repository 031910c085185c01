"""``flask match``: from two roster files to pairs, with no database and nothing kept."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from mentorship.matching import (
    GRAPH_FORMS,
    POLICIES,
    ImpossibleRules,
    Rules,
    are_compiled,
    warm,
)
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.matrix import PAIRS, BadPairs, read_matrix
from mentorship.rosters.names import check_names, check_rules
from mentorship.rosters.outcome import Asked, Written, from_matrix, from_people
from mentorship.rosters.outcome_report import LEFT_OUT
from mentorship.rosters.people import participants
from mentorship.rosters.progress import ctrl_c_as_itself, progress_line
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.rosters.writing import write_all

_YEARS = range(2000, 2101)  # of which time zones can be told
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("match")
@click.argument("imgs", type=_FILE, required=False)
@click.argument("mentors", type=_FILE, required=False)
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
    help="Folder for pairs.csv, unmatched.csv, report.json and the graph.",
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
@click.option(
    "--scores",
    "matrix",
    type=_FILE,
    help="Score matrix (.npz) in place of IMGS and MENTORS; see docs/matching-report.md.",
)
@click.option(
    "--graph",
    type=click.Choice(list(GRAPH_FORMS)),
    help="Also write who is paired, at what price, and who was next, as outcome.graphml or .json.",
)
@click.option(
    "--verify",
    "show_proof",
    is_flag=True,
    help="Say what the independent check found, and exit 1 if it found a fault. Up to 1,000,000"
    " possible pairs it is made in any case and stands in report.json; in larger rounds only with"
    " this option.",
)
def match(  # noqa: PLR0913 - one argument an option
    imgs: Path | None,
    mentors: Path | None,
    *,
    folder: Path,
    day: dt.datetime | None,
    rules_file: Path | None,
    skip_bad: bool,
    matrix: Path | None,
    show_proof: bool,
    **options: Any,  # policy, lottery, side_by_side and graph
) -> None:
    """Pair the people of IMGS and MENTORS (roster files), and write what came of it.

    The same files, options and lottery give the same output to the byte. No database is used and
    no clock is read.
    """
    with ctrl_c_as_itself(), progress_line() as enter:
        if not are_compiled():
            enter("compiling the engine, once: about half a minute")
            warm()
        asked = Asked(enter=enter, proof=show_proof, **options)
        try:
            if matrix is not None:
                _refuse({"IMGS": imgs, "--on": day, "--skip-bad": skip_bad})
                written = _from_matrix(matrix, asked, rules_file)
            elif imgs is None or mentors is None:
                raise click.UsageError("want IMGS and MENTORS, or --scores")
            else:
                written = _from_rosters((imgs, mentors), asked, day, rules_file, skip_bad=skip_bad)
        except ImpossibleRules as error:
            raise click.ClickException(str(error)) from None
    _write(folder, written.files)
    _tell_proof(written, asked_for=show_proof)


def _refuse(given: Mapping[str, object]) -> None:
    for name, value in given.items():
        if value:
            raise click.UsageError(f"{name} does not go with --scores")


def _from_matrix(path: Path, asked: Asked, rules_file: Path | None) -> Written:
    rules = {} if rules_file is None else _toml(rules_file)
    for name in sorted(set(rules) - set(PAIRS)):
        raise click.UsageError(
            f"{name} of --rules does not go with --scores: these are scored already, so only"
            f" {' and '.join(PAIRS)} are left to say (a score of -1 is never paired)"
        )
    asked.enter("scoring")
    try:
        problem = read_matrix(path, rules)
    except ValueError as error:
        wrong = rules_file if isinstance(error, BadPairs) and rules_file else path
        raise click.ClickException(f"{wrong.name}: {error}") from None
    return from_matrix(problem, asked)


def _from_rosters(
    files: tuple[Path, Path],
    asked: Asked,
    day: dt.datetime | None,
    rules_file: Path | None,
    *,
    skip_bad: bool,
) -> Written:
    on = None if day is None else day.date()
    if on is not None and on.year not in _YEARS:
        raise click.ClickException(f"--on {on}: want a year from {_YEARS[0]} to {_YEARS[-1]}")
    rules = _rules(rules_file)
    imgs, mentors = _read(*files)
    bad_rows = _tell(imgs, mentors, skip_bad=skip_bad)
    rules, notes = check_rules(rules, imgs, mentors)
    _echo(notes)
    people = participants(imgs, mentors, on=on)
    return from_people(people, asked, on=on, bad_rows=bad_rows, rules=rules)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        write_all(folder, files)
    except OSError as error:
        raise click.ClickException(f"cannot write to {folder}: {error.strerror}") from None
    pairs, unmatched = (files[f"{name}.csv"].count(b"\n") - 1 for name in ("pairs", "unmatched"))
    click.echo(f"{pairs} pairs, {unmatched} IMGs without a mentor: see {folder}")


def _tell_proof(written: Written, *, asked_for: bool) -> None:
    if written.proof is None:
        click.echo(LEFT_OUT)
        return
    if not asked_for:
        return
    if not written.proof.ok:
        raise click.ClickException(f"independent check: {'; '.join(written.proof.faults)}")
    looked = f"{written.pairs:,} possible pairs and {written.prices:,} prices looked at"
    click.echo(f"independent check: ok, {looked}")


def _rules(path: Path | None) -> Rules:
    if path is None:
        return Rules()
    try:
        return Rules.from_json(_toml(path))
    except ValueError as error:
        raise click.ClickException(f"{path.name}: {error}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad writes a mark first
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path.name}: {error}") from None
    except RecursionError:
        raise click.ClickException(f"{path.name}: lists in lists, too deep to be read") from None


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
