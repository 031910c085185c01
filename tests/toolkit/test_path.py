"""One's own path: ticks, the situation, the present stage, and dates for one's calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.matching import Img
from mentorship.profiles.service import read_img, write_img
from mentorship.sections.models import SectionRole
from mentorship.toolkit import path, service, tracks
from mentorship.toolkit.calendar_file import calendar
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import CycleDate
from mentorship.toolkit.path_models import Situation, Tick
from mentorship.toolkit.tracks import Place, Status, Track
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.toolkit.files import Files, date

TODAY = NOW.date()
SignIn = Callable[[User], PageClient]


@pytest.fixture(autouse=True)
def in_the_cycle() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def img(session: Session) -> User:
    return factories.person(session)


def at(session: Session, who: User, **said: object) -> None:
    write_img(session, person_id=who.id, img=Img(key="x", **said), now=NOW)  # type: ignore[arg-type]  # values of one dict, of many types


def done_at(session: Session, who: User, stage: str) -> frozenset[str]:
    view = service.for_stage(session, stage, now=NOW, person_id=who.id)
    assert view is not None
    return frozenset(item.id for item in view.items if item.done_on)


# ---- ticks


def test_ticks_are_kept_with_their_day_and_taken_away_again(loaded: Session, img: User) -> None:
    items = list(loaded.scalars(sa.text("SELECT id FROM checklist_item WHERE stage_id = 'visa'")))
    first, second = items[:2]
    day = dt.date(2026, 10, 1)
    keep = {"person_id": img.id, "stage_id": "visa"}
    assert path.keep_ticks(loaded, **keep, done={first: day, second: TODAY}) == 2  # type: ignore[arg-type]  # values of one dict, of many types
    assert done_at(loaded, img, "visa") == {first, second}
    path.keep_ticks(loaded, **keep, done={first: TODAY})  # type: ignore[arg-type]  # values of one dict, of many types
    (tick,) = loaded.scalars(sa.select(Tick))
    assert (tick.item_id, tick.done_on) == (first, TODAY)


def test_items_of_another_stage_are_passed_over(loaded: Session, img: User) -> None:
    other = loaded.scalar(sa.text("SELECT id FROM checklist_item WHERE stage_id = 'usce'"))
    done = path.keep_ticks(
        loaded, person_id=img.id, stage_id="visa", done={str(other): TODAY, "made-up": TODAY}
    )
    assert done == 0
    with pytest.raises(path.NoSuchStage):
        path.keep_ticks(loaded, person_id=img.id, stage_id="moon", done={})


def test_ticks_are_seen_by_their_person_alone(loaded: Session, img: User, sign_in: SignIn) -> None:
    at(loaded, img, stage="visa")
    page = sign_in(img)
    form = page.get("/toolkit/path").form("/toolkit/path/visa")
    boxes = [f.get("value") for f in form.iter("input") if f.get("type") == "checkbox"]
    page.post("/toolkit/path/visa", {"done": boxes[:1], f"on-{boxes[0]}": "2026-10-01"})
    shown = page.get("/toolkit/path")
    checked = [f.get("value") for f in shown.tree.iterfind(".//input[@checked]")]
    assert boxes[0] in checked
    assert shown.tree.find(f".//input[@name='on-{boxes[0]}']").get("value") == "2026-10-01"  # type: ignore[union-attr]  # None fails the test
    other = factories.person(loaded)
    at(loaded, other, stage="visa")
    assert not [
        f
        for f in sign_in(other).get("/toolkit/path").tree.iterfind(".//input[@type='checkbox']")
        if f.get("checked") is not None
    ]


@pytest.mark.parametrize("day", ["", "tomorrow", "2999-01-01", "0001-01-01"])
def test_a_day_that_cannot_be_counts_as_today(
    loaded: Session, img: User, sign_in: SignIn, day: str
) -> None:
    item = str(loaded.scalar(sa.text("SELECT id FROM checklist_item WHERE stage_id = 'visa'")))
    sign_in(img).post("/toolkit/path/visa", {"done": item, f"on-{item}": day})
    assert loaded.scalars(sa.select(Tick.done_on)).one() == TODAY


def test_a_reload_of_the_facts_keeps_ticks(session: Session, files: Files, img: User) -> None:
    load_facts(session, folder=files.write())
    done = {"visa.first": TODAY}
    path.keep_ticks(session, person_id=img.id, stage_id="visa", done=done)
    files.stage("visa")["checklist"][0]["text"] = "Said otherwise"
    load_facts(session, folder=files.write())
    assert done_at(session, img, "visa") == {"visa.first"}


# ---- where I am, and as what


def test_the_situation_is_kept_sealed(loaded: Session, img: User, sign_in: SignIn) -> None:
    page = sign_in(img)
    page.submit(
        "/toolkit/path", {"place": "us", "status": "visa"}, action="/toolkit/path/situation"
    )
    row = loaded.scalars(sa.select(Situation)).one()
    assert tracks.my_track(loaded, img.id) == Track(Place.US, Status.VISA)
    assert b"visa" not in (row.status_sealed or b"")
    page.submit("/toolkit/path", {"status": ""}, action="/toolkit/path/situation")
    assert tracks.my_track(loaded, img.id) == Track(Place.US, None)


@pytest.mark.parametrize(
    ("visa", "track"),
    [
        ("us_citizen", Track(None, Status.CITIZEN)),
        ("permanent_resident", Track(None, Status.RESIDENT)),
        ("outside_us", Track(Place.ABROAD, Status.VISA)),
        ("h1b", Track(None, Status.VISA)),
        ("prefer_not", Track()),
        (None, Track()),
    ],
)
def test_until_said_here_the_situation_follows_the_profile(
    loaded: Session, img: User, visa: str | None, track: Track
) -> None:
    at(loaded, img, stage="visa", visa=visa)
    assert tracks.my_track(loaded, img.id) == track


def test_notes_are_those_for_my_situation(loaded: Session, img: User, sign_in: SignIn) -> None:
    at(loaded, img, stage="visa", visa="us_citizen")
    text = sign_in(img).get("/toolkit/journey/visa").text
    assert "You need no visa: skip this stage" in text
    assert "Book the interview at the consulate" not in text


def test_every_stage_but_the_last_has_a_note_for_somebody(loaded: Session, img: User) -> None:
    silent = [stage.id for stage in path.my_path(loaded, img.id).stages if not stage.notes]
    assert set(silent) <= {"board_certification", "leadership_advocacy"}


def test_moving_on_changes_the_profile_and_nothing_else(
    loaded: Session, img: User, sign_in: SignIn
) -> None:
    at(loaded, img, stage="interviews", topics=("visa_choice",), goals="A match")
    page = sign_in(img)
    page.post("/toolkit/path/match_soap/here")
    values = read_img(loaded, img.id).values
    assert (values.stage, values.topics, values.goals) == (
        "match_soap",
        ("visa_choice",),
        "A match",
    )
    shown = page.get("/toolkit/path")
    assert "9 of 16" in shown.text
    assert "Next: Visa" in shown.text


def test_without_a_profile_one_is_led_to_it(loaded: Session, img: User, sign_in: SignIn) -> None:
    page = sign_in(img)
    assert "Say it in your profile" in page.get("/toolkit/path").text
    sent = page.post("/toolkit/path/visa/here")
    assert page.follow(sent).h1
    assert str(sent.location).endswith("/profile/img/journey")
    assert read_img(loaded, img.id).updated_at is None
    page.post("/toolkit/path/moon/here", status=404)


# ---- the calendar


@pytest.mark.parametrize("stage", list(vocabulary.LISTS["stage"]))
def test_every_stage_has_dates_to_take_along_or_says_why_not(
    loaded: Session, img: User, sign_in: SignIn, stage: str
) -> None:
    at(loaded, img, stage=stage)
    factories.member(loaded, factories.section(loaded), SectionRole.IMG, img)
    view = service.for_stage(loaded, stage, now=NOW)
    assert view is not None
    assert view.dates or view.usual_months
    client = sign_in(img)
    for address in ("/toolkit/path", "/home/img"):
        page = client.get(address)
        (calendar_link,) = (link for link in page.links() if "/dates.ics" in link)
        assert calendar_link == "/toolkit/dates.ics" + f"?stage={stage}" * bool(view.dates)
        said = "No date of the 2027 Match belongs to this stage" in page.text
        assert said is not bool(view.dates)
        shown = [day.event for day in view.dates] or [text for _, text in view.usual_months]
        assert all(each in page.text for each in shown)


def test_the_calendar_holds_all_coming_dates(loaded: Session, img: User, sign_in: SignIn) -> None:
    answer = sign_in(img).client.get("/toolkit/dates.ics")
    text = answer.get_data(as_text=True).replace("\r\n ", "")
    assert answer.mimetype == "text/calendar"
    assert text.count("BEGIN:VEVENT") == len(service.days(loaded, now=NOW))
    assert "SUMMARY:Expected: Match Day\r\n" in text  # second-hand, until a leader looked it up
    assert "DTSTART;VALUE=DATE:20270319" in text
    assert "SUMMARY:Expected: Rank lists must be certified by 9 p.m. Eastern" in text
    assert "DTSTART:20270304T020000Z" in text
    loaded.get_one(CycleDate, "match-day").checked_on = TODAY
    loaded.flush()
    assert "SUMMARY:Match Day\r\n" in sign_in(img).client.get("/toolkit/dates.ics").get_data(
        as_text=True
    )


def test_an_unconfirmed_day_never_looks_like_a_deadline(session: Session, files: Files) -> None:
    files.journey["cycle"]["dates"] = [
        date("unsure", confidence="low", amount_in_source="yes"),
        date("nowhere", source_url=None, url_check="none", amount_in_source="yes"),
    ]
    load_facts(session, folder=files.write())
    days = service.days(session, now=NOW)
    assert not any(day.is_deadline for day in days)
    text = calendar(days, now=NOW, host="example.org")
    assert text.count("SUMMARY:Unconfirmed: Match Day") == 2


def test_long_lines_are_folded_and_signs_escaped(session: Session, files: Files) -> None:
    event = "Räume, Zeiten; alles \\ " + "ü" * 80
    files.journey["cycle"]["dates"] = [date(event=event)]
    load_facts(session, folder=files.write())
    text = calendar(service.days(session, now=NOW), now=NOW, host="example.org")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "SUMMARY:Räume\\, Zeiten\\; alles \\\\ ü" in text.replace("\r\n ", "")


def test_hours_are_shown_where_the_reader_is(
    loaded: Session, session: Session, sign_in: SignIn
) -> None:
    lagos = factories.person(session, timezone="Africa/Lagos")
    assert "March 4, 2027, 3:00 a.m. WAT" in sign_in(lagos).get("/toolkit/journey").text
    east = factories.person(session, timezone="America/New_York")
    assert "March 3, 2027, 9:00 p.m. EST" in sign_in(east).get("/toolkit/journey").text
