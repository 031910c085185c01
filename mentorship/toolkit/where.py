"""Where the pages show a fact, and what to call one that has no words of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import url_for

from mentorship import vocabulary
from mentorship.toolkit.guide_models import Guide, GuideEntry
from mentorship.toolkit.kinds import KINDS, Kind
from mentorship.toolkit.policy_models import PolicyStatement, Theme

PAGES = {
    Guide.VISAS: "guides.visas",
    Guide.EXPERIENCE: "guides.experience",
    Guide.MATCH: "guides.residency",
    Guide.RESIDENCY: "guides.residency",
    Guide.PRACTICE: "guides.practice",
    Guide.MENTORING: "guides.mentoring",
}
WHOLE_PAGES = {
    "match_rate": "guides.residency",
    "cycle_date": "toolkit.journey",
    "visa_question": "guides.visa_chooser",
    "visa_route": "guides.visa_chooser",
    "way_to_take_part": "community.mine",
}
OF_STATE = {
    "license_rule": "training and exams",
    "compact_standing": "compact",
    "jurisdiction": "website of the board",
    "added_pathway": "pathway without US residency",
}


def title_of(kind: Kind, fact_id: str, label: str) -> str:
    if kind.id in OF_STATE:
        return f"{vocabulary.name('state', fact_id)}: {OF_STATE[kind.id]}"
    return f"Match rates of {fact_id}" if kind.id == "match_rate" else label


def shown_at(kind_id: str, fact: Any) -> str:
    """Return the address of the page that shows a fact."""
    if page := KINDS[kind_id].page:
        return page(fact)
    if kind_id in WHOLE_PAGES:
        return url_for(WHOLE_PAGES[kind_id])
    if kind_id in OF_STATE:
        return url_for("licensing.state", state_id=fact.id.lower())
    return _ONE.get(kind_id, _stage)(fact)


def _stage(fact: Any) -> str:
    return url_for("toolkit.stage", stage_id=fact.stage_id)


def _guide(fact: GuideEntry) -> str:
    guide, anchor = fact.id.split(".", 1)
    return url_for(PAGES[Guide(guide)], _anchor=anchor)


def _policy(fact: PolicyStatement) -> str:
    if fact.theme in {Theme.SECTION, Theme.COUNCIL}:
        return url_for("community.mine")
    return url_for("equity.index", _anchor=fact.id)


_ONE: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "resource": lambda fact: url_for("shelf.show", resource_id=fact.id),
        "journey_stage": lambda fact: url_for("toolkit.stage", stage_id=fact.id),
        "guide_entry": _guide,
        "advice": _guide,
        "policy_statement": _policy,
    }
)
