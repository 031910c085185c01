"""Whole markets for Hypothesis: people who answer some questions and not others."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from mentorship.matching import CRITERIA, Img, Market, Mentor, Span
from tests.matching.people import TABLES, WINTER

words = st.sampled_from


def some(options: Sequence[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(words(options), max_size=most, unique=True).map(tuple)


SPECIALTIES = sorted({*TABLES.specialty_groups, *TABLES.specialty_parents})
TOPICS = ("usmle_strategy", "research", "visa_choice")
LANGUAGES = ("en", "hi", "ur", "es")
STATES = sorted(TABLES.state_regions)
STAGES = sorted(TABLES.stage_order)
PLACES = ("Saint Mary", "General Hospital")
WORDS = ("research", "cardiology", "visas", "J-1", "a", "the", "Cardiologist", "clinic", "42")
IMGS, MENTORS = ("i0", "i1", "i2", "i3", "both"), ("m0", "m1", "m2", "both")

shared = {
    "school_country": st.none() | words(("IN", "PK")),
    "languages": some(LANGUAGES),
    "state": st.none() | words(STATES),
    "topics": some(TOPICS),
    "timezone": st.none() | words(("UTC", "America/New_York", "Asia/Kathmandu")),
    "availability": st.lists(
        st.builds(Span, st.integers(0, 6), st.integers(0, 700), st.integers(701, 1440)), max_size=2
    ).map(tuple),
    "channels": some(("video", "phone", "messages")),
    "formats": some(("ongoing", "mock_interview")),
    "meetings_a_month": st.none() | st.integers(1, 8),
    "gender": st.none() | words(("woman", "man")),
    "specialties": some(SPECIALTIES),
}


texts = st.lists(words(WORDS), max_size=8).map(" ".join)


def img(key: str) -> st.SearchStrategy[Img]:
    return st.builds(
        Img,
        key=st.just(key),
        **shared,
        stage=st.none() | words(STAGES),
        visa=st.none() | words(("us_citizen", "outside_us", "j1_physician")),
        states=some(STATES),
        mentors_wanted=st.integers(1, 2),
        requests=some(MENTORS),
        avoid=some(MENTORS, 1),
        conflicts=some(PLACES, 1),
        wishes=some(("same_country", "same_gender", "mentor_is_img")),
        importance=st.dictionaries(words(list(CRITERIA)), words(("low", "normal", "high"))),
        goals=texts,
        priority=st.booleans(),
    )


def mentor(key: str) -> st.SearchStrategy[Mentor]:
    return st.builds(
        Mentor,
        key=st.just(key),
        **shared,
        career_level=st.none() | words(sorted(TABLES.level_order)),
        subspecialties=some(SPECIALTIES, 1),
        stages=some(STAGES),
        visas=some(("j1_visa", "h1b_visa", "conrad30_waiver")),
        is_img=st.none() | st.booleans(),
        states_licensed=some(STATES),
        seats=st.integers(0, 3),
        accepts_stages=some(STAGES, 1),
        welcomes=some((*IMGS, "elsewhere")),
        exclude=some(IMGS, 1),
        selects_at=some(PLACES, 1),
        institution=st.none() | words(PLACES),
        about=texts,
    )


@st.composite
def markets(draw: st.DrawFn, *, fewest: int = 0) -> Market:
    imgs = draw(st.integers(fewest, len(IMGS)))
    mentors = draw(st.integers(fewest, len(MENTORS)))
    return Market.of(
        [draw(img(key)) for key in IMGS[-imgs:] if imgs],
        [draw(mentor(key)) for key in MENTORS[-mentors:] if mentors],
        TABLES,
        week=WINTER,
    )
