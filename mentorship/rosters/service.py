"""Rosters and the database: a section's people in from two files, and out again."""

from __future__ import annotations

from mentorship.rosters.exporting import Export, export_roster
from mentorship.rosters.importing import import_roster, plan_import
from mentorship.rosters.plans import ImportReport, Plan, write_plan

__all__ = [
    "Export",
    "ImportReport",
    "Plan",
    "export_roster",
    "import_roster",
    "plan_import",
    "write_plan",
]
