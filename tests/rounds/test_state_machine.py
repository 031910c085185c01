"""Whatever leaders, mentors and IMGs try in whatever order: only listed steps happen."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mentorship.profiles.models import Profile
from mentorship.rounds import (
    closing,
    editing,
    expiring,
    holding,
    jobs,
    lifecycle,
    planning,
    service,
    steps,
)
from mentorship.rounds.editing import Edit, EditKind
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.run_models import JobState, RunJob
from mentorship.rounds.running import solved
from mentorship.rounds.scope import run_of_round
from tests.factories import NOW
from tests.rounds.cast import Cast

DRAFT, OPEN, CLOSED, REVIEW, PUBLISHED, ANSWERING, REMATCHING, FINISHED, ARCHIVED = RoundState
OUT = {ANSWERING, REMATCHING}
DUE = NOW + dt.timedelta(days=100)  # after every day to answer
IMGS = ("Ana Silva", "Ben Okafor", "Chi Tanaka")
MENTORS = ("Noor Haddad", "Omar Aziz")
REFUSED = (
    service.RoundChanged,
    service.NobodyToMatch,
    service.RunOutOfDate,
    service.NothingToPublish,
    service.AnswersClosed,
    service.AlreadyAnswered,
    planning.BadTime,
    steps.NothingToUndo,
)
people = st.sampled_from(IMGS + MENTORS)
which = st.integers(0, 2)
WAYS_IN = 8  # how far on the way a round may start


class OneRound(RuleBasedStateMachine):
    """A round beside a model of it: its state, who is left out, and the state of each offer."""

    def __init__(self, cast: Cast, seen: set[object], start: int) -> None:
        super().__init__()
        self.seen, self.start = seen, start
        self.cast, self.session = cast, cast.session
        self.savepoint = self.session.begin_nested()
        self.round: Round = cast.draft()
        self.state = DRAFT
        self.given_up = False  # for good
        self.ran = False
        self.out: set[str] = set()
        self.paired: set[str] = set()
        self.run_id = uuid.uuid4()
        self.offers: list[Offer] = []
        self.answers: dict[uuid.UUID, OfferState] = {}
        self.edit_of: dict[uuid.UUID, uuid.UUID] = {}  # run -> the one it is an edit of
        self.made: list[uuid.UUID] = []  # edits, the one that counted last at the end
        self.rest: set[uuid.UUID] = set()  # runs of the rest, and edits of them

    def teardown(self) -> None:
        self.savepoint.rollback()
        self.session.expire_all()

    def tried(self, act: Callable[[], object], *, works: bool) -> bool:
        """Try something; it works exactly when the model says so, and else changes nothing."""
        try:
            with self.session.begin_nested():
                act()
        except REFUSED:
            done = False
        else:
            done = True
        assert done is works
        return done

    @initialize()
    def begin(self) -> None:
        """Start so many steps on the way, the last states as often as the first."""
        for step in self._road()[: self.start]:
            step()

    def _road(self) -> list[Callable[[], None]]:
        return [
            *(self.open, self.run, self.plan, self.send, self.everybody_accepts),
            self.one_img_confirms_and_one_declines,
            lambda: self.finish(sure=True),
        ]

    def everybody_accepts(self) -> None:
        for number in range(len(self.offers)):
            self.mentor_answers(number, yes=True)

    def one_img_confirms_and_one_declines(self) -> None:
        self.img_answers(0, yes=True)
        self.img_answers(1, yes=False)

    @rule(policy=st.sampled_from(["best-total", "most-matched"]))
    def edit(self, policy: str) -> None:
        self.tried(
            lambda: service.edit_round(
                self.session,
                round_id=self.round.id,
                name="Spring",
                policy=policy,
                set_up=service.SetUp(),
                answer_days=3,
                now=NOW,
            ),
            works=self.state in {DRAFT, OPEN, CLOSED, REVIEW},
        )

    @rule()
    def open(self) -> None:
        act = lambda: service.open_round(self.session, round_id=self.round.id, now=NOW)  # noqa: E731
        if self.tried(act, works=self.state is DRAFT):
            self.state = OPEN

    @rule(late=st.booleans())
    def close(self, *, late: bool) -> None:
        """Close by hand, or let the deadline come (twice: the second time does nothing)."""
        if not late:
            act = lambda: closing.close_round(self.session, round_id=self.round.id, now=NOW)  # noqa: E731
            done = self.tried(act, works=self.state is OPEN)
        else:
            done = self._deadline_comes()
        if done:
            self.state = CLOSED

    def _deadline_comes(self) -> bool:
        at, later = NOW + dt.timedelta(days=1), NOW + dt.timedelta(days=2)
        setting = lambda: closing.set_closing(  # noqa: E731
            self.session, round_id=self.round.id, closes_at=at, now=NOW
        )
        self.tried(setting, works=self.state in {DRAFT, OPEN})
        here = {"round_id": self.round.id}
        assert not closing.close_if_due(self.session, **here, now=NOW)
        done = closing.close_if_due(self.session, **here, now=later)
        assert done is (self.state is OPEN)
        assert not closing.close_if_due(self.session, **here, now=later)
        return done

    @rule()
    def open_again(self) -> None:
        act = lambda: jobs.open_again(  # noqa: E731
            self.session, round_id=self.round.id, now=NOW
        )
        if self.tried(act, works=self.state is CLOSED):
            self.state = OPEN

    @rule(back=st.booleans())
    def archive(self, *, back: bool) -> None:
        start, end = (ARCHIVED, FINISHED) if back else (FINISHED, ARCHIVED)
        move = lifecycle.bring_back if back else lifecycle.archive_round
        if self.tried(
            lambda: move(self.session, round_id=self.round.id),
            works=self.state is start and not self.given_up,
        ):
            self.state = end

    @rule(sure=st.sampled_from([False] * 5 + [True]))
    def give_up(self, *, sure: bool) -> None:
        if not sure:
            return
        act = lambda: jobs.give_up_round(  # noqa: E731
            self.session, round_id=self.round.id, now=NOW
        )
        if self.tried(act, works=self.state in {DRAFT, OPEN, CLOSED, REVIEW}):
            self.state, self.given_up = ARCHIVED, True
            assert self._waiting() == []

    @rule(name=people)
    def leave_out(self, name: str) -> None:
        ids = [self.cast.profile(name)]
        if self.tried(
            lambda: service.leave_out(
                self.session, round_id=self.round.id, profile_ids=ids, now=NOW
            ),
            works=self.state in {OPEN, CLOSED, REVIEW},
        ):
            self.out.add(name)

    @rule(name=people)
    def put_back(self, name: str) -> None:
        profile_id = self.cast.profile(name)
        if self.tried(
            lambda: service.put_back(
                self.session, round_id=self.round.id, profile_id=profile_id, now=NOW
            ),
            works=self.state in {OPEN, CLOSED, REVIEW},
        ):
            self.out.discard(name)

    @rule()
    def run(self) -> None:
        if self.tried(
            lambda: service.run_round(self.session, round_id=self.round.id, by=None, now=NOW),
            works=self.state in {OPEN, CLOSED, REVIEW} and not self.out >= set(IMGS),
        ):
            self.state, self.ran = REVIEW, True
            self.run_id, self.paired = self._latest()

    def _latest(self) -> tuple[uuid.UUID, set[str]]:
        run = run_of_round(self.session, self.round.id)
        rows = self.session.execute(
            sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id)
        ).all()
        ids = {each for row in rows for each in row}
        names = {name for name in IMGS + MENTORS if self.cast.profile(name) in ids}
        return run.id, names

    @rule()
    def plan(self) -> None:
        """Press publish: it is on its way, and nobody is told yet."""
        if not self.ran:
            return  # there is no run to name
        if self.tried(
            lambda: planning.plan_publication(
                self.session,
                round_id=self.round.id,
                run_id=self.run_id,
                by=self.cast.leader.id,
                now=NOW,
            ),
            works=self.state is REVIEW and bool(self.paired) and not self.paired & self.out,
        ):
            self.state = PUBLISHED

    @rule()
    def take_back(self) -> None:
        act = lambda: planning.take_back(self.session, round_id=self.round.id, now=NOW)  # noqa: E731
        if self.tried(act, works=self.state is PUBLISHED):
            self.state = REVIEW

    @rule()
    def hold_up(self) -> None:
        """It could not go out: it is tried no more by itself, and stays until a leader acts."""
        planning.hold_up(self.session, round_id=self.round.id, now=NOW)
        if self.state is PUBLISHED:
            assert planning.due_publications(self.session, now=DUE) == []
            plan = planning.planned(self.session, self.round.id)
            assert plan is not None
            assert plan.held_up_at == NOW

    @rule(number=which)
    def change_by_hand(self, number: int) -> None:
        """Lock a pair of the run that counts, and keep the change."""
        if not self.ran:
            return  # there is no run to change
        run = run_of_round(self.session, self.round.id)
        pairs = self._pairs(run)
        locked = {tuple(pair) for pair in run.rules["locked"]}
        free = [pair for pair in pairs if (str(pair[0]), str(pair[1])) not in locked]
        if not free:
            return
        edit = Edit(EditKind.LOCK, (free[number % len(free)],))
        if self.tried(lambda: self._change(run.id, edit), works=self._open_to_edits):
            self.edit_of[self._current()] = run.id
            assert self._pairs(run_of_round(self.session, self.round.id)) == pairs
            self.made.append(self._current())
            self._counts_now()

    def _change(self, seen: uuid.UUID, edit: Edit) -> None:
        who: dict[str, Any] = {"round_id": self.round.id, "by": self.cast.leader.id, "now": NOW}
        job = editing.ask_edit(self.session, seen=seen, edit=edit, **who)
        made = self._solve(job.id)
        steps.choose(self.session, run_id=made, seen=seen, **who)

    def _solve(self, job_id: uuid.UUID) -> uuid.UUID:
        held = holding.claim(self.session, job_id, now=NOW)
        assert held
        made = solved(holding.inputs_of(self.session, held, now=NOW))
        return holding.finish(self.session, held, made, now=NOW).id

    @rule()
    def undo(self) -> None:
        to = self.edit_of.get(self._current())
        self._step(steps.undo, to)

    @rule()
    def redo(self) -> None:
        now = self._current()
        later = [run for run in self.made if self.edit_of[run] == now]
        self._step(steps.redo, later[-1] if later else None)

    def _step(self, take: Callable[..., object], to: uuid.UUID | None) -> None:
        if not self.ran:
            return
        seen = self._current()
        who: dict[str, Any] = {"round_id": self.round.id, "by": self.cast.leader.id, "now": NOW}
        works = self._open_to_edits and to is not None
        if self.tried(lambda: take(self.session, seen=seen, **who), works=works):
            assert self._current() == to
            if to in self.made:  # the step last taken leads back here
                self.made.append(self.made.pop(self.made.index(to)))
            self._counts_now()

    @property
    def _open_to_edits(self) -> bool:
        of_rest = self.state is REMATCHING and self._current() in self.rest
        return self.state is REVIEW or of_rest

    def _counts_now(self) -> None:
        """Note which run leaders have made count; one of the rest is not the round's."""
        if self.state is REVIEW:
            self.run_id, self.paired = self._latest()
        else:
            self.rest.add(self._current())

    def _current(self) -> uuid.UUID:
        if not self.ran:
            return uuid.UUID(int=0)
        return run_of_round(self.session, self.round.id).id

    def _pairs(self, run: Run) -> list[tuple[uuid.UUID, uuid.UUID]]:
        rows = self.session.execute(
            sa.select(Pair.img_id, Pair.mentor_id)
            .where(Pair.run_id == run.id)
            .order_by(Pair.img_id, Pair.mentor_id)
        )
        return [(img, mentor) for img, mentor in rows]

    @rule()
    def send(self) -> None:
        sent = planning.send_out(self.session, round_id=self.round.id, now=NOW)
        assert (sent is not None) is (self.state is PUBLISHED)
        if sent is not None:
            self.state = ANSWERING
            self.offers = list(
                self.session.scalars(
                    sa.select(Offer).where(Offer.round_id == self.round.id).order_by(Offer.img_id)
                )
            )
            self.answers = {offer.id: OfferState.OFFERED for offer in self.offers}

    @rule()
    def match_the_rest(self) -> None:
        act = lambda: jobs.ask_rest(  # noqa: E731
            self.session, round_id=self.round.id, by=self.cast.leader.id, now=NOW
        )
        if self.tried(act, works=self.state in OUT):
            self.state = REMATCHING

    @rule()
    def solve_the_rest(self) -> None:
        """Do what was asked for; if nobody is left to match, the round goes back by itself.

        Unless an earlier run of the rest may still be changed and published. What was asked for
        before the round was finished comes to nothing.
        """
        for job_id in self._waiting():
            try:
                with self.session.begin_nested():
                    self.rest.add(self._solve(job_id))
            except (service.NobodyToMatch, service.RoundChanged) as refused:
                self._refused(job_id, refused)

    def _refused(self, job_id: uuid.UUID, refused: Exception) -> None:
        assert isinstance(refused, service.RoundChanged) is (self.state not in OUT)
        held = holding.claim(self.session, job_id, now=NOW)
        assert held
        failure = holding.failure_of(refused)
        earlier = steps.open_run(self.session, self.cast.again(self.round))
        holding.fail(self.session, held, failure=failure, now=NOW)
        if self.state in OUT:
            self.state = REMATCHING if earlier in self.rest else ANSWERING

    @rule()
    def plan_the_rest_and_take_it_back(self) -> None:
        if self.state is not REMATCHING or self._current() not in self.rest:
            return
        who: dict[str, Any] = {"round_id": self.round.id, "by": self.cast.leader.id, "now": NOW}
        try:
            planning.plan_publication(self.session, run_id=self._current(), **who)
        except (service.NothingToPublish, service.RunOutOfDate):
            return
        planned = self.cast.again(self.round)
        assert not steps.open_run(self.session, planned)
        planning.take_back(self.session, round_id=self.round.id, now=NOW)
        assert steps.open_run(self.session, self.cast.again(self.round)) == self._current()

    @rule()
    def plan_a_rest_that_was_left_and_take_it_back(self) -> None:
        if self.state is not ANSWERING or not self.rest:
            return
        who: dict[str, Any] = {"round_id": self.round.id, "by": self.cast.leader.id, "now": NOW}
        left = max(self.rest, key=lambda run: self.session.get_one(Run, run).number)
        refused = (service.NothingToPublish, service.RunOutOfDate, service.RoundChanged)
        try:
            with self.session.begin_nested():
                planning.plan_publication(self.session, run_id=left, **who)
        except refused:
            return
        planning.take_back(self.session, round_id=self.round.id, now=NOW)
        assert self._current() == self.run_id

    def _waiting(self) -> list[uuid.UUID]:
        live = sa.select(RunJob.id).where(
            RunJob.round_id == self.round.id, RunJob.state == JobState.WAITING
        )
        return list(self.session.scalars(live))

    @rule()
    def drop_the_rest(self) -> None:
        """Leave the rest as it is, solved or not; what went out counts again."""
        dropped = jobs.drop_rest(self.session, round_id=self.round.id, now=NOW)
        assert dropped is (self.state is REMATCHING)
        if dropped:
            self.state = ANSWERING
            assert self._waiting() == []
            assert self._current() == self.run_id

    @rule(late=st.booleans())
    def the_day_to_answer_comes(self, *, late: bool) -> None:
        waits = {OfferState.OFFERED, OfferState.ACCEPTED}
        due = [key for key, state in self.answers.items() if state in waits]
        here: dict[str, Any] = {"round_id": self.round.id, "now": DUE if late else NOW}
        expired = expiring.expire_answers(self.session, **here)
        assert expired == (len(due) if late and self.state in OUT else 0)
        assert expiring.expire_answers(self.session, **here) == 0
        if expired:
            self.answers |= dict.fromkeys(due, OfferState.EXPIRED)

    @precondition(lambda self: self.offers)
    @rule(number=which, yes=st.sampled_from([True, False, False]))
    def mentor_answers(self, number: int, *, yes: bool) -> None:
        answer = OfferState.ACCEPTED if yes else OfferState.DECLINED_BY_MENTOR
        same = {OfferState.ACCEPTED, OfferState.CONFIRMED} if yes else {answer}
        self._answer(number, OfferState.OFFERED, answer, same)

    @precondition(lambda self: self.offers)
    @rule(number=which, yes=st.booleans())
    def img_answers(self, number: int, *, yes: bool) -> None:
        answer = OfferState.CONFIRMED if yes else OfferState.DECLINED_BY_IMG
        if number < len(self.offers) and not self._told_to_img(self.offers[number]):
            return  # to the IMG there is nothing to answer: see the test of whom offers are for
        self._answer(number, OfferState.ACCEPTED, answer, {answer})

    def _told_to_img(self, offer: Offer) -> bool:
        self.session.refresh(offer)
        untold = {OfferState.OFFERED, OfferState.DECLINED_BY_MENTOR}
        expired = self.answers[offer.id] is OfferState.EXPIRED
        return self.answers[offer.id] not in untold and not (
            expired and offer.mentor_answered_at is None
        )

    def _answer(
        self, number: int, start: OfferState, answer: OfferState, same: set[OfferState]
    ) -> None:
        if number >= len(self.offers):
            return
        offer = self.offers[number]
        now = self.answers[offer.id]
        moves = self.state in OUT and now is start
        if self.tried(lambda: self._say(offer, answer), works=moves or now in same) and moves:
            self.answers[offer.id] = answer

    def _say(self, offer: Offer, answer: OfferState) -> None:
        mentors = answer in {OfferState.ACCEPTED, OfferState.DECLINED_BY_MENTOR}
        profile = self.session.get_one(Profile, offer.mentor_id if mentors else offer.img_id)
        who: dict[str, Any] = {"person_id": profile.person_id, "offer_id": offer.id, "now": NOW}
        why: dict[str, Any] = {"reason": "no_time", "words": ""}
        if answer is OfferState.ACCEPTED:
            service.accept_offer(self.session, **who)
        elif answer is OfferState.DECLINED_BY_MENTOR:
            service.decline_offer(self.session, **who, **why)
        elif answer is OfferState.CONFIRMED:
            service.confirm_match(self.session, **who)
        else:
            service.decline_match(self.session, **who, **why)

    @rule(sure=st.sampled_from([False, False, True]))
    def finish(self, *, sure: bool) -> None:
        if not sure:
            return  # or nearly every way would end early
        act = lambda: service.finish_round(self.session, round_id=self.round.id, now=NOW)  # noqa: E731
        if self.tried(act, works=self.state in OUT):
            self.state = FINISHED

    @invariant()
    def the_database_agrees(self) -> None:
        kept_round = self.cast.again(self.round)
        assert (kept_round.state, kept_round.given_up) == (self.state, self.given_up)
        kept = self.session.execute(
            sa.select(Offer.id, Offer.state).where(Offer.round_id == self.round.id)
        )
        assert dict(kept.all()) == self.answers
        self.seen |= {self.state, *self.answers.values()}

    @invariant()
    def seats_are_counted(self) -> None:
        held = Counter(
            offer.mentor_id
            for offer in self.offers
            if self.answers[offer.id] in {OfferState.ACCEPTED, OfferState.CONFIRMED}
        )
        seats = self.session.execute(
            sa.select(SeatCount.mentor_id, SeatCount.taken, SeatCount.seats).where(
                SeatCount.round_id == self.round.id
            )
        )
        for mentor, taken, offered in seats:
            assert taken == held[mentor] <= offered


def test_only_listed_steps_happen(cast: Cast, pytestconfig: pytest.Config) -> None:
    seen: set[object] = set()
    examples = 500 if pytestconfig.getoption("--long") else 60
    for start in range(WAYS_IN):
        run_state_machine_as_test(
            lambda start=start: OneRound(cast, seen, start),  # type: ignore[arg-type]  # mypy does not see a lambda's defaults
            settings=settings(
                max_examples=-(-examples // WAYS_IN),
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    elsewhere = {OfferState.SEAT_TAKEN, OfferState.ENDED, OfferState.WITHDRAWN}  # of requests
    reachable = {*RoundState, *OfferState} - elsewhere
    assert seen == reachable, "the rules above do not reach every state"
