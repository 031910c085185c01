"""Publishing: offers, seats and mails appear together, once, for one run that still holds."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.consents.service import MATCHING, withdraw
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rounds import service
from mentorship.rounds.due import end_of_day
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication, SeatCount
from mentorship.rounds.publishing import preview
from mentorship.sections.models import SectionRole
from tests import factories
from tests.factories import NOW
from tests.rounds.cast import Cast

DAY = dt.timedelta(days=1)


def publish(cast: Cast, round_: Round, run: Run, now: dt.datetime = NOW) -> Publication:
    return service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=now
    )


def test_publishing_makes_offers_seats_and_mails(cast: Cast, session: Session) -> None:
    factories.member(session, cast.section, SectionRole.LEADER, cast.people["Omar Aziz"])
    session.execute(sa.delete(Message))
    round_, run = cast.reviewed(answer_days=10)
    publication = publish(cast, round_, run, NOW + DAY)
    assert cast.again(round_).state is RoundState.ANSWERING
    assert publication.answer_by == end_of_day(NOW, days=11)
    assert publication.published_by_id == cast.leader.id
    offers = session.scalars(sa.select(Offer)).all()
    assert len(offers) == 3
    assert {offer.state for offer in offers} == {OfferState.OFFERED}
    seats = {row.mentor_id: (row.seats, row.taken) for row in session.scalars(sa.select(SeatCount))}
    assert seats == {cast.profile("Noor Haddad"): (1, 0), cast.profile("Omar Aziz"): (2, 0)}
    mails = {mail.recipient: mail for mail in session.scalars(sa.select(Message))}
    assert set(mails) == {cast.people[n].email for n in ("Noor Haddad", "Omar Aziz")}
    noor = mails[cast.people["Noor Haddad"].email]
    assert f"/offers/{cast.offer('Ana Silva').id}" in noor.body
    assert "November 14, 2026, 5:59 a.m. UTC" in noor.body
    omar = mails[cast.people["Omar Aziz"].email]
    assert "2 IMGs" in omar.subject
    assert "/home/mentor\n" in omar.body  # not the first of his homes, where he leads


def test_whoever_was_left_out_since_is_not_counted_among_those_who_wait(cast: Cast) -> None:
    cast.img("Eva Lind")
    cast.img("Fay Moss")
    round_, run = cast.reviewed()
    assert preview(cast.session, round_, run, now=NOW).left == 2
    matched = set(cast.session.scalars(sa.select(Pair.img_id).where(Pair.run_id == run.id)))
    waits = next(n for n in ("Eva Lind", "Fay Moss") if cast.profile(n) not in matched)
    service.leave_out(cast.session, round_id=round_.id, profile_ids=[cast.profile(waits)], now=NOW)
    assert preview(cast.session, round_, run, now=NOW).left == 1


def test_mails_name_no_img(cast: Cast, session: Session) -> None:
    cast.published()
    imgs = ("Ana Silva", "Ben Okafor", "Chi Tanaka")
    for mail in session.scalars(sa.select(Message)):
        assert not [name for name in imgs if name in mail.body + mail.subject]
        assert not [name for name in imgs if cast.people[name].email in mail.body]


def test_the_deadline_is_said_in_the_mentors_own_time(cast: Cast, session: Session) -> None:
    cast.people["Noor Haddad"].timezone = "Asia/Kathmandu"
    session.execute(sa.delete(Message))
    cast.published(answer_days=1)
    mail = session.scalars(
        sa.select(Message).where(Message.recipient == cast.people["Noor Haddad"].email)
    ).one()
    assert "Wednesday, November 4, 2026, 11:44 a.m." in mail.body


def test_only_one_run_is_ever_published(cast: Cast, session: Session) -> None:
    round_, first = cast.reviewed()
    second = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    publish(cast, round_, first)
    with pytest.raises(service.RoundChanged) as found:
        publish(cast, round_, second, NOW + DAY)
    assert (found.value.by, found.value.at) == (cast.leader.name, NOW)
    assert len(session.scalars(sa.select(Offer)).all()) == 3


def test_a_run_of_another_round_is_not_published(cast: Cast) -> None:
    round_, _ = cast.reviewed("Spring")
    _, other = cast.reviewed("Summer")
    with pytest.raises(NoResultFound):
        publish(cast, round_, other)


@pytest.mark.parametrize("change", ["withdrew", "left out", "fewer seats", "taken elsewhere"])
def test_a_run_whose_people_have_changed_is_refused(
    cast: Cast, session: Session, change: str
) -> None:
    round_, run = cast.reviewed()
    changed = "Ana Silva" if change in {"withdrew", "left out"} else "Omar Aziz"
    if change == "withdrew":
        withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    elif change == "left out":
        ana = cast.profile("Ana Silva")
        service.leave_out(session, round_id=round_.id, profile_ids=[ana], now=NOW)
    elif change == "fewer seats":
        session.get_one(Profile, cast.profile("Omar Aziz")).seats = 1
        session.flush()
    else:
        other, run_there = cast.reviewed("Other")
        publish(cast, other, run_there)
    with pytest.raises(service.RunOutOfDate) as found, session.begin_nested():
        publish(cast, round_, run)
    assert changed in {one.person.name for one in found.value.people}
    assert cast.again(round_).state is RoundState.REVIEW
    assert session.scalars(sa.select(Offer).where(Offer.round_id == round_.id)).all() == []
    again = (
        service.run_round(session, round_id=round_.id, by=None, now=NOW)
        if (change != "taken elsewhere")
        else None
    )
    if again is not None:
        publish(cast, round_, again)


def test_seats_counted_are_no_more_than_are_free(cast: Cast, session: Session) -> None:
    """A seat that went elsewhere since the run is not offered twice, even if the run spared it."""
    cast.mentor("Pia Large", seats=5)
    round_, run = cast.reviewed()
    session.get_one(Profile, cast.profile("Pia Large")).seats = 4
    session.flush()
    publish(cast, round_, run)
    kept = sa.select(SeatCount.seats).where(SeatCount.mentor_id == cast.profile("Pia Large"))
    assert session.scalar(kept) == 4


def test_a_run_without_pairs_is_not_published(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed(set_up=service.SetUp(minimum_score=10_000))
    assert session.scalars(sa.select(Pair)).all() == []
    with pytest.raises(service.NothingToPublish), session.begin_nested():
        publish(cast, round_, run)
    assert cast.again(round_).state is RoundState.REVIEW


def test_an_older_run_can_be_published(cast: Cast, session: Session) -> None:
    round_, first = cast.reviewed()
    service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert publish(cast, round_, first).run_id == first.id


def test_an_img_who_wants_two_mentors_gets_two_offers(cast: Cast, session: Session) -> None:
    cast.img("Dana Two", topics=("interview_prep", "visa_choice"), mentors_wanted=2)
    cast.mentor("Pia Large", seats=5)
    cast.mentor("Quin Large", seats=5)
    cast.published()
    places = session.scalars(sa.select(Offer.place).where(Offer.img_id == cast.profile("Dana Two")))
    assert sorted(places) == [1, 2]


def test_finishing_is_for_published_rounds_only(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    with pytest.raises(service.RoundChanged):
        service.finish_round(session, round_id=round_.id, now=NOW)
    publish(cast, round_, run)
    service.finish_round(session, round_id=round_.id, now=NOW + DAY)
    finished = cast.again(round_)
    assert (finished.state, finished.finished_at) == (RoundState.FINISHED, NOW + DAY)
    with pytest.raises(service.RoundChanged) as found:
        service.finish_round(session, round_id=round_.id, now=NOW + 2 * DAY)
    assert found.value.at == NOW + DAY


@pytest.mark.parametrize(
    ("said", "days", "until"),
    [
        ("2026-11-02T15:00", 14, "2026-11-17T05:59"),  # to the end of November 16 in Chicago
        ("2026-11-03T05:00", 1, "2026-11-04T05:59"),  # late in the evening of November 2 there
        ("2026-11-03T05:59:30", 1, "2026-11-04T05:59:30"),  # in the last minute: a whole day still
        ("2027-03-12T15:00", 3, "2027-03-16T04:59"),  # clocks go forward between
    ],
)
def test_a_day_to_answer_lasts_to_its_end(said: str, days: int, until: str) -> None:
    now, then = (dt.datetime.fromisoformat(each).replace(tzinfo=dt.UTC) for each in (said, until))
    assert end_of_day(now, days=days) == then
