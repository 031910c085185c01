"""Leaders keep the facts true: checks, corrections, their history, and what a load leaves alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.search.service import keys_found
from mentorship.sections.models import MembershipState, Section, SectionRole
from mentorship.toolkit import truth
from mentorship.toolkit.facts import Facts
from mentorship.toolkit.guide_models import GuideEntry
from mentorship.toolkit.kinds import KINDS, Kind
from mentorship.toolkit.license_models import LicenseRule
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import ChecklistItem, Confidence, CycleDate, JourneyStage, UrlCheck
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.truth_forms import fact_form
from mentorship.toolkit.truth_models import FactChange
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.toolkit.files import Files, found

TODAY = NOW.date()
SignIn = Callable[[User], PageClient]


def signed(leader: User, minutes: int = 0) -> truth.Signed:
    return truth.Signed(leader.id, NOW + dt.timedelta(minutes=minutes), TODAY)


def fix(session: Session, leader: User, fact_id: str = "visas.first", **values: object) -> None:
    seen = truth.newest(truth.history(session, "guide_entry", fact_id))
    truth.correct(
        session,
        "guide_entry",
        fact_id,
        values,
        why="It was wrong",
        signed=signed(leader),
        seen=seen,
    )


# ---- what leaders do


def test_a_check_is_dated_and_changes_no_words(small: Session, leader: User) -> None:
    entry = small.get_one(GuideEntry, "visas.first")
    truth.check(small, "guide_entry", "visas.first", signed=signed(leader))
    assert (entry.checked_on, entry.text) == (TODAY, "So it is.")
    assert entry.url_check is UrlCheck.RETRIEVED


def test_a_correction_is_kept_with_what_stood_there_before(small: Session, leader: User) -> None:
    fix(small, leader, text="So it was.", confidence=Confidence.MEDIUM)
    (change,) = truth.history(small, "guide_entry", "visas.first")
    assert change.before["text"] == "So it is."
    assert change.after["text"] == "So it was."
    assert change.after["confidence"] == "medium"
    assert (change.person_id, change.why) == (leader.id, "It was wrong")
    assert small.get_one(GuideEntry, "visas.first").text == "So it was."


def test_a_correction_that_says_nothing_new_is_refused(small: Session, leader: User) -> None:
    with pytest.raises(truth.NothingChanged):
        fix(small, leader, text="So it is.")


def test_the_second_of_two_who_correct_at_once_is_told(small: Session, leader: User) -> None:
    fix(small, leader, text="One.")
    with pytest.raises(truth.ChangedMeanwhile):
        truth.correct(
            small,
            "guide_entry",
            "visas.first",
            {"text": "Two."},
            why="Late",
            signed=signed(leader),
        )


def test_every_change_can_be_put_back_and_that_too(small: Session, leader: User) -> None:
    fix(small, leader, text="One.")
    fix(small, leader, text="Two.")
    two, _ = truth.history(small, "guide_entry", "visas.first")
    truth.put_back(small, "guide_entry", "visas.first", two.id, signed=signed(leader))
    assert small.get_one(GuideEntry, "visas.first").text == "One."
    back = truth.history(small, "guide_entry", "visas.first")[0]
    truth.put_back(small, "guide_entry", "visas.first", back.id, signed=signed(leader))
    assert small.get_one(GuideEntry, "visas.first").text == "Two."


def test_a_source_taken_away_leaves_the_fact_unconfirmed(small: Session, leader: User) -> None:
    fix(small, leader, source_url=None)
    entry = small.get_one(GuideEntry, "visas.first")
    assert (entry.url_check, entry.checked_on) == (UrlCheck.NONE, None)


@pytest.mark.parametrize("kind", ["guide_entry", "user", "license_rule"])
def test_no_other_table_can_be_reached(small: Session, leader: User, kind: str) -> None:
    with pytest.raises(truth.NoSuchFact):
        truth.check(small, kind, str(leader.id), signed=signed(leader))


def test_our_advice_is_no_fact_to_check(session: Session, files: Files, leader: User) -> None:
    advice = {"id": "own", "chapter": "all", "title": "Rest", "own": True}
    files.guides["visas.yaml"]["entries"].append(
        advice | {"url_check": "none", "confidence": "low"}
    )
    load_facts(session, folder=files.write())
    with pytest.raises(truth.NoSuchFact):
        truth.fact(session, "guide_entry", "visas.own")


def test_a_leader_puts_our_advice_in_other_words(
    session: Session, files: Files, leader: User
) -> None:
    advice = {"id": "own", "chapter": "all", "title": "Rest", "own": True}
    files.guides["visas.yaml"]["entries"].append(
        advice | {"url_check": "none", "confidence": "low"}
    )
    load_facts(session, folder=files.write())
    words = {"title": "Sleep", "todo": ["Go to bed"], "source_url": "https://example.org"}
    truth.correct(session, "advice", "visas.own", words, why="Plainer", signed=signed(leader))
    entry = session.get_one(GuideEntry, "visas.own")
    assert (entry.title, entry.todo, entry.source_url) == ("Sleep", ["Go to bed"], None)
    with pytest.raises(truth.NoSuchFact):
        truth.check(session, "advice", "visas.own", signed=signed(leader))
    with pytest.raises(truth.NoSuchFact):
        truth.fact(session, "advice", "visas.first")
    session.expire_all()
    assert load_facts(session, folder=files.folder).changed_nothing
    assert entry.title == "Sleep"


def test_a_leader_corrects_the_texts_of_a_stage_and_its_checklist(
    small: Session, files: Files, leader: User
) -> None:
    stage = small.scalars(sa.select(JourneyStage)).first()
    item = small.scalars(sa.select(ChecklistItem)).first()
    assert stage is not None
    assert item is not None
    words = {"what": "Plainer.", "pitfalls": ["One", "Two"]}
    truth.correct(small, "journey_stage", stage.id, words, why="Plainer", signed=signed(leader))
    truth.correct(
        small, "checklist_item", item.id, {"text": "Do it"}, why="Shorter", signed=signed(leader)
    )
    small.expire_all()
    assert load_facts(small, folder=files.folder).changed_nothing
    assert (stage.what, stage.pitfalls, item.text) == ("Plainer.", ["One", "Two"], "Do it")
    (change,) = truth.history(small, "journey_stage", stage.id)
    truth.put_back(small, "journey_stage", stage.id, change.id, signed=signed(leader))
    assert stage.what != "Plainer."


def test_a_resource_is_checked_corrected_and_found_in_its_new_words(
    small: Session, files: Files, leader: User
) -> None:
    row = small.get_one(Resource, "guide")
    truth.check(small, "resource", "guide", signed=signed(leader))
    assert (row.checked_on, row.url_check) == (TODAY, UrlCheck.RETRIEVED)
    seen = truth.newest(truth.history(small, "resource", "guide"))
    words = {"title": "Zebra law", "url": "https://example.org/new"}
    truth.correct(small, "resource", "guide", words, why="Moved", signed=signed(leader), seen=seen)
    assert list(keys_found(small, "zebra", "resource")) == ["guide"]
    small.expire_all()
    assert load_facts(small, folder=files.folder).changed_nothing
    assert (row.url, row.checked_on) == ("https://example.org/new", TODAY)


def test_what_a_section_added_is_not_everybodys_to_correct(small: Session, leader: User) -> None:
    section = small.scalars(sa.select(Section)).first()
    assert section is not None
    row = small.get_one(Resource, "guide")
    values = {c.key: getattr(row, c.key) for c in sa.inspect(Resource).column_attrs}
    small.add(Resource(**(values | {"id": "theirs", "section_id": section.id})))
    small.flush()
    with pytest.raises(truth.NoSuchFact):
        truth.fact(small, "resource", "theirs")
    assert "theirs" not in found(small, words="theirs")


def test_positions_ways_and_the_chooser_are_corrected_like_all_facts(
    small: Session, files: Files, leader: User
) -> None:
    changes: list[tuple[str, str, dict[str, object]]] = [
        ("policy_statement", "act", {"status": "Passed.", "confidence": Confidence.MEDIUM}),
        ("way_to_take_part", "author", {"steps": ["Think", "Write"]}),
        ("visa_route", "job", {"reason": "Work it is."}),
        ("visa_question", "aim", {"text": "Why?"}),
        ("jurisdiction", "TX", {"board_url": "https://example.org/board"}),
    ]
    for kind, key, values in changes:
        truth.correct(small, kind, key, values, why="New", signed=signed(leader))
    small.expire_all()
    assert load_facts(small, folder=files.folder).changed_nothing
    for kind, key, values in changes:
        row = truth.fact(small, kind, key)
        assert {name: getattr(row, name) for name in values} == values
        assert key in found(small, kind=kind, words=key)
    board = truth.fact(small, "jurisdiction", "TX")
    assert (board.url_check, board.checked_on) == (UrlCheck.RETRIEVED, TODAY)


# ---- a load leaves it alone


def test_a_load_never_takes_a_correction_away(small: Session, files: Files, leader: User) -> None:
    fix(small, leader, text="Corrected.")
    truth.check(small, "license_rule", "TX", signed=signed(leader))
    files.guides["visas.yaml"]["entries"][0] |= {"text": "From the file.", "title": "New title"}
    load_facts(small, folder=files.write())
    entry = small.get_one(GuideEntry, "visas.first")
    assert (entry.text, entry.title) == ("Corrected.", "New title")
    assert small.get_one(LicenseRule, "TX").checked_on == TODAY
    assert load_facts(small, folder=files.folder).changed_nothing


def test_what_was_put_back_follows_the_values_before(
    small: Session, files: Files, leader: User
) -> None:
    fix(small, leader, text="Corrected.")
    (change,) = truth.history(small, "guide_entry", "visas.first")
    truth.put_back(small, "guide_entry", "visas.first", change.id, signed=signed(leader))
    load_facts(small, folder=files.folder)
    assert small.get_one(GuideEntry, "visas.first").text == "So it is."


def test_days_and_words_come_back_in_their_types(
    small: Session, files: Files, leader: User
) -> None:
    values = {"day": dt.date(2027, 3, 20), "confidence": Confidence.LOW}
    truth.correct(small, "cycle_date", "match-day", values, why="Moved", signed=signed(leader))
    small.expire_all()
    assert load_facts(small, folder=files.folder).changed_nothing
    date = small.get_one(CycleDate, "match-day")
    assert (date.day, date.confidence) == (dt.date(2027, 3, 20), Confidence.LOW)


# ---- the pages


def test_a_leader_finds_corrects_and_traces_a_fact(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    page = sign_in(leader)
    report = page.get("/toolkit/facts?q=Conrad+program+last")
    path = "/toolkit/facts/guide_entry/visas.conrad-sunset"
    assert path in report.links()
    action = path
    page.submit(path, {"text": "It was renewed.", "why": "New law"}, action=action)
    shown = page.get(path)
    assert "New law" in shown.text
    assert leader.name in shown.text
    assert "It was renewed." in page.get("/toolkit/visas").text
    (undo,) = [
        f.get("action") for f in shown.tree.iterfind(".//form") if "/undo" in f.get("action", "")
    ]
    page.post(str(undo))
    assert "It was renewed." not in page.get("/toolkit/visas").text


def test_a_wrong_correction_is_shown_again_with_what_is_wrong(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    path = "/toolkit/facts/license_rule/TX"
    bad = {"source_url": "javascript:alert(1)", "as_of": "May", "img_years": "99", "why": ""}
    page = sign_in(leader).submit(path, bad, action=path, status=422)
    for message in ("https://", "Write 2026", "Say in a few words why"):
        assert message in page.text
    assert loaded.scalar(sa.select(sa.func.count(FactChange.id))) == 0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_fact_has_a_form(
    sign_in: SignIn, loaded: Session, leader: User, kind: str
) -> None:
    known = KINDS[kind]
    which = [known.only]
    if known.is_fact:
        which.append(getattr(known.table, known.address).is_not(None))
    key = loaded.scalar(sa.select(known.table.id).where(*which).limit(1))
    page = sign_in(leader)
    path = f"/toolkit/facts/{kind}/{key}"
    page.post(f"{path}/check", status=303 if known.is_fact else 404)
    assert ("Last checked on" in page.get(path).text) is known.is_fact
    unchanged = page.submit(path, {"why": "Only looked"}, action=path)
    assert "Nothing was changed" in page.follow(unchanged).text


def test_advice_is_corrected_in_the_browser_line_by_line(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    page, path = sign_in(leader), "/toolkit/facts/journey_stage/visa"
    assert path in page.get("/toolkit/journey/visa").links()
    stage = loaded.get_one(JourneyStage, "visa")
    notes = [note["text"] for note in stage.tracks]
    bad = {"tracks": "only one", "why": "Shorter"}
    refused = page.submit(path, bad, action=path, status=422)
    assert f"Write {len(notes)} lines" in refused.text
    words = {"pitfalls": "First\nSecond", "tracks": "\n".join(["New note", *notes[1:]])}
    page.submit(path, words | {"why": "Shorter"}, action=path)
    shown = page.get("/toolkit/journey/visa").text
    for text in ("First", "Second", "New note"):
        assert text in shown
    assert stage.tracks[0].keys() == {"place", "status", "text"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.search])
def test_no_text_that_comes_with_the_service_is_cut_by_its_form(
    app: Flask, shipped: Facts, kind: Kind
) -> None:
    texts = [name for name in kind.fields if isinstance(kind.table.__table__.c[name].type, sa.JSON)]
    with app.test_request_context():
        for row in shipped.rows[kind.table].values():
            form = fact_form(kind.id)(data=row)
            for name in texts:
                shown = form[name]._value()  # noqa: SLF001  what WTForms puts in the page
                form[name].process_formdata([shown.replace("\n", "\r\n")])
                assert form[name].data == row[name]


def test_each_fact_leads_a_leader_and_nobody_else_to_its_correction(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    pages = {
        "/toolkit/visas": "/toolkit/facts/guide_entry/visas.tn",
        "/toolkit/practice": "/toolkit/facts/guide_entry/practice.con-tail",
        "/toolkit/experience": "/toolkit/facts/guide_entry/experience.elective",
        "/toolkit/licensure/tx": "/toolkit/facts/added_pathway/TX",
    }
    mine, other = sign_in(leader), sign_in(factories.person(loaded))
    for path, fact in pages.items():
        assert fact in mine.get(path).links()
        assert fact not in other.get(path).links()
        mine.get(fact)


def test_only_leaders_and_administrators_see_these_pages(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    where = factories.section(loaded)
    mentor = factories.member(loaded, where, SectionRole.MENTOR)
    asking = factories.member(loaded, where, SectionRole.LEADER, state=MembershipState.ASKED)
    path = "/toolkit/facts/license_rule/TX"
    for person in (mentor, asking):
        page = sign_in(person)
        page.get("/toolkit/facts", status=404)
        page.get(path, status=404)
        page.post(f"{path}/check", status=404)
        page.post(path, status=404)
        assert "/toolkit/facts" not in page.get("/toolkit").links()
    assert "/toolkit/facts" in sign_in(leader).get("/toolkit").links()
    sign_in(factories.administrator(loaded)).get(path)


def test_a_change_of_another_fact_cannot_be_put_back_here(
    sign_in: SignIn, loaded: Session, leader: User
) -> None:
    page = sign_in(leader)
    page.post("/toolkit/facts/license_rule/TX/check")
    change = loaded.scalars(sa.select(FactChange)).one()
    page.post(f"/toolkit/facts/license_rule/CA/changes/{change.id}/undo", status=404)
