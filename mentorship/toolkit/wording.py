"""Whether our sentences are our own: runs of words that they share with the pages they rest on.

A run of equal words is a sign, not a proof: the name of a law is long too, and a sentence with
every fourth word swapped has none. So this shows where to look; people judge.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.connecting import FetchFailed
from mentorship.extensions import transaction
from mentorship.fetching import Fetcher
from mentorship.prose import to_words
from mentorship.toolkit.kinds import KINDS, Kind

RUN = 8  # words in a row: below that, two people may well say the same
LONGEST = 2_000_000  # characters of a page
NAMES = frozenset({"title", "item", "organization", "who", "url", "number", "law", "name", "type"})
PAGES = "text/html, application/xhtml+xml, text/plain;q=0.9"
WORD = re.compile(r"[^\W_]+(?:['\u2019.,-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class OurText:
    kind: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A text of ours that has words in a row from its page."""

    url: str
    ours: OurText
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    read: int  # pages
    unread: Mapping[str, str]  # why a page could not be read, by its address
    shared: tuple[Shared, ...]


def shared_runs(ours: str, theirs: str, *, run: int = RUN) -> tuple[str, ...]:
    """Return the longest runs of at least ``run`` words that stand in both, as ours has them."""
    mine = WORD.findall(ours)
    plain, known = _plain(mine), _runs(_plain(WORD.findall(theirs)), run)
    found, end = [], 0
    for start in range(len(plain) - run + 1):
        if start < end or tuple(plain[start : start + run]) not in known:
            continue
        end = start + run
        while end < len(plain) and tuple(plain[end - run + 1 : end + 1]) in known:
            end += 1
        found.append(" ".join(mine[start:end]))
    return tuple(found)


def compare_all(fetcher: Fetcher, *, told: Callable[[str], None] = lambda _: None) -> Compared:
    """Read every page that a text of ours rests on, once, and compare the two.

    ``told`` hears each address before it is asked.
    """
    with transaction() as session:
        by_page = texts_by_page(session)
    shared: list[Shared] = []
    unread: dict[str, str] = {}
    for url, texts in sorted(by_page.items()):
        told(url)
        try:
            page = read_page(fetcher, url)
        except FetchFailed as trouble:
            unread[url] = str(trouble)
            continue
        shared += [
            Shared(url, ours, runs) for ours in texts if (runs := shared_runs(ours.text, page))
        ]
    return Compared(len(by_page) - len(unread), unread, tuple(shared))


def texts_by_page(session: Session) -> dict[str, list[OurText]]:
    """Return what we say, in sentences, by the address it rests on."""
    found: dict[str, list[OurText]] = defaultdict(list)
    for kind in KINDS.values():
        if kind.is_fact:
            for url, ours in _texts(session, kind):
                found[url].append(ours)
    return found


def read_page(fetcher: Fetcher, url: str) -> str:
    """Return the words of a page.

    Raises
    ------
    FetchFailed
        It cannot be had, or is no text.

    """
    answer = fetcher.get(url, accept=PAGES)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind not in {"text/html", "application/xhtml+xml", "text/plain"}:
        raise FetchFailed(f"it is no page of text but {kind or 'of no kind'}")
    return to_words((answer.body or b"").decode("utf-8", "replace"), longest=LONGEST)


def _texts(session: Session, kind: Kind) -> Iterator[tuple[str, OurText]]:
    for row in session.scalars(sa.select(kind.table).where(kind.only)):
        url = getattr(row, kind.address)
        values = [getattr(row, field) for field in kind.fields if field not in NAMES]
        text = "\n".join(line for value in values for line in _lines(value))
        if url and text:
            yield url, OurText(kind.id, str(row.id), text)


def _lines(value: object) -> list[str]:
    if isinstance(value, list):
        return [line for each in value for line in _lines(each)]
    return [value] if isinstance(value, str) else []


def _plain(words: list[str]) -> list[str]:
    return [word.casefold().replace("\u2019", "'") for word in words]


def _runs(words: list[str], run: int) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + run]) for start in range(len(words) - run + 1)}
