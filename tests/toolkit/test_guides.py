"""The guides as members read them: answers, plans, charts, and where each fact comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img
from mentorship.mentorships.guide import TERM_IDS, first_meeting, terms
from mentorship.profiles.service import write_img
from mentorship.toolkit import guides, visa_routes
from mentorship.toolkit.chart import lines
from mentorship.toolkit.experience import SUITS, plan
from mentorship.toolkit.guide_models import Guide, Reader
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.page import PageClient
from tests.rounds.cast import counted
from tests.toolkit.files import Files


def shown(session: Session) -> list[tuple[object, ...]]:
    """What a pair is shown of the guide."""
    said = [*(term.said for term in terms(session).values()), first_meeting(session)]
    return [(one.title, one.text, one.todo, one.example, one.provenance) for one in said]


PAGES = {
    "/toolkit/visas": "Visas",
    "/toolkit/visas/routes": "Which visa may fit you?",
    "/toolkit/licensure": "State licensure",
    "/toolkit/residency": "Finding a residency",
    "/toolkit/experience": "US clinical experience",
    "/toolkit/exams": "Certification and exams",
    "/toolkit/mentoring": "Mentorship guide",
    "/toolkit/practice": "After training",
    "/toolkit/journey": "The IMG journey",
    "/toolkit/path": "My path",
}


@pytest.fixture(autouse=True)
def in_the_cycle() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def reader(session: Session, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(factories.person(session))


def test_the_toolkit_leads_to_every_page_in_one_step(reader: PageClient, loaded: Session) -> None:
    links = set(reader.get("/toolkit").links())
    assert set(PAGES) <= links


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_what_to_do_while_nothing_is_loaded(reader: PageClient, path: str) -> None:
    page = reader.get(path)
    assert page.h1 == PAGES[path]
    assert "Ask an administrator to load the toolkit" in page.text


# ---- visas


def test_the_visa_page_has_all_50_answers(loaded: Session, reader: PageClient) -> None:
    chapters = guides.chapters(loaded, Guide.VISAS)
    assert sum(len(chapter.items) for chapter in chapters) == 50
    page = reader.get("/toolkit/visas")
    assert len(page.tree.findall(".//details[@data-filter-item]")) == 50


def test_what_may_change_is_never_shown_without_its_date(loaded: Session) -> None:
    moving = [
        item
        for guide in Guide
        for chapter in guides.chapters(loaded, guide)
        for item in chapter.items
        if item.provenance.volatile
    ]
    assert len(moving) >= 14
    for item in moving:
        (warning,) = [w for w in item.provenance.warnings if w.startswith("This rule may change")]
        assert item.provenance.date in warning or warning.endswith("of when this is")


def test_words_narrow_the_answers_without_javascript(loaded: Session, reader: PageClient) -> None:
    page = reader.get("/toolkit/visas?q=conrad+SUNSET")
    assert "Nothing found" in page.text
    page = reader.get("/toolkit/visas?q=Appalachian")
    assert len(page.tree.findall(".//details[@data-filter-item]")) == 1
    assert page.tree.find(".//details[@data-filter-item]").get("open") is not None  # type: ignore[union-attr]  # None fails the test


@pytest.mark.parametrize(
    ("said", "routes"),
    [
        ({"status": "citizen"}, {"citizen"}),
        ({"status": "resident"}, {"none-needed"}),
        (
            {"status": "abroad", "aim": "training", "step3": "passed"},
            {"j1-training", "h1b-training"},
        ),
        (
            {"status": "abroad", "aim": "training", "step3": "not"},
            {"j1-training", "h1b-after-step3"},
        ),
        ({"status": "permit", "aim": "training"}, {"work-permit"}),
        (
            {"status": "j1", "aim": "practice", "home": "applies"},
            {"waiver-job", "waiver-personal", "o1-practice"},
        ),
        (
            {"status": "abroad", "aim": "practice", "home": "free", "country": "australia"},
            {"h1b-practice", "e3-practice", "o1-practice"},
        ),
    ],
)
def test_the_chooser_leads_to_the_routes_that_may_apply(
    loaded: Session, said: dict[str, str], routes: set[str]
) -> None:
    step = visa_routes.step(loaded, said)
    assert step.question is None
    assert {route.id for route in step.routes} == routes


def test_the_chooser_always_ends_with_a_route(loaded: Session) -> None:
    """Answer every question with every option: nobody is left without a route to ask about."""
    todo: list[dict[str, str]] = [{}]
    ends = 0
    while todo:
        said = todo.pop()
        step = visa_routes.step(loaded, said)
        if step.question:
            todo += [said | {step.question.id: option["id"]} for option in step.question.options]
            continue
        ends += 1
        assert step.routes, said
    assert ends > 40


def test_every_question_of_the_chooser_decides_between_routes(loaded: Session) -> None:
    """Whatever somebody said before, two answers to the next question lead to other routes."""

    def ends(said: dict[str, str]) -> frozenset[frozenset[str]]:
        step = visa_routes.step(loaded, said)
        if step.question is None:
            return frozenset([frozenset(route.id for route in step.routes)])
        answers = [said | {step.question.id: option["id"]} for option in step.question.options]
        led = [ends(answer) for answer in answers]
        assert len(set(led)) > 1, f"{step.question.id} decides nothing for {said}"
        return frozenset().union(*led)

    assert len(ends({})) > 10


def test_the_chooser_asks_again_what_it_cannot_read(loaded: Session) -> None:
    step = visa_routes.step(loaded, {"status": "martian", "aim": "training"})
    assert step.question is not None
    assert step.question.id == "status"
    assert step.said == ()


def test_the_chooser_works_as_plain_forms(loaded: Session, reader: PageClient) -> None:
    said = {"status": "abroad", "aim": "training"}
    page = reader.post("/toolkit/visas/routes", said, status=200)
    form = page.tree.find(".//main//form")
    assert form is not None
    assert form.get("method") == "post"
    kept = {field.get("name"): field.get("value") for field in form.iterfind("./input")}
    assert kept.pop("csrf_token")
    assert kept == said
    end = reader.post("/toolkit/visas/routes", said | {"step3": "passed"}, status=200)
    assert "2 routes that may apply" in end.text
    assert "This is not legal advice" in end.text
    assert "This rule may change. What you read here is of September 25, 2026" in end.text
    assert not [link for link in end.links() if "status=" in link]
    first = reader.get("/toolkit/visas/routes?status=abroad&aim=training")
    assert "abroad" not in [
        field.get("value") for field in first.tree.iterfind(".//main//form/input")
    ], "an address of before answers nothing"


def test_a_citizen_is_not_sent_to_read_of_green_cards(loaded: Session, reader: PageClient) -> None:
    citizen = reader.post("/toolkit/visas/routes", {"status": "citizen"}, status=200).text
    assert "You need no visa" in citizen
    assert "green card" not in citizen.lower()
    resident = reader.post("/toolkit/visas/routes", {"status": "resident"}, status=200).text
    title = "I have a green card. Which group am I in at the Match?"
    assert resident.count(title) <= 1
    assert "The facts behind them" in resident


# ---- figures, plans and guides


def test_the_chart_says_the_same_as_its_table(loaded: Session, reader: PageClient) -> None:
    rates = guides.match_rates(loaded)
    picture = lines(rates)
    assert picture is not None
    assert [point.value for point in picture.series[0].points] == [rate.us_img for rate in rates]
    highs = sorted(picture.series[0].points, key=lambda point: point.value)
    assert [p.y for p in highs] == sorted((p.y for p in highs), reverse=True)
    page = reader.get("/toolkit/residency")
    table = page.tree.find(".//table")
    assert table is not None
    words = " ".join("".join(table.itertext()).split())
    for rate in rates:
        assert rate.year in words
        assert str(rate.us_img) in words
    assert page.tree.find(".//desc").text == picture.summary  # type: ignore[union-attr]  # None fails the test


def test_one_year_is_no_line(session: Session, files: Files) -> None:
    load_facts(session, folder=files.write())
    assert lines(guides.match_rates(session)) is None


def test_every_kind_of_experience_suits_somebody(loaded: Session) -> None:
    (types,) = [c for c in guides.chapters(loaded, Guide.EXPERIENCE) if c.anchor == "types"]
    assert {item.anchor for item in types.items} == set(SUITS)
    for degree in ("student", "graduate", "specialist"):
        for place in ("abroad", "us_visa", "us_free"):
            made = plan(types.items, degree=degree, place=place)
            assert made.suits
            assert len(made.suits) + len(made.not_now) == 8
            steps = " ".join(made.steps)
            assert ("visa" in steps) == (place != "us_free")
            assert ("sponsor of your visa" in steps) == (place == "us_visa")


@pytest.mark.parametrize(
    ("query", "lacks"), [("?degree=student", 1), ("?place=abroad", 1), ("", 0)]
)
def test_a_plan_that_lacks_an_answer_says_so(
    loaded: Session, reader: PageClient, query: str, lacks: int
) -> None:
    page = reader.get(f"/toolkit/experience{query}")
    assert page.text.count("One answer is missing") == lacks
    assert (
        "Your plan needs both"
        not in reader.get("/toolkit/experience?degree=student&place=abroad").text
    )


def test_a_visitor_is_never_led_to_treat_patients(loaded: Session, reader: PageClient) -> None:
    page = reader.get("/toolkit/experience?degree=graduate&place=abroad")
    before, after = page.text.split("Kinds that fit others better")
    assert "Observership" in before
    assert "Externship" not in before.split("Kinds that may suit you")[1]
    assert "Externship" in after


def test_the_mentorship_guide_is_for_those_who_read_it(loaded: Session) -> None:
    for_mentors = guides.chapters(loaded, Guide.MENTORING, readers=(Reader.MENTOR, Reader.BOTH))
    shown = {item.reader for chapter in for_mentors for item in chapter.items}
    assert shown == {Reader.MENTOR, Reader.BOTH}


def test_the_template_of_an_agreement_is_the_one_that_pairs_fill_in(loaded: Session) -> None:
    chapters = guides.chapters(loaded, Guide.MENTORING)
    (template,) = [one for one in chapters if one.id == "mentoring.agreement-template"]
    fields = {(field.title, field.text, field.example) for field in template.items}
    assert len(fields) == len(template.items) == 16
    assert all(field.example for field in template.items)
    asked = {
        (term.said.title, term.said.text, term.said.example) for term in terms(loaded).values()
    }
    assert asked <= fields
    assert len(asked) == len(TERM_IDS) == 11


def test_what_pairs_read_before_the_toolkit_is_loaded_is_what_it_loads(session: Session) -> None:
    before = shown(session)
    load_facts(session)
    assert shown(session) == before


def test_our_advice_is_never_shown_as_a_fact(loaded: Session) -> None:
    own = [
        item
        for guide in Guide
        for chapter in guides.chapters(loaded, guide)
        for item in chapter.items
        if item.provenance.own
    ]
    assert own
    for item in own:
        assert item.provenance.source_url is None
        assert item.provenance.warnings == ()


def test_the_exam_page_shows_costs_and_facts_with_sources(
    loaded: Session, reader: PageClient
) -> None:
    text = reader.get("/toolkit/exams").text
    assert "USMLE Step 1" in text
    assert "$695" in text
    assert "Check the amount on the page" in text


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/toolkit",
        "/toolkit/journey/visa",
        "/toolkit/licensure/tx",
    ],
)
def test_no_page_asks_the_database_more_than_12_times(
    loaded: Session, session: Session, sign_in: Callable[[User], PageClient], path: str
) -> None:
    who = factories.person(session)
    write_img(session, person_id=who.id, img=Img(key="x", stage="visa"), now=factories.NOW)
    page = sign_in(who)
    with counted(session) as sent:
        page.get(path)
    assert len([each for each in sent if "SAVEPOINT" not in each]) <= 12, sent
