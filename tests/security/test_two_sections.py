"""Nothing of one section comes out to people of another, however addresses and words are mixed.

Two sections with one of everything stand beside each other; every word that people of the one say
carries the one's mark. What is drawn: how the sections are set up, who asks, for which route, with
which keys of either section in each place of the address, and with which words.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship.notices.models import Message
from mentorship.sections.models import Browsing, Section
from tests.page import PageClient, text_of
from tests.security.asks import undone
from tests.stage import Stage, set_stage
from tests.test_matrix import address, rules

SHORT, LONG = 200, 10_000
EACH = 5  # requests between two changes of the set-up
MARKS = ("Numbatone", "Potorootwo")
WORDS = ("numbat", "potoroo", "Silva", "week", "notes", "dear", "1", "all", "%")  # to search for
ASKED = (
    *("q", "page", "run", "to", "show", "sort", "topic", "state", "img", "mentor", "with", "free"),
    *("start", "of", "for", "stage", "kind", "words", "title", "next", "url", "what", "role"),
)


@dataclass(frozen=True)
class Cell:
    home: int  # which section the person who asks belongs to
    who: str
    method: str
    rule: Rule
    foreign: frozenset[str]  # the arguments whose values are the other section's
    words: tuple[tuple[str, str], ...]


@pytest.fixture
def sections(session: Session) -> tuple[Stage, Stage]:
    one, two = (set_stage(session, word) for word in MARKS)
    return one, two


def _cells(app: Flask, sections: tuple[Stage, Stage]) -> st.SearchStrategy[Cell]:
    routes = [(method, rule) for method in ("GET", "POST") for rule in rules(app, method)]
    routes = [(method, rule) for method, rule in routes if rule.endpoint != "security.logout"]
    values = [
        str(value)
        for stage in sections
        for value in (*stage.values.values(), *WORDS)
        if isinstance(value, str) or hasattr(value, "hex")
    ]
    words = st.tuples(st.sampled_from(ASKED), st.sampled_from(values))
    people = sorted(set(sections[0].people) - {"administrator"})  # who reads all sections' names

    def cell(home: int, who: str, route: tuple[str, Rule], foreign: Any, asked: Any) -> Cell:
        return Cell(home, who, *route, frozenset(foreign), tuple(asked))

    return st.tuples(st.sampled_from(routes), st.integers(0, 1), st.sampled_from(people)).flatmap(
        lambda drawn: st.builds(
            cell,
            st.just(drawn[1]),
            st.just(drawn[2]),
            st.just(drawn[0]),
            st.sets(st.sampled_from(sorted(drawn[0][1].arguments) or [""])),
            st.lists(words, max_size=3),
        )
    )


def _texts(data: bytes) -> Iterator[str]:
    """Yield an answer's text, and that of the files inside where it is an archive."""
    yield data.decode("utf-8", "replace")
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )


@dataclass
class Looker:
    app: Flask
    session: Session
    sections: tuple[Stage, Stage]
    cells: int = 0
    own: int = 0

    def ask(self, cell: Cell) -> None:
        """Ask, and look for the other section's mark in the answers and in the mails."""
        home, other = self.sections[cell.home], self.sections[1 - cell.home]
        values: Mapping[str, object] = {
            name: (other if name in cell.foreign else home).values[name] for name in home.values
        }
        client = PageClient(self.app, home.people[cell.who])
        path, asked = address(cell.rule, values), dict(cell.words)
        if cell.method == "POST":
            answer = client.client.post(path, data=asked | {"csrf_token": client.token()})
            answers = [answer, client.client.get("/help")]  # where messages are shown
        else:
            answers = [client.client.get(path, query_string=asked)]
        mark = MARKS[1 - cell.home]
        for each in answers:
            for text in _texts(each.data):
                self.own += MARKS[cell.home] in text
                assert mark not in text, f"{cell} shows it"
        self.cells += 1
        self._mails(home, mark)

    def _mails(self, home: Stage, mark: str) -> None:
        own = [person.email for person in home.people.values() if person is not None]
        said = Message.subject + Message.body
        leaked = sa.select(Message.subject).where(Message.recipient.in_(own), said.contains(mark))
        assert self.session.scalars(leaked).all() == []


def test_no_section_sees_anything_of_another(
    app: Flask, session: Session, sections: tuple[Stage, Stage], request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--long")
    looker = Looker(app, session, sections)

    @settings(
        max_examples=(LONG if long else SHORT) // EACH,
        derandomize=not long,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(Browsing),
        st.booleans(),
        st.lists(_cells(app, sections), min_size=EACH, max_size=EACH),
    )
    def look(browsing: Browsing, masked: bool, cells: list[Cell]) -> None:  # noqa: FBT001  drawn
        with undone(session):
            session.execute(sa.update(Section).values(browsing=browsing, names_masked=masked))
            session.commit()
            for cell in cells:
                looker.ask(cell)

    look()
    assert looker.cells >= (LONG if long else SHORT) * 0.9
    assert looker.own > looker.cells / 20  # their own mark they do see: there is something to find


def test_every_page_of_ones_own_section_is_full_of_its_mark(
    app: Flask, sections: tuple[Stage, Stage]
) -> None:
    """The mark is where it could leak from: leader, IMG and mentor see it on many a page."""
    stage = sections[0]
    for who, least in (("leader", 40), ("img", 20), ("mentoring", 15)):
        client = PageClient(app, stage.people[who]).client
        pages = [text_of(client.get(address(rule, stage.values))) for rule in rules(app, "GET")]
        assert sum(MARKS[0] in page for page in pages) >= least, who
        assert not any(MARKS[1] in page for page in pages), who
