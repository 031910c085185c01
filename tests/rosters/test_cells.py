"""What each kind of cell understands, and what it asks for instead."""

from __future__ import annotations

import datetime as dt

import pytest

from mentorship.matching import Span
from mentorship.rosters.columns import IMG_COLUMNS, MENTOR_COLUMNS
from mentorship.rosters.problems import Unreadable

ALL = {**MENTOR_COLUMNS, **IMG_COLUMNS}


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("email", "Ana.Cruz@Example.ORG", "ana.cruz@example.org"),
        ("name", "  Ana \u00a0 Cruz ", "Ana Cruz"),
        ("stage", "us clinical EXPERIENCE", "usce"),
        ("specialties", "IM|family_medicine | Cardiology", ("internal_medicine", "family_medicine",
         "cardiovascular_disease")),
        ("specialties", "Pathology|pathology", ("pathology",)),
        ("languages", "English; French", ("en", "fr")),
        ("specialties", "IM, Cardiology;Pathology", ("internal_medicine",
         "cardiovascular_disease", "pathology")),
        ("visa", "Outside the US, no visa yet", "outside_us"),
        ("topics", "letters||usce|", ("letters", "usce")),
        ("visa", "prefer_not", "prefer_not"),
        ("gender", "Prefer not to say", "prefer_not"),
        ("gender", "Woman", "woman"),
        ("school_country", "T\u00fcrkiye", "TR"),
        ("graduation_year", "2019", 2019),
        ("languages", "en|Hindi", ("en", "hi")),
        ("states", "ny|Texas", ("NY", "TX")),
        ("timezone", "america/new york", "America/New_York"),
        ("availability", "Sat 9:00-12:00|mon 18:00-21:00",
         (Span(0, 1080, 1260), Span(5, 540, 720))),
        ("availability", "Fri 20:00-24:00", (Span(4, 1200, 1440),)),
        ("availability", "Tue 8:00-9:00|Tuesday 9:00-10:30", (Span(1, 480, 630),)),
        ("wishes", "same_country|Is an IMG", ("same_country", "mentor_is_img")),
        ("importance", "topics=high|Visa path=Low|stage=normal", {"topics": "high", "visa": "low"}),
        ("consents", "matching|statistics", ("matching", "statistics")),
        ("conflicts", "Mercy\\|North  Hospital|St. Luke's", ("Mercy|North Hospital", "St. Luke's")),
        ("requests", "A@example.org|b@example.org", ("a@example.org", "b@example.org")),
        ("goals", "First.\nSecond.", "First.\nSecond."),
        ("is_img", "Yes", True),
        ("is_img", "0", False),
        ("paused_until", "2027-03-01", dt.date(2027, 3, 1)),
        ("subspecialties", "Nephrology", ("nephrology",)),
        ("seats", "0", 0),
    ],
)  # fmt: skip
def test_what_people_write_is_understood(column: str, text: str, value: object) -> None:
    assert ALL[column].read(text) == value


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        ("email", "ana at example", ("is not an e-mail address", "write it like name@example.org")),
        ("specialties", "IM|FM|Pathology|Neurology", ("is a list of 4", "keep at most 3")),
        ("topics", "usce|letters|cv_review|soap|signals|culture",
         ("is a list of 6", "keep at most 5")),
        ("requests", "|".join(f"m{i}@example.org" for i in range(6)),
         ("is a list of 6", "keep at most 5")),
        ("welcomes", "|".join(f"i{i}@example.org" for i in range(21)),
         ("is a list of 21", "keep at most 20")),
        ("languages", "|".join("x" for _ in range(61)), ("is a list of 61", "keep at most 60")),
        ("graduation_year", "1899", ("is not such a number", "from 1950 to 2100")),
        ("graduation_year", "²019", ("is not such a number", "from 1950 to 2100")),
        ("seats", "11", ("is not such a number", "from 0 to 10")),
        ("mentors_wanted", "3", ("is not such a number", "from 1 to 2")),
        ("meetings_a_month", "two", ("is not such a number", "from 1 to 8")),
        ("timezone", "New York", ("is not a time zone", 'did you mean "America/New_York"?')),
        ("timezone", "qqqq", ("is not a time zone", "write it like America/New_York")),
        ("availability", "weekends", ("is no stretch of a week", "such as Mon 18:00-21:00")),
        ("availability", "Xyz 18:00-21:00", ("is no stretch of a week", "begin with a day")),
        ("availability", "Fri 22:00-02:00", ("is no stretch of a week", "split a night at 24:00")),
        ("availability", "Fri 22:00-25:00", ("is no stretch of a week", "00:00 to 24:00")),
        ("is_img", "perhaps", ("is neither yes nor no", "write yes or no")),
        ("paused_until", "03/04/2027", ("is not a date", "write it like 2027-03-19")),
        ("paused_until", "2027-02-30", ("is not a date", "write it like 2027-03-19")),
        ("importance", "topics:high", ("names no criterion", "criteria: topics, specialty")),
        ("importance", "topics=huge", ("is not known", '"Low", "Normal", "High"')),
        ("wishes", "rich", ("is not known", '"Same gender as mine"')),
        ("goals", "bell \x07", ("holds a control character", "take it out")),
        ("goals", "x" * 2001, ("has 2001 characters", "keep it under 2001")),
        ("name", "x" * 121, ("has 121 characters", "keep it under 121")),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_told(column: str, text: str, told: tuple[str, str]) -> None:
    with pytest.raises(Unreadable) as error:
        ALL[column].read(text)
    what = " ".join(" ".join(complaint[1:]) for complaint in error.value.complaints)
    assert told[0] in what
    assert told[1] in what


def test_every_wrong_word_of_a_cell_is_told_at_once() -> None:
    with pytest.raises(Unreadable) as error:
        IMG_COLUMNS["languages"].read("English|Hindy|Elvish")
    assert [value for value, *_ in error.value.complaints] == ["Hindy", "Elvish"]
