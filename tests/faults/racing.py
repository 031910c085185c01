"""F4, F5 and F6: many people press at the same moment, against the real server."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import transaction
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile
from mentorship.rounds import planning
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from tests import factories
from tests.faults.killing import Fault
from tests.faults.place import Browser, Place
from tests.rounds.cast import Cast, small_cast

MOST = 20  # presses at once
Press = tuple[Browser, str, dict[str, str]]


def at_once(presses: Sequence[Press]) -> list[tuple[int, str]]:
    """Return the status and the text of each answer."""
    barrier = Barrier(len(presses))

    def press(each: Press) -> tuple[int, str]:
        browser, path, values = each
        barrier.wait()
        return browser.press(path, values)

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def publish_at_once(place: Place, rounds: int) -> int:
    """Let two to twenty leaders publish one round at once; return how many were told who did."""
    told = 0
    for number in range(rounds):
        leaders, path, run_id, round_id = reviewed(place, 2 + number * 7 % (MOST - 1))
        pressed = at_once([(Browser(place, who), path, {"run": str(run_id)}) for who in leaders])
        won = [who for who, (status, _) in zip(leaders, pressed, strict=True) if status == 303]
        if len(won) != 1:
            raise Fault(f"{[status for status, _ in pressed]}")
        for status, text in pressed:
            if status != 303:
                if status != 409 or won[0].name not in text:
                    raise Fault(f"{status} without the name of who was first")
                told += 1
        place.asked(partial(send_out, round_id=round_id))
        place.asked(partial(count_mails, round_id=round_id))
    return told


def reviewed(place: Place, leaders: int) -> tuple[list[User], str, uuid.UUID, uuid.UUID]:
    with place.app.app_context(), transaction() as session:
        session.execute(sa.delete(Message))
        cast = small_cast(session)
        round_, run = cast.reviewed()
        who = [cast.leader, *(factories.leader(session, cast.section) for _ in range(leaders - 1))]
        path = f"/sections/{cast.section.slug}/rounds/{round_.id}/publish"
        return who, path, run.id, round_.id


def send_out(session: Session, *, round_id: uuid.UUID) -> None:
    later = dt.datetime.now(dt.UTC) + planning.UNDO
    for _ in range(2):  # a second worker comes too late
        planning.send_out(session, round_id=round_id, now=later)
        session.commit()


def count_mails(session: Session, *, round_id: uuid.UUID) -> None:
    asked = sa.select(User.email).join(Profile, Profile.person_id == User.id)
    asked = asked.where(
        Profile.id.in_(sa.select(Offer.mentor_id).where(Offer.round_id == round_id))
    )
    mails = Counter(session.scalars(sa.select(Message.recipient)))
    if set(mails) != set(session.scalars(asked)) or set(mails.values()) != {1}:
        raise Fault(f"mails: {sorted(mails.values())}")


class Seats:
    """One mentor whom twenty IMGs were paired with; the round is put back after each turn."""

    def __init__(self, place: Place) -> None:
        self.place = place
        with place.app.app_context(), transaction() as session:
            section = factories.section(session)
            cast = Cast(session, section, factories.leader(session, section))
            for number in range(MOST // 2):
                cast.img(f"Img {number}")
            cast.mentor("Omar Aziz", seats=10)
            self.round_id = cast.published().id
            mine = sa.select(Offer.id).where(Offer.round_id == self.round_id)
            self.offers = list(session.scalars(mine))
            self.omar = cast.people["Omar Aziz"]
        self.browser = Browser(place, self.omar)

    def press(self, cap: int) -> Counter[int]:
        """Press yes on each offer twice, all twenty at once; compare the rows with the answers."""
        self.place.asked(partial(self._put_back, cap=cap))
        yes: list[Press] = [(self.browser, f"/offers/{key}/accept", {}) for key in self.offers * 2]
        statuses = Counter(status for status, _ in at_once(yes))
        self.place.asked(partial(self._check, cap=cap))
        if statuses != {303: 2 * cap, 409: len(yes) - 2 * cap}:
            raise Fault(f"answers {dict(statuses)} with {cap} seats")
        return statuses

    def press_one_twice(self, number: int) -> None:
        """Send the same form twice at once: one seat goes, one mail leaves, both read the same."""
        self.place.asked(partial(self._put_back, cap=len(self.offers)))
        path = f"/offers/{self.offers[number % len(self.offers)]}/accept"
        pressed = at_once([(self.browser, path, {})] * 2)
        if [status for status, _ in pressed] != [303, 303]:
            raise Fault(f"answers {[status for status, _ in pressed]}")
        self.place.asked(partial(self._check, cap=1, asked=len(self.offers) - 1))

    def _put_back(self, session: Session, *, cap: int) -> None:
        mine = sa.update(Offer).where(Offer.round_id == self.round_id)
        session.execute(mine.values(state=OfferState.OFFERED, mentor_answered_at=None))
        seats = sa.update(SeatCount).where(SeatCount.round_id == self.round_id)
        session.execute(seats.values(taken=0, seats=cap))
        session.execute(sa.delete(Message))
        session.commit()

    def _check(self, session: Session, *, cap: int, asked: int = 0) -> None:
        mine = sa.select(Offer.state).where(Offer.round_id == self.round_id)
        states = Counter(session.scalars(mine))
        taken = sa.select(SeatCount.taken).where(SeatCount.round_id == self.round_id)
        mails = Counter(session.scalars(sa.select(Message.recipient)))
        found = (
            states[OfferState.ACCEPTED],
            session.scalars(taken).one(),
            states[OfferState.OFFERED],
        )
        if found != (cap, cap, asked) or set(mails.values()) != {1}:
            raise Fault(f"accepted, taken, still asked: {found}; mails {sorted(mails.values())}")
        if sum(mails.values()) != len(self.offers) - asked:
            raise Fault(f"{sum(mails.values())} mails")
