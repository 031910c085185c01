"""Whatever a file holds, reading it ends, raises nothing, and says what it did not understand."""

from __future__ import annotations

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentorship.rosters.columns import IMG_COLUMNS
from mentorship.rosters.format import read_imgs

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
