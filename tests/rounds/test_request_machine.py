"""Whatever IMGs, mentors, a leader and the clock do to requests, in whatever order: no seat is
given twice, one request of an IMG is out at a time, and each goes on as the rules say.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from mentorship.profiles.service import pause_mentor
from mentorship.rounds import closing, expiring, jobs, service
from mentorship.rounds.due import end_of_day
from mentorship.rounds.models import RoundState
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount, Side
from mentorship.rounds.setup import SetUp
from tests.factories import NOW
from tests.rounds.asking import rank
from tests.rounds.cast import Cast

OFFERED, CONFIRMED, WITHDRAWN = OfferState.OFFERED, OfferState.CONFIRMED, OfferState.WITHDRAWN
SEATS = {"Noor Haddad": 1, "Omar Aziz": 2}
IMGS = ("Ana Silva", "Ben Okafor", "Chi Tanaka")
NOOR, OMAR = SEATS
RANKINGS = ((NOOR, OMAR), (OMAR, NOOR), (NOOR,), (OMAR,), ())
DAYS = 7  # to answer
WAYS_IN = 7  # how far on the way a life may start
REFUSED = (
    *(service.CannotAsk, service.CannotAgree, service.AlreadyAnswered, service.AnswersClosed),
    *(service.RoundChanged, sa.exc.NoResultFound),
)
imgs, mentors = st.sampled_from(IMGS), st.sampled_from(tuple(SEATS))


@dataclass
class Asked:
    """A request as the model has it."""

    img: str
    mentor: str
    state: OfferState
    until: dt.datetime


class Requests(RuleBasedStateMachine):
    """A round of requests beside a model of it: who ranks whom, and what became of each request."""

    def __init__(self, cast: Cast, seen: set[object], start: int) -> None:
        super().__init__()
        self.seen, self.start = seen, start
        self.cast, self.session = cast, cast.session
        self.savepoint = self.session.begin_nested()
        self.ranks: dict[str, tuple[str, ...]] = {}
        for name in IMGS:
            self.rank_mentors(name, RANKINGS[0])
        self.round = cast.open(set_up=SetUp(direct_requests=True, request_days=DAYS))
        self.now, self.open, self.direct = NOW, True, True
        self.gone: set[str] = set()
        self.paused: set[str] = set()
        self.requests: list[Asked] = []

    def teardown(self) -> None:
        self.savepoint.rollback()
        self.session.expire_all()

    @initialize()
    def begin(self) -> None:
        """Start so many steps on the way, so that the last states come as often as the first."""
        road: list[Callable[[], None]] = [
            self.everybody_asks,
            lambda: self.answer(IMGS[0], NOOR, yes=True),
            lambda: self.time_passes(0),  # the others go on to Omar
            lambda: self.answer(IMGS[1], OMAR, yes=False),
            lambda: self.time_passes(DAYS),
            lambda: self.end(0),
        ]
        for step in road[: self.start]:
            step()

    def everybody_asks(self) -> None:
        for img in IMGS:
            self.ask(img)

    def tried(self, act: Callable[[], object]) -> object:
        """Try something; None if it was refused, and then nothing has changed."""
        try:
            with self.session.begin_nested():
                return act()
        except REFUSED:
            return None

    def here(self) -> dict[str, Any]:
        return {"round_id": self.round.id, "now": self.now}

    def me(self, name: str) -> dict[str, Any]:
        return self.here() | {"person_id": self.cast.people[name].id}

    def of(self, **said: object) -> list[Asked]:
        return [r for r in self.requests if all(getattr(r, k) == v for k, v in said.items())]

    def full(self, mentor: str) -> bool:
        return len(self.of(mentor=mentor, state=CONFIRMED)) >= SEATS[mentor]

    def next_for(self, img: str) -> str | None:
        """Return the first of the ranking who has a seat, is here, and was not asked before."""
        barred = {r.mentor for r in self.of(img=img) if r.state is not WITHDRAWN}
        able = (
            each
            for each in self.ranks[img]
            if each not in barred | self.paused | self.gone and not self.full(each)
        )
        return next(able, None)

    def sends(self, img: str) -> bool:
        """Send a request to the next mentor, in the model."""
        mentor = self.next_for(img)
        if mentor is not None:
            until = end_of_day(self.now, days=DAYS)
            self.requests.append(Asked(img, mentor, OFFERED, until))
        return mentor is not None

    def ends(self, some: Iterable[Asked], state: OfferState, *, go_on: bool = True) -> int:
        """End requests in the model, and let each go on to the next mentor."""
        count = 0
        for each in list(some):
            each.state, count = state, count + 1
            if go_on and self.direct and each.img not in self.gone:
                self.sends(each.img)
        return count

    @rule(img=imgs, order=st.sampled_from(RANKINGS))
    def rank_mentors(self, img: str, order: tuple[str, ...]) -> None:
        rank(self.cast, img, *order)
        self.ranks[img] = order

    @rule(img=imgs)
    def ask(self, img: str) -> None:
        busy = self.of(img=img, state=OFFERED) + self.of(img=img, state=CONFIRMED)
        may = self.open and self.direct and img not in self.gone and not busy
        sent = self.tried(lambda: service.ask_next(self.session, **self.me(img)))
        assert (sent is not None) is (may and self.sends(img))

    @rule(img=imgs)
    def take_back(self, img: str) -> None:
        out = self.of(img=img, state=OFFERED)
        done = self.tried(lambda: service.take_back(self.session, **self.me(img)))
        assert bool(done) is bool(out)
        self.ends(out, WITHDRAWN, go_on=False)

    @rule(img=imgs, mentor=mentors, yes=st.sampled_from([True, True, False]))
    def answer(self, img: str, mentor: str, *, yes: bool) -> None:
        """Answer the newest request of an IMG to a mentor, be it over already."""
        asked = self.of(img=img, mentor=mentor)
        if not asked:
            return
        newest = asked[-1]
        offer = self.cast.offer(img, mentor)
        who: dict[str, Any] = {
            "person_id": self.cast.people[mentor].id,
            "offer_id": offer.id,
            "now": self.now,
        }
        if not yes:
            why: dict[str, Any] = {"reason": "no_time", "words": ""}
            self.tried(lambda: service.decline_offer(self.session, **who, **why))
            if newest.state is OFFERED:
                self.ends([newest], OfferState.DECLINED_BY_MENTOR)
            return
        said = self.tried(lambda: service.accept_offer(self.session, **who))
        if newest.state is OFFERED and mentor not in self.paused:
            assert said is (OfferState.SEAT_TAKEN if self.full(mentor) else CONFIRMED)
            newest.state = OFFERED if self.full(mentor) else CONFIRMED
        else:
            assert said in {None, CONFIRMED, OfferState.SEAT_TAKEN}

    @rule(days=st.sampled_from([0, 1, 4, 8]))
    def time_passes(self, days: int) -> None:
        """Let the worker look: what is past its day ends, and what waits without a seat."""
        self.now += dt.timedelta(days=days)
        done = expiring.expire_requests(self.session, **self.here())
        due = [r for r in self.of(state=OFFERED) if r.until <= self.now] if self.open else []
        ended = self.ends(due, OfferState.EXPIRED)
        waiting = [r for r in self.of(state=OFFERED) if self.full(r.mentor)] if self.open else []
        ended += self.ends(waiting, OfferState.SEAT_TAKEN)
        assert done == ended
        assert expiring.expire_requests(self.session, **self.here()) == 0

    @rule(number=st.integers(0, 2))
    def end(self, number: int) -> None:
        for pair in self.of(state=CONFIRMED)[number : number + 1]:
            service.end_match(
                self.session,
                offer=self.cast.offer(pair.img, pair.mentor),
                side=Side.MENTOR,
                by=None,
                reason="no_time",
                words="",
                now=self.now,
            )
            self.ends([pair], OfferState.ENDED, go_on=False)

    @rule(name=st.sampled_from((*IMGS, *SEATS)))
    def leave_or_come_back(self, name: str) -> None:
        place: dict[str, Any] = {"profile_id": self.cast.profile(name)}
        if name in self.gone:
            if name in self.paused:
                with pytest.raises(service.CannotTakePart):
                    service.come_back(self.session, **self.me(name), **place)
                return
            service.come_back(self.session, **self.me(name), **place)
            self.gone.discard(name)
            return
        service.withdraw(self.session, **self.me(name), **place)
        self.gone.add(name)
        self.ends(self.of(img=name, state=OFFERED), WITHDRAWN, go_on=False)
        self.ends(self.of(mentor=name, state=OFFERED), WITHDRAWN)

    @rule(mentor=mentors)
    def pause_or_go_on(self, mentor: str) -> None:
        until = None if mentor in self.paused else (self.now + dt.timedelta(days=365)).date()
        who = self.cast.people[mentor].id
        pause_mentor(self.session, person_id=who, until=until, today=self.now.date())
        self.paused ^= {mentor}

    @rule()
    def close_or_open(self) -> None:
        if self.open:
            closing.close_round(self.session, **self.here())
            self.ends(self.of(state=OFFERED), WITHDRAWN, go_on=False)
        else:
            jobs.open_again(self.session, **self.here())
        self.open = not self.open

    @rule()
    def switch(self) -> None:
        """Let the round take requests no more, or again."""
        service.edit_round(
            self.session,
            **self.here(),
            name="Spring",
            policy="most-matched",
            set_up=SetUp(direct_requests=not self.direct, request_days=DAYS),
            answer_days=14,
            end_requests=True,
        )
        self.direct = not self.direct
        if not self.direct:
            self.ends(self.of(state=OFFERED), WITHDRAWN, go_on=False)

    @invariant()
    def the_database_agrees(self) -> None:
        kept = self.session.execute(
            sa.select(Offer.img_id, Offer.mentor_id, Offer.state).where(
                Offer.round_id == self.round.id
            )
        )
        key = {name: self.cast.profile(name) for name in (*IMGS, *SEATS)}
        model = Counter((key[r.img], key[r.mentor], r.state) for r in self.requests)
        assert Counter(tuple(row) for row in kept) == model
        state = RoundState.OPEN if self.open else RoundState.CLOSED
        assert self.cast.again(self.round).state is state
        self.seen |= {r.state for r in self.requests}

    @invariant()
    def one_request_is_out_and_no_seat_is_given_twice(self) -> None:
        out = Counter(r.img for r in self.of(state=OFFERED) + self.of(state=CONFIRMED))
        assert set(out.values()) <= {1}
        taken = self.session.execute(
            sa.select(SeatCount.mentor_id, SeatCount.taken).where(
                SeatCount.round_id == self.round.id
            )
        )
        for mentor_id, count in taken:
            name = next(each for each in SEATS if self.cast.profile(each) == mentor_id)
            assert count == len(self.of(mentor=name, state=CONFIRMED)) <= SEATS[name]


def test_requests_go_on_as_the_rules_say(cast: Cast, pytestconfig: pytest.Config) -> None:
    seen: set[object] = set()
    examples = 500 if pytestconfig.getoption("--long") else 21
    for start in range(WAYS_IN):
        run_state_machine_as_test(
            lambda start=start: Requests(cast, seen, start),  # type: ignore[arg-type]  # as it says
            settings=settings(
                max_examples=-(-examples // WAYS_IN),
                stateful_step_count=12,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    elsewhere = {OfferState.ACCEPTED, OfferState.DECLINED_BY_IMG}  # an IMG who asks has said yes
    assert seen == {*OfferState} - elsewhere, "the rules above do not reach every state"
