"""What each route reads of a request, learned by asking it: its forms' fields and its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

import wtforms
from flask import Flask
from hypothesis import strategies as st
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict

from tests.page import PageClient

MOST_CHOICES = 40
UNREAD = frozenset({"csrf_token"})
ODD = (
    *(b"", b" ", b"\0", b"a\0b", b"\xed\xa0\x80", b"\xff\xfe", b"\xf4\x90\x80\x80", b"\r\n"),
    *(b"x\r\ny: z", b"-1", b"0", b"1e309", b"NaN", b"-Infinity", b"9" * 40, b"9" * 5000, b"0x10"),
    *(b"-99999999999999999999", b"2147483648", b"9223372036854775808", b"1_000", b"1.5", b"true"),
    *("٣".encode(), "²".encode(), "İ".encode(), "\u202eabc".encode(), "🧑🏽\u200d⚕️".encode()),
    *("ﬁ\u0301".encode(), "\u2028".encode(), b"0001-01-01", b"9999-12-31", b"0000-00-00"),
    *(b"2026-02-30", b"10000-01-01", b"2026-11-01T01:30", b"0001-01-01T00:00", b"9999-12-31T23:59"),
    *(b"24:00", b"00:00", b"23:59", b"-1:00", b"99:99", b"x" * 5000, b"x" * 70000),
    *("é".encode() * 3000, b"<b>", b"{{7*7}}", b"${7*7}", b"%s%n", b"%00", b"' OR 1=1 --", b"\\"),
    *(b"../../etc/passwd", b"[]", b"{}", b"null", b"__class__", b"http://[", b"//[", b"a@b", b"@"),
    *(
        b"http://\xff",
        b"https://x:99999/",
        b"uuid",
        b"00000000000000000000000000000000",
        b"-",
        b"|",
    ),
)
PLAIN: Mapping[type[wtforms.Field], bytes] = {
    wtforms.EmailField: b"somebody@example.org",
    wtforms.URLField: b"https://example.org/page",
    wtforms.TelField: b"+1 215 555 0100",
    wtforms.PasswordField: b"trombone kettle orchard",
    wtforms.DateField: b"2026-12-01",
    wtforms.TimeField: b"18:30",
    wtforms.DateTimeLocalField: b"2026-12-01T18:30",
    wtforms.IntegerField: b"2",
    wtforms.DecimalField: b"2",
    wtforms.FloatField: b"2",
    wtforms.BooleanField: b"y",
    wtforms.StringField: b"Some words",
}


@dataclass(frozen=True)
class Asked:
    """The names that a route reads, each with values it should take, if any are known."""

    names: Mapping[str, tuple[bytes, ...]]
    files: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Asked) -> Asked:
        good = {
            name: tuple(dict.fromkeys((*self.names.get(name, ()), *other.names.get(name, ()))))
            for name in {**self.names, **other.names}
        }
        return Asked(good, self.files | other.files)

    def plain(self) -> dict[str, bytes]:
        """Fill everything in as a friendly person would."""
        return {name: good[0] for name, good in self.names.items() if good}

    def anything(self) -> st.SearchStrategy[tuple[tuple[str, bytes], ...]]:
        """Draw what is sent: of each name a good value, an odd one, none, or several."""
        each = [
            st.lists(_value(good), max_size=3 if good else 2).map(
                lambda values, name=name: tuple((name, value) for value in values)  # type: ignore[misc]  # mypy does not see a lambda's defaults
            )
            | _value(good).map(lambda value, name=name: ((name, value),))  # type: ignore[misc]  # mypy does not see a lambda's defaults
            for name, good in sorted(self.names.items())
        ]
        return st.tuples(*each).map(lambda found: tuple(pair for part in found for pair in part))


def _value(good: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    odd = st.sampled_from(ODD) | st.text(max_size=30).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
    return st.sampled_from(good) | odd if good else odd


def encoded(pairs: tuple[tuple[str, bytes], ...]) -> str:
    return "&".join(f"{quote_from_bytes(n.encode())}={quote_from_bytes(v)}" for n, v in pairs)


class _Noting(ImmutableMultiDict[str, str]):
    """Remembers which names were looked for."""

    seen: set[str] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.seen.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.seen.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> str:
        self.seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(str(key))
        return super().__contains__(key)


@contextmanager
def noted(app: Flask) -> Iterator[tuple[set[str], list[wtforms.Form]]]:
    """Note which names requests look for, and which forms they make."""
    forms: list[wtforms.Form] = []
    made, kept = wtforms.Form.__init__, app.request_class

    def init(form: wtforms.Form, *args: Any, **kwargs: Any) -> None:
        made(form, *args, **kwargs)
        forms.append(form)

    app.request_class = type("NotingRequest", (kept,), {"parameter_storage_class": _Noting})
    wtforms.Form.__init__ = init
    _Noting.seen = set()
    try:
        yield _Noting.seen, forms
    finally:
        app.request_class, wtforms.Form.__init__ = kept, made


def learn(
    app: Flask, client: PageClient, path: str, method: str, known: Asked | None = None
) -> Asked:
    """Ask once, with nothing filled in but what is ``known``; say what the answer was made from."""
    plain = {} if known is None else {n: v.decode() for n, v in known.plain().items()}
    with noted(app) as (names, forms):
        sent = {"csrf_token": client.token(), "x": "x", **plain} if method == "POST" else None
        asked = {"x": "x"} if sent else {"x": "x", **plain}
        client.client.open(path, method=method, data=sent, query_string=asked)
    found: dict[str, tuple[bytes, ...]] = {}
    files = set()
    for form in forms:
        for each in _fields(form):
            found[each.name] = _good(each)
            if isinstance(each, wtforms.FileField):
                files.add(each.name)
    found.update(dict.fromkeys(names - set(found), ()))
    return Asked(
        {name: good for name, good in found.items() if name not in UNREAD}, frozenset(files)
    )


def _fields(form: wtforms.Form) -> Iterator[wtforms.Field]:
    for each in form:
        if isinstance(each, wtforms.FormField):
            yield from _fields(each.form)
        elif isinstance(each, wtforms.FieldList):
            entry = each.entries[0] if each.entries else each.append_entry()
            yield from _fields(entry.form) if isinstance(entry, wtforms.FormField) else (entry,)
        else:
            yield each


def _good(each: wtforms.Field) -> tuple[bytes, ...]:
    choices = getattr(each, "iter_choices", None)
    if choices is not None and getattr(each, "choices", None):
        values = [str(choice.value).encode() for choice in each.iter_choices()]
        return tuple(sorted(values, key=lambda value: not value)[:MOST_CHOICES])
    for kind in type(each).__mro__:
        if kind in PLAIN:
            return (PLAIN[kind],)
    return ()


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Take back all that happens within, whatever it committed."""
    session.commit()
    session.expunge_all()  # first: what the test holds stays readable, whatever is rolled back
    connection = session.get_bind()
    assert isinstance(connection, Connection)
    point = connection.begin_nested()
    try:
        yield
    finally:
        session.expunge_all()
        session.rollback()
        point.rollback()
