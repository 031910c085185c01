"""What the search finds in the toolkit: one reader a source, a line each in ``SOURCES``."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.search.service import Entry, Sources
from mentorship.toolkit.catalog import words_of
from mentorship.toolkit.models import ChecklistItem, JourneyStage, Resource
from mentorship.toolkit.provenance import readable_date
from mentorship.toolkit.shown import TYPE_NAMES
from mentorship.toolkit.states import states

DATA = Path(__file__).with_name("data")
SUMMARY_LENGTH = 220
PATHWAYS: Mapping[str, str] = MappingProxyType(
    {
        "enacted": "An added pathway for physicians trained abroad is law.",
        "limited_permit": "There is a limited permit for physicians trained abroad.",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "stage": "Stages of the journey",
        "visa": "Visa questions",
        "state": "State licenses",
        "resource": "Resources",
        "letter": "Letters",
        "policy": "Equity and policy",
    }
)


def of_resources(session: Session) -> Iterator[Entry]:
    rows = session.scalars(sa.select(Resource)).all()
    stages, topics = words_of(session, [row.id for row in rows])
    for row in rows:
        yield of_resource(row, stages[row.id], topics[row.id])


def of_resource(row: Resource, stages: list[str], topics: list[str]) -> Entry:
    filed = [TYPE_NAMES[row.type], row.organization, *topics]
    filed += [vocabulary.name("stage", stage) for stage in stages]
    dated = f"as of {readable_date(row.as_of)}" if row.as_of else "undated"
    return Entry(
        source="resource",
        key=row.id,
        section_id=row.section_id,
        title=row.title,
        summary=row.description,
        href=f"/toolkit/resources/{row.id}",
        note=f"{TYPE_NAMES[row.type]} by {row.organization}, {dated}",
        keywords=" ".join(filed),
    )


def of_stages(session: Session) -> Iterator[Entry]:
    items: dict[str, list[str]] = {}
    for stage, text in session.execute(sa.select(ChecklistItem.stage_id, ChecklistItem.text)):
        items.setdefault(stage, []).append(text)
    for row in session.scalars(sa.select(JourneyStage)):
        yield Entry(
            source="stage",
            key=row.id,
            title=row.title,
            summary=row.what,
            href=f"/toolkit/journey/{row.id}",
            note="What to do, what it costs, what to watch out for",
            keywords=vocabulary.name("stage", row.id),
            text=" ".join((*items.get(row.id, ()), *row.pitfalls)),
        )


def of_visas(_session: Session) -> Iterator[Entry]:
    file = _file("visas.yaml")
    chapters = {chapter["id"]: chapter["name"] for chapter in file["chapters"]}
    for row in file["entries"]:
        moving = " The rule was in motion then." if row.get("volatile") else ""
        yield Entry(
            source="visa",
            key=row["id"],
            title=row["title"],
            summary=_short(row["text"]),
            href="/toolkit/journey/visa",
            note=f"As of {readable_date(row.get('as_of')) or 'no date'}. Not legal advice.{moving}",
            keywords=chapters[row["chapter"]],
            text=row["text"],
        )


def of_states(_session: Session) -> Iterator[Entry]:
    for row in states():
        name, rules, pathway = vocabulary.name("state", row["id"]), row["rules"], row["pathway"]
        known = " ".join(filter(None, (PATHWAYS.get(pathway["status"]), pathway.get("text"))))
        dated = readable_date(rules.get("as_of")) or "undated"
        yield Entry(
            source="state",
            key=row["id"],
            title=f"Medical license in {name}",
            summary=f"Training years, exam limits and pathways. {known}".strip(),
            href=f"/equity/licensing#state-{row['id'].lower()}",
            note=f"{dated}, confidence {rules['confidence']}. Confirm with the board.",
            keywords=f"{name} {row['id']} state licensure board",
            text=" ".join(filter(None, (rules.get("note"), pathway.get("law")))),
        )


SOURCES: Sources = MappingProxyType(
    {
        "resource": of_resources,
        "stage": of_stages,
        "visa": of_visas,
        "state": of_states,
    }
)


@functools.cache
def _file(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load((DATA / name).read_bytes(), Loader=loader)  # noqa: S506  a safe one
    return loaded


def _short(text: str) -> str:
    if len(text) <= SUMMARY_LENGTH:
        return text
    return text[:SUMMARY_LENGTH].rsplit(" ", 1)[0].rstrip(" .,;:") + "…"
