"""Where the pages show a fact, and what to call one that has no words of its own."""

from __future__ import annotations

from typing import Any

from flask import url_for

from mentorship import vocabulary
from mentorship.toolkit.guide_models import Guide
from mentorship.toolkit.truth import Kind

PAGES = {
    Guide.VISAS: "guides.visas",
    Guide.EXPERIENCE: "guides.experience",
    Guide.MATCH: "guides.residency",
    Guide.RESIDENCY: "guides.residency",
    Guide.PRACTICE: "guides.practice",
    Guide.MENTORING: "guides.mentoring",
}
WHOLE_PAGES = {"match_rate": "guides.residency", "cycle_date": "toolkit.journey"}
OF_STATE = {
    "license_rule": "training and exams",
    "compact_standing": "compact",
    "added_pathway": "pathway without US residency",
}


def title_of(kind: Kind, fact_id: str, label: str) -> str:
    if kind.id in OF_STATE:
        return f"{vocabulary.name('state', fact_id)}: {OF_STATE[kind.id]}"
    return f"Match rates of {fact_id}" if kind.id == "match_rate" else label


def shown_at(kind: str, fact: Any) -> str:
    if kind in OF_STATE:
        return url_for("licensing.state", state_id=fact.id.lower())
    if kind == "resource":
        return url_for("shelf.show", resource_id=fact.id)
    if kind in {"guide_entry", "advice"}:
        guide, anchor = fact.id.split(".", 1)
        return url_for(PAGES[Guide(guide)], _anchor=anchor)
    if kind in WHOLE_PAGES:
        return url_for(WHOLE_PAGES[kind])
    stage_id = fact.id if kind == "journey_stage" else fact.stage_id
    return url_for("toolkit.stage", stage_id=stage_id)
