"""The rounds of the demo: one finished, one in mid-answer, one ready to run, one of requests."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.demo.mentorships import first_weeks, months_together
from mentorship.profiles.models import Naming, NamingUse, Profile, ProfileKind
from mentorship.rounds.answering import accept_offer, confirm_match, decline_match, decline_offer
from mentorship.rounds.candidates import candidates
from mentorship.rounds.closing import finish_round, set_closing
from mentorship.rounds.due import end_of_day
from mentorship.rounds.enrolment import leave_out, open_round
from mentorship.rounds.lifecycle import create_round
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.publishing import publish_round
from mentorship.rounds.requesting import CannotAsk, ask_next
from mentorship.rounds.running import run_round
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Section

LOTTERY = 20261122
REQUESTS = 12  # IMGs who may ask in the round of requests
A_DAY = dt.timedelta(days=1)


def load_rounds(session: Session, section: Section, leader: uuid.UUID, now: dt.datetime) -> None:
    """Take every fifth person into the finished round, every third into the one in mid-answer."""
    spring, lately = now - dt.timedelta(days=240), now - dt.timedelta(days=6)
    soon = now + dt.timedelta(days=30)

    finished = _begin(session, section, leader, f"{spring:%B %Y} round", share=5, now=spring)
    offers = _publish(session, finished, leader, now=spring + dt.timedelta(days=3))
    for offer, answer in zip(offers, itertools.cycle(AFTER_ALL)):
        answer(session, offer, spring + dt.timedelta(days=6))
    finish_round(session, round_id=finished.id, now=spring + dt.timedelta(days=20))
    months_together(session, _again(session, offers), now=now)

    answering = _begin(session, section, leader, f"{lately:%B %Y} round", share=3, now=lately)
    offers = _publish(session, answering, leader, now=lately + dt.timedelta(days=1))
    for offer, answer in zip(offers, itertools.cycle(SO_FAR)):
        answer(session, offer, lately + dt.timedelta(days=3))
    first_weeks(session, _again(session, offers), now=now)

    ready = _begin(
        session, section, leader, f"{soon:%B %Y} round", share=1, now=now - dt.timedelta(days=1)
    )
    closes_at = end_of_day(now, days=21)  # so that members read until when they can take part
    set_closing(session, round_id=ready.id, closes_at=closes_at, now=now)
    _ask_directly(session, section, f"{now:%B %Y} requests", now=now)


def _ask_directly(session: Session, section: Section, name: str, *, now: dt.datetime) -> None:
    """Open a small round of "request and accept" for people who rank each other; some answer."""
    opened = now - dt.timedelta(days=3)
    made = create_round(
        session,
        section_id=section.id,
        name=name,
        policy="most-matched",
        set_up=SetUp(direct_requests=True),
        answer_days=14,
        lottery=LOTTERY,
        now=opened,
    )
    open_round(session, round_id=made.id, now=opened)
    people = [each for each in candidates(session, made, now=now) if each.joined]
    imgs = {each.profile_id: each for each in people if each.kind is ProfileKind.IMG}
    mentors = {each.person_id: each for each in people if each.kind is ProfileKind.MENTOR}
    asked: dict[uuid.UUID, set[uuid.UUID]] = {}
    named = sa.select(Naming.profile_id, Naming.person_id).where(Naming.use == NamingUse.REQUEST)
    for img_id, mentor in session.execute(named.where(Naming.profile_id.in_(list(imgs)))):
        if mentor in mentors:
            asked.setdefault(img_id, set()).add(mentors[mentor].profile_id)
    here = sorted(asked, key=lambda key: imgs[key].name, reverse=True)[:REQUESTS]
    stay = {*here, *(mentor for img_id in here for mentor in asked[img_id])}
    rest = [each.profile_id for each in people if each.profile_id not in stay]
    leave_out(session, round_id=made.id, profile_ids=rest, now=opened)
    answers = itertools.cycle((_mentor_says_yes, _no_word_yet, _mentor_says_no, _no_word_yet))
    for img_id in here:
        who = imgs[img_id].person_id
        try:
            sent = ask_next(session, person_id=who, round_id=made.id, now=now - A_DAY)
        except CannotAsk:  # a rule stands against everybody they rank
            continue
        next(answers)(session, _again(session, [sent])[0], now - A_DAY / 2)


def _begin(  # noqa: PLR0913  one argument a word of the sentence below
    session: Session,
    section: Section,
    leader: uuid.UUID,
    name: str,
    *,
    share: int,
    now: dt.datetime,
) -> Round:
    """Open a round for one in ``share`` of those who could take part."""
    made = create_round(
        session,
        section_id=section.id,
        name=name,
        policy="most-matched",
        set_up=SetUp(must_share_language=True, not_again=True),
        answer_days=14,
        lottery=LOTTERY,
        now=now,
    )
    open_round(session, round_id=made.id, now=now)
    for action in ("round.create", "round.open"):
        _note(session, action, made, leader, now=now)
    everybody = candidates(session, made, now=now)
    rest = [one.profile_id for n, one in enumerate(everybody) if one.joined and n % share]
    leave_out(session, round_id=made.id, profile_ids=rest, now=now)
    return made


def _publish(
    session: Session, made: Round, leader: uuid.UUID, *, now: dt.datetime
) -> Sequence[Offer]:
    """Run and publish a round; return its offers in an order that is the same in every demo."""
    run = run_round(session, round_id=made.id, by=leader, now=now)
    publish_round(session, round_id=made.id, run_id=run.id, by=leader, now=now)
    for action in ("round.run", "round.publish.now"):
        _note(session, action, made, leader, now=now)
    return session.scalars(
        sa.select(Offer)
        .join(Profile, Profile.id == Offer.img_id)
        .join(User, User.id == Profile.person_id)
        .where(Offer.round_id == made.id)
        .order_by(User.email, Offer.place)
    ).all()


def _note(
    session: Session, action: str, made: Round, leader: uuid.UUID, *, now: dt.datetime
) -> None:
    """Note what the leader's pages would have noted."""
    audit.record(
        session,
        action=action,
        actor_id=leader,
        about_id=made.id,
        section_id=made.section_id,
        now=now,
    )


def _again(session: Session, offers: Sequence[Offer]) -> Sequence[Offer]:
    """Read the offers as they are after the answers."""
    return [session.get_one(Offer, offer.id, populate_existing=True) for offer in offers]


def _person(session: Session, profile_id: uuid.UUID) -> uuid.UUID:
    return session.get_one(Profile, profile_id).person_id


def _mentor_says_yes(session: Session, offer: Offer, now: dt.datetime) -> None:
    mentor = _person(session, offer.mentor_id)
    accept_offer(session, person_id=mentor, offer_id=offer.id, now=now)


def _both_say_yes(session: Session, offer: Offer, now: dt.datetime) -> None:
    _mentor_says_yes(session, offer, now)
    img = _person(session, offer.img_id)
    confirm_match(session, person_id=img, offer_id=offer.id, now=now + dt.timedelta(hours=20))


def _mentor_says_no(session: Session, offer: Offer, now: dt.datetime) -> None:
    decline_offer(
        session,
        person_id=_person(session, offer.mentor_id),
        offer_id=offer.id,
        reason="no_time",
        words="I am on nights until the new year.",
        now=now,
    )


def _img_says_no(session: Session, offer: Offer, now: dt.datetime) -> None:
    _mentor_says_yes(session, offer, now)
    decline_match(
        session,
        person_id=_person(session, offer.img_id),
        offer_id=offer.id,
        reason="other_mentor",
        words="",
        now=now + dt.timedelta(hours=9),
    )


def _no_word_yet(_session: Session, _offer: Offer, _now: dt.datetime) -> None:
    """Leave the mentor's answer open."""


AFTER_ALL = (_both_say_yes, _both_say_yes, _both_say_yes, _mentor_says_no, _no_word_yet)
SO_FAR = (
    _both_say_yes,
    _no_word_yet,
    _mentor_says_yes,
    _no_word_yet,
    _mentor_says_no,
    _both_say_yes,
    _no_word_yet,
    _img_says_no,
)
