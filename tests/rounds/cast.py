"""A small section for rounds: three IMGs and two mentors whose best pairs are plain to see.

Noor offers what Ana and Ben need, Omar what Chi needs. Noor has one seat, Omar two.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, STATISTICS, give
from mentorship.matching import Img, Mentor
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import write_img, write_mentor
from mentorship.rounds import service
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer
from mentorship.sections.models import Section, SectionRole
from tests import factories
from tests.factories import NOW


@dataclass
class Cast:
    session: Session
    section: Section
    leader: User
    people: dict[str, User] = field(default_factory=dict)

    def img(self, name: str, **values: object) -> User:
        said: dict[str, Any] = {
            "stage": "interviews",
            "topics": ("interview_prep",),
            "languages": ("en",),
        }
        who = self._join(name, SectionRole.IMG)
        said |= values
        write_img(self.session, person_id=who.id, img=Img(key="x", **said), now=NOW)
        return who

    def mentor(self, name: str, **values: object) -> User:
        said: dict[str, Any] = {
            "topics": ("interview_prep",),
            "languages": ("en",),
            "seats": 1,
        }
        who = self._join(name, SectionRole.MENTOR)
        said |= values
        mentor = Mentor(key="x", **said)
        write_mentor(self.session, person_id=who.id, mentor=mentor, now=NOW)
        return who

    def _join(self, name: str, role: SectionRole) -> User:
        who = self.people.get(name) or factories.person(self.session, name)
        factories.member(self.session, self.section, role, who)
        for purpose in (MATCHING, STATISTICS):
            give(self.session, who.id, purpose, NOW)
        self.people[name] = who
        return who

    def profile(self, name: str, kind: ProfileKind | None = None) -> uuid.UUID:
        found = sa.select(Profile.id).where(Profile.person_id == self.people[name].id)
        if kind is not None:
            found = found.where(Profile.kind == kind)
        return self.session.scalars(found).one()

    def draft(self, name: str = "Spring", **values: object) -> Round:
        said: dict[str, Any] = {
            "policy": "most-matched",
            "set_up": service.SetUp(),
            "answer_days": 14,
            "lottery": 7,
        }
        said |= values
        return service.create_round(
            self.session, section_id=self.section.id, name=name, now=NOW, **said
        )

    def open(self, name: str = "Spring", **values: object) -> Round:
        round_ = self.draft(name, **values)
        service.open_round(self.session, round_id=round_.id, now=NOW)
        return self.again(round_)

    def reviewed(self, name: str = "Spring", **values: object) -> tuple[Round, Run]:
        round_ = self.open(name, **values)
        run = service.run_round(self.session, round_id=round_.id, by=self.leader.id, now=NOW)
        return self.again(round_), run

    def published(self, name: str = "Spring", **values: object) -> Round:
        round_, run = self.reviewed(name, **values)
        service.publish_round(
            self.session, round_id=round_.id, run_id=run.id, by=self.leader.id, now=NOW
        )
        return self.again(round_)

    def again(self, round_: Round) -> Round:
        return self.session.get_one(Round, round_.id, populate_existing=True)

    def offer(self, img: str, mentor: str | None = None) -> Offer:
        found = sa.select(Offer).where(Offer.img_id == self.profile(img, ProfileKind.IMG))
        if mentor is not None:
            found = found.where(Offer.mentor_id == self.profile(mentor, ProfileKind.MENTOR))
        newest = found.order_by(Offer.offered_at.desc()).limit(1)
        return self.session.scalars(newest, execution_options={"populate_existing": True}).one()


def small_cast(session: Session) -> Cast:
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    cast.img("Ana Silva", specialties=("neurology",))
    cast.img("Ben Okafor")
    cast.img("Chi Tanaka", topics=("visa_choice",), specialties=("psychiatry",))
    cast.mentor("Noor Haddad", specialties=("neurology",), seats=1)
    cast.mentor("Omar Aziz", topics=("visa_choice",), specialties=("psychiatry",), seats=2)
    return cast


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = session.get_bind().engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)
