"""What can be said of the look without a browser: files, addresses, colors, icons, macros."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
OUR_CSS = sorted((STATIC / "css").glob("*.css"))
UNUSED_BY_OUR_THEME = re.compile(r"/fonts/(source-sans-pro|merriweather|roboto-mono)/|/hero\.jpg$")

TEXT, PART = 4.5, 3.0  # WCAG 2.2 AA: words, and parts one must see (borders of fields, focus ring)
GROUNDS = ["--paper", "--surface", "--sand", "--teal-5", "--teal-10"]
NEEDED = [
    *(
        (word, ground, TEXT)
        for word in ("--ink", "--ink-soft", "--teal", "--clay")
        for ground in GROUNDS
    ),
    *((word, ground, TEXT) for word in ("--visited", "--bad") for ground in GROUNDS),
    *((f"--{tone}", f"--{tone}-ground", TEXT) for tone in ("good", "warn", "bad", "info")),
    *(("--ink", f"--{tone}-ground", TEXT) for tone in ("good", "warn", "bad", "info")),
    *((part, ground, PART) for part in ("--line-strong", "--focus") for ground in GROUNDS),
    *(("#fff", button, TEXT) for button in ("--teal", "--teal-dark", "--bad", "--ink-soft")),
    ("--teal-darkest", "--apricot", TEXT),
    ("--apricot", "--teal-darkest", PART),  # the focus ring and the signs on dark bands
    ("--apricot", "--teal-dark", PART),
]


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_third_party_files_are_those_of_the_manifest(folder: str) -> None:
    lines = (ROOT / folder / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()
    entries = [line.split("  ") for line in lines if not line.startswith("#")]
    listed = {path: checksum for checksum, path in entries}
    there = {
        path.relative_to(ROOT / folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.name != "MANIFEST.sha256"
    }
    assert there == listed


@pytest.mark.parametrize("sheet", OUR_CSS, ids=lambda path: path.name)
def test_our_style_sheets_load_nothing_from_elsewhere(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    assert "@import" not in css
    for address in re.findall(r"url\(\s*[\"']?([^)\"']+)", css):
        assert (sheet.parent / address).resolve().is_file(), address


def test_every_file_the_vendored_sheet_may_load_is_there() -> None:
    sheet = STATIC / "vendor/uswds/css/uswds.min.css"
    addresses = set(re.findall(r"url\(\s*[\"']?([^)\"']+)", sheet.read_text(encoding="utf-8")))
    assert not [a for a in addresses if a.startswith(("data:", "http", "//"))]
    absent = {a for a in addresses if not (sheet.parent / a).resolve().is_file()}
    assert {a for a in absent if not UNUSED_BY_OUR_THEME.search(a)} == set()


@pytest.mark.parametrize("more", [False, True], ids=["as designed", "more contrast"])
def test_words_and_marks_stand_out_from_their_ground(*, more: bool) -> None:
    theme = (STATIC / "css/theme.css").read_text(encoding="utf-8")
    plain, _, asked = theme.partition("@media (prefers-contrast: more)")
    colors = _colors(plain) | (_colors(asked) if more else {})
    weak = [
        f"{front} on {back}: {ratio:.2f}, wants {least}"
        for front, back, least in NEEDED
        if (ratio := _contrast(colors.get(front, front), colors[back])) < least
    ]
    assert weak == []


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = (STATIC / "vendor/uswds/img/sprite.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'id="(\w+)"', sprite))
    used = {
        name: path.name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'\bicon(?:_name=|\()"(\w+)"', path.read_text(encoding="utf-8"))
    }
    used |= dict.fromkeys(_module("status").SIGNS.values(), "status.html")
    assert "expand_more" in used
    assert {name: where for name, where in used.items() if name not in known} == {}


def test_a_state_is_said_in_words_and_an_unknown_one_too() -> None:
    status = _module("status")
    for word, tone in status.STATES.values():
        assert tone in status.SIGNS
        assert word in status.tag(word, tone)
    assert "Waiting for the mentor" in status.state("offered")
    assert "Half way there" in status.state("half_way_there")


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (0, "0 of 100"),
        (49, "0 of 100"),
        (50, "1 of 100"),
        (8213, "82 of 100"),
        (10000, "100 of 100"),
    ],
)
def test_a_score_reads_as_points_of_a_hundred(score: int, words: str) -> None:
    assert str(_module("score").points(score)) == words


def test_a_missing_score_is_not_a_zero() -> None:
    shown = str(_module("score").score("Languages", None))
    assert "not answered" in shown
    assert "0 of 100" not in shown


@pytest.mark.parametrize(
    ("as_of", "words"),
    [("2026-03-15", "March 15, 2026"), ("2026-03", "March 2026"), ("2026", "2026")],
)
def test_a_fact_tells_its_date_as_exactly_as_it_is_known(as_of: str, words: str) -> None:
    shown = str(_module("fact").fact("A rule.", "https://www.fsmb.org/x", as_of=as_of))
    assert f"as of {words}" in shown
    assert ">fsmb.org</a>" in shown
    assert 'rel="noopener noreferrer"' in shown


def test_a_fact_without_a_source_or_of_low_confidence_says_so() -> None:
    fact = _module("fact").fact
    assert "Unconfirmed" in fact("A fee.")
    assert "Confirm with the board" in fact("A fee.", "https://example.org/", confidence="low")
    assert "Unconfirmed" not in fact("Ask early.", own=True)
    assert "advice" in fact("Ask early.", own=True)


def _module(name: str) -> Any:
    """Load a file of macros alone, as a page that imports it does."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True
    )
    environment.globals["url_for"] = lambda _endpoint, filename: f"/static/{filename}"
    return environment.get_template(f"_macros/{name}.html").module


def _colors(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6});", css))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    digits = color.removeprefix("#")
    pairs = [d * 2 for d in digits] if len(digits) == 3 else [digits[i : i + 2] for i in (0, 2, 4)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (int(pair, 16) / 255 for pair in pairs)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
