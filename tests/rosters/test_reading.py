"""Files as spreadsheets really write them, and what is said of those that cannot be read."""

from __future__ import annotations

import io

import pytest

from mentorship.rosters.columns import IMG_COLUMNS
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.reading import records_of
from mentorship.rosters.records import Limits, Record
from mentorship.rosters.rows import ImgRow, Roster


def read(text: str | bytes, limits: Limits | None = None) -> Roster[ImgRow]:
    data = text.encode() if isinstance(text, str) else text
    return read_imgs(io.BytesIO(data), limits=limits or Limits())


def said(text: str | bytes, limits: Limits | None = None) -> list[str]:
    return [str(problem) for problem in read(text, limits).problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_delimiter_newline_and_bom_make_no_difference(
    delimiter: str, newline: str, bom: str
) -> None:
    lines = [["Name", "E-Mail", "email", "Stage"], ["Ana Cruz", "", "Ana@Example.org", "residency"]]
    roster = read(bom + newline.join(delimiter.join(line) for line in lines) + newline)
    assert roster.problems == ()
    (row,) = roster.rows
    assert (row.line, row.email, row.name) == (2, "ana@example.org", "Ana Cruz")
    assert (row.profile.key, row.profile.stage) == ("ana@example.org", "residency")
    assert roster.columns == ("name", "email", "stage")


def test_a_first_line_that_tells_the_delimiter_is_believed() -> None:
    assert [row.email for row in read("sep=;\r\nemail;name\r\na@example.org;A\r\n").rows] == [
        "a@example.org"
    ]


@pytest.mark.parametrize(
    "header",
    [
        "E-Mail;Full name, as printed;Languages, spoken",
        'Mail;"Full name, as printed, with title";Languages',
    ],
)
def test_commas_in_the_headings_of_a_file_do_not_cut_them(header: str) -> None:
    data = f"{header}\na@example.org;A;en\n".encode()
    found = list(records_of(io.BytesIO(data), IMG_COLUMNS, limits=Limits()))
    assert [len(row.cells) for row in found if isinstance(row, Record)] == [3, 3]


def test_unknown_columns_are_noted_and_ignored() -> None:
    roster = read("email,name,specialtys,notes\na@example.org,A,x,y\n")
    assert len(roster.rows) == 1
    assert roster.notes == (
        'imgs.csv column "specialtys" is not known and was ignored; did you mean "specialties"?',
        'imgs.csv column "notes" is not known and was ignored',
    )


def test_the_line_is_that_on_which_the_row_starts() -> None:
    roster = read(
        'email,name,goals\n\na@example.org,A,"one\ntwo\nthree"\n,,\nb@example.org,,x\n'
        "c@example.org,C,\n"
    )
    assert [row.line for row in roster.rows] == [3, 8]
    assert roster.rows[0].profile.goals == "one\ntwo\nthree"
    assert said("email,name\n\n\nb@example.org,\n") == [
        "imgs.csv line 4, column name: the cell is empty; every row needs name"
    ]


def test_a_slip_is_told_with_file_line_column_value_and_what_would_be_right() -> None:
    (problem,) = read("email,name,stage\na@example.org,A,Residncy\n").problems
    assert (problem.file, problem.line, problem.column) == ("imgs.csv", 2, "stage")
    assert (problem.value, problem.right) == ("Residncy", 'did you mean "Residency"?')
    assert str(problem) == (
        'imgs.csv line 2, column stage: "Residncy" is not known; did you mean "Residency"?'
    )


def test_good_rows_are_kept_whatever_is_wrong_with_others() -> None:
    roster = read(
        "email,name,stage,topics\n"
        "a@example.org,A,nowhere,usce|nothing\n"
        "b@example.org,B,Residency,usce\n"
        "not an address,C,,\n"
        "d@example.org,D,,,surplus\n"
        "e@example.org,E\n"
        "B@example.org,B again,,\n"
        "f@example.org,F,,\n"
    )
    assert [row.email for row in roster.rows] == ["b@example.org", "f@example.org"]
    assert [(p.line, p.column) for p in roster.problems] == [
        (2, "stage"),
        (2, "topics"),
        (4, "email"),
        (5, None),
        (6, None),
        (7, "email"),
    ]
    assert roster.usable


def test_addresses_of_bad_rows_are_known_too() -> None:
    assert read("email,name,stage\na@example.org,A,nowhere\n").emails == {"a@example.org"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty; its first line must name the columns"),
        (b"\r\n \r\n", "the file is empty; its first line must name the columns"),
        ("email,name\n".encode("utf-16"), 'the file is UTF-16, not UTF-8; save it as "CSV UTF-8"'),
        (b"PK\x03\x04\x14\0", "the file is no workbook that can be read; save it again as"),
        ("email,name\n".encode("utf-16-le"), "the file holds NUL characters"),
        ("Stra\u00dfe,name\n".encode("latin-1"), '"byte 0xDF" is not UTF-8'),
        (b"x" * 70_000, "the file has a first line without end"),
    ],
)
def test_a_file_that_is_no_roster_is_told_from_its_beginning(data: bytes, told: str) -> None:
    roster = read(data)
    assert roster.rows == ()
    assert not roster.usable
    (problem,) = roster.problems
    assert told in str(problem)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("name,stage", "imgs.csv, column email: the column is missing; its first line must name"),
        ("email,stage", "imgs.csv, column name: the column is missing"),
        ("email,name,stage,Stage", "imgs.csv, column stage: the column stands there twice"),
    ],
)
def test_a_header_that_cannot_be_used_spoils_the_file(header: str, told: str) -> None:
    roster = read(f"{header}\na@example.org,A,,\n")
    assert roster.rows == ()
    assert not roster.usable
    assert told in str(roster.problems[0])


def test_a_header_without_rows_is_only_noted() -> None:
    roster = read("email,name\n")
    assert roster.problems == ()
    assert roster.notes == ("imgs.csv has no rows below its header",)


def test_rows_in_another_encoding_are_told_one_by_one() -> None:
    roster = read("email,name\na@example.org,José\nb@example.org,Bo\n".encode("latin-1"))
    assert [row.email for row in roster.rows] == ["b@example.org"]
    assert str(roster.problems[0]) == (
        'imgs.csv line 2: "byte 0xE9" is not UTF-8 (Windows or Latin-1 letters?); '
        'save it as "CSV UTF-8" again'
    )


def test_a_nul_character_costs_its_row_only() -> None:
    roster = read("email,name\na@example.org,A\0\nb@example.org,Bo\n")
    assert [row.email for row in roster.rows] == ["b@example.org"]
    assert str(roster.problems[0]) == "imgs.csv line 2: the row holds a NUL character; take it out"


def test_a_quotation_mark_that_is_never_closed_costs_one_line() -> None:
    roster = read('email,name\na@example.org,"A\nb@example.org,Bo\nc@example.org,"C"\n')
    assert [(row.line, row.email) for row in roster.rows] == [
        (3, "b@example.org"),
        (4, "c@example.org"),
    ]
    assert "line 2: the row has quotation marks that do not pair up" in str(roster.problems[0])


def test_an_endless_row_costs_itself_only() -> None:
    roster = read(b"email,name\na@example.org," + b"x" * 500_000 + b"\nb@example.org,Bo\n")
    assert [(row.line, row.email) for row in roster.rows] == [(3, "b@example.org")]
    assert len(roster.problems) == 1


def test_an_oversize_cell_is_told() -> None:
    (told,) = said(f"email,name,goals\na@example.org,A,{'x' * 10_001}\n")
    assert told.startswith("imgs.csv line 2, column goals: ")
    assert told.endswith("has 10,001 characters; keep it under 10,000")
    assert len(told) < 200


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(rows=2), "imgs.csv: the file has more than 2 rows; split it into several files"),
        (Limits(columns=1), "imgs.csv: the file has 2 columns; keep at most 1"),
        (Limits(problems=1), "imgs.csv: the file has more than 1 problems; mend these first; the"),
    ],
)
def test_beyond_its_limits_a_file_is_not_used_in_part(limits: Limits, told: str) -> None:
    roster = read("email,name\na@example.org,\nb@example.org,B\nc@example.org,C\n", limits)
    assert not roster.usable
    assert told in str(roster.problems[-1])


def test_limits_let_through_just_what_they_say() -> None:
    roster = read("email,name\na@example.org,A\nb@example.org,B\n", Limits(rows=2, columns=2))
    assert roster.problems == ()
    assert len(roster.rows) == 2


@pytest.mark.parametrize("column", ["name", "goals", "conflicts"])
@pytest.mark.parametrize("sign", ["=", "@", "\uff1d"])
def test_a_formula_is_refused_unless_an_apostrophe_says_it_is_text(column: str, sign: str) -> None:
    formula = f"{sign}HYPERLINK('x')"
    base = {"email": "a@example.org", "name": "A", "goals": "", "conflicts": ""}
    header = ",".join(base)
    (told,) = said(f"{header}\n{','.join({**base, column: formula}.values())}\n")
    assert f"line 2, column {column}: " in told
    assert "looks like a formula; write the text itself, or an apostrophe (') before it" in told
    roster = read(f"{header}\n{','.join({**base, column: chr(39) + formula}.values())}\n")
    assert roster.problems == ()


def test_text_that_begins_with_a_dash_is_text_and_noted() -> None:
    roster = read("email,name,goals\na@example.org,A,- find a mentor\n")
    assert roster.rows[0].profile.goals == "- find a mentor"
    assert roster.notes == ('imgs.csv line 2, column goals: begins with "-"; kept as text',)


def test_the_stream_stays_open_for_its_owner() -> None:
    stream = io.BytesIO(b"email,name\na@example.org,A\n")
    read_imgs(stream)
    assert not stream.closed


def test_mentors_who_name_no_number_of_seats_offer_one() -> None:
    roster = read_mentors(
        io.BytesIO(b"email,name,seats\na@example.org,A,\nb@example.org,B,0\nc@example.org,C,3\n")
    )
    assert [row.profile.seats for row in roster.rows] == [1, 0, 3]
    assert roster.notes == ("mentors.csv line 2, column seats: the cell is empty; taken as 1",)
