"""What each is told of a pair rests on what the table gives them, whatever else was answered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from mentorship import vocabulary
from mentorship.matching import CRITERIA, Img, Market, Mentor, Span
from mentorship.profiles import telling
from mentorship.profiles.audience import COMPARED, SHOWN, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.telling import (
    ABOUT_A_MENTOR,
    ABOUT_AN_IMG,
    ASKED,
    ASKING,
    COMPARISONS,
    LEADING,
    Hearer,
    as_heard,
    comparisons,
    told,
)

WEEK = dt.date(2026, 11, 2)
# Two whom everything brings together, the IMG's home too: it is what only the IMG may be told of.
ANA = Img(
    key="ana",
    stage="interviews",
    specialties=("neurology",),
    topics=("visa_choice",),
    visa="outside_us",
    school_country="NP",
    languages=("en", "ne"),
    state="TX",
    states=("AL",),
    timezone="Asia/Kathmandu",
    availability=(Span(0, 600, 720),),
    channels=("video",),
    formats=("ongoing",),
    meetings_a_month=2,
    gender="woman",
    requests=("noor",),
    wishes=("mentor_is_img", "same_country", "same_gender"),
    goals="Cardiology research",
    priority=True,
)
NOOR = Mentor(
    key="noor",
    career_level="faculty",
    specialties=("neurology",),
    topics=("visa_choice",),
    stages=("interviews",),
    visas=("j1_visa",),
    is_img=True,
    school_country="NP",
    languages=("en", "ne"),
    state="TX",
    timezone="Asia/Kathmandu",
    availability=(Span(0, 600, 720),),
    channels=("video",),
    formats=("ongoing",),
    meetings_a_month=2,
    gender="woman",
    seats=1,
    welcomes=("ana",),
    about="Cardiology",
)
# another answer to each field that may be hidden from somebody
OTHERWISE: Mapping[type[Img | Mentor], Mapping[str, Any]] = {
    Img: {
        "visa": "e3", "school_country": "IN", "state": "OH", "gender": "man", "requests": (),
        "wishes": (), "goals": "Choir", "priority": False, "availability": (), "timezone": "UTC",
        "importance": {"topics": "high"},
    },
    Mentor: {
        "visas": ("perm",), "school_country": "IN", "gender": "man", "welcomes": (),
        "about": "Choir", "availability": (), "timezone": "UTC",
    },
}  # fmt: skip
OPEN = {
    *("topics", "specialty", "stage", "availability", "languages", "formats", "rhythm"),
    "channels",
}
TOLD = {
    "leader": (
        LEADING,
        OPEN
        | {"requests", "welcomes", "location", "words"}
        | {"same_country", "mentor_is_img", "priority"},
    ),
    "img": (
        ASKING,
        OPEN
        | {"visa", "requests", "welcomes", "location", "words"}
        | {"same_country", "same_gender", "mentor_is_img"},
    ),
    "mentor": (ASKED, OPEN | {"visa", "requests", "welcomes", "words"}),
    "an IMG who looks around": (
        ABOUT_A_MENTOR,
        OPEN | {"requests", "location", "words", "mentor_is_img"},
    ),
    "a mentor who looks around": (ABOUT_AN_IMG, OPEN | {"welcomes"}),
}
HEARERS = [pytest.param(*each, id=who) for who, each in TOLD.items()]


def said(img: Img, mentor: Mentor, hearer: Hearer) -> dict[str, str]:
    market = Market.of([img], [mentor], vocabulary.tables(), week=WEEK)
    return told(market, as_heard(market, hearer), 0, 0, hearer)


@pytest.mark.parametrize(("hearer", "criteria"), HEARERS)
def test_a_hearer_is_told_of_what_the_table_gives_them(hearer: Hearer, criteria: set[str]) -> None:
    assert said(ANA, NOOR, hearer).keys() == criteria


def test_no_mentor_is_told_of_a_home_or_of_wishes() -> None:
    heard = {who: " ".join(said(ANA, NOOR, each).values()) for who, (each, _) in TOLD.items()}
    assert "Texas, where you live" in heard["img"]
    assert "as you wished" in heard["img"]
    for who in ("mentor", "a mentor who looks around"):
        assert "wished" not in heard[who]
        assert "Texas" not in heard[who]
    assert "went to medical school in the same country, as the IMG wished" in heard["leader"]
    assert "Nepal," not in heard["leader"].replace("Nepali", "")
    assert "Texas, where the IMG lives" in heard["leader"]


@pytest.mark.parametrize("hoped", [("AL", "TX"), ("TX",)])
def test_a_state_the_img_hopes_for_is_named_to_all_as_the_table_says(hoped: tuple[str]) -> None:
    img = dataclasses.replace(ANA, states=hoped)
    for hearer, _ in TOLD.values():
        assert "Texas, where" in said(img, NOOR, hearer)["location"]


@pytest.mark.parametrize(("hearer", "criteria"), HEARERS)
def test_no_sentence_changes_with_an_answer_that_is_hidden(
    hearer: Hearer, criteria: set[str]
) -> None:
    """An answer that is hidden may keep a sentence back, and never speaks in one."""
    before = said(ANA, NOOR, hearer)
    tried = 0
    for person, fields in ((ANA, hearer.img), (NOOR, hearer.mentor)):
        for field, other in OTHERWISE[type(person)].items():
            if field in fields:
                continue
            tried += 1
            changed = dataclasses.replace(person, **{field: other})
            img, mentor = (changed, NOOR) if person is ANA else (ANA, changed)
            after = said(img, mentor, hearer)  # type: ignore[arg-type]  # one of each, whichever changed
            assert {key: before[key] for key in after if key in criteria} == {
                key: text for key, text in after.items() if key in criteria
            }, field
    assert tried


def test_a_field_that_is_in_no_cell_is_heard_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a new criterion reads is told to nobody until the table says so."""
    assert "graduation_year" not in LEADING.img | ASKED.img
    monkeypatch.setattr(telling, "SHOWN", {kind: {} for kind in ProfileKind})
    monkeypatch.setattr(telling, "COMPARED", {kind: {} for kind in ProfileKind})
    deaf = Hearer.of(LEADING.voice, img=Audience.LEADER, mentor=Audience.LEADER)
    assert deaf.img == deaf.mentor == {"key"}
    assert said(ANA, NOOR, deaf) == {}


def test_the_preview_says_of_each_field_that_is_compared_what_it_tells() -> None:
    for kind, table in COMPARED.items():
        for field, audiences in table.items():
            assert field in COMPARISONS
            for audience in audiences:
                hidden = audience not in SHOWN[kind].get(field, ())
                words = COMPARISONS[field]
                told = any(words in each for each in comparisons(kind, audience)) and words != ""
                assert told is (hidden and field != "timezone")


def test_the_preview_says_that_leaders_alone_read_which_choice_somebody_was() -> None:
    for audience in COMPARED[ProfileKind.IMG]["requests"]:
        told = [words for words in comparisons(ProfileKind.IMG, audience) if "by name" in words]
        assert ["as which choice" in words for words in told] == [audience is Audience.LEADER]
    assert "as first choice" in said(ANA, NOOR, LEADING)["requests"]
    assert "choice" not in said(ANA, NOOR, ASKED)["requests"]


def test_every_field_that_a_criterion_reads_is_a_field() -> None:
    for criterion in CRITERIA.values():
        assert set(criterion.img_fields) <= {f.name for f in dataclasses.fields(Img)}
        assert set(criterion.mentor_fields) <= {f.name for f in dataclasses.fields(Mentor)}
