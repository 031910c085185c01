"""What the dashboards are told, and in how many queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.hours import Clock
from mentorship.rounds import board, overview, pairs, review, round_list, service, still_waiting
from mentorship.rounds.answer_pages import match_page, offer_page
from mentorship.rounds.declined import Reading
from mentorship.rounds.due import end_of_day
from mentorship.rounds.models import Participant, Round, Run
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.paging import Wanted
from mentorship.rounds.service import Standing
from tests.factories import NOW
from tests.rounds.cast import Cast, counted

DAY = dt.timedelta(days=1)


def accept(cast: Cast, mentor: str, img: str) -> None:
    service.accept_offer(
        cast.session, person_id=cast.people[mentor].id, offer_id=cast.offer(img).id, now=NOW + DAY
    )


def confirm(cast: Cast, img: str) -> None:
    service.confirm_match(
        cast.session, person_id=cast.people[img].id, offer_id=cast.offer(img).id, now=NOW + 2 * DAY
    )


def img(cast: Cast, name: str = "Ana Silva") -> service.ImgRound:
    current = service.img_status(cast.session, cast.people[name].id).current
    assert current is not None
    return current


def mentor(cast: Cast, name: str, now: dt.datetime = NOW) -> service.MentorStatus:
    return service.mentor_status(cast.session, cast.people[name].id, now=now)


def test_an_img_follows_a_round(cast: Cast, session: Session) -> None:
    assert service.img_status(session, cast.people["Ana Silva"].id).current is None
    round_ = cast.open()
    assert (img(cast).standing, img(cast).name) == (Standing.TAKES_PART, "Spring")
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert img(cast).standing is Standing.IN_REVIEW
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    asked = img(cast)
    assert (asked.standing, asked.matches) == (Standing.ASKED, [])
    assert asked.answer_by == end_of_day(NOW, days=14)
    accept(cast, "Noor Haddad", "Ana Silva")
    accepted = img(cast)
    assert accepted.standing is Standing.ANSWER_NEEDED
    assert accepted.to_answer is not None
    assert (accepted.to_answer.mentor, accepted.to_answer.contact) == ("Noor Haddad", None)
    confirm(cast, "Ana Silva")
    (match,) = img(cast).matches
    assert img(cast).standing is Standing.CONFIRMED
    assert match.contact is not None
    assert match.contact.email == cast.people["Noor Haddad"].email
    service.finish_round(session, round_id=round_.id, now=NOW)
    assert img(cast).standing is Standing.CONFIRMED
    assert img(cast, "Ben Okafor").standing is Standing.NOT_MATCHED


def test_an_img_hears_of_an_open_round_they_are_not_part_of(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    cast.img("Late Comer")
    assert img(cast, "Late Comer").standing is Standing.NOT_IN
    ana = cast.profile("Ana Silva")
    service.leave_out(session, round_id=round_.id, profile_ids=[ana], now=NOW)
    assert service.img_status(session, cast.people["Ana Silva"].id).rounds == []


def test_a_mentor_from_one_round_keeps_an_img_out_of_the_next(cast: Cast, session: Session) -> None:
    cast.published()
    accept(cast, "Noor Haddad", "Ana Silva")
    confirm(cast, "Ana Silva")
    fall = cast.open("Fall")
    session.add(Participant(round_id=fall.id, profile_id=cast.profile("Ana Silva"), joined_at=NOW))
    session.flush()
    status = service.img_status(session, cast.people["Ana Silva"].id)
    assert {each.name: each.standing for each in status.rounds} == {
        "Spring": Standing.CONFIRMED,
        "Fall": Standing.ELSEWHERE,
    }
    assert status.current is not None
    assert status.current.name == "Spring"


def test_what_needs_an_answer_comes_before_what_is_newer(cast: Cast) -> None:
    cast.published("Autumn")
    accept(cast, "Noor Haddad", "Ana Silva")
    cast.draft("Spring")
    cast.img("Late Comer")
    status = service.img_status(cast.session, cast.people["Ana Silva"].id)
    assert status.current is not None
    assert status.current.standing is Standing.ANSWER_NEEDED


def test_a_mentor_follows_offers_and_mentees(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    omar = mentor(cast, "Omar Aziz")
    assert (omar.seats, omar.used) == (2, 0)
    assert [offer.img for offer in omar.waiting] == ["Ben Okafor", "Chi Tanaka"]
    assert {offer.answer_by for offer in omar.waiting} == {end_of_day(NOW, days=14)}
    assert not any(offer.overdue for offer in omar.waiting)
    assert all(offer.overdue for offer in mentor(cast, "Omar Aziz", NOW + 15 * DAY).waiting)
    accept(cast, "Omar Aziz", "Ben Okafor")
    accept(cast, "Omar Aziz", "Chi Tanaka")
    confirm(cast, "Ben Okafor")
    omar = mentor(cast, "Omar Aziz")
    assert (omar.used, omar.waiting) == (2, [])
    assert [offer.img for offer in omar.waiting_for_img] == ["Chi Tanaka"]
    assert [offer.contact for offer in omar.waiting_for_img] == [None]
    (ben,) = omar.mentees
    assert ben.contact is not None
    assert ben.contact.email == cast.people["Ben Okafor"].email
    service.finish_round(session, round_id=round_.id, now=NOW)
    omar = mentor(cast, "Omar Aziz")
    assert (omar.used, omar.waiting_for_img) == (1, [])  # a mentorship holds its seat
    assert [offer.img for offer in omar.mentees] == ["Ben Okafor"]
    assert [offer.img for offer in omar.past] == ["Chi Tanaka"]


def test_a_mentor_reads_which_rounds_are_coming_and_of_a_pause(
    cast: Cast, session: Session
) -> None:
    cast.open()
    assert [each.round for each in mentor(cast, "Noor Haddad").taking_part] == ["Spring"]
    assert mentor(cast, "Noor Haddad").paused_until is None
    assert mentor(cast, "Ana Silva") == service.MentorStatus(
        seats=0,
        used=0,
        paused_until=None,
        places=[],
        waiting=[],
        waiting_for_img=[],
        mentees=[],
        past=[],
    )


def test_the_funnel_counts_members_by_how_far_they_have_come(cast: Cast, session: Session) -> None:
    cast.img("Nadia Unready", topics=())
    cast.published()
    accept(cast, "Noor Haddad", "Ana Silva")
    confirm(cast, "Ana Silva")
    assert service.leader_funnels(session, [cast.section.id])[cast.section.id] == service.Funnel(
        imgs=4,
        imgs_ready=3,
        imgs_matched=3,
        imgs_confirmed=1,
        mentors=2,
        mentors_ready=2,
        mentors_matched=2,
        mentors_confirmed=1,
    )


def test_contacts_go_when_a_mentorship_ends(cast: Cast, session: Session) -> None:
    cast.published()
    accept(cast, "Noor Haddad", "Ana Silva")
    confirm(cast, "Ana Silva")
    cast.offer("Ana Silva").state = OfferState.ENDED
    session.flush()
    (match,) = img(cast).matches
    assert (img(cast).standing, match.contact) == (Standing.ENDED, None)
    assert [offer.contact for offer in mentor(cast, "Noor Haddad").past] == [None]


READS: dict[str, Callable[[Cast, Run], object]] = {
    "list": lambda cast, _: round_list.round_lists(cast.session, [cast.section.id], now=NOW)[
        cast.section.id
    ],
    "overview": lambda cast, run: overview.overview(
        cast.session, cast.session.get_one(Round, run.round_id), now=NOW
    ),
    "summary": lambda cast, run: review.summary(cast.session, run),
    "pairs": lambda cast, run: pairs.pair_list(cast.session, run, Wanted()),
    "unmatched": lambda cast, run: review.unmatched(cast.session, run, Wanted()),
    "free": lambda cast, run: review.free_seats(cast.session, run.id),
    "board": lambda cast, run: board.board(
        cast.session,
        run.round_id,
        Wanted(),
        reading=Reading.by(cast.session, cast.leader.id),
        now=NOW,
        finished=False,
    ),
    "waiting": lambda cast, run: still_waiting.waiting_imgs(
        cast.session,
        run.round_id,
        Wanted(),
        reading=Reading.by(cast.session, cast.leader.id),
        finished=False,
    ),
    "img": lambda cast, _: service.img_status(cast.session, cast.people["Ana Silva"].id),
    "mentor": lambda cast, _: mentor(cast, "Omar Aziz"),
    "funnel": lambda cast, _: service.leader_funnels(cast.session, [cast.section.id]),
}


def queries(cast: Cast, name: str) -> dict[str, int]:
    """Publish a round and count the queries of everything that is read of it."""
    round_ = cast.published(name)
    run = cast.session.scalars(sa.select(Run).where(Run.round_id == round_.id)).one()
    counts = {}
    for what, read in READS.items():
        cast.session.expunge_all()
        with counted(cast.session) as statements:
            read(cast, run)
        counts[what] = len(statements)
    service.finish_round(cast.session, round_id=round_.id, now=NOW)
    return counts


def test_ten_times_the_people_need_no_more_queries(cast: Cast) -> None:
    few = queries(cast, "Spring")
    for number in range(40):
        cast.img(f"Extra {number}")
    for number in range(20):
        cast.mentor(f"Mentor {number}", seats=1)
    assert queries(cast, "Summer") == few
    assert max(few.values()) <= 8
    assert few["summary"] + few["pairs"] <= 6  # both on one page, with those of the frame


def test_the_pages_of_an_offer_need_few_queries(cast: Cast, session: Session) -> None:
    cast.published()
    accept(cast, "Noor Haddad", "Ana Silva")
    offer_id = cast.offer("Ana Silva").id
    noor, ana = (cast.people[name].id for name in ("Noor Haddad", "Ana Silva"))
    session.expunge_all()
    with counted(session) as statements:
        offer_page(session, noor, offer_id, clock=Clock("UTC", NOW))
    assert len(statements) <= 9
    session.expunge_all()
    with counted(session) as statements:
        match_page(session, ana, offer_id, clock=Clock("UTC", NOW))
    assert len(statements) <= 9


def test_a_person_who_is_both_is_told_each_side_apart(cast: Cast, session: Session) -> None:
    both: User = cast.img("Both Ways", topics=("visa_choice",))
    cast.mentor("Both Ways", seats=1)
    cast.published()
    assert service.img_status(session, both.id).current is not None
    assert mentor(cast, "Both Ways").seats == 1
