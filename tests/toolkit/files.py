"""Small facts files for tests: right as they stand, to be broken one field at a time."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.freshness import Wanted, freshness
from mentorship.toolkit.guide_facts import FILES
from tests.factories import NOW

Data = dict[str, Any]
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

SOURCE: Data = {
    "source_url": "https://example.org/fees",
    "url_check": "retrieved",
    "as_of": "2026-10",
    "confidence": "high",
}


def resource(key: str = "guide", **fields: Any) -> Data:
    given: Data = {
        "id": key,
        "title": f"Title of {key}",
        "type": "guide",
        "organization": "Example Board",
        "url": f"https://example.org/{key}",
        "stages": ["visa"],
        "topics": ["visas"],
        "description": f"What {key} says.",
        "as_of": "2026",
        "url_check": "retrieved",
        "confidence": "high",
    }
    return given | fields


def cost(key: str = "fee", **fields: Any) -> Data:
    given: Data = {"id": key, "item": "A fee", "usd": 100, "amount_in_source": "yes"}
    return given | SOURCE | fields


def date(key: str = "match-day", **fields: Any) -> Data:
    given: Data = {
        "id": key,
        "date": "2027-03-19",
        "event": "Match Day",
        "stages": ["visa"],
        "amount_in_source": "rule",
    }
    return given | SOURCE | fields


def stage(key: str, **fields: Any) -> Data:
    given: Data = {
        "id": key,
        "title": f"Title of {key}",
        "what": "What it is.",
        "duration": "A year",
        "checklist": [{"id": "first", "text": "Do this first"}],
        "as_of": "2026",
        "confidence": "medium",
    }
    return given | fields


def entry(key: str = "first", **fields: Any) -> Data:
    given: Data = {"id": key, "chapter": "all", "title": f"Title of {key}", "text": "So it is."}
    return given | SOURCE | fields


def state(key: str, **rules: Any) -> Data:
    return {
        "id": key,
        "board_url": f"https://example.org/{key}",
        "board_url_check": "not_opened",
        "rules": {"img_years": 3, "us_years": 1, "attempts": 3, "span": 7} | SOURCE | rules,
        "compact": {"standing": "member"} | SOURCE,
        "pathway": {"status": "none_found"} | SOURCE,
    }


class Files:
    """All files in a folder. Change ``journey``, ``catalog`` or another, then ``write``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journey: Data = {
            "cycle": {"name": "2027 Match", "dates": [date()]},
            "stages": [stage(key) for key in vocabulary.LISTS["stage"]],
        }
        self.catalog: Data = {
            "topics": [{"id": "visas", "name": "Visas"}],
            "resources": [resource()],
        }
        self.guides: dict[str, Data] = {
            name: {"chapters": [{"id": "all", "name": "All"}], "entries": [entry()]}
            for name in FILES.values()
        }
        self.guides["match.yaml"]["rates"] = [
            {"id": "2026", "us_img": 70.0, "non_us_img": 56.4, **SOURCE}
        ]
        self.licensure: Data = {"states": [state(key) for key in vocabulary.LISTS["state"]]}
        self.routes: Data = {
            "questions": [
                {"id": "aim", "text": "What for?", "options": [{"id": "work", "label": "Work"}]}
            ],
            "routes": [
                {
                    "id": "job",
                    "name": "A job",
                    "when": {"aim": ["work"]},
                    "why": "It is work.",
                    "ask": ["Ask."],
                    "answers": ["first"],
                }
            ],
        }
        self.policy: Data = {
            "bills": [
                {"id": "act", "title": "An Act", "text": "It renews.", "status": "Sent on."}
                | SOURCE
            ],
            "section": [{"id": "who", "title": "Who", "text": "All IMGs."} | SOURCE],
            "council": [{"id": "council", "title": "Council", "text": "Eight people."} | SOURCE],
            "take_part": [{"id": "author", "title": "Author", "steps": ["Write it"]}],
        }
        visa = self.stage("visa")
        visa["costs"] = [cost()]
        visa["facts"] = [{"id": "rule", "text": "A rule.", **SOURCE}]
        visa["start_with"] = ["guide"]

    def stage(self, key: str) -> Data:
        return next(each for each in self.journey["stages"] if each["id"] == key)

    def write(self) -> Path:
        files = {
            "journey.yaml": self.journey,
            "resources.yaml": self.catalog,
            "licensure.yaml": self.licensure,
            "visa_routes.yaml": self.routes,
            "policy.yaml": self.policy,
            **self.guides,
        }
        for name, data in files.items():
            text = yaml.dump(copy.deepcopy(data), Dumper=_Dumper, sort_keys=False)
            (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder


def found(session: Session, **wanted: object) -> set[str]:
    """Return the keys of what the report of today shows first."""
    report = freshness(session, today=NOW.date(), wanted=Wanted(**wanted))  # type: ignore[arg-type]  # values of one dict, of many types
    return {line.id for line in report.lines}
