"""What people type is shown as they typed it: no element and no attribute comes of it.

Every text field of every form is filled with markup, then every page is fetched by everybody and
taken apart. On each commit each field gets one piece of the corpus and each piece some fields; the
long form gives each field each piece, and opens in Chromium the pages that show any. Which pages
show what was typed hardly hangs on the piece, so all pages are read after every tenth, and after
the others those that have shown any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from xml.etree.ElementTree import Element

import html5lib
import pytest
import wtforms
from flask import Flask
from playwright.sync_api import Browser, Dialog, Route
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.page import Page, PageClient, text_of
from tests.security.asks import PLAIN, Asked, encoded, learn, undone
from tests.security.corpus import MARKUP
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

MARK = "zqx"
PIECES = frozenset(piece.encode() for piece in MARKUP)
ALL_PAGES_EVERY = 10  # pieces; in between, the pages that have shown any
TAKES_ANYTHING = PLAIN[wtforms.StringField]
READERS = ("img", "mentor", "mentee", "mentoring", "both", "leader", "administrator")
FEW = ("img", "mentoring", "leader")
WATCH = """
document.addEventListener("securitypolicyviolation", (e) => console.error("breach", e.blockedURI));
"""
AWAY = frozenset({"security.logout", "security.register", "security.reset_password"})


def _came_through(tree: Element) -> list[str]:
    """List what markup made of a page: elements, attributes, addresses that run or load."""
    found = []
    for element in tree.iter():
        tag = str(element.tag).casefold()
        if MARK in tag:
            found.append(f"<{tag}>")
        for name, value in element.attrib.items():
            runs = value.strip().casefold().startswith(("javascript:", "data:", "vbscript:"))
            if MARK in name.casefold() or (runs and name in {"href", "src", "action"}):
                found.append(f"<{tag} {name}={value[:40]!r}>")
    return found


def _wrong(answer: TestResponse) -> list[str]:
    if answer.mimetype != "text/html" or MARK not in answer.text.casefold():
        return []
    page = Page(answer)
    try:
        page._check_inline(answer.request.path)  # noqa: SLF001  the part of its checks that is meant
    except AssertionError as problem:
        return [str(problem)]
    return [f"{answer.request.path}: {each}" for each in _came_through(page.tree)]


def _filled(asked: Asked, pieces: Iterator[str]) -> Iterator[dict[str, bytes]]:
    """Yield what to send: markup in all text fields, and, as one may be refused, in one alone."""
    texts = [name for name, good in asked.names.items() if good == (TAKES_ANYTHING,)]
    plain = asked.plain()
    put = {name: next(pieces).encode() for name in texts}
    if texts:
        yield plain | put
    if len(texts) > 1:
        yield from (plain | {name: put[name]} for name in texts)


def _pieces(shift: int) -> Iterator[str]:
    while True:
        yield from MARKUP[shift:]
        yield from MARKUP[:shift]


class Typist:
    """Somebody in each role who types markup wherever there is a field.

    What forms there are is learned once; a long form then fills them again and again, each time
    from the same beginning.
    """

    def __init__(self, app: Flask, stage: Stage, session: Session) -> None:
        self.app, self.stage, self.session = app, stage, session
        self.fields = 0
        self.showing: set[tuple[str, str]] = set()  # who read it, and where
        self.sent: dict[tuple[str, str], set[bytes]] = defaultdict(set)  # by form and field

    @cached_property
    def forms(self) -> list[tuple[str, str, Asked]]:
        """Return who sends it, where to, and what it asks for, of each form."""
        found = []
        for rule in rules(self.app, "POST"):
            if rule.endpoint in AWAY:
                continue
            who = min(admitted(self.app, rule) & set(READERS))
            path = address(rule, self.stage.values)
            with undone(self.session):
                asked = learn(self.app, PageClient(self.app, self.stage.people[who]), path, "POST")
            found.append((who, path, asked))
        return found

    def fill(self, shift: int) -> Iterator[TestResponse]:
        for who, path, asked in self.forms:
            for values in _filled(asked, _pieces(shift)):
                answer = self._send(who, path, values)
                self.fields += 1
                for name, value in values.items():
                    if value in PIECES:
                        self.sent[path, name].add(value)
                yield answer
                if answer.status_code < 400:
                    break  # all of them were taken

    def _send(self, who: str, path: str, values: dict[str, bytes]) -> TestResponse:
        client = PageClient(self.app, self.stage.people[who])
        body = f"csrf_token={client.token()}&{encoded(tuple(values.items()))}"
        kind = "application/x-www-form-urlencoded"
        return client.client.post(path, data=body, content_type=kind)

    def read(self, readers: Sequence[str]) -> Iterator[TestResponse]:
        for who in readers:
            for rule in rules(self.app, "GET"):
                if who in admitted(self.app, rule):
                    yield self._fetch(who, address(rule, self.stage.values))

    def read_again(self) -> Iterator[TestResponse]:
        for who, path in sorted(self.showing):
            yield self._fetch(who, path)

    def _fetch(self, who: str, path: str) -> TestResponse:
        answer = PageClient(self.app, self.stage.people[who]).client.get(path)
        if MARK in text_of(answer).casefold():
            self.showing.add((who, path))
        return answer


def test_what_is_typed_is_only_text(
    app: Flask, stage: Stage, session: Session, request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--long")
    typist, wrong = Typist(app, stage, session), []
    assert typist.forms  # learned before anything is sent
    for shift in range(len(MARKUP) if long else 1):
        with undone(session):
            wrong += [found for answer in typist.fill(shift) for found in _wrong(answer)]
            all_pages = shift % ALL_PAGES_EVERY == 0
            answers = typist.read(READERS if long else FEW) if all_pages else typist.read_again()
            wrong += [found for answer in answers for found in _wrong(answer)]
    assert wrong == []
    assert typist.fields >= 40, typist.fields
    assert len(typist.showing) >= 60, len(typist.showing)
    if long:
        few = {field: len(sent) for field, sent in typist.sent.items() if len(sent) < len(MARKUP)}
        assert few == {}


@pytest.mark.parametrize(
    "html", ["<p zqx=1>", "<zqx>", "<a href=' javascript:x'>", "<svg><ZQX>", "<b onclick=zqx>"]
)
def test_markup_that_came_through_would_be_seen(html: str) -> None:
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(f"<title>x</title>{html}")
    handlers = [name for each in tree.iter() for name in each.attrib if name.startswith("on")]
    assert _came_through(tree) or handlers


Held = tuple[dict[str, str], bytes]  # the headers and the body of an answer


class Files(dict[str, Held]):
    """What pages load besides themselves, each asked for once: it is the same for all of them."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.client = app.test_client()

    def __missing__(self, path: str) -> Held:
        with self.client.get(path) as answer:
            self[path] = dict(answer.headers), answer.data
        return self[path]


def opened_in_chromium(
    browser: Browser, app: Flask, pages: Iterable[tuple[str, Held]]
) -> list[str]:
    """Open pages by their paths; return what ran on them, or would have but for the policy."""
    files, found = Files(app), list[str]()
    held: dict[str, Held] = {}

    def dismiss(dialog: Dialog) -> None:
        found.append(dialog.message)
        dialog.dismiss()

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix("http://localhost")
        headers, body = held[path] if path in held else files[path]
        route.fulfill(status=200, headers=headers, body=body)

    with browser.new_context() as context:
        tab = context.new_page()
        tab.on("dialog", dismiss)
        tab.add_init_script(WATCH)
        tab.on("console", lambda line: found.append(line.text) if "breach" in line.text else None)
        tab.route("**/*", serve)
        for path, page in pages:
            held = {path: page}
            tab.goto(f"http://localhost{path}")
    return found


@pytest.mark.browser
def test_nothing_runs_in_chromium(
    app: Flask, stage: Stage, session: Session, request: pytest.FixtureRequest
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("part of script/security: it opens what each role reads in Chromium")
    browser = request.getfixturevalue("browser")
    typist = Typist(app, stage, session)
    list(typist.fill(0))
    read = [each for each in typist.read(READERS) if each.mimetype == "text/html"]
    pages = [each for each in read if each.status_code == 200 and MARK in text_of(each).casefold()]
    print(f"{len(pages)} pages of {len(read)} show what was typed")  # noqa: T201  what it measured
    assert len(pages) >= 150
    held = ((each.request.path, (dict(each.headers), each.data)) for each in pages)
    assert opened_in_chromium(browser, app, held) == []


@pytest.mark.browser
@pytest.mark.parametrize("piece", [b"<script>zqx</script>", b"<img src=/favicon.ico onload=zqx>"])
def test_what_would_run_in_chromium_is_seen(app: Flask, browser: Browser, piece: bytes) -> None:
    answer = app.test_client().get("/privacy")
    body = answer.data.replace(b"</main>", piece + b"</main>")
    assert body != answer.data
    page = ("/privacy", (dict(answer.headers), body))
    assert "breach inline" in opened_in_chromium(browser, app, [page])
