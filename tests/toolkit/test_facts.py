"""A facts file with a mistake is refused, and the message leads to it."""

from __future__ import annotations

import datetime as dt

import pytest

from mentorship.toolkit.entries import FactsRefused
from mentorship.toolkit.facts import read_facts
from mentorship.toolkit.models import CycleDate, JourneyCost
from mentorship.toolkit.resource_models import Resource, ResourceStage
from tests.toolkit.files import Data, Files, cost, date, resource


def problems(files: Files) -> tuple[str, ...]:
    with pytest.raises(FactsRefused) as refused:
        read_facts(files.write())
    return refused.value.problems


def test_right_files_are_read(files: Files) -> None:
    rows = read_facts(files.write()).rows
    assert rows[JourneyCost]["visa.fee",]["usd"] == 100
    assert rows[CycleDate]["match-day",]["day"] == dt.date(2027, 3, 19)
    assert rows[ResourceStage]["guide", "visa"]["rank"] == 1


def test_an_undated_source_and_a_fact_without_one_are_allowed(files: Files) -> None:
    bare = cost(url_check="none", amount_in_source="no", usd=None)
    del bare["source_url"], bare["as_of"]
    files.stage("visa")["costs"] = [bare]
    row = read_facts(files.write()).rows[JourneyCost]["visa.fee",]
    assert (row["source_url"], row["as_of"], row["usd"]) == (None, None, None)


@pytest.mark.parametrize("as_of", ["2026", "2026-10", "2026-10-15"])
def test_a_date_may_be_a_year_a_month_or_a_day(files: Files, as_of: str) -> None:
    files.catalog["resources"] = [resource(as_of=as_of)]
    assert read_facts(files.write()).rows[Resource]["guide",]["as_of"] == as_of


NUMBER = "must be a whole number from 1 to 99999, not"
AS_OF = "must be YYYY, YYYY-MM or YYYY-MM-DD, not"
NONE = '"none" goes with no source_url, and only then'
TYPES = "guide, video, letter, policy, tool, statistics, organization, news"
STAGES = "stages: must be those of the vocabulary, in its order"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"confidence": "hgh"}, 'confidence: "hgh" is not one of high, medium, low'),
        ({"confidence": None}, "confidence: is missing"),
        ({"item": ""}, "item: must be a text, not ''"),
        ({"usd": 0}, f"usd: {NUMBER} 0"),
        ({"usd": "9"}, f"usd: {NUMBER} '9'"),
        ({"usd": True}, f"usd: {NUMBER} True"),
        ({"source_url": "javascript:x"}, 'source_url: "javascript:x" is not a web address'),
        ({"source_url": "https://[x"}, 'source_url: "https://[x" is not a web address'),
        ({"source_url": None}, f"url_check: {NONE}"),
        ({"url_check": "none"}, f"url_check: {NONE}"),
        (
            {"source_url": None, "url_check": "none"},
            'amount_in_source: must be "no" where there is no source_url',
        ),
        ({"as_of": "2026-13"}, f"as_of: {AS_OF} '2026-13'"),
        ({"as_of": "October"}, f"as_of: {AS_OF} 'October'"),
        ({"source": "page"}, "source: is not a field of this entry"),
    ],
)
def test_a_mistake_in_a_cost_is_named(files: Files, fields: Data, message: str) -> None:
    files.stage("visa")["costs"] = [cost() | fields]
    assert f"journey.yaml: stages[visa]: costs[fee]: {message}" in problems(files)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": None}, "url: is missing"),
        (
            {"url_check": "none"},
            'url_check: "none" is not one of retrieved, cited_by_source, not_opened',
        ),
        ({"type": "blog"}, f'type: "blog" is not one of {TYPES}'),
        ({"stages": ["visas"]}, 'stages: "visas" is not known'),
        ({"stages": []}, "stages: must name at least one"),
        ({"topics": ["vsas"]}, 'topics: "vsas" is not known'),
        ({"topics": ["visas", "visas"]}, "topics: names something twice"),
        ({"topics": "visas"}, "topics: must be a list of texts, not 'visas'"),
    ],
)
def test_a_mistake_in_a_resource_is_named(files: Files, fields: Data, message: str) -> None:
    files.catalog["resources"] = [resource() | fields]
    assert f"resources.yaml: resources[guide]: {message}" in problems(files)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"date": "19 March"}, "date: must be a day such as 2027-03-19, not '19 March'"),
        (
            {"amount_in_source": "older"},
            'amount_in_source: "older" is not one of yes, rule, near, pattern',
        ),
    ],
)
def test_a_mistake_in_a_date_is_named(files: Files, fields: Data, message: str) -> None:
    files.journey["cycle"]["dates"] = [date() | fields]
    assert f"journey.yaml: cycle: dates[match-day]: {message}" in problems(files)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"topics": ["knitting"]}, 'topics: "knitting" is not known'),
        (
            {"usual_months": [{"month": 13, "text": "x"}]},
            "usual_months[1]: month: must be a whole number from 1 to 12, not 13",
        ),
        ({"checklist": ["Do"]}, "checklist[1]: must be a list of fields with their values"),
        ({"costs": {"item": "x"}}, "costs: must be a list of entries"),
        (
            {"costs": [cost("A fee")]},
            'costs[A fee]: id: "A fee" may hold small letters, digits, - and _ only',
        ),
        (
            {"start_with": ["nothing"]},
            'start_with: "nothing" is not a resource with stage visa in resources.yaml',
        ),
    ],
)
def test_a_mistake_in_a_stage_is_named(files: Files, fields: Data, message: str) -> None:
    files.stage("visa").update(fields)
    assert f"journey.yaml: stages[visa]: {message}" in problems(files)


def test_the_stages_are_those_of_the_vocabulary(files: Files) -> None:
    files.stage("visa")["id"] = "passport"
    assert f"journey.yaml: {STAGES}" in problems(files)


def test_the_stages_stand_in_the_order_of_the_vocabulary(files: Files) -> None:
    files.journey["stages"].reverse()
    assert problems(files) == (f"journey.yaml: {STAGES}",)


def test_every_mistake_is_named_at_once(files: Files) -> None:
    files.stage("visa")["costs"] = [cost(confidence="hgh", usd=-1)]
    files.catalog["resources"] = [resource(url="x")]
    assert len(problems(files)) == 3


def test_two_entries_with_one_id_are_refused(files: Files) -> None:
    files.catalog["resources"] = [resource(), resource()]
    assert 'resources.yaml: resources[guide]: id: "guide" is there twice' in problems(files)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("topics: [a", "while parsing a flow sequence"),
        ("topics: []\ntopics: []\n", 'field "topics" is given twice'),
        ("? [a]\n: b\n", "unhashable key"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(files: Files, text: str, part: str) -> None:
    files.write()
    (files.folder / "resources.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FactsRefused) as refused:
        read_facts(files.folder)
    (problem,) = refused.value.problems
    assert problem.startswith("resources.yaml: ")
    assert part in problem


def test_a_missing_file_is_refused(files: Files) -> None:
    files.write()
    (files.folder / "journey.yaml").unlink()
    with pytest.raises(FactsRefused, match=r"journey\.yaml: cannot be read"):
        read_facts(files.folder)


@pytest.mark.parametrize("text", ["", "[]", "just words"])
def test_a_file_without_entries_is_refused(files: Files, text: str) -> None:
    files.write()
    (files.folder / "journey.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FactsRefused, match=r"journey\.yaml"):
        read_facts(files.folder)


# ---- guides, licensure, the chooser


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"confidence": "sure"}, 'confidence: "sure" is not one of high, medium, low'),
        ({"title": None}, "title: is missing"),
        ({"chapter": "none"}, 'chapter: "none" is not one of all'),
        ({"volatile": "yes"}, "volatile: must be true or false, not 'yes'"),
        ({"stages": ["moon"]}, 'stages: "moon" is not known'),
        ({"who": "nobody"}, 'who: "nobody" is not one of img, mentor, both, section'),
        ({"own": True}, "own: advice of ours has no source_url"),
        ({"details": {"color": "red"}}, "details: must be texts named hands_on, who"),
        ({"tittle": "x"}, "tittle: is not a field of this entry"),
    ],
)
def test_a_broken_entry_of_a_guide_is_named(files: Files, fields: Data, message: str) -> None:
    files.guides["visas.yaml"]["entries"][0] |= fields
    assert any(
        problem.startswith(f"visas.yaml: entries[first]: {message}") for problem in problems(files)
    )


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"img_years": 12}, "img_years: must be a whole number from 0 to 9, not 12"),
        ({"span": "7+"}, "span: must be a whole number from 0 to 30, not '7+'"),
        ({"source_url": "ftp://x"}, 'source_url: "ftp://x" is not a web address'),
    ],
)
def test_a_broken_rule_of_a_board_is_named(files: Files, rules: Data, message: str) -> None:
    files.licensure["states"][0]["rules"] |= rules
    key = files.licensure["states"][0]["id"]
    assert f"licensure.yaml: states[{key}]: rules: {message}" in problems(files)


def test_a_board_that_is_missing_or_twice_is_named(files: Files) -> None:
    first, *rest = files.licensure["states"]
    files.licensure["states"] = rest
    assert "licensure.yaml: states: must be all of the vocabulary's list, each once" in problems(
        files
    )
    files.licensure["states"] = [first, first, *rest]
    assert any("is there twice" in problem for problem in problems(files))


@pytest.mark.parametrize("rate", [101, -1, "59.5", True])
def test_a_rate_is_a_percentage(files: Files, rate: object) -> None:
    files.guides["match.yaml"]["rates"][0]["us_img"] = rate
    (problem,) = problems(files)
    assert problem.startswith("match.yaml: rates[2026]: us_img: must be a percentage")


def test_the_chooser_may_only_name_what_is_there(files: Files) -> None:
    route = files.routes["routes"][0]
    route |= {"answers": ["gone"], "when": {"aim": ["fly"]}}
    assert problems(files) == (
        'visa_routes.yaml: routes[job]: when: aim: "fly" is not known',
        'visa_routes.yaml: routes[job]: answers: "visas.gone" is not an answer of visas.yaml',
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"confidence": "sure"}, 'confidence: "sure" is not one of high, medium, low'),
        ({"source_url": None}, f"url_check: {NONE}"),
        ({"text": None}, "text: is missing"),
        ({"position": "For"}, "position: is not a field of this entry"),
    ],
)
def test_a_mistake_in_a_policy_is_named(files: Files, fields: Data, message: str) -> None:
    files.policy["bills"][0] |= fields
    assert problems(files) == (f"policy.yaml: bills[act]: {message}",)


def test_a_note_for_nobody_and_an_hour_that_is_none_are_named(files: Files) -> None:
    files.stage("visa")["tracks"] = [{"place": "moon", "status": "any", "text": "Fly."}]
    files.journey["cycle"]["dates"][0]["eastern"] = "9 pm"
    found = problems(files)
    assert any("tracks[1]: place:" in problem for problem in found)
    assert any('eastern: must be an hour such as "21:00"' in problem for problem in found)


def test_a_file_that_is_gone_is_named(files: Files) -> None:
    folder = files.write()
    (folder / "licensure.yaml").unlink()
    with pytest.raises(FactsRefused, match=r"licensure\.yaml: cannot be read"):
        read_facts(folder)
