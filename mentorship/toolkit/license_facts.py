"""``licensure.yaml`` as rows: the boards' rules, the compact and added pathways, state by state."""

from __future__ import annotations

from mentorship import vocabulary
from mentorship.toolkit.entries import Entry
from mentorship.toolkit.fact_rows import Facts, source
from mentorship.toolkit.license_models import (
    AddedPathway,
    CompactStanding,
    CompactState,
    Jurisdiction,
    LicenseRule,
    PathwayState,
)
from mentorship.toolkit.models import Confidence, UrlCheck

YEARS = range(10)
ATTEMPTS = range(21)
SPAN = range(31)


def read_licensure(file: Entry, facts: Facts) -> None:
    for entry in file.entries("states"):
        state = entry.word("id", vocabulary.LISTS["state"])
        url = entry.url_if_any("board_url")
        check = entry.word("board_url_check", tuple(UrlCheck)) if url else UrlCheck.NONE
        facts.add(Jurisdiction, entry, id=state, board_url=url, url_check=check)
        _read_rules(entry.entry("rules"), state, facts)
        _read_compact(entry.entry("compact"), state, facts)
        _read_pathway(entry.entry("pathway"), state, facts)
        entry.close()
    if {key[0] for key in facts.rows[Jurisdiction]} != set(vocabulary.LISTS["state"]):
        file.problem("states", "must be all of the vocabulary's list, each once")
    file.close()


def _read_rules(entry: Entry, state: str, facts: Facts) -> None:
    numbers = {
        "img_years": entry.number_if_any("img_years", YEARS),
        "us_years": entry.number_if_any("us_years", YEARS),
        "attempts": entry.number_if_any("attempts", ATTEMPTS),
        "span": entry.number_if_any("span", SPAN),
    }
    words = {f"{name}_words": entry.text_if_any(f"{name}_words") for name in numbers}
    row: dict[str, object] = {"note": entry.text_if_any("note"), "limits_confidence": None}
    if entry.text_if_any("limits_confidence") is not None:
        row["limits_confidence"] = entry.word("limits_confidence", tuple(Confidence))
    facts.add(LicenseRule, entry, id=state, **numbers, **words, **row, **source(entry))
    entry.close()


def _read_compact(entry: Entry, state: str, facts: Facts) -> None:
    standing = entry.word("standing", tuple(CompactState))
    note = entry.text_if_any("note")
    facts.add(CompactStanding, entry, id=state, standing=standing, note=note, **source(entry))
    entry.close()


def _read_pathway(entry: Entry, state: str, facts: Facts) -> None:
    row = {
        "status": entry.word("status", tuple(PathwayState)),
        "text": entry.text_if_any("text"),
        "law": entry.text_if_any("law"),
        "effective": entry.text_if_any("effective"),
    }
    facts.add(AddedPathway, entry, id=state, **row, **source(entry))
    entry.close()
