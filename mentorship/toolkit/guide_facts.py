"""The guides' files as rows: chapters, their entries, and the rates of the Match."""

from __future__ import annotations

from types import MappingProxyType

from mentorship import vocabulary
from mentorship.toolkit.entries import Entry
from mentorship.toolkit.fact_rows import Facts, source
from mentorship.toolkit.guide_models import Chapter, Guide, GuideEntry, MatchRate, Reader

FILES = MappingProxyType(
    {
        Guide.VISAS: "visas.yaml",
        Guide.EXPERIENCE: "us_experience.yaml",
        Guide.MATCH: "match.yaml",
        Guide.RESIDENCY: "residency_guide.yaml",
        Guide.PRACTICE: "practice_guide.yaml",
        Guide.MENTORING: "mentoring_guide.yaml",
    }
)
DETAILS = ("hands_on", "who", "counts", "visa")  # what is told of a kind of clinical experience
TOPICS = frozenset({*vocabulary.LISTS["topic"], *vocabulary.LISTS["visa_path"]})


def read_guide(file: Entry, guide: Guide, facts: Facts) -> None:
    """Read one guide; chapters stand in the order of the file, entries in that of their chapter."""
    for position, entry in enumerate(file.entries("chapters"), start=1):
        row = {"id": entry.key(guide.value), "guide": guide, "position": position}
        facts.add(Chapter, entry, **row, name=entry.text("name"))
        entry.close()
    chapters = [key.split(".")[1] for (key,) in facts.rows[Chapter] if key.startswith(guide + ".")]
    for position, entry in enumerate(file.entries("entries"), start=1):
        _read_entry(entry, guide, position, chapters, facts)
    for entry in file.entries("rates"):
        row = {"us_img": entry.per_mille("us_img"), "non_us_img": entry.per_mille("non_us_img")}
        facts.add(MatchRate, entry, id=entry.key(), **row, **source(entry))
        entry.close()
    file.close()


def _read_entry(
    entry: Entry, guide: Guide, position: int, chapters: list[str], facts: Facts
) -> None:
    own = entry.yes("own")
    reader = entry.word("who", tuple(Reader)) if entry.has("who") else Reader.BOTH
    row = {
        "id": entry.key(guide.value),
        "chapter_id": f"{guide}.{entry.word('chapter', chapters)}",
        "position": position,
        "title": entry.text("title"),
        "text": entry.text_if_any("text"),
        "todo": entry.texts("todo"),
        "stages": entry.words("stages", vocabulary.LISTS["stage"]),
        "topics": entry.words("topics", TOPICS),
        "reader": reader,
        "example": entry.text_if_any("example"),
        "details": entry.named_texts("details", DETAILS),
        "own": own,
        **source(entry),
    }
    if own and row["source_url"]:
        entry.problem("own", "advice of ours has no source_url")
    facts.add(GuideEntry, entry, **row)
    entry.close()
