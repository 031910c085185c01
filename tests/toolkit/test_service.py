"""What pages get to show, in few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit import service
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import CycleDate
from mentorship.toolkit.shown import PathItem, ResourcePage, Search, StageView
from tests.factories import NOW
from tests.toolkit.files import Files, date, resource

TODAY = NOW.date()


def at(session: Session, stage: str, now: dt.datetime = NOW, limit: int = 3) -> StageView:
    view = service.for_stage(session, stage, now=now, limit=limit)
    assert view is not None
    return view


def ids(found: ResourcePage) -> list[str]:
    return [card.id for card in found.rows]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Collect the SELECTs sent inside the block."""
    sent: list[str] = []

    def note(*args: object) -> None:
        statement = str(args[2])
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    engine = session.get_bind().engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


# ---- a stage


def test_a_stage_comes_with_what_to_do_and_what_is_next(loaded: Session) -> None:
    view = at(loaded, "interviews")
    assert (view.step.name, view.step.position) == ("Interviews", 8)
    assert view.after is not None
    assert view.after.name == "Match and SOAP"
    assert PathItem("interviews.answer", "Answer invitations the same day", None) in view.items
    assert "Mistakes about time zones" in view.pitfalls


def test_every_stage_has_something_to_show(loaded: Session) -> None:
    for stage in vocabulary.LISTS["stage"]:
        view = at(loaded, stage)
        assert view.items, stage
        assert view.pitfalls, stage
        assert view.resources, stage


def test_every_stage_says_how_long_it_takes_with_a_source(loaded: Session) -> None:
    steps = service.journey(loaded, now=NOW).steps
    assert [step.id for step in steps] == list(vocabulary.LISTS["stage"])
    for step in steps:
        assert step.time is not None, step.id
        assert step.time.provenance.source_url, step.id
    assert at(loaded, "licensure").step.time == steps[12].time


def test_the_journey_has_two_ends(loaded: Session) -> None:
    first, *_, last = vocabulary.LISTS["stage"]
    assert at(loaded, last).after is None
    page = service.stage_page(loaded, first, now=NOW)
    assert page is not None
    assert page.before is None


def test_an_unknown_stage_or_an_empty_toolkit_shows_nothing(session: Session) -> None:
    assert service.for_stage(session, "visa", now=NOW) is None
    assert service.stage_page(session, "visa", now=NOW) is None
    load_facts(session)
    assert service.for_stage(session, "passport", now=NOW) is None


def test_the_stage_page_adds_facts_months_and_topics(loaded: Session) -> None:
    page = service.stage_page(loaded, "ecfmg_certification", now=NOW)
    assert page is not None
    assert page.before is not None
    assert page.before.name == "Medical school"
    assert any("OET" in fact.text for fact in page.facts)
    assert page.view.usual_months[0][0] == "January"
    assert "OET and clinical English" in page.topics


def test_visa_paths_count_among_what_mentors_help_with(loaded: Session) -> None:
    page = service.stage_page(loaded, "visa", now=NOW)
    assert page is not None
    assert page.topics == ("J-1 or H-1B", "J-1 visa", "H-1B visa")


def test_doubtful_license_fees_are_to_be_confirmed_with_the_board(loaded: Session) -> None:
    costs = {cost.item: cost for cost in service.costs_of(loaded, "licensure")}
    assert "Confirm with the board" in costs["State license, Georgia"].provenance.warnings
    assert costs["State license, Florida"].provenance.warnings == ()


# ---- dates


def test_only_coming_days_are_shown_nearest_first(session: Session, files: Files) -> None:
    files.journey["cycle"]["dates"] = [
        date("far", date="2027-03-19"),
        date("past", date="2026-11-01"),
        date("today", date="2026-11-02"),
        date("elsewhere", date="2026-11-03", stages=["practice"]),
    ]
    load_facts(session, folder=files.write())
    assert [day.id for day in at(session, "visa").dates] == ["today", "far"]
    assert [day.days_away for day in at(session, "visa").dates] == [0, 137]
    overview = service.journey(session, now=NOW)
    assert [day.id for day in overview.dates] == ["today", "elsewhere", "far"]


@pytest.mark.parametrize(
    ("zone", "hour", "distance"),  # the rank lists close on March 3 at 9 p.m. in New York
    [
        ("America/New_York", 20, "today"),
        ("America/Los_Angeles", 20, "today"),
        ("Asia/Kolkata", 12, "tomorrow"),
        ("Asia/Kolkata", 20, "today"),
        ("Asia/Manila", 20, "today"),
        ("America/Los_Angeles", 22, None),  # there it is still March 3
        ("Asia/Kolkata", 22, None),
    ],
)
def test_a_deadline_stays_until_its_hour_wherever_the_reader_is(
    loaded: Session, zone: str, hour: int, distance: str | None
) -> None:
    there = dt.datetime(2027, 3, 3, hour, tzinfo=ZoneInfo("America/New_York"))
    now = there.astimezone(ZoneInfo(zone))
    lists = (
        at(loaded, "match_soap", now, limit=8).dates,
        service.journey(loaded, now=now).dates,
        service.days(loaded, now=now),
    )
    for days in lists:
        shown = {day.id: day.distance for day in days}
        assert shown.get("rank-lists-due") == distance
        assert "match-week" in shown


def test_a_day_without_an_hour_is_over_with_the_readers_day(session: Session, files: Files) -> None:
    files.journey["cycle"]["dates"] = [date("whole", date="2027-03-03")]
    load_facts(session, folder=files.write())
    last = dt.datetime(2027, 3, 3, 23, 59, tzinfo=ZoneInfo("Asia/Manila"))
    assert [day.distance for day in at(session, "visa", last).dates] == ["today"]
    assert at(session, "visa", last + dt.timedelta(minutes=1)).dates == ()


def test_the_shipped_cycle_tells_set_days_from_expected_ones(loaded: Session) -> None:
    days = {day.id: day for day in at(loaded, "match_soap", limit=8).dates}
    assert list(days) == ["pathways-close", "rank-lists-due", "match-week", "match-day"]
    assert not days["match-day"].is_deadline  # second-hand, until a leader has looked it up
    assert days["match-day"].marking == "Expected"
    loaded.get_one(CycleDate, "match-day").checked_on = TODAY
    loaded.flush()
    checked = {day.id: day for day in at(loaded, "match_soap", limit=8).dates}
    assert checked["match-day"].is_deadline
    assert days["rank-lists-due"].is_expected
    assert not days["rank-lists-due"].is_deadline


def test_after_the_cycle_no_day_is_left(loaded: Session) -> None:
    over = at(loaded, "match_soap", now=dt.datetime(2027, 3, 20, tzinfo=dt.UTC))
    assert (over.dates, over.cycle) == ((), "")


def test_a_stage_without_a_day_still_knows_the_cycle(loaded: Session) -> None:
    assert (at(loaded, "practice").dates, at(loaded, "practice").cycle) == ((), "2027 Match")


# ---- resources of a stage and for mentors


def test_the_first_resources_of_a_stage_are_those_it_names(loaded: Session) -> None:
    view = at(loaded, "ecfmg_certification")
    assert [card.id for card in view.resources] == ["intealth-account", "ecfmg-news", "oet"]
    assert view.resource_count == 11


def test_after_the_named_ones_sure_checked_and_recent_pages_come_first(
    session: Session, files: Files
) -> None:
    files.catalog["resources"] += [
        resource("low", confidence="low"),
        resource("undated", as_of=None),
        resource("recent", as_of="2026-10"),
        resource("unopened", url_check="not_opened"),
        resource("older", as_of="2019"),
    ]
    load_facts(session, folder=files.write())
    cards = at(session, "visa", limit=9).resources
    assert [card.id for card in cards] == [
        "guide",  # named by the stage
        "recent",
        "older",
        "undated",
        "unopened",
        "low",
    ]


def test_mentors_get_what_is_on_mentoring_then_what_their_imgs_start_with(
    loaded: Session,
) -> None:
    cards = service.for_mentors(loaded, stages=["visa", "usce"], limit=5)
    assert {card.id for card in cards[:3]} == {
        "ama-toolkit-mentorship",
        "amwa-img",
        "whitetulip-ims",
    }
    assert [card.id for card in cards[3:]] == ["ama-usce-interview", "ama-toolkit-visas"]
    assert len(service.for_mentors(loaded, limit=9)) == 3


# ---- the catalog


def test_the_catalog_is_read_page_by_page(loaded: Session) -> None:
    first = service.resources(loaded)
    assert (first.page, first.pages, first.total, len(first.rows)) == (1, 7, 131, 20)
    keys = [key for page in range(1, 8) for key in ids(service.resources(loaded, page=page))]
    assert len(set(keys)) == 131


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (8, 7), (10**12, 7)])
def test_a_page_outside_the_catalog_is_its_nearest(loaded: Session, asked: int, given: int) -> None:
    assert service.resources(loaded, page=asked).page == given


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(text="CONRAD"), {"uscis-conrad", "s709", "3rnet"}),
        (Search(text="nebraska"), {"ne-img-law"}),
        (
            Search(type="letter"),
            {
                *("ama-letter-karuppiah", "ama-letter-roy"),
                *("ecfmg-story-sparkle", "ecfmg-story-mahdi", "ecfmg-story-khan"),
            },
        ),
        (Search(organization="NBME"), {"nbme"}),
        (
            Search(stage="interviews", topic="interviews"),
            {"ama-img-interviews", "nejm-img", "btk-img-talk", "btk-img-1", "btk-img-2"},
        ),
        (Search(stage="interviews", type="tool"), {"freida"}),
        (Search(text="%"), set()),
        (Search(text="_"), set()),
        (Search(text="\\"), set()),
        (Search(text="unicorn zoology"), set()),
    ],
)
def test_finding(indexed: Session, search: Search, found: set[str]) -> None:
    result = service.resources(indexed, search)
    assert set(ids(result)) == found
    assert result.total == len(found)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("CONRAD bill", "s709"),
        ("waivers appalachian", "arc-waiver"),
        ("licence nebraska", "ne-img-law"),
    ],
)
def test_what_fits_best_stands_first(indexed: Session, text: str, best: str) -> None:
    assert ids(service.resources(indexed, Search(text=text)))[0] == best


def test_a_word_may_be_the_name_of_a_topic(indexed: Session) -> None:
    assert "dra-waiver" in ids(service.resources(indexed, Search(text="j-1 waivers")))


def test_rows_of_the_catalog_name_their_stages_and_topics(loaded: Session) -> None:
    (card,) = service.resources(loaded, Search(organization="NBME")).rows
    assert card.stages == ("usmle_step1", "usmle_step2ck")
    assert card.topics == ("Exams",)


def test_organizations_stand_in_the_order_of_the_alphabet(loaded: Session) -> None:
    names = service.organizations(loaded)
    assert list(names) == sorted(set(names), key=str.casefold)
    assert {"AMA", "AMA IMG Section", "FSMB"} <= set(names)


# ---- what it costs


def test_few_queries_however_much_there_is(loaded: Session) -> None:
    with counted(loaded) as sent:
        at(loaded, "eras_application")
    assert len(sent) <= 5
    with counted(loaded) as sent:
        service.stage_page(loaded, "licensure", now=NOW)
    assert len(sent) <= 6
    with counted(loaded) as sent:
        service.resources(loaded)
    assert len(sent) <= 4
    with counted(loaded) as sent:
        service.journey(loaded, now=NOW)
    assert len(sent) <= 3
