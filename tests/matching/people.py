"""People and tables to try criteria and rules on; every field that is not named is unanswered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from mentorship.matching import Img, Market, Mentor, Span, Tables

WINTER = date(2026, 1, 12)  # Mondays: no clock changes in these two weeks
SUMMER = date(2026, 7, 13)
SPRING = date(2026, 3, 2)  # clocks in the US go forward on its Sunday
AUTUMN = date(2026, 10, 26)  # clocks in the US go back on its Sunday

TABLES = Tables(
    specialty_groups={
        "internal_medicine": "primary_care",
        "family_medicine": "primary_care",
        "obgyn": "primary_care",
        "psychiatry": "mind",
        "general_surgery": "surgical",
        "sleep_medicine": "cross",
    },
    specialty_parents={
        "cardiology": frozenset({"internal_medicine"}),
        "nephrology": frozenset({"internal_medicine"}),
        "sleep_medicine": frozenset({"internal_medicine", "psychiatry"}),
    },
    specialty_clusters=(
        frozenset({"internal_medicine", "family_medicine"}),
        frozenset({"nephrology", "general_surgery"}),
    ),
    visa_helped_by={
        "j1_physician": frozenset({"j1_visa", "conrad30_waiver"}),
        "outside_us": frozenset({"j1_visa", "h1b_visa"}),
    },
    state_regions={"NY": "Northeast", "NJ": "Northeast", "TX": "South", "FL": "South"},
    stage_order={"usmle_step1": 3, "eras_application": 7, "match_soap": 9, "residency": 11},
    match_stage=9,
    level_order={"applicant": 7, "resident_pgy1": 11, "early_attending": 15},
)


def img(key: str = "img", **answers: Any) -> Img:
    return Img(key=key, **answers)


def mentor(key: str = "mentor", **answers: Any) -> Mentor:
    return Mentor(**{"key": key, "seats": 1, **answers})


def market(imgs: Sequence[Img], mentors: Sequence[Mentor], week: date = WINTER) -> Market:
    return Market.of(imgs, mentors, TABLES, week=week)


def names(_: str, word: str) -> str:
    """Name a word as a vocabulary would."""
    return word.replace("_", " ").title()


def hours(day: int, start: float, end: float) -> Span:
    return Span(day, round(start * 60), round(end * 60))
