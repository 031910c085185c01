"""Two people act at the same moment, each in a transaction of their own, on a real database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.consents.models import Consent
from mentorship.extensions import db, transaction
from mentorship.notices.models import Message
from mentorship.sections import leading, service
from mentorship.sections.models import Membership, MembershipState, SectionRole
from tests import factories
from tests.accounts.races import at_once_by
from tests.factories import NOW
from tests.page import PageClient

TURNS = 10
Act = Callable[[Session], object]


@pytest.fixture(scope="module")
def racing(new_app: Callable[..., Flask]) -> Flask:
    return new_app()


def at_once(app: Flask, *acts: Act) -> list[object]:
    """Run each act in a thread and a transaction of its own; return what came of it."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> object:
        with app.app_context():
            barrier.wait()
            try:
                with transaction() as session:
                    return act(session)
            except ValueError as problem:
                return type(problem)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_of_two_leaders_decides(racing: Flask) -> None:
    for _ in range(TURNS):
        with racing.app_context(), transaction() as session:
            section = factories.section(session)
            leaders = [factories.leader(session, section).id for _ in range(2)]
            ana = factories.person(session)
            asked = service.ask_to_join(
                session,
                person_id=ana.id,
                section_id=section.id,
                role=SectionRole.MENTOR,
                now=NOW,
            ).id

        def say(by: uuid.UUID, *, approve: bool, asked: uuid.UUID = asked) -> Act:
            return lambda session: (
                service.decide(session, membership_id=asked, approve=approve, by=by, now=NOW).state
            )

        ends = at_once(racing, say(leaders[0], approve=True), say(leaders[1], approve=False))
        assert ends.count(service.AlreadyDecided) == 1
        with racing.app_context():
            told = db.session.scalars(sa.select(Message).where(Message.recipient == ana.email))
            assert len(told.all()) == 1
            assert db.session.get_one(Membership, asked).state in ends


def test_of_two_leaders_dismissed_one_stays(racing: Flask) -> None:
    for _ in range(TURNS):
        with racing.app_context(), transaction() as session:
            admin, section = factories.administrator(session), factories.section(session)
            leaders = [factories.leader(session, section).id for _ in range(2)]
            ids = session.scalars(
                sa.select(Membership.id).where(Membership.person_id.in_(leaders))
            ).all()

        def dismiss(which: uuid.UUID, by: uuid.UUID = admin.id) -> Act:
            return lambda session: (
                leading.dismiss_leader(session, membership_id=which, by=by, now=NOW).state
            )

        ends = at_once(racing, *map(dismiss, ids))
        assert sorted(ends, key=str) == sorted([leading.LastLeader, MembershipState.LEFT], key=str)


def test_joining_and_agreeing_twice_at_once(racing: Flask) -> None:
    for _ in range(TURNS):
        with racing.app_context(), transaction() as session:
            section, ana = factories.section(session), factories.person(session)
            lena = factories.leader(session, section)

        def click(session: Session, who: uuid.UUID = ana.id, where: uuid.UUID = section.id) -> None:
            service.ask_to_join(
                session, person_id=who, section_id=where, role=SectionRole.MENTOR, now=NOW
            )
            consents.give(session, who, consents.MATCHING, NOW)

        assert at_once(racing, click, click, click) == [None] * 3
        with racing.app_context():
            for table, column, value in (
                (Membership, Membership.person_id, ana.id),
                (Consent, Consent.person_id, ana.id),
                (Message, Message.recipient, lena.email),
            ):
                found = sa.select(sa.func.count()).select_from(table).where(column == value)
                assert db.session.scalar(found) == 1


def test_two_administrators_invite_the_same_new_leader_at_once(racing: Flask) -> None:
    with racing.app_context(), transaction() as session:
        slug = factories.section(session).slug
        both = [factories.administrator(session) for _ in range(2)]
    browsers = [PageClient(racing, admin) for admin in both]
    path = f"/admin/sections/{slug}/leaders/invite"
    for turn in range(TURNS):
        form = {"email": f"new{turn}@example.org", "name": "New Leader"}
        answers = at_once_by(browsers, path, form)
        assert [status for status, _ in answers] == [303, 303]
    with racing.app_context():
        made = sa.select(sa.func.count()).where(User.name == "New Leader")
        assert db.session.scalar(made) == TURNS
        db.session.remove()
