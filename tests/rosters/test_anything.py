"""Whatever a file holds, reading it ends, raises nothing, and says what it did not understand."""

from __future__ import annotations

import io
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentorship.rosters.columns import IMG_COLUMNS
from mentorship.rosters.format import read_imgs
from mentorship.rosters.sheets import workbook

PIECES = [
    *(",", ";", "\t", "\n", "\r", "\r\n", '"', '""', "|", "'", "=", "@", "\0", "\ufeff", "\u2028"),
    *("a@example.org", "Mon 18:00-21:00", "topics=high", "Residency", "2020", "-1", "²", "é"),
    *IMG_COLUMNS,
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(["utf-8", "utf-16"]))
@example('email,name\n"', "utf-8")
@example("email,name\n\r\r", "utf-8")
@example('"email\n(private)",name,email\n,A,a@example.org\n', "utf-8")
def test_no_text_breaks_the_reader(text: str, encoding: str) -> None:
    header = "email,name," if "email" in text else ""
    roster = read_imgs(io.BytesIO((header + text).encode(encoding)))
    assert all(str(problem).isprintable() for problem in roster.problems)
    assert roster.rows or roster.problems or roster.notes


@settings(deadline=None, max_examples=200)
@given(st.binary(), st.booleans())
def test_no_bytes_break_the_reader(data: bytes, header: bool) -> None:  # noqa: FBT001 - drawn
    roster = read_imgs(io.BytesIO((b"email,name,goals,topics\n" if header else b"") + data))
    assert all(str(problem).isprintable() for problem in roster.problems)
    assert roster.rows or roster.problems or roster.notes


BOOK = workbook({"a": [["email", "name", "goals"], ["a@example.org", "A", 3]]})
PARTS = {each.filename: each for each in zipfile.ZipFile(io.BytesIO(BOOK)).infolist()}
NUMBERS = st.integers(min_value=0, max_value=len(BOOK))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(NUMBERS, st.binary(min_size=1, max_size=3)), min_size=1, max_size=4))
@example([(PARTS["xl/workbook.xml"].header_offset + 30 + len("xl/workbook.xml"), b"\xff\xff")])
@example([(6, b"\1")])
def test_no_damage_to_a_workbook_breaks_the_reader(damages: list[tuple[int, bytes]]) -> None:
    data = bytearray(BOOK)
    for at, new in damages:
        data[at : at + len(new)] = new
    ended(bytes(data))


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(PARTS)), NUMBERS, st.sampled_from(["", "9" * 20, "-1", "<a/>", '"']))
def test_no_part_of_a_workbook_breaks_the_reader(part: str, at: int, new: str) -> None:
    """What unpacks well and is no longer what such a part holds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as whole, zipfile.ZipFile(out, "w") as packed:
        for name in whole.namelist():
            content = whole.read(name)
            place = at % len(content)
            changed = content[:place] + new.encode() + content[place + 3 :]
            packed.writestr(name, changed if name == part else content)
    ended(out.getvalue())


def ended(data: bytes) -> None:
    roster = read_imgs(io.BytesIO(data))
    assert all(str(problem).isprintable() for problem in roster.problems)
    assert roster.rows or roster.problems or roster.notes
