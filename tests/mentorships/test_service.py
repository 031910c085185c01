"""What a pair can do with its mentorship, and what becomes of the seat when it ends."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoResultFound

from mentorship.accounts.models import User
from mentorship.extensions import db
from mentorship.mentorships import service
from mentorship.mentorships.models import (
    Agreement,
    Concern,
    Feedback,
    GoalState,
    Meeting,
    MeetingState,
    Note,
)
from mentorship.mentorships.overview import LedPage
from mentorship.notices.models import Message
from mentorship.rounds import service as rounds
from mentorship.rounds.offer_models import Ending, Offer, OfferState, SeatCount
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import Pair

SOON = NOW + dt.timedelta(days=3)
LATER = NOW + dt.timedelta(days=4)
SECRET = "Zanzibar-quokka"


def mails(pair: Pair) -> list[str]:
    found = pair.session.scalars(sa.select(Message.recipient).order_by(Message.created_at))
    return list(found)


def forget_mails(pair: Pair) -> None:
    pair.session.execute(sa.delete(Message))


def write(pair: Pair, who: uuid.UUID, *, seen: int = 0, words: str = "Monthly") -> Agreement:
    return service.write_agreement(
        pair.session,
        person_id=who,
        mentorship_id=pair.id,
        terms={"meetings": words},
        seen=seen,
        now=NOW,
    )


def plan(pair: Pair, when: dt.datetime = SOON) -> Meeting:
    return service.plan_meeting(
        pair.session,
        person_id=pair.img.id,
        mentorship_id=pair.id,
        plan=service.Plan(starts_at=when, minutes=45, place="Video", agenda="Interviews"),
        now=NOW,
    )


def end(pair: Pair, reason: str = "no_time", by: User | None = None) -> None:
    service.end_mentorship(
        pair.session,
        person_id=(by or pair.mentor).id,
        mentorship_id=pair.id,
        reason=reason,
        words=SECRET,
        now=LATER,
    )


# --- agreement --------------------------------------------------------------------------------


def test_a_version_counts_as_accepted_by_its_writer_only(pair: Pair) -> None:
    forget_mails(pair)
    first = write(pair, pair.img.id)
    assert (first.version, first.img_accepted_at, first.mentor_accepted_at) == (1, NOW, None)
    assert mails(pair) == [pair.mentor.email]
    service.accept_agreement(
        pair.session, person_id=pair.mentor.id, mentorship_id=pair.id, version=1, now=NOW
    )
    second = write(pair, pair.mentor.id, seen=1, words="Twice a month")
    assert (second.version, second.img_accepted_at, second.mentor_accepted_at) == (2, None, NOW)


def test_nobody_overwrites_or_accepts_what_they_have_not_seen(pair: Pair) -> None:
    write(pair, pair.img.id)
    with pytest.raises(service.AgreementChanged):
        write(pair, pair.mentor.id, seen=0, words="Weekly")
    write(pair, pair.img.id, seen=1, words="Weekly")
    with pytest.raises(service.AgreementChanged):
        service.accept_agreement(
            pair.session, person_id=pair.mentor.id, mentorship_id=pair.id, version=1, now=NOW
        )


def test_the_same_words_again_make_no_new_version(pair: Pair) -> None:
    write(pair, pair.img.id)
    assert write(pair, pair.img.id).version == 1


# --- goals and notes --------------------------------------------------------------------------


def test_goals_have_a_state_and_come_back(pair: Pair) -> None:
    add: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}
    goal = service.add_goal(pair.session, title="Step 2", first_step="Book", due_on=None, **add)
    again = service.add_goal(pair.session, title="Step 2", first_step="Book", due_on=None, **add)
    assert goal.id == again.id
    for state in (GoalState.MET, GoalState.MET, GoalState.OPEN):
        service.set_goal_state(
            pair.session,
            person_id=pair.mentor.id,
            mentorship_id=pair.id,
            goal_id=goal.id,
            state=state,
            now=NOW,
        )
        assert goal.state is state


def test_goals_that_are_met_or_dropped_make_room(pair: Pair) -> None:
    who: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}

    def add(title: str) -> uuid.UUID:
        goal = service.add_goal(pair.session, title=title, first_step="", due_on=None, **who)
        return goal.id

    goals = [add(f"Goal {n}") for n in range(20)]
    with pytest.raises(service.TooMuch, match="Twenty open goals"):
        add("One more")
    for goal, state in zip(goals, (GoalState.MET, GoalState.DROPPED), strict=False):
        service.set_goal_state(pair.session, goal_id=goal, state=state, **who)
    add("One more")
    add("Another")
    with pytest.raises(service.TooMuch):
        add("A third")


def test_a_note_is_its_authors_alone(pair: Pair) -> None:
    note = service.write_note(
        pair.session, person_id=pair.img.id, mentorship_id=pair.id, text=SECRET, now=NOW
    )
    page = service.page_of(pair.session, pair.mentor.id, pair.id, now=NOW)
    assert page.notes == []
    service.delete_note(
        pair.session, person_id=pair.mentor.id, mentorship_id=pair.id, note_id=note.id
    )
    page = service.page_of(pair.session, pair.img.id, pair.id, now=NOW)
    assert [each.text for each in page.notes] == [SECRET]
    end(pair)
    service.delete_note(pair.session, person_id=pair.img.id, mentorship_id=pair.id, note_id=note.id)
    assert pair.session.scalar(sa.select(sa.func.count(Note.id))) == 0


def test_nobody_else_gets_near(pair: Pair) -> None:
    stranger = pair.cast.people["Ben Okafor"].id
    for person in (stranger, pair.cast.leader.id):
        with pytest.raises(NoResultFound):
            service.page_of(pair.session, person, pair.id, now=NOW)
        with pytest.raises(NoResultFound):
            service.write_note(
                pair.session, person_id=person, mentorship_id=pair.id, text="x", now=NOW
            )


# --- meetings ---------------------------------------------------------------------------------


def test_a_meeting_is_planned_once_moved_and_logged(pair: Pair) -> None:
    forget_mails(pair)
    meeting = plan(pair)
    assert plan(pair).id == meeting.id
    assert mails(pair) == [pair.mentor.email]
    where: dict[str, Any] = {"mentorship_id": pair.id, "meeting_id": meeting.id}
    other = service.Plan(starts_at=LATER, minutes=30)
    seen = service.mark_of(meeting)
    move: dict[str, Any] = {"plan": other, "seen": seen}
    service.move_meeting(pair.session, person_id=pair.mentor.id, now=NOW, **move, **where)
    assert (meeting.starts_at, meeting.sequence) == (LATER, 1)
    log: dict[str, Any] = {"person_id": pair.img.id, "met": True, "log": "Next: CV"}
    log["seen"] = service.mark_of(meeting)
    with pytest.raises(service.NotPlanned):
        service.log_meeting(pair.session, now=NOW, **log, **where)  # it has not begun
    service.log_meeting(pair.session, now=LATER, **log, **where)
    assert (meeting.state, meeting.words["log"]) == (MeetingState.MET, "Next: CV")
    with pytest.raises(service.NotPlanned):
        service.move_meeting(pair.session, person_id=pair.img.id, now=LATER, **move, **where)
    section = pair.cast.section.id
    assert pair.session.execute(service.met_in([section])).all() == [("met", section, 1)]
    waiting = service.concerns_in([section], reader_id=pair.cast.leader.id)
    assert pair.session.execute(waiting).all() == []


def test_what_came_of_a_meeting_can_be_said_for_some_weeks_after_the_end(pair: Pair) -> None:
    meeting = plan(pair)
    where: dict[str, Any] = {"mentorship_id": pair.id, "meeting_id": meeting.id}
    day = dt.timedelta(days=1)
    service.end_mentorship(
        pair.session,
        person_id=pair.mentor.id,
        mentorship_id=pair.id,
        reason="no_time",
        words="",
        now=meeting.starts_at + day,
    )
    log: dict[str, Any] = {"person_id": pair.img.id, "met": True, "log": "Next: CV"}
    log["seen"] = service.mark_of(meeting)
    with pytest.raises(service.MentorshipEnded):
        service.log_meeting(pair.session, now=meeting.starts_at + 42 * day, **log, **where)
    service.log_meeting(pair.session, now=meeting.starts_at + 41 * day, **log, **where)
    assert (meeting.state, meeting.words["log"]) == (MeetingState.MET, "Next: CV")
    section = pair.cast.section.id
    assert pair.session.execute(service.met_in([section])).all() == [("met", section, 1)]


def test_a_meeting_called_off_stays_off(pair: Pair) -> None:
    meeting = plan(pair)
    where: dict[str, Any] = {
        "mentorship_id": pair.id,
        "meeting_id": meeting.id,
        "person_id": pair.img.id,
    }
    for _ in range(2):
        service.cancel_meeting(pair.session, now=NOW, **where)
    assert (meeting.state, meeting.sequence) == (MeetingState.CANCELLED, 1)
    with pytest.raises(service.NotPlanned):
        service.log_meeting(pair.session, met=True, log="", seen="", now=LATER, **where)
    assert plan(pair).id != meeting.id  # the same time may be planned anew


# --- the end ----------------------------------------------------------------------------------


def seats(pair: Pair) -> int:
    taken = sa.select(SeatCount.taken).where(
        SeatCount.round_id == pair.round.id,
        SeatCount.mentor_id == pair.cast.profile("Noor Haddad"),
    )
    return pair.session.scalars(taken).one()


def test_an_end_frees_the_seat_once_and_calls_meetings_off(pair: Pair) -> None:
    meeting = plan(pair, LATER + dt.timedelta(days=1))
    forget_mails(pair)
    assert seats(pair) == 1
    for _ in range(2):
        end(pair)
    assert seats(pair) == 0
    assert mails(pair) == [pair.img.email]
    offer = pair.session.get_one(Offer, pair.id, populate_existing=True)
    assert offer.state is OfferState.ENDED
    assert pair.session.scalars(sa.select(Ending.reason)).all() == ["no_time"]
    again = pair.session.get_one(Meeting, meeting.id, populate_existing=True)
    assert (again.state, again.sequence) == (MeetingState.CANCELLED, 1)
    with pytest.raises(service.MentorshipEnded):
        plan(pair)


def test_of_two_who_end_it_the_second_is_told_that_their_reason_is_not_kept(pair: Pair) -> None:
    end(pair)
    with pytest.raises(service.MentorshipEnded):
        end(pair, by=pair.img)
    with pytest.raises(service.MentorshipEnded):
        end(pair, reason="concern")
    assert pair.session.scalars(sa.select(Ending.reason)).all() == ["no_time"]


def test_a_mentorship_holds_its_people_until_it_ends_also_when_its_round_is_finished(
    pair: Pair,
) -> None:
    rounds.finish_round(pair.session, round_id=pair.round.id, now=NOW)
    summer = pair.cast.draft("Summer")

    def obstacles() -> dict[str, rounds.Obstacle | None]:
        found = rounds.candidates(pair.session, summer, now=NOW)
        return {each.name: each.obstacle for each in found}

    held = obstacles()
    assert held["Ana Silva"] is rounds.Obstacle.HAS_MENTOR
    assert held["Noor Haddad"] is rounds.Obstacle.SEATS_TAKEN
    assert held["Ben Okafor"] is None  # whose offer of the finished round came to nothing
    end(pair)
    free = obstacles()
    assert (free["Ana Silva"], free["Noor Haddad"]) == (None, None)


def led(pair: Pair, reader: User) -> LedPage:
    return service.led_page(
        pair.session, pair.cast.section.id, pair.id, reader_id=reader.id, now=LATER
    )


def test_what_was_said_at_the_end_is_for_leaders(pair: Pair) -> None:
    end(pair)
    for rating in (2, 4):
        service.give_feedback(
            pair.session,
            person_id=pair.img.id,
            mentorship_id=pair.id,
            rating=rating,
            words="Good",
            now=LATER,
        )
    page = led(pair, pair.cast.leader)
    assert page.ending is not None
    assert (page.ending.words, page.ended_by) == (SECRET, "Noor Haddad")
    assert [(said.rating, who) for said, who in page.feedback] == [(4, "Ana Silva")]


def test_a_concern_reaches_the_leaders_only_and_is_closed_once(pair: Pair) -> None:
    forget_mails(pair)
    say: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}
    for _ in range(2):
        service.raise_concern(pair.session, kind="boundaries", words=SECRET, **say)
    assert mails(pair) == [pair.cast.leader.email]
    assert not [m for m in pair.session.scalars(sa.select(Message.body)) if SECRET in m]
    concern = pair.session.scalars(sa.select(Concern)).one()
    close: dict[str, Any] = {
        "section_id": pair.cast.section.id,
        "mentorship_id": pair.id,
        "concern_id": concern.id,
        "outcome": "We talked.",
        "now": LATER,
    }
    service.close_concern(pair.session, by=pair.cast.leader.id, **close)
    service.close_concern(pair.session, by=pair.cast.leader.id, **close)  # the second of two clicks
    other = factories.leader(pair.session, pair.cast.section)
    with pytest.raises(service.AlreadyHandled):
        service.close_concern(pair.session, by=other.id, **close)
    elsewhere = factories.section(pair.session).id
    with pytest.raises(NoResultFound):
        service.close_concern(pair.session, by=other.id, **(close | {"section_id": elsewhere}))


def test_a_leader_sees_who_is_stuck(pair: Pair) -> None:
    def parts(now: dt.datetime) -> tuple[int, int]:
        found = service.listing(
            pair.session,
            pair.cast.section.id,
            "stuck",
            page=1,
            reader_id=pair.cast.leader.id,
            now=now,
        )
        return found.counts["going"], found.counts["stuck"]

    assert parts(NOW + dt.timedelta(days=21)) == (1, 0)
    assert parts(NOW + dt.timedelta(days=22)) == (1, 1)
    plan(pair, NOW + dt.timedelta(days=30))
    assert parts(NOW + dt.timedelta(days=22)) == (1, 0)
    assert parts(NOW + dt.timedelta(days=31)) == (1, 1)


def test_the_database_keeps_the_rules(pair: Pair) -> None:
    bad = [
        Feedback(offer_id=pair.id, author_id=pair.img.id, rating=6, given_at=NOW),
        Concern(offer_id=pair.id, author_id=pair.img.id, kind="gossip", words="x", raised_at=NOW),
        Meeting(
            offer_id=pair.id,
            starts_at=NOW,
            minutes=5,
            state=MeetingState.PLANNED,
            words={},
            changed_at=NOW,
        ),
        Agreement(offer_id=pair.id, version=0, terms={}, changed_at=NOW),
    ]
    for row in bad:
        with pytest.raises(IntegrityError), pair.session.begin_nested():
            pair.session.add(row)


def test_free_words_are_in_no_column_in_the_open(pair: Pair) -> None:
    say: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}
    write(pair, pair.img.id, words=SECRET)
    service.write_note(pair.session, text=SECRET, **say)
    service.add_goal(pair.session, title=SECRET, first_step=SECRET, due_on=None, **say)
    secret = service.Plan(starts_at=SOON, minutes=45, place=SECRET, agenda=SECRET)
    service.plan_meeting(pair.session, plan=secret, **say)
    service.raise_concern(pair.session, kind="other", words=SECRET, **say)
    service.give_feedback(pair.session, rating=3, words=SECRET, **say)
    end(pair)
    found = [
        table.name
        for table in db.metadata.sorted_tables
        for row in pair.session.execute(sa.select(table))
        if SECRET in str(row)
    ]
    assert found == []
