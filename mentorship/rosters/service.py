"""Rosters and the database: a section's people in from two files, and out again."""

from __future__ import annotations

from mentorship.rosters.exporting import Export, export_roster
from mentorship.rosters.importing import ImportReport, import_roster

__all__ = ["Export", "ImportReport", "export_roster", "import_roster"]
