"""A feed's text as plain entries: titles and summaries without markup, addresses that are links."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.sax import SAXException

import feedparser

from mentorship.fetching import Answer
from mentorship.news.models import TITLE_LENGTH, URL_LENGTH
from mentorship.prose import to_words

MOST_ENTRIES = 100
SUMMARY_LENGTH = 400
TRACKING = ("utm_", "mc_", "fbclid", "gclid")


class NotAFeed(Exception):
    """What the server sent is neither RSS nor Atom; the message tells a leader more."""


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    summary: str
    url: str | None
    guid: str | None  # as the feed names it, digested
    at: dt.datetime | None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.url or self.guid or self.title)


def fingerprint(address: str) -> str:
    """Digest an address so that two spellings of one page are the same."""
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query) if not pair[0].startswith(TRACKING)]
    same = urlunsplit(
        ("", parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), urlencode(kept), "")
    )
    return hashlib.sha256(same.encode()).hexdigest()


def read_feed(answer: Answer) -> Sequence[Entry]:
    """Return the entries of a feed, as many as a page would show.

    Raises
    ------
    NotAFeed
        It is something else, or defines entities of its own (which no feed needs, and which can
        blow a small document up to fill the memory).

    """
    body = answer.body or b""
    if b"<!ENTITY" in body or "<!ENTITY".encode("utf-16-le") in body:
        raise NotAFeed("the feed defines entities, which we do not read")
    headers = {"content-type": answer.content_type, "content-location": answer.url}
    read = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if not read.get("version") and not read.entries:
        raise NotAFeed("the page is not a feed (RSS or Atom)")
    if isinstance(read.get("bozo_exception"), SAXException) and not read.entries:
        raise NotAFeed("the feed is broken: it cannot be read as XML")
    entries = (_entry(dict(raw)) for raw in read.entries[:MOST_ENTRIES])
    return [entry for entry in entries if entry.title]


def _entry(raw: Mapping[str, Any]) -> Entry:
    named = str(raw.get("id") or "")
    return Entry(
        title=to_words(str(raw.get("title") or ""), longest=TITLE_LENGTH),
        summary=to_words(str(raw.get("summary") or ""), longest=SUMMARY_LENGTH),
        url=_link(str(raw.get("link") or "")),
        guid=hashlib.sha256(named.encode()).hexdigest() if named else None,
        at=_moment(raw),
    )


def _link(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and parts.hostname and len(url) <= URL_LENGTH
    return url if usable and url.isprintable() and " " not in url else None


def _moment(raw: Mapping[str, Any]) -> dt.datetime | None:
    """Return when it was published; feedparser gives the parts of a time in UTC."""
    parts = raw.get("published_parsed") or raw.get("updated_parsed")
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(parts), dt.UTC) if parts else None
    except (ValueError, OverflowError, OSError):
        return None
