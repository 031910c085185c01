"""What the search prints of a fact bears the marks that its page bears."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.news.models import NewsItem
from mentorship.news.searched import SOURCES as NEWS
from mentorship.news.seeds import load_news
from mentorship.news.service import line_of
from mentorship.search.models import SearchEntry
from mentorship.search.service import rebuild
from mentorship.sections.models import SectionRole
from mentorship.toolkit import truth
from mentorship.toolkit.cards import card
from mentorship.toolkit.cycle import days
from mentorship.toolkit.guide_models import GuideEntry
from mentorship.toolkit.license_models import AddedPathway
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import JourneyCost, JourneyFact
from mentorship.toolkit.policy_models import PolicyStatement
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.searched import SOURCES
from mentorship.toolkit.stage_facts import shown_cost, shown_fact
from tests import factories
from tests.factories import NOW

TODAY = NOW.date()
EVER = NOW.replace(year=2000)


@pytest.fixture
def indexed(session: Session) -> Session:
    load_facts(session)
    load_news(session, now=NOW)
    rebuild(session, {**SOURCES, **NEWS})
    return session


def marked(session: Session) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield where each fact is filed, and what its page warns of."""
    for answer in session.scalars(sa.select(GuideEntry)):
        yield "guide", answer.id, Provenance.of(answer, own=answer.own).warnings
    for cost in session.scalars(sa.select(JourneyCost)):
        shown = shown_cost(cost)
        yield "cost", cost.id, (*shown.provenance.warnings, *filter(None, [shown.caution]))
    for fact in session.scalars(sa.select(JourneyFact)):
        yield "fact", fact.id, shown_fact(fact).provenance.warnings
    for day in days(session, now=EVER):
        yield "date", day.id, day.provenance.warnings
    for statement in session.scalars(sa.select(PolicyStatement)):
        yield "policy", statement.id, Provenance.of(statement).warnings
    for resource in session.scalars(sa.select(Resource)):
        yield "resource", resource.id, card(resource).provenance.warnings
    for law in session.scalars(sa.select(AddedPathway).where(AddedPathway.text.is_not(None))):
        yield "state", law.id, Provenance.of(law, ask_board=True).warnings
    for item in session.scalars(sa.select(NewsItem)):
        yield "news", item.id.hex, line_of(item).provenance.warnings


def test_each_fact_found_bears_every_warning_of_its_page(indexed: Session) -> None:
    entries = {(row.source, row.key): row for row in indexed.scalars(sa.select(SearchEntry))}
    warned, bare = set(), {}
    for source, key, warnings in marked(indexed):
        missing = [each for each in warnings if each not in entries[source, key].note]
        if warnings:
            warned.add(source)
        if missing:
            bare[source, key] = missing
    assert bare == {}
    assert warned >= {
        "guide",
        "fact",
        "cost",
        "policy",
        "state",
        "news",
    }  # so that the test can fail


def test_a_day_that_is_only_expected_says_so_before_the_day(indexed: Session) -> None:
    shown = {day.id: day for day in days(indexed, now=EVER)}
    entries = indexed.scalars(sa.select(SearchEntry).where(SearchEntry.source == "date")).all()
    assert {row.key for row in entries} == set(shown)
    for row in entries:
        mark = f"{shown[row.key].marking}: "
        assert row.summary.startswith(mark) is not shown[row.key].is_deadline
    assert any(row.summary.startswith("Expected: ") for row in entries)


def test_what_is_our_own_advice_says_so(indexed: Session) -> None:
    advice = sa.select(SearchEntry).where(SearchEntry.source.in_(("stage", "route", "way")))
    entries = indexed.scalars(advice).all()
    assert {row.source for row in entries} == {"stage", "route", "way"}
    assert [row.key for row in entries if "Our advice, not a rule." not in row.note] == []


def test_a_check_by_a_leader_is_found_by_the_next_search(indexed: Session) -> None:
    answer = indexed.scalars(
        sa.select(GuideEntry).where(GuideEntry.volatile, GuideEntry.source_url.is_not(None))
    ).first()
    assert answer is not None
    keeper = leader(indexed)
    signed = truth.Signed(by=keeper.id, now=NOW, today=TODAY)
    assert truth.check_all(indexed, [("guide_entry", answer.id)], signed=signed) == 1
    note = sa.select(SearchEntry.note).where(SearchEntry.key == answer.id)
    assert f"Last checked on {TODAY:%B} {TODAY.day}, {TODAY.year}" in str(indexed.scalar(note))


def leader(session: Session) -> User:
    return factories.member(session, factories.section(session), SectionRole.LEADER)
