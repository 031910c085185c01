"""Words that people write: their Markdown as clean HTML, and the HTML of others as plain words.

Two walls: Markdown that holds HTML shows it as text, and whatever comes out passes a list of the
few elements allowed. Pictures are left out, since nothing may load from another host.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

ALLOWED = {"p", "h2", "h3", "h4", "ul", "ol", "li", "a", "em", "strong", "blockquote", "code"} | {
    "pre",
    "br",
    "hr",
}
SCHEMES = {"http", "https", "mailto"}
DEEPEST = 4
HYPHENED = re.compile(r"\b[A-Z]{1,3}-\d\w*")

_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")


def to_html(markdown: str) -> Markup:
    """Return what somebody wrote as HTML that may stand on a page, below its h1."""
    tokens = _markdown.parse(markdown)
    _lower_headings(tokens)
    rendered = _markdown.renderer.render(tokens, _markdown.options, {})
    return Markup(  # noqa: S704  # nosec B704  cleaned on the same line
        nh3.clean(rendered, tags=ALLOWED, attributes={"a": {"href"}}, url_schemes=SCHEMES)
    )


def whole(text: str) -> Markup:
    """Keep names such as J-1 and H-1B in one piece where a line ends."""
    kept = HYPHENED.sub(r'<span class="nowrap">\g<0></span>', str(escape(text)))
    return Markup(kept)  # noqa: S704  # nosec B704  escaped in the line above


def to_words(markup: str, *, longest: int) -> str:
    """Return the words of a piece of HTML on one line, cut at a word where they are too long."""
    text = html.unescape(nh3.clean(markup, tags=set()))
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= longest:
        return line
    return line[: longest - 1].rsplit(" ", 1)[0].rstrip(" .,;:") + "…"


def _lower_headings(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, DEEPEST)}"


def typed(words: str | None) -> str:
    """Keep Markdown as somebody typed it, but for control characters and spaces at the ends."""
    return "".join(c for c in words or "" if c.isprintable() or c in "\n\t").strip()
