"""Two server processes, two workers and a mail server: a round across them while some are killed.

The parts of ``compose.yaml`` run by hand. The README says the same steps for people.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import first_bad
from mentorship.extensions import transaction
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_models import JobState, RunJob
from tests import factories
from tests.accounts import second
from tests.faults.mailing import mailbox
from tests.faults.place import Browser, place
from tests.page import PageClient
from tests.rounds.cast import Cast

TAKEN_OVER = 90  # seconds: the lease of a killed worker, and the run again, on a busy machine
GOOD = (302, 303)


def test_a_round_goes_on_while_processes_are_killed(
    pytestconfig: pytest.Config, migrated_database: Callable[[], str], tmp_path: Path
) -> None:
    if pytestconfig.getoption("--database") != "postgresql":
        pytest.skip("several servers share PostgreSQL")
    with (
        mailbox() as box,
        place(
            migrated_database(),
            tmp_path,
            MAIL_URL=f"smtp+plain://127.0.0.1:{box.port}",
            REQUIRE_MFA="staff",
        ) as site,
    ):
        with site.app.app_context(), transaction() as session:
            section = factories.section(session)
            cast = Cast(session, section, factories.leader(session, section))
            for number in range(40):
                cast.img(f"Img {number}", goals=f"Research, number {number}")
            for number in range(15):
                cast.mentor(f"Mentor {number}", seats=2)
            round_id = cast.open().id
            session.execute(sa.delete(Message))
            people, leader = dict(cast.people), cast.leader
            where = f"/sections/{section.slug}/rounds/{round_id}"
        server, workers = site.web(), [site.worker(), site.worker()]
        _, sent_to = Browser(site, leader).get(where)
        assert sent_to.get("Location") == "/account/second-factor"
        with site.app.app_context():
            second.add_app(PageClient(site.app, leader), leader)

        def press(person: User, path: str, values: dict[str, str] | None = None) -> None:
            """Press a button, again where the line broke, as people do."""
            browser = Browser(site, person)
            site.wait_for(lambda: browser.post(path, values) in GOOD)

        def states(session: Session) -> list[JobState]:
            return list(session.scalars(sa.select(RunJob.state).where(RunJob.round_id == round_id)))

        press(leader, f"{where}/run")
        site.wait_for(lambda: JobState.WAITING not in site.asked(states))
        os.kill(site.children(server)[0], signal.SIGKILL)
        workers[0].kill()
        site.wait_for(lambda: site.asked(states) == [JobState.DONE], seconds=TAKEN_OVER)

        run_id = site.asked(lambda s: s.scalars(sa.select(Run.id)).one())
        press(leader, f"{where}/publish", {"run": str(run_id)})
        press(leader, f"{where}/publish/now")
        offers = site.asked(
            lambda s: [
                (offer.id, offer.mentor_id, offer.img_id) for offer in s.scalars(sa.select(Offer))
            ]
        )
        assert len(offers) == 30
        persons = site.asked(_persons)
        by_id = {person.id: person for person in people.values()}
        for number, (offer_id, mentor_id, img_id) in enumerate(offers):
            if number == 10:
                os.kill(site.children(server)[0], signal.SIGKILL)
            press(by_id[persons[mentor_id]], f"/offers/{offer_id}/accept")
            press(by_id[persons[img_id]], f"/matches/{offer_id}/confirm")
        done = site.asked(lambda s: s.scalars(sa.select(Offer.state)).all())
        assert set(done) == {OfferState.CONFIRMED}
        site.wait_for(lambda: site.asked(_waiting) == 0, seconds=TAKEN_OVER)
        assert set(box.came.values()) == {1}, "each mail once"
        bad, entries, _ = site.asked(first_bad)
        assert bad is None
        assert entries > 2 * len(offers)
        assert site.status("/readyz") == 200


def _persons(session: Session) -> dict[uuid.UUID, uuid.UUID]:
    return {row.id: row.person_id for row in session.scalars(sa.select(Profile))}


def _waiting(session: Session) -> int:
    waiting = sa.select(sa.func.count()).select_from(Message).where(Message.sent_at.is_(None))
    return session.scalar(waiting) or 0
