"""Whatever a feed holds, what is kept are plain words and links to pages of the web."""

from __future__ import annotations

import datetime as dt

import pytest

from mentorship.fetching import Answer
from mentorship.news.parsing import Entry, NotAFeed, fingerprint, read_feed
from tests.news.conftest import item, rss

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>urn:1</id>
<title type="html">Visas &amp;amp; waivers</title><link href="/news/1"/>
<updated>2026-11-02T10:00:00+02:00</updated><summary>Short.</summary></entry></feed>"""


def read(body: bytes, kind: str = "application/xml") -> list[Entry]:
    return list(read_feed(Answer(body, "https://example.org/feed", kind)))


def test_an_rss_feed() -> None:
    date = "Mon, 02 Nov 2026 10:00:00 -0500"
    (entry,) = read(rss(item("Match dates", "https://example.org/a", guid="a1", date=date)))
    assert (entry.title, entry.url) == ("Match dates", "https://example.org/a")
    assert entry.at == dt.datetime(2026, 11, 2, 15, tzinfo=dt.UTC)


def test_an_atom_feed_with_a_relative_link() -> None:
    (entry,) = read(ATOM)
    assert (entry.title, entry.url) == ("Visas & waivers", "https://example.org/news/1")
    assert entry.at == dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


def test_markup_and_scripts_become_words() -> None:
    bad = "&lt;b&gt;Big&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;news"
    about = "<![CDATA[<img src=x onerror=alert(1)><p>One</p>&amp; two]]>"
    (entry,) = read(rss(item(bad, "https://example.org/", about=about)))
    assert entry.title == "Big news"
    assert "<" not in entry.summary
    assert "alert" not in entry.summary + entry.title


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "ftp://x/y"])
def test_only_links_to_the_web_are_kept(link: str) -> None:
    (entry,) = read(rss(item("News", link)))
    assert entry.url is None


def test_long_texts_are_cut_at_a_word() -> None:
    (entry,) = read(rss(item("word " * 100, "https://example.org/", about="sum " * 500)))
    assert len(entry.title) <= 200
    assert entry.title.endswith("word…")
    assert len(entry.summary) <= 400


def test_entries_without_a_title_and_dates_without_sense_are_passed_over() -> None:
    entries = read(rss(item(""), item("News", date="the day after tomorrow")))
    assert [(entry.title, entry.at) for entry in entries] == [("News", None)]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body><p>Not found</p></body></html>", b"plain", b"<rss><chan", b"\x00\xff"],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        read(body, "text/html")


def test_a_feed_broken_off_gives_what_can_be_read() -> None:
    whole = rss(item("First", "https://example.org/1"), item("Second", "https://example.org/2"))
    entries = read(whole[: whole.index(b"Second")])
    assert "First" in [entry.title for entry in entries]


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + rss(item("&b;"))[38:]
    with pytest.raises(NotAFeed, match="entities"):
        read(bomb)


@pytest.mark.parametrize(
    "other",
    [
        "http://www.example.org/a/?utm_source=x&id=1",
        "https://EXAMPLE.org/a?id=1#top",
        "https://example.org/a/?id=1&fbclid=9",
    ],
)
def test_two_spellings_of_one_page_are_the_same(other: str) -> None:
    assert fingerprint(other) == fingerprint("https://example.org/a?id=1")
    assert fingerprint(other) != fingerprint("https://example.org/a?id=2")
