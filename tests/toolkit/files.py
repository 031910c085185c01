"""Small facts files for tests: right as they stand, to be broken one field at a time."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from mentorship import vocabulary

Data = dict[str, Any]

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


class Files:
    """Both files in a folder. Change ``journey`` or ``catalog``, then ``write``."""

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
        visa = self.stage("visa")
        visa["costs"] = [cost()]
        visa["facts"] = [{"id": "rule", "text": "A rule.", **SOURCE}]
        visa["start_with"] = ["guide"]

    def stage(self, key: str) -> Data:
        return next(each for each in self.journey["stages"] if each["id"] == key)

    def write(self) -> Path:
        for name, data in [("journey", self.journey), ("resources", self.catalog)]:
            text = yaml.safe_dump(copy.deepcopy(data), sort_keys=False)
            (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return self.folder
