"""What is written reads back to the same people, and no spreadsheet runs any of it."""

from __future__ import annotations

import csv
import io
import unicodedata
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from mentorship import hours, vocabulary
from mentorship.matching import Img, Mentor, Span
from mentorship.matching.criteria import PERSONAL
from mentorship.rosters import escape
from mentorship.rosters.columns import IMG_COLUMNS, MENTOR_COLUMNS
from mentorship.rosters.format import (
    read_imgs,
    read_mentors,
    rows_out,
    write_imgs,
    write_mentors,
)
from mentorship.rosters.records import Limits, Record
from mentorship.rosters.rows import ImgRow, MentorRow
from mentorship.rosters.sheets import sheet_records, workbook

RISKY = "=+-@\uff1d\uff0b\uff0d\uff20'|\\\"\t\n ;,abc\u0130ß"  # full-width signs among them
# no-break and ideographic space, joiners of Persian and Indic names, soft hyphen, what is no letter
UNSEEN = "\u00a0\u3000\u200c\u200d\u00ad\u2028\ufeff\ufffe\uffff"
CODES = ["_x0041_", "_x005F_", "_x000a_", "_xD800_", "_x"]
anything = st.text(st.sampled_from(RISKY + UNSEEN) | st.characters(exclude_categories=("Cs", "Cc")))
anything |= st.lists(st.sampled_from([*CODES, "=", "a"])).map("".join)


def one_line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def several_lines(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


line = anything.map(one_line).map(lambda text: text[:100].strip())
some_line = line.filter(bool)
prose = anything.map(several_lines)
institutions = st.lists(some_line, max_size=3, unique=True).map(tuple)
emails = st.from_regex(r"[a-z=+-][a-z0-9]{0,9}@example\.(org|com)", fullmatch=True)
people = st.lists(emails, max_size=4, unique=True).map(tuple)
spans = st.builds(
    lambda day, start, length: Span(day, start, min(1440, start + length)),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 600),
)
week = st.lists(spans, max_size=5).map(hours.merge)
zones = st.none() | st.sampled_from(vocabulary.COMMON_TIME_ZONES)
consents = st.lists(st.sampled_from(sorted(vocabulary.CONSENTS)), unique=True).map(tuple)


def word(list_name: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(list(vocabulary.LISTS[list_name]))


def words(*list_names: str, at_most: int = 6) -> st.SearchStrategy[tuple[str, ...]]:
    every = [w for name in list_names for w in vocabulary.LISTS[name]]
    return st.lists(st.sampled_from(every), max_size=at_most, unique=True).map(tuple)


both = {
    "topics": words("topic", at_most=5),
    "school_country": word("country"),
    "languages": words("language"),
    "state": word("state"),
    "timezone": zones,
    "availability": week,
    "channels": words("channel"),
    "formats": words("format"),
    "meetings_a_month": st.none() | st.integers(1, 8),
    "gender": word("gender"),
}
imgs = emails.flatmap(
    lambda email: st.builds(
        ImgRow,
        line=st.just(2),
        email=st.just(email),
        name=some_line,
        consents=consents,
        profile=st.builds(
            Img,
            key=st.just(email),
            stage=word("stage"),
            specialties=words("specialty", "subspecialty", at_most=3),
            visa=word("visa"),
            graduation_year=st.none() | st.integers(1950, 2100),
            states=words("state"),
            mentors_wanted=st.integers(1, 2),
            requests=people,
            avoid=people,
            conflicts=institutions,
            wishes=words("wish"),
            importance=st.dictionaries(
                st.sampled_from(sorted(PERSONAL)), st.sampled_from(["low", "high"])
            ).map(MappingProxyType),
            goals=prose,
            **both,
        ),
    )
)
mentors = emails.flatmap(
    lambda email: st.builds(
        MentorRow,
        line=st.just(2),
        email=st.just(email),
        name=some_line,
        consents=consents,
        paused_until=st.none() | st.dates(),
        profile=st.builds(
            Mentor,
            key=st.just(email),
            career_level=word("career_level"),
            specialties=words("specialty", "subspecialty"),
            subspecialties=words("subspecialty"),
            stages=words("stage"),
            visas=words("visa_path"),
            is_img=st.none() | st.booleans(),
            states_licensed=words("state"),
            seats=st.integers(0, 10),
            accepts_specialties=words("specialty"),
            accepts_stages=words("stage"),
            accepts_languages=words("language"),
            welcomes=people,
            exclude=people,
            exclude_institutions=institutions,
            selects_at=institutions,
            institution=st.none() | some_line,
            about=prose,
            **both,
        ),
    )
)


def assert_safe(text: str) -> None:
    assert text.startswith("\ufeff")
    for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        for cell in cells:
            start = unicodedata.normalize("NFKC", cell).lstrip()[:1]
            assert not start or start not in "=+-@", cell
            assert not cell.startswith(("\t", "\r", "\n"))


@settings(deadline=None, max_examples=200)
@given(imgs)
def test_imgs_go_out_and_in_unchanged(row: ImgRow) -> None:
    out = io.StringIO(newline="")
    write_imgs(out, [row])
    assert_safe(out.getvalue())
    roster = read_imgs(io.BytesIO(out.getvalue().encode()))
    assert roster.problems == ()
    assert roster.rows == (row,)


@settings(deadline=None, max_examples=200)
@given(mentors)
def test_mentors_go_out_and_in_unchanged(row: MentorRow) -> None:
    out = io.StringIO(newline="")
    write_mentors(out, [row])
    assert_safe(out.getvalue())
    roster = read_mentors(io.BytesIO(out.getvalue().encode()))
    assert roster.problems == ()
    assert roster.rows == (row,)


def assert_sheet_safe(data: bytes) -> None:
    for cells in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows():
        for cell in cells:
            if cell.value is not None:
                assert cell.data_type == "s"
                assert not escape.formula_sign(str(cell.value))


@settings(deadline=None, max_examples=60)
@given(imgs)
def test_imgs_go_through_a_workbook_unchanged(row: ImgRow) -> None:
    data = workbook({"IMGs": rows_out(IMG_COLUMNS, [row])})
    assert_sheet_safe(data)
    roster = read_imgs(io.BytesIO(data))
    assert roster.problems == ()
    assert roster.rows == (row,)


@settings(deadline=None, max_examples=60)
@given(mentors)
def test_mentors_go_through_a_workbook_unchanged(row: MentorRow) -> None:
    data = workbook({"Mentors": rows_out(MENTOR_COLUMNS, [row])})
    assert_sheet_safe(data)
    roster = read_mentors(io.BytesIO(data))
    assert roster.problems == ()
    assert roster.rows == (row,)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_workbook_keeps_every_character(text: str) -> None:
    (kept,) = sheet_records(io.BytesIO(workbook({"All": [[f"a{text}a"]]})), Limits())
    assert kept == Record(1, (f"a{text}a".replace("\r\n", "\n"),))


@given(anything)
def test_the_apostrophe_that_guards_a_cell_comes_off_again(text: str) -> None:
    assert escape.unguard(escape.guard(text)) == text
    assert escape.formula_sign(escape.guard(text)) == ""


@given(st.lists(anything.map(str.strip).filter(bool)))
def test_items_with_bars_and_backslashes_share_a_cell(items: list[str]) -> None:
    assert list(escape.split(escape.join(items))) == items


def test_a_backslash_in_a_hand_made_cell_is_itself() -> None:
    assert escape.split(r"Ward\Name|B") == (r"Ward\Name", "B")
