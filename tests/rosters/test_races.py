"""Leaders bring the same person in at the same moment, or while the person acts themselves."""

from __future__ import annotations

import io
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.extensions import db, transaction
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.service import import_roster
from mentorship.sections import service as sections
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

TURNS = 6
ANA = "ana@example.org"
Act = Callable[[], object]


@pytest.fixture(scope="module")
def racing(new_app: Callable[..., Flask]) -> Flask:
    return new_app()


@pytest.fixture
def turns(racing: Flask) -> Iterator[Iterator[Flask]]:
    """The application several times, with nobody in it each time."""

    def empty() -> Iterator[Flask]:
        for _ in range(TURNS):
            with racing.app_context(), transaction() as session:
                for table in (Section, User, Message):
                    session.execute(sa.delete(table))
            yield racing

    return empty()  # type: ignore[return-value]  # a fixture that hands an iterator on


def at_once(app: Flask, *acts: Act) -> list[object]:
    """Run each act in a thread of its own; whatever it raises fails the test."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> object:
        with app.app_context():
            barrier.wait()
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def bringing(section_id: uuid.UUID) -> Act:
    """Bring Ana into a section, in a transaction of its own, as a leader's file would."""
    rows = f"email,name,stage\n{ANA},Ana Abara,usce\n".encode()

    def bring() -> object:
        with transaction() as session:
            report = import_roster(
                session,
                section=session.get_one(Section, section_id),
                imgs=read_imgs(io.BytesIO(rows)),
                mentors=read_mentors(io.BytesIO(b"email,name\n")),
                now=NOW,
            )
            return report.created, report.updated, report.unchanged

    return bring


def states(app: Flask) -> list[tuple[uuid.UUID, MembershipState]]:
    with app.app_context():
        rows = sa.select(Membership.section_id, Membership.state).where(
            Membership.role != SectionRole.LEADER
        )
        return [tuple(row) for row in db.session.execute(rows)]  # type: ignore[misc]  # rows of two


def count(app: Flask, table: type[User | Profile | Notice]) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(sa.func.count()).select_from(table)).one()


def test_two_leaders_of_one_section_bring_the_same_person_in(turns: Iterator[Flask]) -> None:
    for app in turns:
        with app.app_context(), transaction() as session:
            where = factories.section(session).id
        came = at_once(app, bringing(where), bringing(where))
        assert Counter(came) == {(1, 0, 0): 1, (0, 0, 1): 1}
        assert states(app) == [(where, MembershipState.ACTIVE)]
        assert (count(app, User), count(app, Profile)) == (1, 1)


def test_of_leaders_of_two_sections_the_second_invites(turns: Iterator[Flask]) -> None:
    """Whoever comes second finds somebody of another section: they are asked, not taken."""
    for app in turns:
        with app.app_context(), transaction() as session:
            both = [factories.section(session).id for _ in range(2)]
        came = at_once(app, *map(bringing, both))
        assert came == [(1, 0, 0), (1, 0, 0)]
        ((where, state),) = states(app)
        assert (where in both, state) == (True, MembershipState.ACTIVE)
        assert (count(app, User), count(app, Profile), count(app, Notice)) == (1, 1, 1)


def test_two_sections_invite_somebody_who_has_an_account(turns: Iterator[Flask]) -> None:
    for app in turns:
        with app.app_context(), transaction() as session:
            factories.person(session, email=ANA)
            both = [factories.section(session).id for _ in range(2)]
        at_once(app, *map(bringing, both * 2))
        assert states(app) == []
        assert count(app, Notice) == 2  # one from each section, however often it asks


def test_a_yes_while_a_leader_brings_the_person_in(turns: Iterator[Flask]) -> None:
    """Once a member, whatever comes first; a file takes nobody in who has not said yes."""
    for app in turns:
        with app.app_context(), transaction() as session:
            ana, where = factories.person(session, email=ANA).id, factories.section(session).id

        def yes(who: uuid.UUID = ana, where: uuid.UUID = where) -> object:
            with transaction() as session:
                return sections.ask_to_join(
                    session, person_id=who, section_id=where, role=SectionRole.IMG, now=NOW
                ).state

        at_once(app, yes, bringing(where), yes)
        assert states(app) == [(where, MembershipState.ACTIVE)]


def _pressed(who: PageClient, path: str, form: dict[str, str]) -> Act:
    sent = {"csrf_token": who.token(), **form}
    return lambda: who.client.post(path, data=sent).status_code


def _asks(session: Session) -> tuple[User, User, str, Membership]:
    section = factories.section(session, approve_imgs=True)
    lena, ana = factories.leader(session, section), factories.person(session, email=ANA)
    asked = sections.ask_to_join(
        session, person_id=ana.id, section_id=section.id, role=SectionRole.IMG, now=NOW
    )
    return lena, ana, section.slug, asked


@pytest.mark.parametrize("word", ["approve", "decline"])
def test_a_leader_decides_while_the_person_leaves_and_asks_again(
    turns: Iterator[Flask], word: str
) -> None:
    """Over HTTP: every answer is one that a person can read, and one membership is left."""
    for app in turns:
        with app.app_context(), transaction() as session:
            lena, ana, slug, asked = _asks(session)
        leader, person = PageClient(app, lena), PageClient(app, ana)
        again = PageClient(app, ana)
        statuses = at_once(
            app,
            _pressed(leader, f"/sections/{slug}/members/{asked.id}/{word}", {}),
            _pressed(person, f"/memberships/{asked.id}/leave", {}),
            _pressed(again, f"/sections/{slug}/join", {"role": "img", "version": "1"}),
        )
        assert set(statuses) <= {302, 303, 409, 422}, statuses
        assert len(states(app)) == 1
        with app.app_context():
            assert audit.first_bad(db.session())[0] is None
