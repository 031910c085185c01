"""What the search finds in the guides: answers, advice, and where the rates of the Match stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.search.service import Entry
from mentorship.toolkit.guide_models import Chapter, Guide, GuideEntry, MatchRate
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.shown import topic_name

SUMMARY_LENGTH = 220
GUIDES: Mapping[Guide, str] = MappingProxyType(
    {
        Guide.VISAS: "Visa questions",
        Guide.EXPERIENCE: "US clinical experience",
        Guide.MATCH: "Finding a residency",
        Guide.RESIDENCY: "Finding a residency",
        Guide.PRACTICE: "After training",
        Guide.MENTORING: "Mentorship guide",
    }
)
PAGES: Mapping[Guide, str] = MappingProxyType(
    {
        Guide.VISAS: "visas",
        Guide.EXPERIENCE: "experience",
        Guide.MATCH: "residency",
        Guide.RESIDENCY: "residency",
        Guide.PRACTICE: "practice",
        Guide.MENTORING: "mentoring",
    }
)
ALSO = MappingProxyType({Guide.MATCH: "match rate share"})  # what its entries are asked for
RATES = Entry(  # the figures themselves stay on their page, with their sources
    source="guide",
    key="match.rates",
    title="Match rates of US IMGs and of non-US IMGs",
    summary="The percent of each group that matched, year by year, each year with its source.",
    href="/toolkit/residency#figures",
    note="Finding a residency. Figures of the NRMP, as the press printed them.",
    keywords="match rate percent share statistics results figures chart",
    text="citizens non-citizens green card chance",
)


def of_guides(session: Session) -> Iterator[Entry]:
    """Read the answers of the visa guide and the advice of the other guides."""
    rows = session.execute(
        sa.select(GuideEntry, Chapter.guide, Chapter.name).join(
            Chapter, Chapter.id == GuideEntry.chapter_id
        )
    )
    for row, guide, chapter in rows:
        text = " ".join(filter(None, (row.text, *map(sentence, row.todo))))
        yield Entry(
            source="guide",
            key=row.id,
            title=row.title,
            summary=short(text),
            href=f"/toolkit/{PAGES[guide]}#{row.id.split('.', 1)[1]}",
            note=f"{GUIDES[guide]}. {_marks(row)}",
            keywords=" ".join(
                (chapter, GUIDES[guide], *map(topic_name, row.topics), ALSO.get(guide, ""))
            ),
            text=text,
        )
    if session.scalar(sa.select(MatchRate.id).limit(1)):
        yield RATES


def _marks(row: GuideEntry) -> str:
    """Say of a fact what its page says; advice has no source and no date."""
    said = Provenance.of(row, own=row.own).in_short
    return said if row.own else f"{said} Not legal advice."


def sentence(text: str) -> str:
    """Close a line of a list, so that the next one may follow it."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def short(text: str) -> str:
    if len(text) <= SUMMARY_LENGTH:
        return text
    return text[:SUMMARY_LENGTH].rsplit(" ", 1)[0].rstrip(" .,;:") + "…"
