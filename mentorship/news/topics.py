"""What each topic is called, and at which stages of the journey it is of most use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from mentorship.news.models import Topic

NAMES: Mapping[Topic, str] = MappingProxyType(
    {
        Topic.MATCH: "The Match",
        Topic.RESIDENCY: "Residency requirements",
        Topic.GME: "Transition to GME",
        Topic.VISAS: "Visas",
        Topic.LICENSURE: "Licensure",
        Topic.EQUITY: "Equity",
        Topic.SECTION: "The IMG Section",
    }
)
ABOUT: Mapping[Topic, str] = MappingProxyType(
    {
        Topic.MATCH: "Dates, results and rules of the residency Match",
        Topic.RESIDENCY: "Certification, exams and what programs ask for",
        Topic.GME: "Arriving, starting and training in graduate medical education",
        Topic.VISAS: "Visas, waivers and entry rules",
        Topic.LICENSURE: "State licenses and new ways to one",
        Topic.EQUITY: "Equal treatment of IMGs",
        Topic.SECTION: "Meetings, resolutions and people of the section",
    }
)
_STAGES: Mapping[Topic, frozenset[str]] = MappingProxyType(
    {
        Topic.MATCH: frozenset({"eras_application", "interviews", "match_soap"}),
        Topic.RESIDENCY: frozenset(
            {
                "medical_school",
                "ecfmg_certification",
                "usmle_step1",
                "usmle_step2ck",
                "usmle_step3",
                "usce",
                "eras_application",
            }
        ),
        Topic.GME: frozenset({"match_soap", "visa", "residency", "fellowship"}),
        Topic.VISAS: frozenset({"match_soap", "visa", "residency", "fellowship", "practice"}),
        Topic.LICENSURE: frozenset(
            {"residency", "fellowship", "licensure", "board_certification", "practice"}
        ),
        Topic.EQUITY: frozenset({"practice", "leadership_advocacy"}),
        Topic.SECTION: frozenset({"leadership_advocacy"}),
    }
)


def at_stages(stages: Collection[str]) -> tuple[Topic, ...]:
    """Return the topics of most use at any of these stages."""
    return tuple(topic for topic in Topic if _STAGES[topic] & set(stages))
