"""State licensure: what may be open to somebody, the map, and its twin table."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.toolkit import licensing, tile_map
from mentorship.toolkit.guide_forms import VIEWS
from mentorship.toolkit.license_words import in_force_words
from mentorship.toolkit.licensing import Background, State, Verdict
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import Confidence, Sourced
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.toolkit.files import Files


@pytest.fixture
def reader(session: Session, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(factories.person(session))


def texas(
    session: Session, files: Files, pathway: str = "none_found", effective: str = "", **rules: Any
) -> State:
    state = next(each for each in files.licensure["states"] if each["id"] == "TX")
    state["rules"] |= rules
    state["pathway"]["status"] = pathway
    state["pathway"].pop("effective", None)
    state["pathway"] |= {"effective": effective} if effective else {}
    load_facts(session, folder=files.write())
    found = licensing.state(session, "TX")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "rules", "verdict"),
    [
        (Background(training=3, tries=3, span=7), {}, Verdict.OPEN),
        (Background(training=2), {}, Verdict.CLOSED),
        (Background(tries=4), {}, Verdict.CLOSED),
        (Background(span=8), {}, Verdict.CLOSED),
        (Background(tries=20), {"attempts": 0}, Verdict.OPEN),
        (Background(span=20), {"span": 0}, Verdict.OPEN),
        (Background(tries=1), {"attempts": None, "attempts_words": "5 in total"}, Verdict.OPEN),
        (Background(tries=2), {"attempts": None, "attempts_words": "5 in total"}, Verdict.ASK),
        (Background(span=8), {"span_words": "7 years, 10 for MD/PhD"}, Verdict.ASK),
        (Background(span=7), {"span_words": "7 years, 10 for MD/PhD"}, Verdict.OPEN),
        (Background(training=3), {"img_years": None}, Verdict.ASK),
        (Background(training=0, tries=2), {"attempts": None}, Verdict.CLOSED),
    ],
)
def test_the_figures_say_what_may_be_open(
    session: Session,
    files: Files,
    said: Background,
    rules: dict[str, object],
    verdict: Verdict,
) -> None:
    given: dict[str, Any] = {name: value for name, value in rules.items() if value is not None}
    for name in rules.keys() - given.keys():
        next(s for s in files.licensure["states"] if s["id"] == "TX")["rules"].pop(name)
    state = texas(session, files, **given)
    assert state.verdict(said) is verdict


@pytest.mark.parametrize(
    ("rules", "said", "verdict"),
    [
        ({"confidence": "low"}, Background(training=3), Verdict.ASK),
        ({"confidence": "low"}, Background(training=0), Verdict.ASK),
        ({"limits_confidence": "low"}, Background(training=3, tries=1), Verdict.OPEN),
        ({"limits_confidence": "low"}, Background(training=3, tries=2), Verdict.ASK),
        ({"limits_confidence": "low"}, Background(training=3, tries=9), Verdict.ASK),
        ({"limits_confidence": "low"}, Background(span=5), Verdict.ASK),
        ({"limits_confidence": "low"}, Background(training=2, tries=2), Verdict.CLOSED),
        ({"confidence": "low", "limits_confidence": "high"}, Background(tries=9), Verdict.ASK),
    ],
)
def test_a_figure_that_is_not_confirmed_settles_nothing(
    session: Session, files: Files, rules: dict[str, str], said: Background, verdict: Verdict
) -> None:
    assert texas(session, files, **rules).verdict(said) is verdict


def test_no_board_of_low_confidence_is_called_open_or_closed(
    loaded: Session, reader: PageClient
) -> None:
    unsure = {state.name for state in licensing.states(loaded) if not state.is_sure}
    for query in ("training=3&tries=1", "training=0&tries=3&span=9"):
        page = reader.get(f"/toolkit/licensure?{query}")
        for row in page.tree.iterfind(".//tbody/tr"):
            words = " ".join("".join(row.itertext()).split())
            if any(words.startswith(name) for name in unsure):
                assert "Ask the board" in words
    texas_row = next(s for s in licensing.states(loaded) if s.id == "TX")
    assert texas_row.verdict(Background(training=3, tries=2)) is Verdict.ASK
    assert "The limits for exams come from an old" in reader.get("/toolkit/licensure/tx").text


def test_a_law_helps_whom_the_usual_rule_leaves_out(session: Session, files: Files) -> None:
    state = texas(session, files, pathway="enacted", effective="in force")
    assert state.verdict(Background(training=0)) is Verdict.PATHWAY
    assert state.verdict(Background(training=0, tries=9)) is Verdict.CLOSED  # no law lifts that
    assert state.verdict(Background(training=3)) is Verdict.OPEN


@pytest.mark.parametrize(
    ("effective", "verdict"),
    [
        ("July 1, 2025", Verdict.PATHWAY),
        ("2025", Verdict.PATHWAY),
        ("January 1, 2025; rules September 12, 2025", Verdict.PATHWAY),
        ("August 1, 2027", Verdict.CLOSED),
        ("2026", Verdict.ASK),
        ("contingent on appropriation", Verdict.ASK),
        ("November 20, 2024 signed; rules pending at source date", Verdict.ASK),
        ("amended version January 31, 2027", Verdict.ASK),
        ("", Verdict.ASK),
    ],
)
def test_a_law_helps_once_it_is_in_force(
    session: Session, files: Files, effective: str, verdict: Verdict
) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 29, tzinfo=dt.UTC)):
        state = texas(session, files, pathway="enacted", effective=effective)
        assert state.verdict(Background(training=0)) is verdict


def test_years_that_differ_among_imgs_settle_nothing(session: Session, files: Files) -> None:
    state = texas(session, files, img_years=3, img_years_words="1 or 3")
    assert state.verdict(Background(training=1)) is Verdict.ASK
    assert state.verdict(Background(training=3)) is Verdict.OPEN
    assert (state.gap, state.gap_words) == (None, "It depends")


def test_there_are_55_boards_and_each_has_a_tile_and_a_page(
    loaded: Session, reader: PageClient
) -> None:
    states = licensing.states(loaded)
    assert len(states) == 55
    assert {state.id for state in states} == set(tile_map.PLACES) == set(vocabulary.LISTS["state"])
    assert len(set(tile_map.PLACES.values())) == 55
    for state in states:
        page = reader.get(f"/toolkit/licensure/{state.id.lower()}")
        assert page.h1 == state.name
        assert "Confirm with the board" in page.text


def is_doubtful(state: State, label: str) -> bool:
    """Tell whether a value needs a mark: of low confidence, without a source or without a date."""
    facts: dict[str, Sourced] = {
        "Compact": state.compact,
        "Without US residency": state.pathway,
    }
    fact = facts.get(label, state.rule)
    confidence = fact.confidence
    if label in {"Tries", "Steps within"}:
        confidence = state.rule.limits_confidence or confidence
    return not (fact.source_url and fact.as_of) or confidence is Confidence.LOW


def test_an_unsure_figure_says_whom_to_ask(loaded: Session, reader: PageClient) -> None:
    unsure = [state for state in licensing.states(loaded) if not state.is_sure]
    assert len(unsure) == 25  # of low confidence, without a source or without a date
    for state in unsure:
        assert state.provenance.is_doubtful
        assert state.provenance.warnings
    states = {state.name: state for state in licensing.states(loaded)}
    marked = Counter[str]()
    for row in reader.get("/toolkit/licensure").tree.findall(".//tbody/tr"):
        cells = {cell.get("data-label", ""): "".join(cell.itertext()) for cell in row}
        state = states[cells.pop("Board").strip()]
        for label, words in cells.items():
            if "Not known" not in words or label == "IMGs":
                is_marked = "not confirmed" in words or "Confirm with the board" in words
                assert is_marked == is_doubtful(state, label), (state.id, label, words)
                marked[label] += is_marked
    assert marked["Compact"] == 54  # all but one come from an old list without an address
    assert all(marked[label] for label in ("IMGs", "Gap", "Tries", "Without US residency"))


def test_the_table_lists_what_is_asked_for(loaded: Session, reader: PageClient) -> None:
    def listed(query: str) -> int:
        page = reader.get(f"/toolkit/licensure?{query}")
        return len(page.tree.findall(".//tbody/tr"))

    states = licensing.states(loaded)
    mine = Background(training=1, tries=1)
    assert listed("") == listed("only=nonsense") == listed("only=open") == 55  # nothing said yet
    assert listed("only=gap") == sum(bool(state.gap) for state in states)
    assert listed("only=law") == sum(state.has_pathway for state in states)
    for verdict in (Verdict.OPEN, Verdict.PATHWAY, Verdict.ASK):
        rows = sum(state.verdict(mine) is verdict for state in states)
        assert rows
        assert listed(f"training=1&tries=1&only={verdict}") == rows
    assert "No board fits" in reader.get("/toolkit/licensure?span=0&only=pathway").text


@pytest.mark.parametrize("view", [*VIEWS, "verdict"])
def test_the_map_says_in_words_and_signs_what_it_says_in_color(loaded: Session, view: str) -> None:
    drawn = tile_map.draw(licensing.states(loaded), view, Background(training=2))
    assert len(drawn.tiles) == 55
    meanings = {(tone, sign) for tone, sign, _ in drawn.legend}
    assert {(tile.tone, tile.sign) for tile in drawn.tiles} == meanings
    for tile in drawn.tiles:
        assert vocabulary.name("state", tile.id) in tile.label
        assert tile.unsure == ("Confirm with the board" in tile.label)
    doubtful = {"years": "WY", "gap": "WY", "pathway": "GU", "compact": "TX"}.get(view)
    assert {tile.id for tile in drawn.tiles if tile.unsure} >= ({doubtful} if doubtful else set())
    assert drawn.has_unsure == bool(doubtful)


def test_what_the_board_says_in_words_is_not_called_unknown(loaded: Session) -> None:
    drawn = tile_map.draw(licensing.states(loaded), "years", Background())
    assert ("ask", "…", "Completed residency") in drawn.legend
    assert ("more", "*", "1 or 3 years for IMGs") in drawn.legend
    signs = [(tone, sign) for tone, sign, _ in drawn.legend]
    assert len(set(signs)) == len(signs)  # no sign with two meanings


def test_a_list_that_needs_figures_says_so(loaded: Session, reader: PageClient) -> None:
    for only in (Verdict.OPEN, Verdict.PATHWAY, Verdict.ASK):
        assert "Say what you have first" in reader.get(f"/toolkit/licensure?only={only}").text
    for query in ("", "?only=gap", "?only=open&training=2", "?only=nonsense"):
        assert "Say what you have first" not in reader.get(f"/toolkit/licensure{query}").text


def test_the_map_and_the_table_lead_to_the_same_pages(loaded: Session, reader: PageClient) -> None:
    page = reader.get("/toolkit/licensure?training=2&tries=1")
    tiles = [a.get("href") for a in page.tree.iterfind(".//svg/a")]
    rows = [a.get("href") for a in page.tree.iterfind(".//tbody//th/a")]
    assert sorted(map(str, tiles)) == sorted(map(str, rows))
    assert "May be open" in page.text
    (legend,) = (
        tile_map.draw(licensing.states(loaded), "verdict", Background(training=2, tries=1)).legend,
    )
    assert {sign for _, sign, _ in legend} == {"May", "Ask", "Not yet"}  # and never a plain yes


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("in force", "In force"),
        ("July 9, 2026", "In force since July 9, 2026"),
        ("2024", "In force since 2024"),
        ("August 1, 2027", "Not yet in force: August 1, 2027"),
        ("2026", "Ask whether it is in force: 2026"),
        ("contingent on appropriation", "Ask whether it is in force: contingent on appropriation"),
        (None, "Ask whether it is in force"),
    ],
)
def test_the_table_says_in_words_whether_a_law_holds(words: str | None, said: str) -> None:
    assert in_force_words(words, NOW.date()) == said


def test_no_law_that_is_not_in_force_is_said_to_be(loaded: Session, reader: PageClient) -> None:
    text = reader.get("/toolkit/licensure").text
    for state in licensing.states(loaded):
        if state.has_pathway:
            assert state.in_force in text
            assert state.in_force.startswith("In force") is bool(state.is_law_in_force)
            assert state.in_force in reader.get(f"/toolkit/licensure/{state.id}").text


@pytest.mark.parametrize("query", ["training=9", "tries=-1&span=abc", "show=nothing", "tries=999"])
def test_an_address_typed_wrong_shows_the_plain_map(
    loaded: Session, reader: PageClient, query: str
) -> None:
    page = reader.get(f"/toolkit/licensure?{query}")
    assert "Years of training for IMGs" in page.text
    assert "For you" not in page.text


def test_the_gap_is_what_imgs_need_more(session: Session, files: Files) -> None:
    state = texas(session, files, img_years=3, us_years=1)
    assert state.gap == 2


def test_an_unknown_state_is_not_found(loaded: Session, reader: PageClient) -> None:
    reader.get("/toolkit/licensure/zz", status=404)
