"""A section of its own on the running service; a leader's part is done by the services there."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from flask import Flask

from mentorship.accounts.models import User
from mentorship.accounts.service import new_person
from mentorship.consents.service import LISTED, MATCHING, give
from mentorship.demo.sign_ins import LEADER
from mentorship.extensions import transaction
from mentorship.matching import Img, Mentor
from mentorship.profiles.service import write_img, write_mentor
from mentorship.rounds import service as rounds
from mentorship.sections.models import Browsing, Membership, MembershipState, Section, SectionRole
from mentorship.sections.service import create_section

IMG = Img(key="", stage="interviews", topics=("interview_prep",), languages=("en",))
MENTOR = Mentor(key="", topics=("interview_prep",), languages=("en",), seats=1)


@dataclass
class Place:
    """``join`` brings people in; ``open`` and ``publish`` are what the leader does."""

    app: Flask
    key: str
    section_id: uuid.UUID
    leader_id: uuid.UUID

    @classmethod
    def new(cls, app: Flask) -> Place:
        """Make a section whose IMGs may look through its mentors."""
        now, key = dt.datetime.now(dt.UTC), uuid.uuid4().hex[:6]
        with app.app_context(), transaction() as session:
            leader = session.query(User).filter_by(email=LEADER[0]).one()
            section = create_section(
                session,
                name=f"Walkers {key}",
                slug=f"walkers-{key}",
                about="",
                approve_imgs=False,
                now=now,
            )
            section.browsing = Browsing.IMGS
            return cls(app, key, section.id, leader.id)

    def join(self, name: str, role: SectionRole, *, ready: bool = False) -> str:
        """Bring somebody in who agreed to be matched and looked up; return their address.

        They have said nothing yet unless they are ``ready`` to be matched.
        """
        now, email = dt.datetime.now(dt.UTC), f"{name.lower().replace(' ', '.')}.{self.key}"
        with self.app.app_context(), transaction() as session:
            leader = session.get_one(User, self.leader_id)
            who = new_person(
                session,
                email=f"{email}@example.org",
                name=name,
                now=now,
                password_hash=leader.password,
                confirmed=True,
            )
            give(session, who.id, MATCHING, now)
            give(session, who.id, LISTED, now)
            session.add(_membership(session.get_one(Section, self.section_id), who, role, now))
            if ready and role is SectionRole.MENTOR:
                write_mentor(session, person_id=who.id, mentor=MENTOR, now=now)
            elif ready:
                write_img(session, person_id=who.id, img=IMG, now=now)
            return who.email

    def open(self, *, requests: bool = False) -> uuid.UUID:
        """Open a round, in which each IMG gets one mentor."""
        now = dt.datetime.now(dt.UTC)
        with self.app.app_context(), transaction() as session:
            made = rounds.create_round(
                session,
                section_id=self.section_id,
                name="First round",
                policy="most-matched",
                set_up=rounds.SetUp(two_mentors=False, direct_requests=requests),
                answer_days=14,
                lottery=1,
                now=now,
            )
            rounds.open_round(session, round_id=made.id, now=now)
            return made.id

    def publish(self) -> None:
        """Open, run and publish a round."""
        round_id, now = self.open(), dt.datetime.now(dt.UTC)
        with self.app.app_context(), transaction() as session:
            run = rounds.run_round(session, round_id=round_id, by=self.leader_id, now=now)
            rounds.publish_round(
                session, round_id=round_id, run_id=run.id, by=self.leader_id, now=now
            )


def _membership(section: Section, who: User, role: SectionRole, now: dt.datetime) -> Membership:
    return Membership(
        section_id=section.id,
        person_id=who.id,
        role=role,
        state=MembershipState.ACTIVE,
        asked_at=now,
        decided_at=now,
    )
