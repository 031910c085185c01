"""A client that looks at every page it fetches, as a careful reader would.

Each HTML answer must parse, have a title and one h1, label its fields, use an id once, carry the
security headers and no inline script or style. Forms are filled in and sent as a browser would:
with their hidden fields, so that the CSRF check is the real one.

Parsing as HTML 5 asks is slow in Python. Whether a page is sound follows from its tags, so pages of
the same tags are parsed so once; each page must close what it opens, and then has the same tree.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

import html5lib
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug import Response
from werkzeug.test import TestResponse

from mentorship.accounts.models import User
from mentorship.extensions import db
from mentorship.signins.service import new_token, open_session
from mentorship.web import CSP, HEADERS, policy

UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
CSRF_SECRET = "a" * 40
EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
SOUND: set[str] = set()  # the tags of pages that were parsed, and are


class Tree(HTMLParser):
    """Build the tree of a page that closes each element it opens."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.builder, self.open = TreeBuilder(), list[str]()
        self.feed(html)
        self.close()
        assert not self.open, f"{self.open} are never closed"
        self.root = self.builder.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in EMPTY:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop() if self.open else None
        assert opened == tag, f"</{tag}> closes {opened}, line {self.getpos()[0]}"
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.builder.data(data)


class Page:
    """An answer, as text and as a tree."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location")
        self.html = ""
        if response.mimetype == "text/html" and not 300 <= self.status < 400:
            self.html = response.get_data(as_text=True)

    @cached_property
    def tree(self) -> Element:
        return Tree(self.html).root if self.html else Element("html")

    @cached_property
    def text(self) -> str:
        return " ".join(" ".join(self._visible(self.tree)).split())

    @property
    def errors(self) -> list[str]:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        parser.parse(self.html)
        return [error for _, error, _ in parser.errors]

    @property
    def h1(self) -> str:
        return " ".join("".join(self.tree.find(".//h1").itertext()).split())  # type: ignore[union-attr]  # None fails the test

    def form(self, action: str | None = None) -> Element:
        """Return the form that posts to ``action`` (the only one of the main part by default)."""
        forms = [
            form
            for form in self.tree.iterfind(".//main//form")
            if action is None or form.get("action") == action
        ]
        assert len(forms) == 1, f"{len(forms)} forms with action {action!r} on {self.h1!r}"
        return forms[0]

    def links(self) -> list[str]:
        return [href for a in self.tree.iterfind(".//a[@href]") if (href := a.get("href"))]

    def _visible(self, element: Element) -> list[str]:
        if element.tag in {"script", "style", "template", "head"}:
            return []
        texts = [element.text or ""]
        for child in element:
            texts += [*self._visible(child), child.tail or ""]
        return texts

    def check(self, policy: str = CSP) -> None:
        for header, value in (HEADERS | {"Content-Security-Policy": policy}).items():
            stricter = "no-referrer" if header == "Referrer-Policy" else value
            assert self.response.headers.get(header) in {value, stricter}, header
        if not self.html or (tags := _tags(self.html)) in SOUND:
            return
        where = self.response.request.path
        assert not self.errors, f"{where}: does not parse: {self.errors[:3]}"
        assert "".join(self.tree.find("head/title").itertext()).strip(), where  # type: ignore[union-attr]  # None fails the test
        assert len(self.tree.findall(".//h1")) == 1, f"{where}: wants one h1"
        ids = Counter(e.get("id") for e in self.tree.iter() if e.get("id"))
        assert not [i for i, n in ids.items() if n > 1], f"{where}: ids used twice: {ids}"
        self._check_inline(where)
        self._check_labels(where)
        SOUND.add(tags)

    def _check_inline(self, where: str) -> None:
        for element in self.tree.iter():
            assert element.tag != "style", f"{where}: inline style sheet"
            assert element.tag != "script" or element.get("src"), f"{where}: inline script"
            bad = [a for a in element.attrib if a == "style" or a.startswith("on")]
            assert not bad, f"{where}: {element.tag} has {bad}"

    def _check_labels(self, where: str) -> None:
        labelled = {e.get("for") for e in self.tree.iterfind(".//label")}
        wrapped = {id(e) for label in self.tree.iterfind(".//label") for e in label.iter()}
        for tag in ("input", "select", "textarea"):
            for field in self.tree.iterfind(f".//{tag}"):
                named = (
                    field.get("id") in labelled
                    or id(field) in wrapped
                    or field.get("aria-label")
                    or field.get("aria-labelledby")
                )
                assert named or field.get("type") in UNLABELLED, (
                    f"{where}: {tag} {field.get('name')!r} has no label"
                )


VARYING = re.compile(
    r'\s(?:(?:href|action|value|title|datetime|data-[\w-]+)="[^"]*"|checked|selected)'
)
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _tags(html: str) -> str:
    """Return the tags of a page, without words, addresses and choices; keys are numbered."""
    keys: dict[str, str] = {}
    tags = VARYING.sub("", "".join(re.findall(r"<[^>]*>", html)))
    return KEY.sub(lambda key: keys.setdefault(key[0], str(len(keys))), tags)


def text_of(answer: Response) -> str:
    """Return the text of an answer; of a spreadsheet or another archive, that of all its parts."""
    content = answer.get_data()
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return " ".join(parts.read(name).decode() for name in parts.namelist())


def without_end(html: str) -> str:
    """Leave out when the reader's session ends, which differs between any two moments."""
    return re.sub(r'<time datetime="[^"]*">[^<]*</time>, longer|data-left="\d+"', "", html)


class PageClient:
    """A visitor, or a signed-in person, with a cookie jar of their own."""

    def __init__(self, app: Flask, person: User | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        with self.client.session_transaction() as cookie:
            cookie["csrf_token"] = CSRF_SECRET
            if person is not None:
                cookie.update({"_user_id": _session_of(app, person), "fs_cc": "set"})
                cookie["fs_paa"] = time.time()

    def get(self, path: str, status: int = 200) -> Page:
        return self._checked(self.client.get(path), status)

    def post(self, path: str, data: Mapping[str, Any] | None = None, status: int = 303) -> Page:
        """Send a form with a valid CSRF token."""
        values = {"csrf_token": self.token()} | dict(data or {})
        return self._checked(self.client.post(path, data=values), status)

    def token(self) -> str:
        """Sign this visitor's CSRF token as Flask-WTF does; a sign-in has taken the one before."""
        signer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        with self.client.session_transaction() as cookie:
            return str(signer.dumps(cookie.setdefault("csrf_token", CSRF_SECRET)))

    def follow(self, page: Page) -> Page:
        assert page.location, "this answer leads nowhere"
        return self.get(page.location)

    def submit(
        self,
        path: str,
        values: Mapping[str, Any] | None = None,
        *,
        action: str | None = None,
        status: int = 303,
    ) -> Page:
        """Open ``path``, fill in its form (all it shows stays, but for ``values``) and send it."""
        form = self.get(path).form(action)
        filled = _values(form) | dict(values or {})
        target = form.get("action") or path
        return self._checked(self.client.post(target, data=filled), status)

    def _checked(self, response: TestResponse, status: int) -> Page:
        page = Page(response)
        assert page.status == status, (
            f"{response.request.method} {response.request.path}: {page.status}, not {status}"
            f" {page.location or page.text[:400]}"
        )
        page.check(policy(self.app))
        return page


def _session_of(app: Flask, person: User) -> str:
    """Open a session and return its token."""
    token, now = new_token(), dt.datetime.now(dt.UTC)
    with app.app_context():
        who = db.session.get_one(User, person.id)
        open_session(db.session(), who, token=token, browser="Firefox on Linux", now=now)
        db.session.commit()
    return token


def _values(form: Element) -> dict[str, Any]:
    """Read what the form would send if nobody touched it."""
    values: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        if field.tag == "textarea":
            values[name] = "".join(field.itertext()).removeprefix("\n")
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None]
            if field.get("multiple") is not None:
                values[name] = [_option(o) for o in chosen]
            elif options:
                values[name] = _option((chosen or options)[0])
        elif field.tag == "input" and field.get("type") in {"checkbox", "radio"}:
            if field.get("checked") is not None:
                values.setdefault(name, []).append(field.get("value", "on"))
        elif field.tag == "input" and field.get("type") not in {"submit", "button", "file"}:
            values[name] = field.get("value", "")
    return values


def _option(option: Element) -> str:
    value = option.get("value")
    return value if value is not None else "".join(option.itertext())
