"""The files as they are shipped: in American English, in our words, each fact with its marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from mentorship.toolkit.facts import DATA, Facts, read_facts
from mentorship.toolkit.guide_models import GuideEntry, MatchRate
from mentorship.toolkit.license_models import LicenseRule
from mentorship.toolkit.models import CycleDate, JourneyCost, JourneyFact
from mentorship.toolkit.resource_models import Resource, ResourceTopic, ToolkitTopic

BRITISH = re.compile(
    r"\b(licen[c]e\w*|programme\w*|\w*organis\w*|recognis\w*|centre\w*|practis\w*|notaris\w*"
    r"|enrol|paediatr\w*|anaesth\w*|favour\w*|colour\w*|labour|counsell\w*|per cent)\b",
    re.IGNORECASE,
)
IDS = re.compile(r"programme_list|alternative_licence")  # words of the vocabulary, never shown
MATCHED = re.compile(r"\bfilled|\bmatched|first-year position")
YEARS_ON_IT = re.compile(
    r"(?:years?|years of training|figure for IMGs|they|three years) (?:is|are) from a third-party"
)
NOT_THE_ISSUER = re.compile(r"attorney|caam-hp\.org|whitecoatpockets|kaptest|ccu\.edu\.bz")
LONGEST = 25  # words of a sentence
SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n")
WEB = re.compile(r"https?://\S+")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return read_facts()


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.yaml")))
def test_the_texts_are_in_american_english(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert BRITISH.findall(IDS.sub("", WEB.sub("", text))) == []


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.yaml")))
def test_no_sentence_is_long(name: str) -> None:
    """Our readers' first language is often another: more than 25 words are two sentences."""
    shipped = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    sentences = [one for text in _texts(shipped) for one in SENTENCE_END.split(text)]
    assert [one for one in sentences if len(one.split()) > LONGEST] == []


def _texts(part: object) -> Iterator[str]:
    """Yield every text of a file, however deep."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def test_nothing_is_lost(facts: Facts) -> None:
    assert len(facts.rows[JourneyCost]) == 29
    assert len(facts.rows[CycleDate]) == 8
    assert len(facts.rows[Resource]) == 131


def test_what_is_sourced_nowhere_is_never_called_sure(facts: Facts) -> None:
    for table in (JourneyCost, JourneyFact):
        for key, row in facts.rows[table].items():
            assert row["source_url"] or row["confidence"] != "high", key


def test_every_date_of_the_cycle_has_a_source_and_says_how_it_was_found(facts: Facts) -> None:
    for key, row in facts.rows[CycleDate].items():
        assert row["source_url"], key
        assert row["note"] or row["amount_in_source"] == "yes", key


def test_every_topic_of_the_catalog_is_used(facts: Facts) -> None:
    used = {topic for _, topic in facts.rows[ResourceTopic]}
    assert used == {key for (key,) in facts.rows[ToolkitTopic]}


def test_of_the_match_there_are_a_few_figures_and_no_table(facts: Facts) -> None:
    """The NRMP owns its tables: we cite a few press-level figures, each with its source."""
    assert len(facts.rows[MatchRate]) <= 6
    figures = [row for (key,), row in facts.rows[GuideEntry].items() if key.startswith("match.")]
    assert 1 <= len(figures) <= 6
    for row in (*figures, *facts.rows[MatchRate].values()):
        assert row["source_url"]


def test_no_table_of_the_match_is_hidden_in_the_texts() -> None:
    """Nowhere stand more than four figures in a row, and few texts give shares by specialty."""
    by_specialty = 0
    for path in DATA.glob("*.yaml"):
        for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            shares = re.findall(r"\d+(?:\.\d+)?(?= percent|%)", text)
            assert len(shares) <= 4, (path.name, text)
            by_specialty += bool(shares) and bool(MATCHED.search(text))
    assert by_specialty <= 8


def test_what_rests_on_an_old_table_is_never_called_sure(facts: Facts) -> None:
    """A third-party table of 2017 settles nothing: neither years of training nor limits."""
    on_it = {
        key: row
        for (key,), row in facts.rows[LicenseRule].items()
        if "third-party table of 2017" in (row["note"] or "") + (row["evidence"] or "")
    }
    assert {"FL", "NE", "TX"} <= set(on_it)
    for key, row in on_it.items():
        assert "low" in {row["confidence"], row["limits_confidence"]}, key
        if YEARS_ON_IT.search(row["note"] or "") or row["evidence"]:
            assert row["confidence"] == "low" or key == "FL", key  # law firms, for the years


def marked(value: object) -> Iterator[dict[str, object]]:
    """Yield each entry of a file that says how sure it is."""
    if isinstance(value, dict):
        if "confidence" in value:
            yield value
        for each in value.values():
            yield from marked(each)
    elif isinstance(value, list):
        for each in value:
            yield from marked(each)


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.yaml")))
def test_what_is_called_sure_was_read_at_its_source(name: str) -> None:
    """The legend: high is the rule or the issuer's own words, and we read that page."""
    entries = list(marked(yaml.safe_load((DATA / name).read_text(encoding="utf-8"))))
    for entry in entries:
        if entry["confidence"] == "high" and "url_check" in entry:
            assert entry["url_check"] == "retrieved", entry
        if entry["confidence"] == "high":
            assert not NOT_THE_ISSUER.search(str(entry.get("source_url"))), entry


def test_no_visa_rule_that_may_change_is_shown_without_its_date(facts: Facts) -> None:
    answers = {k: row for (k,), row in facts.rows[GuideEntry].items() if k.startswith("visas.")}
    assert len(answers) == 50
    assert [k for k, row in answers.items() if row["volatile"] and not row["as_of"]] == []
