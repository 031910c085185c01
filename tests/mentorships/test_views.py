"""The pages of a pair, each side its own, and those of the leaders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine

from mentorship.accounts.models import User
from mentorship.inbox import service as inbox
from mentorship.inbox.models import NoticeKind, Way
from mentorship.mentorships.guide import sources, terms
from mentorship.mentorships.models import Agreement, Goal, Meeting, MeetingState, Note
from mentorship.profiles import audience
from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import scope
from mentorship.rounds.priority import ENDED, priority_of
from mentorship.throttle.limits import LIMITS, Limit, Per
from mentorship.toolkit import truth
from mentorship.toolkit.loading import load_facts
from tests.factories import NOW
from tests.mentorships.pair import Pair
from tests.page import PageClient, _values
from tests.rounds.cast import counted

SignIn = Callable[[User], PageClient]
SECRET = "Zanzibar-quokka"


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_both_find_each_other_and_the_way_there(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    for me, other, card in (
        (pair.img, pair.mentor, f"/matches/{pair.id}"),
        (pair.mentor, pair.img, f"/offers/{pair.id}"),
    ):
        page = sign_in(me).get(where)
        assert page.h1 == other.name
        assert other.email in page.text
        assert card in page.links()
        assert where in sign_in(me).get(card).links()


def test_the_page_is_read_in_a_fixed_number_of_queries(sign_in: SignIn, pair: Pair) -> None:
    img = sign_in(pair.img)
    where = f"/mentorships/{pair.id}"

    def statements() -> int:
        with counted(pair.session) as seen:
            img.get(where)
        return len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))])

    before = statements()
    for n in range(5):
        img.submit(where, {"goal-title": f"Goal {n}"}, action=f"{where}/goals")
        img.submit(where, {"note-text": f"Note {n}"}, action=f"{where}/notes")
    assert statements() == before
    assert before <= 12


def test_an_agreement_from_the_draft_to_a_yes_of_both(sign_in: SignIn, pair: Pair) -> None:
    path = f"/mentorships/{pair.id}/agreement"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    img.submit(path, {"term_purpose": "Match into psychiatry"}, action="")
    assert "Match into psychiatry" in mentor.get(path).text
    mentor.submit(path, action=f"{path}/accept")
    kept = pair.session.scalars(sa.select(Agreement)).one()
    assert kept.img_accepted_at
    assert kept.mentor_accepted_at
    assert "You both accepted version 1" in img.get(path).text


def test_whoever_changes_nothing_reads_that_nothing_changed(sign_in: SignIn, pair: Pair) -> None:
    path = f"/mentorships/{pair.id}/agreement"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    saved = img.submit(path, {"term_purpose": "Match into psychiatry"}, action="")
    assert "Your version is saved" in img.follow(saved).text
    told = mentor.follow(mentor.submit(path, action="")).text
    assert "You changed nothing" in told
    assert "asked to accept it" not in told
    kept = pair.session.scalars(sa.select(Agreement)).one()
    assert (kept.version, kept.mentor_accepted_at) == (1, None)


def test_the_draft_says_once_where_each_of_its_words_comes_from(
    sign_in: SignIn, pair: Pair
) -> None:
    page = sign_in(pair.img).get(f"/mentorships/{pair.id}/agreement")
    asked = terms(pair.session)
    told = sources(asked)
    assert sorted(title for _, titles in told for title in titles) == sorted(
        term.said.title for term in asked.values()
    )
    form = page.tree.find(".//main//form")
    assert form is not None
    assert "Source:" not in "".join(form.itertext())
    for source, titles in told:
        assert "; ".join(titles) in page.text
        assert source.own or f"Source: {source.host}" in page.text
    assert page.text.count("Confidence:") == sum(not source.own for source, _ in told)


def test_corrections_of_the_template_reach_the_draft(sign_in: SignIn, pair: Pair) -> None:
    load_facts(pair.session)
    for kind, key, title in (
        ("guide_entry", "mentoring.field-meetings", "When we meet"),
        ("guide_entry", "mentoring.agenda-first", "Your first hour"),
    ):
        truth.correct(
            pair.session,
            kind,
            key,
            {"title": title, "example": "Every second Monday."},
            why="Plainer",
            signed=truth.Signed(pair.mentor.id, NOW, NOW.date()),
        )
    path = f"/mentorships/{pair.id}/agreement"
    img = sign_in(pair.img)
    draft = img.get(path)
    assert "When we meet" in draft.text
    assert "Every second Monday." in draft.text
    assert "Confidence: " in draft.text
    assert "Your first hour" in img.get(f"/mentorships/{pair.id}").text


def test_who_types_while_the_other_saves_loses_no_word(sign_in: SignIn, pair: Pair) -> None:
    path = f"/mentorships/{pair.id}/agreement"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    img.submit(path, {"term_purpose": "First"}, action="")
    late = {"version": "0", "term_purpose": "Typed for an hour"}
    page = mentor.post(path, late, status=409)
    assert "Typed for an hour" in page.text
    assert path in page.links()


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_made_up_version_is_no_yes(sign_in: SignIn, pair: Pair, version: str) -> None:
    path = f"/mentorships/{pair.id}/agreement"
    sign_in(pair.img).submit(path, {"term_purpose": "First"}, action="")
    sign_in(pair.mentor).post(f"{path}/accept", {"version": version}, status=409)


def test_a_meeting_in_the_zone_of_whoever_plans_it(sign_in: SignIn, pair: Pair) -> None:
    pair.img.timezone, pair.mentor.timezone = "Asia/Kolkata", "America/New_York"
    pair.session.flush()
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    new = f"/mentorships/{pair.id}/meetings/new"
    page = img.submit(new, {"day": "2026-11-10", "time": "19:30", "place": "Video, me first"})
    meeting = pair.session.scalars(sa.select(Meeting)).one()
    assert meeting.starts_at == dt.datetime(2026, 11, 10, 14, 0, tzinfo=dt.UTC)
    assert "9:00 a.m. EST" in mentor.get(str(page.location)).text
    file = mentor.client.get(f"{page.location}/calendar.ics")
    lines = file.text.split("\r\n")
    assert file.mimetype == "text/calendar"
    assert "DTSTART:20261110T140000Z" in lines
    assert "DTEND:20261110T144500Z" in lines
    assert f"UID:{meeting.id}@localhost" in lines
    assert "LOCATION:Video\\, me first" in lines
    assert max(len(line.encode()) for line in lines) <= 75


def test_a_time_that_the_clocks_skip_is_refused(sign_in: SignIn, pair: Pair) -> None:
    pair.img.timezone = "America/Chicago"
    pair.session.flush()
    new = f"/mentorships/{pair.id}/meetings/new"
    page = sign_in(pair.img).submit(new, {"day": "2027-03-14", "time": "02:30"}, status=422)
    assert "skip this time" in page.text


def test_a_meeting_in_an_hour_that_comes_twice_stays_where_it_is(
    sign_in: SignIn, pair: Pair
) -> None:
    pair.img.timezone, pair.mentor.timezone = "Asia/Kathmandu", "America/Chicago"
    pair.session.flush()
    new = f"/mentorships/{pair.id}/meetings/new"
    page = sign_in(pair.img).submit(new, {"day": "2027-11-07", "time": "13:15"})
    second = dt.datetime(2027, 11, 7, 7, 30, tzinfo=dt.UTC)  # 1:30 CST, an hour after 1:30 CDT
    mentor, change = sign_in(pair.mentor), f"{page.location}/change"
    mentor.submit(change, {"agenda": "My CV"})
    meeting = pair.session.scalars(sa.select(Meeting)).one()
    assert (meeting.starts_at, meeting.words["agenda"]) == (second, "My CV")
    mentor.submit(change, {"time": "01:45"})
    assert meeting.starts_at == second - dt.timedelta(minutes=45), "another time is the first one"


def test_a_meeting_is_in_the_zone_that_its_form_showed(sign_in: SignIn, pair: Pair) -> None:
    pair.img.timezone = "America/New_York"
    pair.session.flush()
    img, new = sign_in(pair.img), f"/mentorships/{pair.id}/meetings/new"
    form = _values(img.get(new).form("")) | {"day": "2026-11-10", "time": "09:00"}
    nine = dt.datetime(2026, 11, 10, 14, 0, tzinfo=dt.UTC)
    pair.img.timezone = "Asia/Tokyo"
    pair.session.flush()
    page = img.post(new, form | {"time": ""}, status=422)
    assert "in this form are in America/New York , your time zone when you opened it" in page.text
    where = str(img.post(new, _values(page.form("")) | {"time": "09:00"}).location)
    meeting = pair.session.scalars(sa.select(Meeting)).one()
    assert meeting.starts_at == nine
    change = _values(img.get(f"{where}/change").form(""))
    assert change["time"] == "23:00"
    pair.img.timezone = "Europe/Paris"
    pair.session.flush()
    img.post(f"{where}/change", change | {"agenda": "My CV"})
    assert (meeting.starts_at, meeting.words["agenda"]) == (nine, "My CV")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd"])
def test_a_meeting_in_no_known_zone_is_asked_again(sign_in: SignIn, pair: Pair, zone: str) -> None:
    img, new = sign_in(pair.img), f"/mentorships/{pair.id}/meetings/new"
    typed = {"day": "2026-11-10", "time": "09:00", "agenda": SECRET, "zone": zone}
    page = img.submit(new, typed, status=422)
    assert "Day and time need a time zone." in page.text
    again = _values(page.form(""))
    assert again["zone"] == "UTC"
    assert again["agenda"].strip() == SECRET


def test_who_met_says_so_and_the_leader_sees_that_only(sign_in: SignIn, pair: Pair) -> None:
    img = sign_in(pair.img)
    new = f"/mentorships/{pair.id}/meetings/new"
    page = img.submit(new, {"day": "2026-11-02", "time": "10:00", "agenda": SECRET})
    assert img.get(f"/mentorships/{pair.id}").tree.find(".//main//h2").text == "Did you meet?"  # type: ignore[union-attr]  # None fails the test
    where = str(page.location)
    img.submit(where, {"met": "yes", "log": SECRET}, action=f"{where}/log")
    assert pair.session.scalars(sa.select(Meeting.state)).one() is MeetingState.MET
    leader = sign_in(pair.cast.leader)
    slug = pair.cast.section.slug
    assert "1 pair has met" in leader.get("/home/leader").text
    shown = leader.get(f"/sections/{slug}/mentorships/{pair.id}")
    assert "Times met 1" in shown.text
    assert SECRET not in shown.html


def test_what_both_write_of_a_meeting_is_lost_to_neither(sign_in: SignIn, pair: Pair) -> None:
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    new = f"/mentorships/{pair.id}/meetings/new"
    where = str(img.submit(new, {"day": "2026-11-02", "time": "10:00"}).location)
    read = _values(mentor.get(where).form(f"{where}/log"))  # before Ana writes
    img.submit(where, {"met": "yes", "log": "Ana: next the CV"}, action=f"{where}/log")
    late = read | {"met": "yes", "log": "Noor: two letters"}
    page = mentor.post(f"{where}/log", late, status=409)
    assert "Ana: next the CV" in page.text
    assert "Noor: two letters" in page.html
    meeting = pair.session.scalars(sa.select(Meeting)).one()
    assert meeting.words["log"] == "Ana: next the CV"
    both = "Ana: next the CV\nNoor: two letters"
    mentor.post(f"{where}/log", _values(page.form(f"{where}/log")) | {"log": both})
    assert meeting.words["log"] == both
    img.post(f"{where}/log", late | {"log": both})  # the same words again are no other words


def test_who_changes_a_meeting_sees_what_the_other_changed(sign_in: SignIn, pair: Pair) -> None:
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    new = f"/mentorships/{pair.id}/meetings/new"
    where = str(img.submit(new, {"day": "2099-11-10", "time": "10:00"}).location)
    read = _values(mentor.get(f"{where}/change").form(""))
    img.submit(f"{where}/change", {"agenda": "Ana: my statement", "place": "Video"})
    page = mentor.post(f"{where}/change", read | {"agenda": "Noor: exams"}, status=409)
    assert "Ana: my statement" in page.text
    meeting = pair.session.scalars(sa.select(Meeting)).one()
    assert meeting.words["agenda"] == "Ana: my statement"
    mentor.post(f"{where}/change", _values(page.form("")))
    assert meeting.words["agenda"] == "Noor: exams"
    again = mentor.post(f"{where}/change", _values(mentor.get(f"{where}/change").form("")))
    assert "You changed nothing." in mentor.follow(again).text


def test_who_cancels_a_meeting_reads_how_the_other_is_told(sign_in: SignIn, pair: Pair) -> None:
    inbox.choose(pair.session, pair.mentor.id, {NoticeKind.MENTORSHIP: Way.HERE})
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    hour = {"day": "2099-11-10", "time": "10:00"}
    where = img.submit(f"/mentorships/{pair.id}/meetings/new", hour).location
    told = "finds it under Notices, and gets an email unless they chose otherwise"
    assert told in img.get(f"{where}/cancel").text
    assert told in img.follow(img.submit(f"{where}/cancel")).text
    assert mentor.get("/notices").text.count("A meeting was planned or changed") == 2
    twice = mentor.submit(f"{where}/cancel")
    assert "It was cancelled already." in mentor.follow(twice).text


@pytest.mark.parametrize(
    "path",
    [
        *("/mentorships/{pair}/meetings/new", "/mentorships/{pair}/agreement"),
        *("/mentorships/{pair}/meetings/{meeting}/change", "/sections/{slug}/join"),
        *("/mentorships/{pair}/meetings/{meeting}/cancel", "/mentorships/{pair}/concern"),
    ],
)
def test_what_writes_to_others_has_an_end(
    sign_in: SignIn, pair: Pair, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    once = {**LIMITS, "message": (Limit(Per.PERSON, 1, dt.timedelta(hours=1)),)}
    monkeypatch.setattr("mentorship.throttle.service.LIMITS", once)
    values = {"pair": pair.id, "meeting": uuid.UUID(int=1), "slug": pair.cast.section.slug}
    img, where = sign_in(pair.img), path.format(**values)
    assert img.client.post(where, data={"csrf_token": img.token()}).status_code != 429
    assert img.client.post(where, data={"csrf_token": img.token()}).status_code == 429


def test_who_plans_an_hour_that_is_planned_reads_what_stands_there(
    sign_in: SignIn, pair: Pair
) -> None:
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    new = f"/mentorships/{pair.id}/meetings/new"
    hour = {"day": "2099-11-10", "time": "10:00"}
    where = str(img.submit(new, hour | {"agenda": "Ana: my statement"}).location)
    page = mentor.submit(new, hour | {"agenda": "Noor: exams"}, status=409)
    assert "Ana: my statement" in page.text
    assert "Noor: exams" in page.html
    assert where in page.links()
    assert pair.session.scalars(sa.select(Meeting)).one().words["agenda"] == "Ana: my statement"
    assert mentor.submit(new, hour | {"agenda": "Ana: my statement"}).location == where


def test_no_meeting_is_before_the_day_on_which_the_two_became_a_pair(
    sign_in: SignIn, pair: Pair
) -> None:
    pair.img.timezone = "Pacific/Auckland"  # there the pair is of November 3
    pair.session.flush()
    img, new = sign_in(pair.img), f"/mentorships/{pair.id}/meetings/new"
    early = {"day": "2026-11-02", "time": "23:59", "agenda": SECRET}
    told = "Day: You became a pair on November 3, 2026."
    page = img.submit(new, early, status=422)
    assert told in page.text
    assert SECRET in page.html
    where = str(img.submit(new, early | {"day": "2026-11-03"}).location)
    page = img.submit(f"{where}/change", early, status=422)
    assert told in page.text
    img.submit(f"{where}/change", {"time": "00:00"})
    meeting = pair.session.scalars(sa.select(Meeting)).one()
    assert meeting.starts_at == dt.datetime(2026, 11, 2, 11, 0, tzinfo=dt.UTC)


def test_no_meeting_is_moved_onto_another(sign_in: SignIn, pair: Pair) -> None:
    img, new = sign_in(pair.img), f"/mentorships/{pair.id}/meetings/new"
    ten, eleven = ({"day": "2099-11-10", "time": f"{hour}:00"} for hour in (10, 11))
    first = str(img.submit(new, ten | {"agenda": "The first"}).location)
    second = str(img.submit(new, eleven).location)
    page = img.submit(f"{second}/change", ten | {"agenda": SECRET}, status=409)
    assert "There is a meeting at this time already." in page.text
    assert "The first" in page.text
    assert first in page.links()
    again = _values(page.form("")) | {"time": "12:00"}
    assert img.post(f"{second}/change", again).location == second
    img.submit(f"{first}/cancel")
    img.submit(f"{second}/change", ten)


def test_what_is_proposed_first_is_not_said_twice(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    img = sign_in(pair.img)
    first = img.get(where)
    assert first.text.count("Plan a meeting") == 1
    assert "Write down a past meeting" in first.text
    assert first.links().count(f"{where}/agreement") == 1
    img.submit(f"{where}/meetings/new", {"day": "2099-11-10", "time": "19:30"})
    then = img.get(where)
    assert then.text.count("Write the agreement") == 1
    assert then.links().count(f"{where}/agreement") == 1
    assert "Plan a meeting or write one down" in then.text


def test_notes_and_goals_by_plain_forms(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    img.submit(
        where, {"goal-title": "Step 2 CK", "goal-due_on": "2027-05-01"}, action=f"{where}/goals"
    )
    goal = pair.session.scalars(sa.select(Goal)).one()
    assert "Step 2 CK by May 1, 2027" in mentor.get(where).text
    mentor.post(f"{where}/goals/{goal.id}", {"state": "lost"}, status=422)
    mentor.post(f"{where}/goals/{goal.id}", {"state": "met"})
    assert "Reached" in img.get(where).text
    img.submit(where, {"note-text": SECRET}, action=f"{where}/notes")
    assert SECRET in img.get(where).text
    assert SECRET not in mentor.get(where).html
    note = pair.session.scalars(sa.select(Note)).one()
    mentor.get(f"{where}/notes/{note.id}/delete", status=404)
    img.submit(f"{where}/notes/{note.id}/delete")
    assert SECRET not in img.get(where).text
    assert img.submit(where, {"goal-title": " "}, action=f"{where}/goals", status=422)


def test_a_goal_with_the_title_of_an_open_one_is_not_dropped(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    first = {"goal-title": "Step 3 taken", "goal-first_step": "Register"}
    img.submit(where, first, action=f"{where}/goals")
    img.submit(where, first, action=f"{where}/goals")
    for other in ({"goal-first_step": "Ask which book"}, {"goal-due_on": "2027-06-30"}):
        page = mentor.submit(where, first | other, action=f"{where}/goals", status=422)
        assert "An open goal has this title already" in page.text
        assert _values(page.form(f"{where}/goals")).items() >= (first | other).items()
    goal = pair.session.scalars(sa.select(Goal)).one()
    img.post(f"{where}/goals/{goal.id}", {"state": "met"})
    mentor.submit(where, first | {"goal-due_on": "2027-06-30"}, action=f"{where}/goals")
    img.post(f"{where}/goals/{goal.id}", {"state": "open"})
    img.submit(where, first, action=f"{where}/goals")
    assert pair.session.scalar(sa.select(sa.func.count(Goal.id))) == 2


AN_HOUR = {"day": "2099-11-10", "time": "09:00", "minutes": "45", "zone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("page", "typed", "shown"),
    [
        ("goals", {"goal-title": SECRET, "goal-due_on": "2027-05-01"}, [SECRET, "2027-05-01"]),
        ("goals", {"goal-title": "", "goal-first_step": SECRET}, [SECRET]),
        ("notes", {"note-text": f"{SECRET}\nsecond line"}, [SECRET, "second line"]),
        ("agreement", {"version": "0", "term_purpose": SECRET}, [SECRET, "Why we meet"]),
        ("agreement", {"term_purpose": SECRET + 1000 * "x"}, [SECRET]),
        ("meetings/new", AN_HOUR | {"day": "", "agenda": SECRET}, [SECRET]),
        (
            "meetings/new",
            AN_HOUR | {"place": "Video", "agenda": SECRET},
            [SECRET, "Video", "2099-11-10", "09:00"],
        ),
    ],
)
def test_what_is_sent_after_the_end_can_still_be_copied(
    sign_in: SignIn, pair: Pair, page: str, typed: dict[str, str], shown: list[str]
) -> None:
    where = f"/mentorships/{pair.id}"
    sign_in(pair.mentor).submit(f"{where}/end", {"reason": "no_time"})
    late = sign_in(pair.img).post(f"{where}/{page}", typed, status=409)
    assert late.h1 == "This mentorship has ended"
    for words in shown:
        assert words in late.text
    assert "Asia/Tokyo" not in late.text


def test_who_changes_a_meeting_that_the_other_cancelled_keeps_their_words(
    sign_in: SignIn, pair: Pair
) -> None:
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    new = f"/mentorships/{pair.id}/meetings/new"
    where = str(img.submit(new, {"day": "2099-11-10", "time": "10:00"}).location)
    typed = _values(mentor.get(f"{where}/change").form("")) | {"agenda": SECRET}
    img.submit(f"{where}/cancel")
    late = mentor.post(f"{where}/change", typed, status=409)
    assert SECRET in late.text
    assert {where, new} <= set(late.links())
    log = {"met": "yes", "log": SECRET, "seen": ""}
    assert SECRET in mentor.post(f"{where}/log", log, status=409).text
    assert SECRET in mentor.post(f"{where}/log", log | {"met": ""}, status=422).text


def test_the_end_takes_contacts_away_and_asks_how_it_was(sign_in: SignIn, pair: Pair) -> None:
    where = f"/mentorships/{pair.id}"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    page = mentor.submit(f"{where}/end", {"reason": "no_time", "words": SECRET})
    mentor.submit(str(page.location), {"rating": "4", "words": SECRET})
    for client, other in ((img, pair.mentor), (mentor, pair.img)):
        text = client.get(where).text
        assert "This mentorship has ended" in text
        assert other.email not in text
        assert client.post(f"{where}/goals", {"goal-title": "Late"}, status=409)
    assert SECRET not in img.get(where).html
    shown = sign_in(pair.cast.leader).get(
        f"/sections/{pair.cast.section.slug}/mentorships/{pair.id}"
    )
    assert shown.text.count(SECRET) == 2


@pytest.mark.parametrize(("reason", "goes_to"), [("no_time", "feedback"), ("concern", "concern")])
def test_whoever_ends_it_second_can_still_send_their_words(
    sign_in: SignIn, pair: Pair, reason: str, goes_to: str
) -> None:
    where = f"/mentorships/{pair.id}"
    img, mentor, leader = (sign_in(who) for who in (pair.img, pair.mentor, pair.cast.leader))
    said = {"reason": "goals_met", "words": "All done"}
    mentor.submit(f"{where}/end", said)
    mentor.submit(f"{where}/end", said)  # a second click
    page = img.submit(f"{where}/end", {"reason": reason, "words": SECRET}, status=409)
    assert "had ended before you sent this" in page.text
    assert _values(page.form(f"{where}/{goes_to}"))["words"].strip() == SECRET
    led = f"/sections/{pair.cast.section.slug}/mentorships/{pair.id}/end"
    page = leader.post(led, {"reason": "no_contact", "words": SECRET}, status=409)
    assert "Nothing was saved" in page.text
    assert SECRET in page.text
    asked = leader.get(led, status=302)
    assert "has ended already" in leader.get(str(asked.location)).text


def test_who_reads_a_phone_number_is_what_the_table_says(
    sign_in: SignIn, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the pages of a pair as on cards."""
    pair.mentor.phone = "+1 215 555 0188"
    pages = ("/home/img", f"/mentorships/{pair.id}", f"/matches/{pair.id}")
    img = sign_in(pair.img)
    assert all("0188" in img.get(page).text for page in pages)
    table = {**SHOWN[ProfileKind.MENTOR], "phone": frozenset[Audience]()}
    shown = {**SHOWN, ProfileKind.MENTOR: table}
    for room in (audience, scope):
        monkeypatch.setattr(room, "SHOWN", shown)
    for page in pages:
        text = img.get(page).text
        assert "0188" not in text, page
        assert pair.mentor.email in text, page


def test_a_concern_goes_to_the_leader_and_back(sign_in: SignIn, pair: Pair) -> None:
    img, leader = sign_in(pair.img), sign_in(pair.cast.leader)
    img.submit(f"/mentorships/{pair.id}/concern", {"kind": "boundaries", "words": SECRET})
    assert SECRET not in sign_in(pair.mentor).get(f"/mentorships/{pair.id}").html
    assert "1 concern waits for you" in leader.get("/home/leader").text
    slug = pair.cast.section.slug
    led = f"/sections/{slug}/mentorships"
    assert "Ana Silva" in leader.get(f"{led}?show=concerns").text
    page = leader.get(f"{led}/{pair.id}")
    assert SECRET in page.text
    leader.submit(f"{led}/{pair.id}", {"outcome": "We talked"})
    assert "concern waits" not in leader.get("/home/leader").text


def test_a_leader_ends_a_mentorship(sign_in: SignIn, pair: Pair) -> None:
    leader = sign_in(pair.cast.leader)
    led = f"/sections/{pair.cast.section.slug}/mentorships"
    asked = leader.get(f"{led}/{pair.id}/end").text
    assert "The mentor could not be reached" in asked
    assert "the IMG gets priority in the next match" in asked
    for words in ("I do not have", "I could not reach", "worries me", "your section leader"):
        assert words not in asked
    leader.submit(f"{led}/{pair.id}/end", {"reason": "no_contact"})
    for path in (f"{led}?show=over", f"{led}/{pair.id}"):
        assert "The mentor could not be reached" in leader.get(path).text
    img_id = pair.cast.profile("Ana Silva")
    assert priority_of(pair.session, [img_id]) == {img_id: ENDED}
    after = sign_in(pair.img).get(f"/mentorships/{pair.id}").text
    assert "This mentorship has ended" in after
    for words in ("No meeting was", "No goal was", "No agreement was"):
        assert f"{words} written down." in after
    for words in ("When you plan one", "goals are enough", "yet"):
        assert words not in after
