"""The tables that come from the facts files, and what is common to reading their rows."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from mentorship.extensions import Model
from mentorship.toolkit import (
    chooser_models,
    guide_models,
    license_models,
    models,
    policy_models,
    resource_models,
)
from mentorship.toolkit.entries import Entry

# In the order in which rows may be added: whatever points at a row comes after it.
TABLES: tuple[type[Model], ...] = (
    models.JourneyStage,
    models.ChecklistItem,
    models.JourneyCost,
    models.JourneyFact,
    models.CycleDate,
    models.CycleDateStage,
    resource_models.ToolkitTopic,
    resource_models.Resource,
    resource_models.ResourceStage,
    resource_models.ResourceTopic,
    guide_models.Chapter,
    guide_models.GuideEntry,
    guide_models.MatchRate,
    license_models.Jurisdiction,
    license_models.LicenseRule,
    license_models.CompactStanding,
    license_models.AddedPathway,
    policy_models.PolicyStatement,
    policy_models.WayToTakePart,
    chooser_models.VisaQuestion,
    chooser_models.VisaRoute,
)
KEYS = MappingProxyType(
    {table: tuple(str(column.key) for column in sa.inspect(table).primary_key) for table in TABLES}
)

Key = tuple[str, ...]
Row = dict[str, Any]


class Facts:
    """The rows each table should hold, by key."""

    def __init__(self) -> None:
        self.rows: dict[type[Model], dict[Key, Row]] = {table: {} for table in TABLES}

    def add(self, table: type[Model], entry: Entry, **row: Any) -> None:
        key = tuple(row[name] for name in KEYS[table])
        if key in self.rows[table]:
            entry.problem("id", f'"{key[-1]}" is there twice')
        self.rows[table][key] = row


def source(entry: Entry) -> Row:
    """Read where a fact comes from and how far to trust it."""
    url = entry.url_if_any("source_url")
    check = entry.word("url_check", tuple(models.UrlCheck))
    if check and (url is None) != (check == models.UrlCheck.NONE):
        entry.problem("url_check", '"none" goes with no source_url, and only then')
    return {
        "source_url": url,
        "url_check": check,
        "as_of": entry.as_of(),
        "confidence": entry.word("confidence", tuple(models.Confidence)),
        "evidence": entry.text_if_any("evidence"),
        "volatile": entry.yes("volatile"),
    }
