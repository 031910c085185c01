"""``flask roster import`` and ``flask roster export``."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.notices.models import Message
from mentorship.profiles.models import Term
from mentorship.rosters.command import roster
from tests import factories

IMGS = "email,name,stage\nana@example.org,Ana Abara,usce\nben@example.org,Ben Bello,visa\n"
MENTORS = "email,name,seats\nmo@example.org,Mo Mentor,2\n"
Run = Callable[..., Result]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "imgs.csv").write_text(IMGS)
    (tmp_path / "mentors.csv").write_text(MENTORS)
    return str(tmp_path / "imgs.csv"), str(tmp_path / "mentors.csv")


@pytest.fixture
def run(app: Flask, session: Session) -> Run:
    factories.section(session, slug="north")
    return lambda *words: app.test_cli_runner().invoke(roster, words)


def people(session: Session) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(User)).one()


def test_an_import_says_what_it_did(session: Session, run: Run, files: tuple[str, str]) -> None:
    result = run("import", "north", *files)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "3 rows created, 0 updated, 0 unchanged\n"
    assert people(session) == 3
    assert run("import", "north", *files).stdout == "0 rows created, 0 updated, 3 unchanged\n"


def test_a_dry_run_says_the_same_and_writes_nothing(
    session: Session, run: Run, files: tuple[str, str]
) -> None:
    result = run("import", "north", *files, "--dry-run", "--invite")
    assert result.exit_code == 0
    assert "3 rows would be created" in result.stdout
    assert "3 invitations would be mailed" in result.stdout
    assert result.stdout.endswith("dry run: nothing was written\n")
    assert people(session) == 0
    assert session.scalars(sa.select(Message)).all() == []


def test_a_problem_is_told_by_file_line_and_column(
    session: Session, run: Run, files: tuple[str, str]
) -> None:
    Path(files[0]).write_text(IMGS.replace("visa", "vsa"))
    result = run("import", "north", *files)
    assert result.exit_code == 1
    assert 'imgs.csv line 3, column stage: "vsa" is not known; did you mean' in result.stderr
    assert "nothing was written: 1 problem" in result.stderr
    assert people(session) == 0


def test_skip_bad_takes_the_good_rows_and_still_tells(
    session: Session, run: Run, files: tuple[str, str]
) -> None:
    Path(files[0]).write_text(IMGS.replace("visa", "vsa"))
    result = run("import", "north", *files, "--skip-bad")
    assert result.exit_code == 0
    assert "column stage" in result.stderr
    assert "2 rows created" in result.stdout


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfee\0m\0a\0i\0l\0", b"PK\x03\x04zip", b"email;name\n\xe9;x\n", b'email,name\n"a'],
)
def test_a_file_that_is_no_roster_is_told_in_a_line(
    run: Run, files: tuple[str, str], content: bytes
) -> None:
    Path(files[0]).write_bytes(content)
    result = run("import", "north", *files)
    assert result.exit_code == 1
    assert result.stderr.startswith("imgs.csv")
    assert "Traceback" not in result.output


def test_an_unknown_section_is_told_with_those_there_are(run: Run, files: tuple[str, str]) -> None:
    result = run("import", "nroth", *files)
    assert result.exit_code == 1
    assert 'there is no section "nroth"; there are: north' in result.stderr


def test_a_database_that_was_never_set_up_is_told_in_a_line(
    session: Session, run: Run, files: tuple[str, str]
) -> None:
    session.execute(sa.delete(Term))
    result = run("import", "north", *files)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the database refused this")
    assert "flask --app wsgi set-up" in result.stderr


def test_invitations_go_to_all_without_an_account_of_their_own(
    session: Session, run: Run, files: tuple[str, str]
) -> None:
    factories.person(session, email="ana@example.org")  # has confirmed the address
    assert "2 invitations mailed" in run("import", "north", *files, "--invite").stdout
    mails = {row.recipient: row.subject for row in session.scalars(sa.select(Message))}
    assert "would like you to join" in mails.pop("ana@example.org")
    assert set(mails) == {"ben@example.org", "mo@example.org"}


def test_invitations_leave_at_once_where_mails_are_files(
    session: Session, run: Run, files: tuple[str, str]
) -> None:
    run("import", "north", *files, "--invite")
    assert None not in session.scalars(sa.select(Message.sent_at)).all()


def test_an_export_is_an_import_that_changes_nothing(
    run: Run, files: tuple[str, str], tmp_path: Path
) -> None:
    run("import", "north", *files)
    out = tmp_path / "new" / "folder"
    result = run("export", "north", str(out))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"2 IMGs and 1 mentors written to {out}\n"
    again = run("import", "north", str(out / "imgs.csv"), str(out / "mentors.csv"))
    assert again.stdout == "0 rows created, 0 updated, 3 unchanged\n"


def test_exported_files_are_for_their_owner_only_and_the_log_says_so(
    run: Run, files: tuple[str, str], tmp_path: Path, session: Session
) -> None:
    run("import", "north", *files)
    (tmp_path / "imgs.csv").chmod(0o644)
    run("export", "north", str(tmp_path))
    assert stat.S_IMODE((tmp_path / "imgs.csv").stat().st_mode) == 0o600
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "roster.export")).one()
    assert (entry.actor_id, entry.about_id) == (None, entry.section_id)


def test_an_export_that_cannot_be_written_is_told_in_a_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    result = run("export", "north", str(tmp_path / "taken" / "below"))
    assert result.exit_code == 1
    assert "Error:" in result.stderr
