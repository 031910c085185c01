"""Request and accept: asked directly, answered, passed on, and kept when the round is matched."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.inbox.models import Notice
from mentorship.notices.letters import stationery
from mentorship.notices.models import Message
from mentorship.profiles.service import (
    pause_mentor,
)
from mentorship.rounds import closing, enrolment, expiring, jobs, planning, service
from mentorship.rounds.due import end_of_day
from mentorship.rounds.editing import BadEdit, Edit, EditKind, ask_edit
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer, OfferState, Reminder, Side
from mentorship.rounds.priority import priority_of
from mentorship.rounds.reminding import remind
from mentorship.rounds.report import COLUMNS, report_rows
from mentorship.rounds.request_pages import request_page, under_way
from mentorship.rounds.request_rules import NOT_POSSIBLE
from mentorship.rounds.run_models import RunJob
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.setup import SetUp
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import (
    accept,
    again,
    alter,
    ask,
    direct,
    mentor_of,
    pairs,
    rank,
    seats_of,
    subjects,
)
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
LATER = end_of_day(NOW, days=7) + dt.timedelta(minutes=1)
OFFERED, CONFIRMED, WITHDRAWN = OfferState.OFFERED, OfferState.CONFIRMED, OfferState.WITHDRAWN


def page_of(cast: Cast, round_: Round, img: str) -> Any:
    return request_page(cast.session, cast.people[img].id, round_.id, now=NOW)


def test_the_first_choice_is_asked_and_a_yes_makes_a_pair_at_once(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    assert (offer.state, mentor_of(cast, offer)) == (OFFERED, "Noor Haddad")
    assert offer.answer_by == end_of_day(NOW, days=7)
    assert [line.img for line in under_way(cast.session, round_.id)] == ["Ana Silva"]
    assert accept(cast, offer, "Noor Haddad") is CONFIRMED
    assert accept(cast, offer, "Noor Haddad") is CONFIRMED, "twice is as good as once"
    assert again(cast, offer).state is CONFIRMED
    assert seats_of(cast, round_, "Noor Haddad") == (1, 1)
    img = service.img_status(cast.session, cast.people["Ana Silva"].id)
    assert img.current is not None
    assert img.current.standing is service.Standing.CONFIRMED
    assert img.mentors[0].contact is not None
    mentor = service.mentor_status(cast.session, cast.people["Noor Haddad"].id, now=NOW)
    assert mentor.mentees[0].contact is not None
    assert subjects(cast, "Noor Haddad") == ["Somebody asks you to be their mentor, in Spring"]
    assert subjects(cast, "Ana Silva") == ["Your request in Spring was accepted"]


def test_one_request_is_out_at_a_time(cast: Cast) -> None:
    round_ = direct(cast)
    ask(cast, round_, "Ana Silva")
    with pytest.raises(service.CannotAsk, match="waits for an answer"):
        ask(cast, round_, "Ana Silva")
    place = sa.insert(Offer).values(
        id=round_.id, round_id=round_.id, img_id=cast.profile("Ana Silva"), place=1,
        mentor_id=cast.profile("Omar Aziz"), state=OFFERED, offered_at=NOW, answer_by=LATER,
        decline_words="",
    )  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), cast.session.begin_nested():
        cast.session.execute(place)


def test_a_no_goes_to_the_next_choice_and_then_the_img_stays_in_the_round(cast: Cast) -> None:
    round_ = direct(cast)
    first = ask(cast, round_, "Ana Silva")
    no: dict[str, Any] = {"reason": "no_time", "words": "", "now": NOW}
    noor, omar = cast.people["Noor Haddad"].id, cast.people["Omar Aziz"].id
    service.decline_offer(cast.session, person_id=noor, offer_id=first.id, **no)
    second = cast.offer("Ana Silva", "Omar Aziz")
    assert second.state is OFFERED
    service.decline_offer(cast.session, person_id=omar, offer_id=second.id, **no)
    assert subjects(cast, "Ana Silva") == [
        "Your request in Spring has gone to your next choice",
        "Your request in Spring was not accepted",
    ]
    with pytest.raises(service.CannotAsk, match="Nobody on your list"):
        ask(cast, round_, "Ana Silva")
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    paired = {(pair.img_id, pair.mentor_id) for pair in pairs(cast, run)}
    assert (cast.profile("Ana Silva"), cast.profile("Noor Haddad")) not in paired
    assert (cast.profile("Ana Silva"), cast.profile("Omar Aziz")) not in paired
    assert cast.profile("Ana Silva") not in priority_of(cast.session, [cast.profile("Ana Silva")])


def test_without_an_answer_it_expires_once_and_goes_on(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    early = LATER - dt.timedelta(days=1)
    assert not expiring.due_requests(cast.session, now=early)
    assert expiring.expire_requests(cast.session, round_id=round_.id, now=early) == 0
    assert expiring.due_requests(cast.session, now=LATER) == [round_.id]
    assert expiring.expire_requests(cast.session, round_id=round_.id, now=LATER) == 1
    assert expiring.expire_requests(cast.session, round_id=round_.id, now=LATER) == 0
    assert again(cast, offer).state is OfferState.EXPIRED
    after = cast.offer("Ana Silva", "Omar Aziz")
    assert (after.state, after.answer_by) == (OFFERED, end_of_day(LATER, days=7))
    noticed = sa.select(Notice.words).where(Notice.person_id == cast.people["Noor Haddad"].id)
    assert "The time for your answer is over in Spring" in list(cast.session.scalars(noticed))
    with pytest.raises(service.AlreadyAnswered):
        accept(cast, offer, "Noor Haddad", LATER)
    told = {one.mentor: one.state for one in page_of(cast, round_, "Ana Silva").requests}
    assert told == {"Noor Haddad": OfferState.EXPIRED, "Omar Aziz": OFFERED}


def test_two_reminders_each_once(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    assert offer.answer_by is not None
    days = [remind(now=NOW + dt.timedelta(hours=hours)) for hours in range(0, 168, 6)]
    assert sum(days) == 2
    sent = sa.select(Reminder.number).where(Reminder.offer_id == offer.id)
    assert sorted(cast.session.scalars(sent)) == [1, 4]


@pytest.mark.parametrize("hours", [4, 12, 30, 72, 120])
def test_a_request_cut_short_is_reminded_twice_and_not_at_once(cast: Cast, hours: int) -> None:
    round_ = direct(cast)
    ends = NOW + dt.timedelta(hours=hours)
    closing.set_closing(cast.session, round_id=round_.id, closes_at=ends, now=NOW)
    assert ask(cast, cast.again(round_), "Ana Silva").answer_by == ends
    assert remind(now=NOW + (ends - NOW) / 3) == 0
    eighths = [NOW + n * (ends - NOW) / 8 for n in range(3, 8)]
    assert sum(remind(now=when) for when in eighths) == 2


def last_mail(cast: Cast, name: str) -> str:
    found = sa.select(Message.body).where(Message.recipient == cast.people[name].email)
    newest = found.order_by(Message.created_at.desc()).limit(1)
    return " ".join(cast.session.scalars(newest).one().split())


@pytest.mark.parametrize("then", ["may ask again", "enrolment is over", "not in it"])
def test_the_end_of_a_request_says_what_holds_then(cast: Cast, then: str) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ben Okafor")
    cast.session.execute(sa.delete(Message))
    if then == "enrolment is over":
        ends = NOW + dt.timedelta(days=3)
        closing.set_closing(cast.session, round_id=round_.id, closes_at=ends, now=NOW)
        assert expiring.expire_requests(cast.session, round_id=round_.id, now=ends) == 1
    else:
        if then == "not in it":
            alter(cast, "Ben Okafor", topics=(), specialties=())  # too little to be matched
        service.decline_offer(
            cast.session, person_id=cast.people["Noor Haddad"].id, offer_id=offer.id,
            reason="no_time", words="", now=NOW,
        )  # fmt: skip
    told = last_mail(cast, "Ben Okafor")
    assert ("has no place for you right now" in told) == (then != "not in it")
    assert ("add mentors and ask again" in told) == (then == "may ask again")
    assert ("You keep your place" in told) == (then != "not in it")
    assert ("takes no more requests" in told) == (then == "enrolment is over")
    assert ("you are not part of the round at the moment" in told) == (then == "not in it")
    assert (f"/rounds/{round_.id}/request" in told) == (then != "not in it")
    assert (f"home page says what is missing: {stationery.link('/home/img')} " in told) == (
        then == "not in it"
    )


def test_the_last_seat_goes_once_and_the_others_go_on(cast: Cast) -> None:
    round_ = direct(cast)
    rank(cast, "Ben Okafor", "Noor Haddad", "Omar Aziz")
    ana, ben = ask(cast, round_, "Ana Silva"), ask(cast, round_, "Ben Okafor")
    assert accept(cast, ana, "Noor Haddad") is CONFIRMED
    assert accept(cast, ben, "Noor Haddad") is OfferState.SEAT_TAKEN
    assert expiring.due_requests(cast.session, now=NOW) == [round_.id]
    assert expiring.expire_requests(cast.session, round_id=round_.id, now=NOW) == 1
    assert not expiring.due_requests(cast.session, now=NOW)
    assert again(cast, ben).state is OfferState.SEAT_TAKEN
    assert seats_of(cast, round_, "Noor Haddad") == (1, 1)
    assert cast.offer("Ben Okafor", "Omar Aziz").state is OFFERED
    told = page_of(cast, round_, "Ben Okafor")
    assert told.out is not None
    assert told.out.mentor == "Omar Aziz"


def test_a_request_to_the_same_mentor_twice_is_one(cast: Cast, sign_in: SignIn) -> None:
    """Two tabs show the page: what the second sends is what the first has sent already."""
    round_, ana = direct(cast), sign_in(cast.people["Ana Silva"])
    path, noor = f"/rounds/{round_.id}/request", {"mentor": str(cast.profile("Noor Haddad"))}
    for _ in range(2):
        page = ana.follow(ana.post(path, noor))
        assert "Your request is sent" in page.text
        assert "You asked Noor Haddad" in page.text
    assert len(subjects(cast, "Noor Haddad")) == 1
    omar = ana.post(path, {"mentor": str(cast.profile("Omar Aziz"))}, status=409)
    assert "A request of yours waits for an answer" in omar.text


def test_nobody_is_asked_but_the_mentor_whom_the_page_named(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    ana, path = sign_in(cast.people["Ana Silva"]), f"/rounds/{round_.id}/request"
    form = {"mentor": str(cast.profile("Noor Haddad"))}
    assert f'value="{form["mentor"]}"' in ana.get(path).html
    noor, today = cast.people["Noor Haddad"].id, dt.datetime.now(dt.UTC).date()
    pause_mentor(cast.session, person_id=noor, until=today + dt.timedelta(days=300), today=today)
    page = ana.post(path, form, status=409)
    assert "The mentor whom this page named cannot be asked any more" in page.text
    assert "Ask Omar Aziz" in page.text
    assert cast.session.scalars(sa.select(Offer)).all() == []
    ana.post(path, status=409)
    ana.submit(path, action=path)
    sent = cast.session.scalars(sa.select(Offer)).one()
    assert mentor_of(cast, sent) == "Omar Aziz"


def test_an_old_page_takes_back_no_other_request(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    first = ask(cast, round_, "Ana Silva")
    noor = cast.people["Noor Haddad"].id
    service.decline_offer(
        cast.session, person_id=noor, offer_id=first.id, reason="no_time", words="", now=NOW
    )
    ana, path = sign_in(cast.people["Ana Silva"]), f"/rounds/{round_.id}/request/take-back"
    told = ana.follow(ana.post(path, {"request": str(first.id)}))
    assert "That request waits no longer" in told.text
    assert cast.offer("Ana Silva", "Omar Aziz").state is OfferState.OFFERED


def test_a_request_is_taken_back_and_may_be_sent_again(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    me: dict[str, Any] = {
        "person_id": cast.people["Ana Silva"].id,
        "round_id": round_.id,
        "now": NOW,
    }
    assert service.take_back(cast.session, **me)
    assert not service.take_back(cast.session, **me)
    assert again(cast, offer).state is WITHDRAWN
    with pytest.raises(service.AlreadyAnswered):
        accept(cast, offer, "Noor Haddad")
    assert "A request to you in Spring was taken back" in subjects(cast, "Noor Haddad")
    assert mentor_of(cast, ask(cast, round_, "Ana Silva")) == "Noor Haddad"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"languages": ("es",)}, "share no language"),
        ({"topics": ("visa_choice",)}, "topic you need first"),
    ],
)
def test_a_request_that_a_rule_forbids_is_refused_in_words(
    cast: Cast, change: dict[str, Any], sentence: str
) -> None:
    round_ = direct(cast, must_share_language=True, must_cover_first_topic=True)
    alter(cast, "Ben Okafor", **change)
    (choice,) = page_of(cast, round_, "Ben Okafor").choices
    assert sentence in choice.hinders
    with pytest.raises(service.CannotAsk):
        ask(cast, round_, "Ben Okafor")
    assert not cast.session.scalar(sa.select(sa.func.count()).select_from(Offer))


def test_limits_conflicts_and_selection_committees_hold_and_are_not_told(cast: Cast) -> None:
    round_ = direct(cast)
    for change in (
        {"accepts_stages": ("residency",)},
        {"accepts_specialties": ("pediatrics",)},
        {"accepts_languages": ("es",)},
        {"institution": "Lakeside"},
        {"selects_at": ("Lakeside",)},
        {"exclude_institutions": ("Lakeside",)},
    ):
        nothing: dict[str, Any] = {
            "accepts_stages": (), "accepts_specialties": (), "accepts_languages": (),
            "institution": None, "selects_at": (), "exclude_institutions": (),
        }  # fmt: skip
        alter(cast, "Noor Haddad", **(nothing | change))
        alter(cast, "Ben Okafor", specialties=("psychiatry",), conflicts=("Lakeside",))
        (choice,) = page_of(cast, round_, "Ben Okafor").choices
        assert choice.hinders == NOT_POSSIBLE, change


def test_what_others_decided_sounds_the_same(cast: Cast) -> None:
    round_ = direct(cast, minimum_score=0)
    alter(cast, "Noor Haddad", exclude=(str(cast.people["Ben Okafor"].id),))
    (excluded,) = page_of(cast, round_, "Ben Okafor").choices
    alter(cast, "Noor Haddad", exclude=())
    service.edit_round(
        cast.session, round_id=round_.id, name="Spring", policy="most-matched", answer_days=14,
        set_up=SetUp(direct_requests=True, minimum_score=9_900), now=NOW,
    )  # fmt: skip
    cast.again(round_)
    (poor,) = page_of(cast, round_, "Ben Okafor").choices
    assert excluded.hinders == poor.hinders == "This pair is not possible in this round."


def test_an_agreed_pair_is_locked_in_the_run_and_asked_nothing_more(cast: Cast) -> None:
    round_ = direct(cast)
    rank(cast, "Ben Okafor", "Noor Haddad")  # a pair that the optimum would make otherwise
    offer = ask(cast, round_, "Ben Okafor")
    accept(cast, offer, "Noor Haddad")
    run = service.run_round(cast.session, round_id=round_.id, by=cast.leader.id, now=NOW)
    key = (str(offer.img_id), str(offer.mentor_id))
    assert key in RunRules.from_json(run.rules).locked
    assert (offer.img_id, offer.mentor_id) in {(p.img_id, p.mentor_id) for p in pairs(cast, run)}
    for kind in (EditKind.UNLOCK, EditKind.FORBID, EditKind.UNMATCH, EditKind.PAIR):
        with pytest.raises(BadEdit, match="agreed by request"):
            ask_edit(
                cast.session, round_id=round_.id, seen=run.id, by=cast.leader.id, now=NOW,
                edit=Edit(kind, ((offer.img_id, offer.mentor_id),)),
            )  # fmt: skip
    before = len(subjects(cast, "Noor Haddad"))
    service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    kept = again(cast, offer)
    assert kept.state is CONFIRMED
    assert kept.pair_id in {pair.id for pair in pairs(cast, run)}
    assert seats_of(cast, round_, "Noor Haddad") == (1, 1)
    assert len(subjects(cast, "Noor Haddad")) == before, "who agreed already is not asked"
    assert "Spring is published" not in subjects(cast, "Ben Okafor")
    report = report_rows(cast.session, cast.again(round_), cast.leader.id)
    rows = {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in report}
    assert rows["Ben Okafor"]["asked_by"] == "img"
    assert rows["Ben Okafor"]["score"]
    assert rows["Chi Tanaka"]["asked_by"] == "run"


def test_closing_ends_what_waits_and_the_wish_still_counts(cast: Cast) -> None:
    round_ = direct(cast)
    rank(cast, "Ben Okafor")
    offer = ask(cast, round_, "Ana Silva")
    closing.close_round(cast.session, round_id=round_.id, now=NOW)
    assert again(cast, offer).state is WITHDRAWN
    with pytest.raises(service.AlreadyAnswered):
        accept(cast, offer, "Noor Haddad")
    assert "Requests in Spring are over" in subjects(cast, "Ana Silva")
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    made = {(pair.img_id, pair.mentor_id) for pair in pairs(cast, run)}
    assert (offer.img_id, offer.mentor_id) in made
    service.publish_round(cast.session, round_id=round_.id, run_id=run.id, by=None, now=NOW)
    assert again(cast, offer).state is WITHDRAWN
    assert cast.offer("Ana Silva", "Noor Haddad").state in {OFFERED, WITHDRAWN}
    live = sa.select(Offer).where(Offer.img_id == offer.img_id, Offer.state == OFFERED)
    assert cast.session.scalars(live).one().pair_id is not None


def test_asking_for_a_run_closes_a_round_of_requests(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    jobs.ask_run(cast.session, round_id=round_.id, by=None, now=NOW)
    assert cast.again(round_).state == "closed"
    assert again(cast, offer).state is WITHDRAWN
    assert cast.session.query(RunJob).one().kind == "run"


def test_no_request_waits_longer_than_enrolment(cast: Cast) -> None:
    round_ = direct(cast)
    ends = NOW + dt.timedelta(days=3)
    first = ask(cast, round_, "Ana Silva")
    closing.set_closing(cast.session, round_id=round_.id, closes_at=ends, now=NOW)
    assert again(cast, first).answer_by == ends
    assert ask(cast, cast.again(round_), "Ben Okafor").answer_by == ends


def test_whoever_leaves_takes_their_requests_along(cast: Cast) -> None:
    round_ = direct(cast)
    ana = ask(cast, round_, "Ana Silva")
    service.withdraw(
        cast.session, person_id=cast.people["Ana Silva"].id, round_id=round_.id,
        profile_id=cast.profile("Ana Silva"), now=NOW,
    )  # fmt: skip
    assert again(cast, ana).state is WITHDRAWN
    ben = ask(cast, round_, "Ben Okafor")
    enrolment.leave_out(
        cast.session, round_id=round_.id, profile_ids=[cast.profile("Noor Haddad")], now=NOW
    )
    assert again(cast, ben).state is WITHDRAWN
    assert subjects(cast, "Ben Okafor")[-1] == "Your request in Spring was not accepted"


def test_what_changed_since_the_request_is_looked_at_again(cast: Cast) -> None:
    round_ = direct(cast)
    ana, ben = ask(cast, round_, "Ana Silva"), ask(cast, round_, "Ben Okafor")
    noor = cast.people["Noor Haddad"].id
    pause_mentor(cast.session, person_id=noor, until=LATER.date(), today=NOW.date())
    withdraw(cast.session, cast.people["Ben Okafor"].id, MATCHING, NOW)
    with pytest.raises(service.AlreadyAnswered):
        accept(cast, ben, "Noor Haddad")
    assert accept(cast, ana, "Noor Haddad") is CONFIRMED, "a break ends no request that waits"


def test_a_pair_that_cannot_be_in_the_run_keeps_its_people_out_of_it(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    accept(cast, offer, "Noor Haddad")
    alter(cast, "Noor Haddad", accepts_stages=("residency",))  # now the two are at odds
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    assert offer.img_id not in {pair.img_id for pair in pairs(cast, run)}
    assert offer.mentor_id not in {pair.mentor_id for pair in pairs(cast, run)}
    service.publish_round(cast.session, round_id=round_.id, run_id=run.id, by=None, now=NOW)
    assert again(cast, offer).state is CONFIRMED


def try_to_publish(cast: Cast, round_: Round, run: Run) -> None:
    with cast.session.begin_nested():
        service.publish_round(cast.session, round_id=round_.id, run_id=run.id, by=None, now=NOW)


def test_an_agreed_pair_that_ends_makes_the_run_out_of_date(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    accept(cast, offer, "Noor Haddad")
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    service.end_match(
        cast.session, offer=again(cast, offer), side=Side.MENTOR, by=None, reason="no_time",
        words="", now=NOW,
    )  # fmt: skip
    with pytest.raises(service.RunOutOfDate):
        try_to_publish(cast, round_, run)
    after = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    made = {(pair.img_id, pair.mentor_id) for pair in pairs(cast, after)}
    assert (offer.img_id, offer.mentor_id) not in made


def test_only_those_who_may_ask_find_the_page(cast: Cast) -> None:
    plain = cast.open("Plain")
    for name in ("Ana Silva", "Noor Haddad"):
        with pytest.raises(NoResultFound):
            page_of(cast, plain, name)


def test_a_second_mentor_may_be_asked_where_two_are_wanted(cast: Cast) -> None:
    alter(cast, "Ana Silva", mentors_wanted=2)
    round_ = direct(cast)
    accept(cast, ask(cast, round_, "Ana Silva"), "Noor Haddad")
    second = ask(cast, round_, "Ana Silva")
    assert (second.place, mentor_of(cast, second)) == (2, "Omar Aziz")
    accept(cast, second, "Omar Aziz")
    with pytest.raises(service.CannotAsk, match="have a mentor"):
        ask(cast, round_, "Ana Silva")
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    assert sum(pair.img_id == second.img_id for pair in pairs(cast, run)) == 2


def test_all_pairs_agreed_can_still_be_published(cast: Cast) -> None:
    round_ = direct(cast)
    accept(cast, ask(cast, round_, "Ana Silva"), "Noor Haddad")
    others = [cast.profile(name) for name in ("Ben Okafor", "Chi Tanaka", "Omar Aziz")]
    enrolment.leave_out(cast.session, round_id=round_.id, profile_ids=others, now=NOW)
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    planning.plan_publication(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    planning.send_out(cast.session, round_id=round_.id, now=NOW + dt.timedelta(hours=1))
    assert cast.again(round_).state == "answering"


def test_profiles_of_a_request_hold_no_seat_elsewhere_until_the_yes(cast: Cast) -> None:
    round_, other = direct(cast), cast.open("Other")
    offer = ask(cast, round_, "Ana Silva")
    assert obstacles(cast, other)[offer.mentor_id] is None
    accept(cast, offer, "Noor Haddad")
    held = obstacles(cast, other)
    assert held[offer.mentor_id] is service.Obstacle.SEATS_TAKEN
    assert held[offer.img_id] is service.Obstacle.HAS_MENTOR


def obstacles(cast: Cast, round_: Round) -> dict[uuid.UUID, service.Obstacle | None]:
    people = service.candidates(cast.session, round_, now=NOW)
    return {each.profile_id: each.obstacle for each in people}
