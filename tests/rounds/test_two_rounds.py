"""Whoever has a mentor of one round is not without a mentor in another that was open beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice, NoticeKind
from mentorship.rounds import board, publishing, service, still_waiting
from mentorship.rounds.declined import Reading
from mentorship.rounds.models import Round
from mentorship.rounds.paging import Wanted
from mentorship.rounds.report import NO_OFFER, report_rows
from mentorship.rounds.traits import waited
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

DAY = dt.timedelta(days=1)


def test_a_mentor_of_another_round_is_a_mentor(cast: Cast, session: Session) -> None:
    fall = fall_beside_spring(cast)
    assert names_without(cast, fall) == set()  # Ana has Noor, by Spring; Ben and Chi are asked for
    assert told_of_publishing(session, fall) == {"Ben Okafor", "Chi Tanaka"}
    decline(cast, "Ben Okafor")
    assert names_without(cast, fall) == {"Ben Okafor"}
    service.finish_round(session, round_id=fall.id, now=NOW + 2 * DAY)
    assert names_without(cast, cast.again(fall)) == {"Ben Okafor", "Chi Tanaka"}
    rows = list(report_rows(session, fall, cast.leader.id))
    assert [row for row in rows if row[3] == NO_OFFER] == []
    winter = cast.draft("Winter")
    winter.created_at = NOW + 3 * DAY
    session.flush()
    assert set(session.scalars(waited(winter))) == {
        cast.profile("Ben Okafor"),
        cast.profile("Chi Tanaka"),
    }


def test_who_is_told_is_who_the_preview_counts(cast: Cast, session: Session) -> None:
    cast.img("Dee Ngo", languages=("pt",))  # no mentor speaks it
    fall = fall_beside_spring(cast, without=("Dee Ngo",), left=1)
    assert names_without(cast, fall) == {"Dee Ngo"}
    rows = list(report_rows(session, fall, cast.leader.id))
    assert [row[0] for row in rows if row[3] == NO_OFFER] == ["Dee Ngo"]


def test_what_came_of_a_round_does_not_change_with_a_later_one(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    fall = fall_beside_spring(cast)
    decline(cast, "Ben Okafor")
    service.finish_round(session, round_id=fall.id, now=NOW + 2 * DAY)
    before = names_without(cast, cast.again(fall))
    winter = cast.open("Winter")
    publish(cast, winter, now=NOW + 3 * DAY)
    say_yes(cast, "Ben Okafor", "Omar Aziz", now=NOW + 4 * DAY)
    assert "Ben Okafor" not in names_without(cast, winter)
    assert names_without(cast, cast.again(fall)) == before
    here = f"/sections/{cast.section.slug}/rounds/{fall.id}/people"
    page = sign_in(cast.leader).get(here).text
    assert "IMGs 3 Mentors 2 Left out 0" in page
    assert "Ben Okafor" in page


def test_the_img_reads_that_a_mentor_of_another_round_keeps_them_out(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    fall = fall_beside_spring(cast)
    assert standings(cast, "Ana Silva") == {"Spring": "confirmed", "Fall": "elsewhere"}
    home = sign_in(cast.people["Ana Silva"]).get("/home/img")
    assert "Waiting for a mentor" not in home.text
    place = f"/participations/{fall.id}/{cast.profile('Ana Silva')}"
    assert place in home.links()  # to withdraw from what looks for nobody now, but may again
    service.finish_round(session, round_id=fall.id, now=NOW + 2 * DAY)
    assert standings(cast, "Ana Silva") == {"Spring": "confirmed", "Fall": "elsewhere"}
    assert place not in sign_in(cast.people["Ana Silva"]).get("/home/img").links()


def test_a_round_that_found_nobody_says_so_also_after_a_later_one(
    cast: Cast, session: Session
) -> None:
    fall = fall_beside_spring(cast)
    decline(cast, "Ben Okafor")
    service.finish_round(session, round_id=fall.id, now=NOW + 2 * DAY)
    publish(cast, cast.open("Winter"), now=NOW + 3 * DAY)
    say_yes(cast, "Ben Okafor", "Omar Aziz", now=NOW + 4 * DAY)
    told = standings(cast, "Ben Okafor")
    assert (told["Fall"], told["Winter"]) == ("not_matched", "confirmed")


def standings(cast: Cast, img: str) -> dict[str, str]:
    status = service.img_status(cast.session, cast.people[img].id)
    return {each.name: each.standing.value for each in status.rounds}


def fall_beside_spring(cast: Cast, *, without: tuple[str, ...] = (), left: int = 0) -> Round:
    """Publish Spring with Ana alone, who gets Noor, and then Fall, of which all were part."""
    fall, spring = cast.open("Fall"), cast.open("Spring")
    fall.created_at = NOW + DAY  # it is the later one, whose waiting the next round asks for
    cast.session.flush()
    others = [cast.profile(name) for name in ("Ben Okafor", "Chi Tanaka", *without)]
    service.leave_out(cast.session, round_id=spring.id, profile_ids=others, now=NOW)
    publish(cast, spring, now=NOW)
    say_yes(cast, "Ana Silva", "Noor Haddad", now=NOW)
    publish(cast, fall, now=NOW + DAY, left=left)
    return cast.again(fall)


def publish(cast: Cast, round_: Round, *, now: dt.datetime, left: int = 0) -> None:
    run = service.run_round(cast.session, round_id=round_.id, by=cast.leader.id, now=now)
    found = publishing.preview(cast.session, cast.again(round_), run, now=now)
    assert found.left == left
    service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=now
    )


def say_yes(cast: Cast, img: str, mentor: str, *, now: dt.datetime) -> None:
    offer = cast.offer(img, mentor).id
    service.accept_offer(cast.session, person_id=cast.people[mentor].id, offer_id=offer, now=now)
    service.confirm_match(cast.session, person_id=cast.people[img].id, offer_id=offer, now=now)


def decline(cast: Cast, img: str) -> None:
    service.decline_offer(
        cast.session,
        person_id=cast.people["Omar Aziz"].id,
        offer_id=cast.offer(img).id,
        reason="no_time",
        words="",
        now=NOW + DAY,
    )


def names_without(cast: Cast, round_: Round) -> set[str]:
    finished = round_.state == "finished"
    found = still_waiting.waiting_imgs(
        cast.session,
        round_.id,
        Wanted(),
        reading=Reading.by(cast.session, cast.leader.id),
        finished=finished,
    )
    assert board.sums(cast.session, round_.id, finished=finished).waiting_imgs == found.found
    return {line.name for line in found.rows}


def told_of_publishing(session: Session, round_: Round) -> set[str]:
    return set(
        session.scalars(
            sa.select(User.name)
            .join(Notice, Notice.person_id == User.id)
            .where(Notice.kind == NoticeKind.PUBLICATION, Notice.words.contains(round_.name))
        )
    )
