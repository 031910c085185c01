"""The map of the jurisdictions as equal tiles, so that small states can be seen and reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mentorship.toolkit.license_models import CompactState, PathwayState
from mentorship.toolkit.license_words import COMPACT_NAMES, PATHWAY_NAMES
from mentorship.toolkit.licensing import (
    Background,
    State,
    Verdict,
)

SIZE, STEP = 52, 56
NOT_KNOWN = "?"
# Rows of the map from north to south; a dot is an empty place.
ROWS = (
    "AK .. .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. .. VT NH",
    ".. WA ID MT ND MN IL WI MI NY RI MA",
    ".. OR NV WY SD IA IN OH PA NJ CT ..",
    ".. CA UT CO NE MO KY WV VA MD DE ..",
    ".. .. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. .. TX .. .. .. .. FL .. ..",
    ".. GU MP .. .. .. .. .. .. .. PR VI",
)
PLACES = {
    code: (column, row)
    for row, codes in enumerate(ROWS)
    for column, code in enumerate(codes.split())
    if code != ".."
}
VERDICTS = {
    Verdict.OPEN: ("fine", "May", "May be open to you"),
    Verdict.PATHWAY: ("some", "Law", "A law for physicians trained abroad may help"),
    Verdict.ASK: ("ask", "Ask", "Ask the board"),
    Verdict.CLOSED: ("far", "Not yet", "Not yet, by these figures"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    id: str
    x: int
    y: int
    tone: str  # fine, some, more, far, ask: the color; ``sign`` says the same
    sign: str
    label: str  # for those who hear the map
    unsure: bool  # not confirmed; a question mark behind the sign says so


@dataclass(frozen=True, slots=True)
class Map:
    tiles: tuple[Tile, ...]
    legend: tuple[tuple[str, str, str], ...]  # tone, sign, meaning; no counts, which age badly
    width: int = 12 * STEP
    height: int = len(ROWS) * STEP

    @property
    def has_unsure(self) -> bool:
        return any(tile.unsure for tile in self.tiles)


def draw(states: Iterable[State], view: str, background: Background) -> Map:
    tiles, meanings = [], set()
    for state in states:
        tone, sign, meaning = _mark(state, view, background)
        column, row = PLACES[state.id]
        unsure = sign != NOT_KNOWN and _is_doubtful(state, view)
        label = f"{state.id} {sign}{'?' * unsure}, {state.name}: {meaning}"
        if unsure:
            label += ". Confirm with the board"
        tiles.append(Tile(state.id, column * STEP + 2, row * STEP + 2, tone, sign, label, unsure))
        meanings.add((tone, sign, meaning))
    return Map(tuple(tiles), tuple(sorted(meanings, key=_order)))


def _is_doubtful(state: State, view: str) -> bool:
    if view == "verdict":
        return False  # what is not confirmed already says "Ask"
    if view == "pathway":
        return state.pathway_provenance.is_doubtful
    if view == "compact":
        return state.compact_provenance.is_doubtful
    return state.provenance.is_doubtful


def _order(entry: tuple[str, str, str]) -> tuple[int, str]:
    return ("fine", "some", "more", "far", "ask").index(entry[0]), entry[1]


def _mark(state: State, view: str, background: Background) -> tuple[str, str, str]:
    if view == "verdict":
        return VERDICTS[state.verdict(background)]
    if view == "gap":
        return ("ask", "*", "It depends") if state.depends else _gap(state.gap)
    if view == "pathway":
        if state.has_pathway and not state.is_law_in_force:
            return "more", "Later", "Law passed, not known to be in force"
        return _pathway(state.pathway.status)
    if view == "compact":
        return _compact(state.compact.standing)
    return _years(state.rule.img_years, state.rule.img_years_words)


def _years(years: int | None, words: str | None) -> tuple[str, str, str]:
    if years is None:
        return ("ask", "…", words) if words else ("ask", NOT_KNOWN, "Not known")
    if words:
        return "more", "*", f"{words} years for IMGs"
    tone = {1: "fine", 2: "some", 3: "far"}.get(years, "far")
    return tone, str(years), f"{years} year{'' if years == 1 else 's'} for IMGs"


def _gap(gap: int | None) -> tuple[str, str, str]:
    if gap is None:
        return "ask", NOT_KNOWN, "Not known"
    if gap <= 0:
        return "fine", "=", "The same as for US graduates"
    tone = "some" if gap == 1 else "far"
    return tone, f"+{gap}", f"{gap} more year{'' if gap == 1 else 's'} than US graduates"


def _pathway(status: PathwayState) -> tuple[str, str, str]:
    tone, sign = {
        PathwayState.ENACTED: ("fine", "Law"),
        PathwayState.ENACTED_UNVERIFIED: ("ask", "Rep"),
        PathwayState.LIMITED_PERMIT: ("some", "Part"),
        PathwayState.BILL_PENDING: ("more", "Bill"),
        PathwayState.BILL_FAILED: ("far", "No"),
        PathwayState.NONE_FOUND: ("far", "–"),  # noqa: RUF001 - an en dash for "none"
        PathwayState.UNKNOWN: ("ask", NOT_KNOWN),
    }[status]
    return tone, sign, PATHWAY_NAMES[status]


def _compact(standing: CompactState) -> tuple[str, str, str]:
    tone, sign = {
        CompactState.MEMBER: ("fine", "Yes"),
        CompactState.ISSUES_ONLY: ("some", "Part"),
        CompactState.JOINING: ("more", "Soon"),
        CompactState.OUTSIDE: ("far", "No"),
    }[standing]
    return tone, sign, COMPACT_NAMES[standing]
