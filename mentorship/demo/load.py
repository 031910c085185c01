"""Fill an empty database with the demo section, by the same roads that real people take.

The rosters come in as a leader's would, the rounds are run, published and answered by the same
services; only the clock is set back. Nothing is mailed: the people are invented.
"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.accounts.service import appoint_administrator, new_person
from mentorship.config import Settings
from mentorship.consents.service import LISTED, give
from mentorship.demo import journeys
from mentorship.demo.mentorships import first_weeks, months_together
from mentorship.demo.section_life import load_section_life
from mentorship.finding.service import set_up_finding
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.importing import import_roster
from mentorship.rounds.answering import accept_offer, confirm_match, decline_match, decline_offer
from mentorship.rounds.candidates import candidates
from mentorship.rounds.enrolment import leave_out, open_round
from mentorship.rounds.lifecycle import create_round, finish_round
from mentorship.rounds.models import Offer, OfferState, Participant, Round, RoundState
from mentorship.rounds.publishing import publish_round
from mentorship.rounds.running import run_round
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Browsing, Section, SectionRole
from mentorship.sections.service import appoint_leader, ask_to_join, create_section

FOLDER = Path(__file__).parent
DEMO_PASSWORD = "walk-the-road-together"  # noqa: S105  public: these accounts hold nobody's data
BANNER = "Everybody here is invented, and everybody may sign in. Do not enter real data."
LEADER = ("leader@example.org", "Dr. Leila Haddad")
ADMIN = ("admin@example.org", "Sam Whitaker")
LOTTERY = 20261122
NEWCOMERS = (
    ("ines.caldeira@example.org", "Dr. Inês Caldeira"),
    ("tomasz.wilk@example.org", "Dr. Tomasz Wilk"),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account of the demo worth trying, and what there is to see."""

    role: str
    email: str


def settings(site: Settings) -> dict[str, object]:
    """Return what the pages need to know of the demo; nothing where there must be none."""
    if not site.demo_allowed:
        return {}
    return {
        "DEMO_BANNER": BANNER,
        "DEMO_PASSWORD": DEMO_PASSWORD,
        "DEMO_SIGN_INS": sign_ins,
    }


def is_empty(session: Session) -> bool:
    """Return whether nobody is here and nothing was set up yet."""
    return not (
        session.scalar(sa.exists(User).select()) or session.scalar(sa.exists(Section).select())
    )


def load_demo(session: Session, *, password_hash: str, now: dt.datetime) -> None:
    """Make the demo section: its people, a finished round, one in mid-answer and one ready to run.

    The caller commits. ``password_hash`` is of ``DEMO_PASSWORD``; everybody gets it.
    """
    long_ago = now - dt.timedelta(days=250)
    leader = _staff(session, now=long_ago)
    section = create_section(
        session,
        name="International Medical Graduates Section",
        slug="imgs",
        about="A demo section with invented people: 150 IMGs, 60 mentors, and three match rounds.",
        approve_imgs=False,
        now=long_ago,
    )
    appoint_leader(session, section_id=section.id, person_id=leader.id, by=None, now=long_ago)
    with (FOLDER / "imgs.csv").open("rb") as imgs, (FOLDER / "mentors.csv").open("rb") as mentors:
        report = import_roster(
            session,
            section=section,
            imgs=read_imgs(imgs),
            mentors=read_mentors(mentors),
            now=long_ago,
        )
    if report.problems:
        raise ValueError(f"the demo rosters do not load: {report.problems[0]}")
    _list(session, section, now=long_ago)
    _ask(session, section, now=now - dt.timedelta(days=2))
    session.execute(
        sa.update(User).values(demo=True, password=password_hash, confirmed_at=User.created_at)
    )
    _rounds(session, section, leader.id, now)
    journeys.walk(session, now=now)
    load_section_life(session, section, leader.id, now=now)
    session.execute(sa.delete(Message))
    old = Notice.created_at < now - dt.timedelta(days=14)
    session.execute(sa.update(Notice).where(old).values(seen_at=now))


def _staff(session: Session, *, now: dt.datetime) -> User:
    email, name = ADMIN
    appoint_administrator(session, email=email, name=name, password_hash=None, now=now)
    email, name = LEADER
    leader = new_person(session, email=email, name=name, now=now)
    leader.timezone = "America/Chicago"
    return leader


def _list(session: Session, section: Section, *, now: dt.datetime) -> None:
    """Let members look each other up: most mentors and half of the IMGs agreed to it."""
    set_up_finding(session, section_id=section.id, browsing=Browsing.BOTH, names_masked=False)
    people = session.execute(
        sa.select(Profile.person_id, Profile.kind)
        .join(User, User.id == Profile.person_id)
        .order_by(User.email)
    ).all()
    for number, (person_id, kind) in enumerate(people):
        if number % 2 if kind is ProfileKind.IMG else number % 5:
            give(session, person_id, LISTED, now)


def _ask(session: Session, section: Section, *, now: dt.datetime) -> None:
    for email, name in NEWCOMERS:
        person = new_person(session, email=email, name=name, now=now)
        ask_to_join(
            session, person_id=person.id, section_id=section.id, role=SectionRole.MENTOR, now=now
        )


def _rounds(session: Session, section: Section, leader: uuid.UUID, now: dt.datetime) -> None:
    """Take every fifth person into the finished round, every third into the one in mid-answer."""
    spring, lately = now - dt.timedelta(days=240), now - dt.timedelta(days=6)
    soon = now + dt.timedelta(days=30)

    finished = _begin(session, section, f"{spring:%B %Y} round", share=5, now=spring)
    offers = _publish(session, finished, leader, now=spring + dt.timedelta(days=3))
    for offer, answer in zip(offers, itertools.cycle(AFTER_ALL)):
        answer(session, offer, spring + dt.timedelta(days=6))
    finish_round(session, round_id=finished.id, now=spring + dt.timedelta(days=20))
    months_together(session, _again(session, offers), now=now)

    answering = _begin(session, section, f"{lately:%B %Y} round", share=3, now=lately)
    offers = _publish(session, answering, leader, now=lately + dt.timedelta(days=1))
    for offer, answer in zip(offers, itertools.cycle(SO_FAR)):
        answer(session, offer, lately + dt.timedelta(days=3))
    first_weeks(session, _again(session, offers), now=now)

    _begin(session, section, f"{soon:%B %Y} round", share=1, now=now - dt.timedelta(days=1))


def _begin(session: Session, section: Section, name: str, *, share: int, now: dt.datetime) -> Round:
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
    everybody = candidates(session, made, today=now.date())
    rest = [one.profile_id for n, one in enumerate(everybody) if one.joined and n % share]
    leave_out(session, round_id=made.id, profile_ids=rest, now=now)
    return made


def _publish(
    session: Session, made: Round, leader: uuid.UUID, *, now: dt.datetime
) -> Sequence[Offer]:
    """Run and publish a round; return its offers in an order that is the same in every demo."""
    run = run_round(session, round_id=made.id, by=leader, now=now)
    publish_round(session, round_id=made.id, run_id=run.id, by=leader, now=now)
    return session.scalars(
        sa.select(Offer)
        .join(Profile, Profile.id == Offer.img_id)
        .join(User, User.id == Profile.person_id)
        .where(Offer.round_id == made.id)
        .order_by(User.email, Offer.place)
    ).all()


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


def sign_ins(session: Session) -> list[SignIn]:
    """List the accounts worth trying, whatever has been done in the demo meanwhile."""
    answering = [
        ("IMG with a mentor", Offer.img_id, OfferState.CONFIRMED),
        ("IMG who is asked", Offer.img_id, OfferState.ACCEPTED),
        ("mentor who is asked", Offer.mentor_id, OfferState.OFFERED),
    ]
    found = [("section leader", LEADER[0]), ("administrator", ADMIN[0])]
    for words, profile, state in answering:
        found.append((words, _first(session, Offer.state == state, profile, Offer.round_id)))
    for kind in ProfileKind:
        joined = Profile.kind == kind, Participant.left_out_at.is_(None)
        ready = sa.and_(Round.state.in_([RoundState.OPEN, RoundState.REVIEW]), *joined)
        words = f"{'IMG' if kind is ProfileKind.IMG else 'mentor'} in the next round"
        found.append((words, _first(session, ready, Participant.profile_id, Participant.round_id)))
    real = set(session.scalars(sa.select(User.email).where(User.demo)))
    return [SignIn(words, email) for words, email in found if email in real]


def _first(
    session: Session,
    where: sa.ColumnElement[bool],
    profile: sa.orm.InstrumentedAttribute[uuid.UUID],
    round_: sa.orm.InstrumentedAttribute[uuid.UUID],
) -> str:
    """Return the address of the first person found, "" for nobody."""
    return (
        session.scalar(
            sa.select(sa.func.min(User.email))
            .select_from(profile.class_)
            .join(Profile, Profile.id == profile)
            .join(User, User.id == Profile.person_id)
            .join(Round, Round.id == round_)
            .where(where, Round.state.not_in([RoundState.FINISHED, RoundState.ARCHIVED]))
        )
        or ""
    )
