"""The facts files as rows of tables: every entry checked, nothing touched yet.

``journey.yaml`` holds the stages and the present cycle, ``resources.yaml`` the catalog; each of the
others has a module of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from mentorship import vocabulary
from mentorship.toolkit import models, resource_models
from mentorship.toolkit.chooser_facts import read_chooser
from mentorship.toolkit.entries import Entry, FactsRefused, open_file
from mentorship.toolkit.fact_rows import KEYS, TABLES, Facts, Key, Row, source
from mentorship.toolkit.guide_facts import FILES, read_guide
from mentorship.toolkit.license_facts import read_licensure
from mentorship.toolkit.policy_facts import read_policy

__all__ = ["DATA", "KEYS", "TABLES", "Facts", "Key", "Row", "read_facts"]

DATA = Path(__file__).with_name("data")
MONTHS = range(1, 13)
DOLLARS = range(1, 100_000)
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
PLACES = ("us", "abroad", "any")
STATUSES = ("citizen", "resident", "visa", "any")


def read_facts(folder: Path = DATA) -> Facts:
    """Read and check all files.

    Raises
    ------
    FactsRefused
        An entry is wrong; all that are wrong are named.

    """
    problems: list[str] = []
    facts = Facts()
    journey = open_file(folder / "journey.yaml", problems)
    catalog = open_file(folder / "resources.yaml", problems)
    licensure = open_file(folder / "licensure.yaml", problems)
    chooser = open_file(folder / "visa_routes.yaml", problems)
    policy = open_file(folder / "policy.yaml", problems)
    guides = {guide: open_file(folder / name, problems) for guide, name in FILES.items()}
    if not problems:
        _read_catalog(catalog, facts)
        _read_stages(journey, facts)
        _read_cycle(journey.entry("cycle"), facts)
        journey.close()
        catalog.close()
        read_licensure(licensure, facts)
        for guide, file in guides.items():
            read_guide(file, guide, facts)
        read_chooser(chooser, facts)
        read_policy(policy, facts)
    if problems:
        raise FactsRefused(problems)
    return facts


def _read_stages(journey: Entry, facts: Facts) -> None:
    stages = journey.entries("stages")
    for position, entry in enumerate(stages, start=1):
        stage = entry.word("id", vocabulary.LISTS["stage"])
        facts.add(
            models.JourneyStage,
            entry,
            id=stage,
            position=position,
            title=entry.text("title"),
            what=entry.text("what"),
            duration=entry.text("duration"),
            pitfalls=entry.texts("pitfalls"),
            topics=entry.words(
                "topics", {**vocabulary.LISTS["topic"], **vocabulary.LISTS["visa_path"]}
            ),
            usual_months=[_month(each) for each in entry.entries("usual_months")],
            tracks=[_track(each) for each in entry.entries("tracks")],
            as_of=entry.as_of(),
            confidence=entry.word("confidence", tuple(models.Confidence)),
        )
        _read_checklist(entry, stage, facts)
        _read_costs(entry, stage, facts)
        _read_stage_facts(entry, stage, facts)
        _rank_resources(entry, stage, facts)
        entry.close()
    if [key[0] for key in facts.rows[models.JourneyStage]] != list(vocabulary.LISTS["stage"]):
        journey.problem("stages", "must be those of the vocabulary, in its order")


def _month(entry: Entry) -> Row:
    row = {"month": entry.number_if_any("month", MONTHS), "text": entry.text("text")}
    entry.close()
    return row


def _track(entry: Entry) -> Row:
    row = {
        "place": entry.word("place", PLACES),
        "status": entry.word("status", STATUSES),
        "text": entry.text("text"),
    }
    entry.close()
    return row


def _hour(entry: Entry) -> str | None:
    hour = entry.text_if_any("eastern")
    if hour and not CLOCK.fullmatch(hour):
        entry.problem("eastern", f'must be an hour such as "21:00", not "{hour}"')
    return hour


def _read_checklist(stage_entry: Entry, stage: str, facts: Facts) -> None:
    for position, entry in enumerate(stage_entry.entries("checklist"), start=1):
        key, text = entry.key(stage), entry.text("text")
        row = {"id": key, "stage_id": stage, "position": position, "text": text}
        facts.add(models.ChecklistItem, entry, **row)
        entry.close()


def _read_costs(stage_entry: Entry, stage: str, facts: Facts) -> None:
    for position, entry in enumerate(stage_entry.entries("costs"), start=1):
        row = {
            "id": entry.key(stage),
            "stage_id": stage,
            "position": position,
            "item": entry.text("item"),
            "usd": entry.number_if_any("usd", DOLLARS),
            "note": entry.text_if_any("note"),
            "amount_in_source": entry.word("amount_in_source", tuple(models.AmountInSource)),
            **source(entry),
        }
        if row["source_url"] is None and row["amount_in_source"] != models.AmountInSource.NO:
            entry.problem("amount_in_source", 'must be "no" where there is no source_url')
        facts.add(models.JourneyCost, entry, **row)
        entry.close()


def _read_stage_facts(stage_entry: Entry, stage: str, facts: Facts) -> None:
    told = False
    for position, entry in enumerate(stage_entry.entries("facts"), start=1):
        row = {"id": entry.key(stage), "stage_id": stage, "position": position}
        tells_time = entry.yes("tells_time")
        if told and tells_time:
            entry.problem("tells_time", "may be true of one fact of a stage only")
        told = told or tells_time
        facts.add(
            models.JourneyFact,
            entry,
            **row,
            text=entry.text("text"),
            tells_time=tells_time,
            **source(entry),
        )
        entry.close()


def _rank_resources(stage_entry: Entry, stage: str, facts: Facts) -> None:
    """Rank the resources shown first; each must be known and say that it helps at the stage."""
    known = facts.rows[resource_models.ResourceStage]
    for rank, resource in enumerate(stage_entry.texts("start_with"), start=1):
        if (resource, stage) not in known:
            what = f'"{resource}" is not a resource with stage {stage} in resources.yaml'
            stage_entry.problem("start_with", what)
        else:
            known[resource, stage]["rank"] = rank


def _read_cycle(cycle: Entry, facts: Facts) -> None:
    name = cycle.text("name")
    for entry in cycle.entries("dates"):
        key = entry.key()
        facts.add(
            models.CycleDate,
            entry,
            id=key,
            cycle=name,
            day=entry.day("date"),
            eastern=_hour(entry),
            event=entry.text("event"),
            note=entry.text_if_any("note"),
            amount_in_source=entry.word("amount_in_source", tuple(models.DayInSource)),
            **source(entry),
        )
        for stage in _some(entry, "stages", vocabulary.LISTS["stage"]):
            facts.add(models.CycleDateStage, entry, date_id=key, stage_id=stage)
        entry.close()
    cycle.close()


def _read_catalog(catalog: Entry, facts: Facts) -> None:
    for position, entry in enumerate(catalog.entries("topics"), start=1):
        key, name = entry.key(), entry.text("name")
        facts.add(resource_models.ToolkitTopic, entry, id=key, position=position, name=name)
        entry.close()
    topics = {key[0] for key in facts.rows[resource_models.ToolkitTopic]}
    checks = tuple(check for check in models.UrlCheck if check is not models.UrlCheck.NONE)
    for entry in catalog.entries("resources"):
        key = entry.key()
        facts.add(
            resource_models.Resource,
            entry,
            id=key,
            title=entry.text("title"),
            type=entry.word("type", tuple(resource_models.ResourceType)),
            organization=entry.text("organization"),
            who=entry.text_if_any("who"),
            url=_required_url(entry),
            description=entry.text("description"),
            url_check=entry.word("url_check", checks),
            as_of=entry.as_of(),
            confidence=entry.word("confidence", tuple(models.Confidence)),
            volatile=entry.yes("volatile"),
        )
        for stage in _some(entry, "stages", vocabulary.LISTS["stage"]):
            row = {"resource_id": key, "stage_id": stage, "rank": None}
            facts.add(resource_models.ResourceStage, entry, **row)
        for topic in _some(entry, "topics", topics):
            facts.add(resource_models.ResourceTopic, entry, resource_id=key, topic_id=topic)
        entry.close()


def _required_url(entry: Entry) -> str:
    url = entry.url_if_any("url")
    if url is None:
        entry.problem("url", "is missing")
    return url or ""


def _some(entry: Entry, field: str, allowed: Collection[str]) -> list[str]:
    words = entry.words(field, allowed)
    if not words:
        entry.problem(field, "must name at least one")
    return words
