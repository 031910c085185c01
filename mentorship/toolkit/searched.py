"""What the search finds in the toolkit: one reader a source, a line each in ``SOURCES``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.search.service import Entry, Sources
from mentorship.toolkit.cards import card, words_of
from mentorship.toolkit.chooser_models import VisaQuestion, VisaRoute
from mentorship.toolkit.cycle import shown_day
from mentorship.toolkit.guide_searched import of_guides, sentence
from mentorship.toolkit.license_models import AddedPathway, LicenseRule, PathwayState
from mentorship.toolkit.models import (
    ChecklistItem,
    CycleDate,
    JourneyCost,
    JourneyFact,
    JourneyStage,
)
from mentorship.toolkit.policy_models import PolicyStatement, Theme, WayToTakePart
from mentorship.toolkit.provenance import OUR_ADVICE, Provenance, readable_date
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shown import TYPE_NAMES
from mentorship.toolkit.stage_facts import shown_cost, shown_fact

ABOUT_EQUITY = "equity policy position advocacy discrimination parity"
PATHWAYS: Mapping[PathwayState, str] = MappingProxyType(
    {
        PathwayState.ENACTED: "An added pathway for physicians trained abroad is law.",
        PathwayState.LIMITED_PERMIT: "There is a limited permit for physicians trained abroad.",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "stage": "Stages of the journey",
        "fact": "Facts of a stage",
        "guide": "Guides",
        "route": "Visa chooser",
        "cost": "Costs",
        "date": "Dates",
        "state": "State licenses",
        "resource": "Resources",
        "letter": "Letters",
        "policy": "Equity and policy",
        "way": "Taking part",
        "news": "News",
        "section": "My section",
    }
)


def of_resources(session: Session) -> Iterator[Entry]:
    rows = session.scalars(sa.select(Resource)).all()
    stages, topics = words_of(session, [row.id for row in rows])
    for row in rows:
        yield of_resource(row, stages[row.id], topics[row.id])


def of_resource(row: Resource, stages: list[str], topics: list[str]) -> Entry:
    filed = [TYPE_NAMES[row.type], row.organization, row.who or "", *topics]
    filed += [vocabulary.name("stage", stage) for stage in stages]
    p = card(row).provenance
    dated = f"as of {p.date}" if p.date else "undated"
    said = (f"{TYPE_NAMES[row.type]} by {row.organization}, {dated}", *p.warnings)
    return Entry(
        source="resource",
        key=row.id,
        section_id=row.section_id,
        title=row.title,
        summary=row.description,
        href=f"/toolkit/resources/{row.id}",
        note=f"{'. '.join(said)}.",
        keywords=" ".join(filed),
    )


def of_stages(session: Session) -> Iterator[Entry]:
    items: dict[str, list[str]] = defaultdict(list)
    for stage, text in session.execute(sa.select(ChecklistItem.stage_id, ChecklistItem.text)):
        items[stage].append(text)
    for row in session.scalars(sa.select(JourneyStage)):
        yield Entry(
            source="stage",
            key=row.id,
            title=row.title,
            summary=row.what,
            href=f"/toolkit/journey/{row.id}",
            note=f"What to do, what it costs, what to watch out for. {OUR_ADVICE}",
            keywords=vocabulary.name("stage", row.id),
            text=" ".join((*items[row.id], *row.pitfalls, *(each["text"] for each in row.tracks))),
        )


def of_facts(session: Session) -> Iterator[Entry]:
    """Read what is good to know of each stage, and how long it takes."""
    for row in session.scalars(sa.select(JourneyFact)):
        stage, fact = vocabulary.name("stage", row.stage_id), shown_fact(row)
        yield Entry(
            source="fact",
            key=row.id,
            title=f"{stage}: {'how long it takes' if row.tells_time else 'good to know'}",
            summary=row.text,
            href=f"/toolkit/journey/{row.stage_id}{'' if row.tells_time else '#facts-title'}",
            note=fact.provenance.in_short,
        )


def of_costs(session: Session) -> Iterator[Entry]:
    """Read what things cost, each amount with how sure it is."""
    for row in session.scalars(sa.select(JourneyCost)):
        stage, cost = vocabulary.name("stage", row.stage_id), shown_cost(row)
        caution = f" {cost.caution}." if cost.caution else ""
        yield Entry(
            source="cost",
            key=row.id,
            title=row.item,
            summary=f"{cost.amount}. {row.note or ''}".strip(),
            href=f"/toolkit/journey/{row.stage_id}#costs-title",
            note=f"{cost.provenance.in_short}{caution}",
            keywords="cost price",
            text=stage,
        )


def of_dates(session: Session) -> Iterator[Entry]:
    """Read the days of the cycle; one that is no deadline says so before the day."""
    for row in session.scalars(sa.select(CycleDate)):
        day = shown_day(row, days_away=0)  # how far away it is stands on its page alone
        mark = "" if day.is_deadline else f"{day.marking}: "
        yield Entry(
            source="date",
            key=row.id,
            title=row.event,
            summary=f"{mark}{readable_date(row.day.isoformat())}. {row.note or ''}".strip(),
            href="/toolkit/journey/match_soap",
            note=f"{row.cycle}. {day.provenance.in_short}",
            keywords="date deadline when calendar",
        )


def of_routes(session: Session) -> Iterator[Entry]:
    """Read the routes of the visa chooser, each under the answers that lead to it."""
    labels = {
        (question.id, option["id"]): option["text"]
        for question in session.scalars(sa.select(VisaQuestion))
        for option in question.options
    }
    for row in session.scalars(sa.select(VisaRoute)):
        when = [labels[where, word] for where, words in row.shown_when.items() for word in words]
        yield Entry(
            source="route",
            key=row.id,
            title=row.name,
            summary=row.reason,
            href="/toolkit/visas/routes",
            note=f"A route of the visa chooser. {OUR_ADVICE} Not legal advice.",
            keywords="visa route",
            text=" ".join((*when, *row.ask)),
        )


def of_states(session: Session) -> Iterator[Entry]:
    rows = session.execute(
        sa.select(LicenseRule, AddedPathway).join(AddedPathway, AddedPathway.id == LicenseRule.id)
    )
    for rule, pathway in rows:
        name = vocabulary.name("state", rule.id)
        known = " ".join(filter(None, (PATHWAYS.get(pathway.status), pathway.text)))
        fact = pathway if known else rule  # what is printed, or where the figures come from
        said = Provenance.of(fact, ask_board=True).in_short
        yield Entry(
            source="state",
            key=rule.id,
            title=f"Medical license in {name}",
            summary=f"Training years, exam limits and pathways. {known}".strip(),
            href=f"/toolkit/licensure/{rule.id.lower()}",
            note=f"Confirm with the board in any case. {said}",
            keywords=f"{name} {rule.id} state licensure board",
            text=" ".join(filter(None, (rule.note, pathway.law))),
        )


def of_policy(session: Session) -> Iterator[Entry]:
    """Read the positions, plans and bills, and how the section and its council work."""
    for one in session.scalars(sa.select(PolicyStatement)):
        of_section = one.theme in {Theme.SECTION, Theme.COUNCIL}
        about = "section council governing election meeting" if of_section else ABOUT_EQUITY
        yield Entry(
            source="policy",
            key=one.id,
            title=f"{one.number or ''} {one.title}".strip(),
            summary=one.text,
            href="/community" if of_section else f"/equity#{one.id}",
            note=Provenance.of(one).in_short,
            keywords=about,
            text=one.status or "",
        )


def of_ways(session: Session) -> Iterator[Entry]:
    """Read how to take part in the section, which is advice of ours."""
    for way in session.scalars(sa.select(WayToTakePart)):
        yield Entry(
            source="way",
            key=way.id,
            title=way.title,
            summary=" ".join(map(sentence, way.steps)),
            href="/community#part-title",
            note=OUR_ADVICE,
            keywords="how to take part section join volunteer role write propose",
        )


SOURCES: Sources = MappingProxyType(
    {
        "resource": of_resources,
        "stage": of_stages,
        "fact": of_facts,
        "guide": of_guides,
        "route": of_routes,
        "cost": of_costs,
        "date": of_dates,
        "state": of_states,
        "policy": of_policy,
        "way": of_ways,
    }
)
