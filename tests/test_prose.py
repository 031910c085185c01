"""What people write becomes clean HTML, and the HTML of others plain words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.prose import ALLOWED, to_html, to_words, typed


def test_markdown_becomes_the_html_of_a_page() -> None:
    html = to_html("# One\n\n###### Deep\n\n- **a**\n- [b](https://example.org)\n\n> c")
    assert "<h2>One</h2>" in html  # a page has its own h1
    assert "<h4>Deep</h4>" in html
    assert '<a href="https://example.org" rel="noopener noreferrer">b</a>' in html


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,y)",
        "[x](<javascript:alert(1)>)",
        "![x](https://example.org/x.png)",
        "<a href='https://x' onclick='y'>z</a>",
        '[x](https://example.org "onclick=alert(1)")',
        "<iframe src=https://example.org>",
    ],
)
def test_nothing_runs_and_nothing_is_loaded(bad: str) -> None:
    html = to_html(bad)
    for part in ("<script", "<img", "<iframe", 'href="javascript', 'href="data', "<a onclick"):
        assert part not in html


@given(st.text(max_size=300))
def test_whatever_is_typed_only_allowed_elements_come_out(text: str) -> None:
    html = str(to_html(text)).lower()
    assert "<script" not in html
    assert set(re.findall(r"<([a-z0-9]+)", html)) <= ALLOWED


def test_markup_of_others_becomes_one_line_of_words() -> None:
    assert to_words("<p>One &amp; <b>two</b></p>\n<style>x</style> three", longest=50) == (
        "One & two three"
    )
    assert to_words("word " * 30, longest=20) == "word word word…"


def test_what_is_typed_keeps_its_lines_and_loses_control_characters() -> None:
    assert typed(" a\n\n- b\x00\x07\n") == "a\n\n- b"
    assert typed(None) == ""
