"""The same questions find the right entry on both databases, and only what the reader may see."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from mentorship.community.searched import SOURCES as SECTIONS
from mentorship.demo.section_life import load_section_life
from mentorship.news.searched import SOURCES as NEWS
from mentorship.news.seeds import load_news
from mentorship.privacy import retention
from mentorship.search import service
from mentorship.search.misses import all_misses, forget_miss, misses, note_miss
from mentorship.search.models import SearchEntry, SearchMiss
from mentorship.search.service import Entry, Found
from mentorship.search.words import asked, stems
from mentorship.sections.belonging import sections_of
from mentorship.sections.models import SectionRole
from mentorship.spotlight.searched import SOURCES as LETTERS
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.searched import SOURCES
from tests import factories
from tests.factories import NOW

QUESTIONS = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8"))
NOBODY = uuid.UUID(int=0)


def find(session: Session, text: str, who: uuid.UUID = NOBODY, **more: object) -> Found:
    return service.find(session, text, sections=sections_of(who), hidden={}, **more)  # type: ignore[arg-type]  # values of one dict, of many types


def entry(key: str = "a", **values: object) -> Entry:
    given = {"source": "test", "key": key, "title": "Zebra crossing", "summary": "", "href": "/x"}
    return Entry(**(given | values))  # type: ignore[arg-type]  # values of one dict, of many types


def test_every_question_finds_the_right_entry_among_the_first_three(session: Session) -> None:
    """Ask as a member, whose index also holds what the section plans, says and writes."""
    section = factories.section(session)
    leader = factories.leader(session, section)
    members = [factories.member(session, section, SectionRole.IMG) for _ in range(12)]
    load_facts(session)
    load_news(session, now=NOW)
    load_section_life(session, section, leader.id, now=NOW)
    everything = {**SOURCES, **NEWS, **SECTIONS, **LETTERS}
    service.rebuild(session, everything)
    present = set(session.scalars(sa.select(SearchEntry.source)))
    assert present == set(everything)
    assert len(QUESTIONS) >= 25
    missed = {}
    for question, right in QUESTIONS.items():
        first = [
            f"{row.source}:{row.key}" for row in find(session, question, members[0].id).rows[:3]
        ]
        if not set(first) & set(right):
            missed[question] = first
    assert missed == {}
    assert service.rebuild(session, everything) == 0  # and building it again changes nothing


def test_what_is_gone_from_its_source_is_gone_from_the_index(session: Session) -> None:
    service.rebuild(session, {"test": lambda _: [entry("a"), entry("b", title="Zebra herd")]})
    assert find(session, "zebra").total == 2
    assert service.rebuild(session, {"test": lambda _: [entry("b", title="Lion")]}) == 2
    assert find(session, "zebra").total == 0
    assert [row.key for row in find(session, "lions").rows] == ["b"]


@pytest.mark.parametrize("how", ["edited", "dropped", "gone"])
def test_no_word_of_what_went_stays_in_the_file(session: Session, how: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL cleans up after itself")
    service.put(session, *(entry(f"b{number}", text="Lions") for number in range(20)))
    service.put(session, entry(text="Xquagga"))
    session.commit()
    assert _in_the_file(session, b"quagga")
    if how == "edited":
        service.put(session, entry(text="Lions"))
    elif how == "dropped":
        service.drop(session, "test", ["a"])
    else:
        service.rebuild(session, {"test": lambda _: []})
    session.commit()
    assert not _in_the_file(session, b"quagga")


def _in_the_file(session: Session, word: bytes) -> bool:
    blocks = session.scalars(sa.text("SELECT block FROM search_fts_data")).all()
    return any(word in block for block in blocks)


def test_an_entry_of_a_section_is_found_by_its_members_only(session: Session) -> None:
    section = factories.section(session)
    member = factories.member(session, section, SectionRole.IMG)
    service.put(session, entry(section_id=section.id))
    assert find(session, "zebra", member.id).total == 1
    assert find(session, "zebra").total == 0


def test_hidden_entries_are_neither_shown_nor_counted(session: Session) -> None:
    service.put(session, entry("a"))
    service.put(session, entry("b"))
    keys = sa.select(sa.literal("a"))
    found = service.find(session, "zebra", sections=sections_of(NOBODY), hidden={"test": keys})
    assert ([row.key for row in found.rows], found.total) == (["b"], 1)


def test_the_title_counts_more_than_the_text(session: Session) -> None:
    service.put(session, entry("text", title="Animals", text="zebra " * 3))
    service.put(session, entry("filed", title="Animals of Africa", keywords="zebra"))
    service.put(session, entry("title"))
    assert next(iter(find(session, "zebra").rows)).key == "title"
    assert find(session, "zebra").rows[-1].key == "text"


def test_many_results_come_page_by_page(session: Session) -> None:
    for number in range(40):
        service.put(session, entry(f"k{number:02}"))
    pages = [find(session, "zebra", page=page) for page in (1, 2, 3, 99)]
    keys = [row.key for found in pages[:3] for row in found.rows]
    assert len(set(keys)) == 40
    assert pages[3].page == pages[3].pages == 3


@pytest.mark.parametrize(
    "text",
    ["", " ", "?!", "the of and", '"', "'", "a:b", "x & y | !z", "NEAR(a b)", "-", "*", "😀",
     "')--", "word " * 200, "title:zebra", "^zebra"],
)  # fmt: skip
def test_no_question_breaks_the_search(session: Session, text: str) -> None:
    service.put(session, entry())
    assert find(session, text).total in {0, 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Licence", "license"),
        ("programmes", "program"),
        ("J-1", "j1"),
        ("H 1B", "H-1B"),
        ("Pediatrics", "paediatric"),
        ("résumé", "resume"),
        ("organisation", "Organizations"),
        ("enrolment", "enrollment"),
    ],
)
def test_spellings_of_one_word_are_the_same(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_words_for_the_same_thing_are_asked_together() -> None:
    ((first, *others),) = asked("observership")
    assert "usc" in {first, *others} or "usce" in {first, *others}
    assert asked("waiver waiver") == asked("waiver")


def test_what_nobody_finds_is_counted_without_a_name(session: Session) -> None:
    mine, other = factories.section(session), factories.section(session)
    for _ in range(3):
        note_miss(session, "  Unicorn   VISA ", sections=[mine.id], by="one", now=NOW)
        assert misses(session, mine.id) == []  # what one person types may be anything, also a name
    note_miss(session, "unicorn visa", sections=[mine.id], by="two", now=NOW)
    (miss,) = misses(session, mine.id)
    session.refresh(miss)
    assert (miss.text, miss.times) == ("unicorn visa", 2)
    kept = {column.key for column in sa.inspect(SearchMiss).columns}
    assert kept == {"id", "section_id", "text", "times", "last_by", "last_at"}
    assert misses(session, other.id) == []  # of their own leaders alone
    assert retention.run(now=NOW + dt.timedelta(days=89)).rows == {}
    assert retention.run(now=NOW + dt.timedelta(days=91)).rows == {"searches": 1}
    assert misses(session, mine.id) == []


def test_a_vain_search_counts_in_each_section_of_whoever_asked(session: Session) -> None:
    one, two = factories.section(session), factories.section(session)
    for by in "ab":
        note_miss(session, "unicorn", sections=[one.id, two.id], by=by, now=NOW)
        note_miss(session, "unicorn", sections=[], by=by, now=NOW)
    found = {
        (miss.section.name if miss.section else "", miss.times) for miss in all_misses(session)
    }
    assert found == {(one.name, 2), (two.name, 2), ("", 2)}
    forget_miss(session, one.id, "unicorn")
    assert misses(session, one.id) == []
    assert len(misses(session, two.id)) == 1


def test_numbers_of_entries_never_come_back(session: Session) -> None:
    service.put(session, entry("a"))
    first = session.scalars(sa.select(SearchEntry.id)).one()
    service.drop(session, "test", ["a"])
    service.put(session, entry("b"))
    assert session.scalars(sa.select(SearchEntry.id)).one() > first
