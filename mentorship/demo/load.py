"""Fill an empty database with the demo section, by the same roads that real people take.

The rosters come in as a leader's would, the rounds are run, published and answered by the same
services; only the clock is set back. Nothing is mailed: the people are invented.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts import administrators
from mentorship.accounts.models import User
from mentorship.accounts.service import new_person
from mentorship.consents.models import Consent
from mentorship.consents.service import LISTED, SHARE_GENDER, give
from mentorship.demo import journeys
from mentorship.demo.desk import load_desk
from mentorship.demo.rounds import load_rounds
from mentorship.demo.section_life import load_section_life
from mentorship.demo.sign_ins import ADMIN, DEMO_PASSWORD, LEADER, sign_ins
from mentorship.finding.service import set_up_finding
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.importing import import_roster
from mentorship.sections.leading import appoint_leader
from mentorship.sections.models import Browsing, Section, SectionRole
from mentorship.sections.service import ask_to_join, create_section

FOLDER = Path(__file__).parent
BANNER = "Everybody here is invented, and everybody may sign in. Do not enter real data."
ASKED = "IMG in the next round"  # who is asked whether what the roster agreed to is right
NEWCOMERS = (
    ("ines.caldeira@example.org", "Dr. Inês Caldeira"),
    ("tomasz.wilk@example.org", "Dr. Tomasz Wilk"),
)


def settings() -> dict[str, object]:
    """Return what the pages need to know of the demo."""
    return {
        "DEMO_BANNER": BANNER,
        "DEMO_PASSWORD": DEMO_PASSWORD,
        "DEMO_SIGN_INS": sign_ins,
    }


def load_demo(session: Session, *, password_hash: str, now: dt.datetime) -> None:
    """Make the demo section: its people, and four rounds, each at another point of its life.

    The caller commits. ``password_hash`` is of ``DEMO_PASSWORD``; everybody gets it.
    """
    long_ago = now - dt.timedelta(days=250)
    leader = _staff(session, now=long_ago)
    section = create_section(
        session,
        name="International Medical Graduates Section",
        slug="imgs",
        about="A demo section with invented people: 150 IMGs, 60 mentors, and four match rounds.",
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
    _log(session, section, leader, now=long_ago)
    load_rounds(session, section, leader.id, now)
    shown = sign_ins(session)
    _answer(session, next((one.email for one in shown if one.role == ASKED), ""))
    journeys.walk(session, shown={one.email for one in shown}, now=now)
    load_section_life(session, section, leader.id, now=now)
    load_desk(session, section, leader.id, now=now)
    session.execute(sa.delete(Message))
    old = Notice.created_at < now - dt.timedelta(days=14)
    session.execute(sa.update(Notice).where(old).values(seen_at=now))


def _log(session: Session, section: Section, leader: User, *, now: dt.datetime) -> None:
    """Note what the pages would have noted, had the leader pressed their buttons."""
    for action in ("roster.import.begin", "roster.import.try", "roster.import.write"):
        audit.record(
            session,
            action=action,
            actor_id=leader.id,
            about_id=section.id,
            section_id=section.id,
            now=now,
        )


def _staff(session: Session, *, now: dt.datetime) -> User:
    email, name = ADMIN
    administrators.appoint(session, email=email, name=name, password_hash=None, now=now)
    email, name = LEADER
    leader = new_person(session, email=email, name=name, now=now)
    leader.timezone = "America/Chicago"
    return leader


def _list(session: Session, section: Section, *, now: dt.datetime) -> None:
    """Let members look each other up, and show matches a gender, where they agreed to it."""
    set_up_finding(session, section_id=section.id, browsing=Browsing.BOTH, names_masked=False)
    people = session.execute(
        sa.select(Profile.person_id, Profile.kind)
        .join(User, User.id == Profile.person_id)
        .order_by(User.email)
    ).all()
    for number, (person_id, kind) in enumerate(people):
        if number % 2 if kind is ProfileKind.IMG else number % 5:
            give(session, person_id, LISTED, now)
        if number % 3 == 0:
            give(session, person_id, SHARE_GENDER, now)


def _answer(session: Session, asked: str) -> None:
    """Let people say themselves what the roster said for them; the site still asks one of them."""
    one = sa.select(User.id).where(User.email == asked)
    theirs = sa.update(Consent).where(Consent.person_id.not_in(one)).values(by_file=False)
    session.execute(theirs)


def _ask(session: Session, section: Section, *, now: dt.datetime) -> None:
    for email, name in NEWCOMERS:
        person = new_person(session, email=email, name=name, now=now)
        ask_to_join(
            session, person_id=person.id, section_id=section.id, role=SectionRole.MENTOR, now=now
        )
