"""Nothing of one section comes out to people of another, however addresses and words are mixed.

Hypothesis draws both sections' data (see worlds.py): people and what they say, settings, how far a
round is and what was answered; then who asks, for which route, with which keys of either section in
each place of the address, and with which words. Every word that people of the one say carries the
one's mark.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship.inbox.digest import post_digests as post_daily_digests
from mentorship.news.digest import post_digests as post_weekly_digests
from mentorship.notices.models import Message
from mentorship.rounds.reminding import remind
from tests.factories import NOW
from tests.page import PageClient, text_of
from tests.security.asks import undone
from tests.security.worlds import Drawn, Home, drawn, set_up
from tests.stage import Stage, set_stage
from tests.test_matrix import EVERYBODY, address, rules

SHORT, LONG = 200, 10_000
EACH = 50  # requests to two sections as they were drawn
MARKS = ("Numbatone", "Potorootwo")
WORDS = ("numbat", "potoroo", "Silva", "week", "notes", "dear", "1", "all", "%")  # to search for
ASKED = (
    *("q", "page", "run", "to", "show", "sort", "topic", "state", "img", "mentor", "with", "free"),
    *("start", "of", "for", "stage", "kind", "words", "title", "next", "url", "what", "role"),
)
PEOPLE = (  # no administrator: they read all sections' names
    *sorted(EVERYBODY - {"administrator"}),
    *(f"drawn {number}" for number in range(5)),
)


@dataclass(frozen=True)
class Cell:
    home: int  # which section the person who asks belongs to
    who: str
    method: str
    rule: Rule
    foreign: frozenset[str]  # the arguments whose values are the other section's
    drawn: frozenset[str]  # those that are of the drawn round, and not of the stage
    words: tuple[tuple[str, str], ...]  # what is asked; of a value, its name


def _cells(app: Flask, names: Sequence[str]) -> st.SearchStrategy[Cell]:
    routes = [(method, rule) for method in ("GET", "POST") for rule in rules(app, method)]
    routes = [(method, rule) for method, rule in routes if rule.endpoint != "security.logout"]
    words = st.tuples(st.sampled_from(ASKED), st.sampled_from([*WORDS, *sorted(names)]))

    def cell(home: int, who: str, route: tuple[str, Rule], asked: Any) -> st.SearchStrategy[Cell]:
        some = st.frozensets(st.sampled_from(sorted(route[1].arguments) or [""]))
        return st.builds(
            Cell, st.just(home), st.just(who), *map(st.just, route), some, some, st.just(asked)
        )

    return st.tuples(
        st.integers(0, 1),
        st.sampled_from(PEOPLE),
        st.sampled_from(routes),
        st.lists(words, max_size=2).map(tuple),
    ).flatmap(lambda each: cell(*each))


def _texts(data: bytes) -> Iterator[str]:
    """Yield an answer's text, and that of the files inside where it is an archive."""
    yield data.decode("utf-8", "replace").casefold()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("utf-8", "replace").casefold()


@dataclass
class Looker:
    app: Flask
    session: Session
    stages: Mapping[str, Stage]
    cells: int = 0
    own: int = 0
    mails: int = 0

    def look(self, worlds: Sequence[Drawn], cells: Sequence[Cell]) -> None:
        """Ask everything of two sections, then let the worker's mails go out and read all."""
        homes = set_up(self.session, self.stages, worlds)
        self.session.commit()
        for cell in cells:
            self._ask(cell, homes)
        for days in (1, 9, 13, 30):
            later = NOW + dt.timedelta(days=days)
            for errand in (remind, post_daily_digests, post_weekly_digests):
                errand(now=later)
        for home, other in (homes, homes[::-1]):
            self._read_mails(home, other.mark)

    def _ask(self, cell: Cell, homes: Sequence[Home]) -> None:
        """Ask, and look for the other section's mark in the answers."""
        home, other = homes[cell.home], homes[1 - cell.home]
        person = home.people.get(cell.who, home.people["img"])
        client = PageClient(self.app, person)
        path, asked = address(cell.rule, _values(cell, home, other)), _words(cell, home, other)
        if cell.method == "POST":
            answer = client.client.post(path, data=asked | {"csrf_token": client.token()})
            answers = [answer, client.client.get("/help")]  # where messages are shown
        else:
            answers = [client.client.get(path, query_string=asked)]
        for each in answers:
            assert each.status_code < 500, cell
            for text in _texts(each.data):
                self.own += home.mark.casefold() in text
                assert other.mark.casefold() not in text, f"{cell} shows it"
        self.cells += 1

    def _read_mails(self, home: Home, mark: str) -> None:
        sent = sa.select(Message.subject, Message.body).where(Message.recipient.in_(home.own))
        for subject, body in self.session.execute(sent):
            self.mails += 1
            assert mark.casefold() not in f"{subject} {body}".casefold(), subject


def _values(cell: Cell, home: Home, other: Home) -> dict[str, object]:
    values = {name: (other if name in cell.foreign else home).values[name] for name in home.values}
    for name in cell.drawn:
        more = (other if name in cell.foreign else home).more
        values[name] = more.get(name, values.get(name))
    return values


def _words(cell: Cell, home: Home, other: Home) -> dict[str, str]:
    """Name keys of the other section in what is asked; words stay words."""
    return {name: str({**home.values, **other.values}.get(word, word)) for name, word in cell.words}


def test_no_section_sees_anything_of_another(
    app: Flask, session: Session, request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--long")
    looker = Looker(app, session, {mark: set_stage(session, mark) for mark in MARKS})
    names = sorted(looker.stages[MARKS[0]].values)

    @settings(
        max_examples=(LONG if long else SHORT) // EACH,
        derandomize=not long,
        database=None,
        phases=(Phase.generate, Phase.shrink) if long else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.tuples(drawn(), drawn()),
        st.lists(_cells(app, names), min_size=EACH, max_size=EACH),
    )
    def look(worlds: tuple[Drawn, Drawn], cells: list[Cell]) -> None:
        with undone(session):
            looker.look(worlds, cells)

    look()
    print(f"{looker.cells} requests, {looker.own} show their own mark, {looker.mails} mails")  # noqa: T201
    assert looker.cells >= (LONG if long else SHORT) * 0.9
    assert looker.own > looker.cells / 20  # their own mark they do see: there is something to find
    assert looker.mails > looker.cells / 20


def test_every_page_of_ones_own_section_is_full_of_its_mark(app: Flask, session: Session) -> None:
    """The mark is where it could leak from: leader, IMG and mentor see it on many a page."""
    stage, _ = (set_stage(session, word) for word in MARKS)
    for who, least in (("leader", 40), ("img", 20), ("mentoring", 15)):
        client = PageClient(app, stage.people[who]).client
        pages = [text_of(client.get(address(rule, stage.values))) for rule in rules(app, "GET")]
        assert sum(MARKS[0] in page for page in pages) >= least, who
        assert not any(MARKS[1] in page for page in pages), who
