"""The averages of a round of requests: kept by the worker, and used where there are some."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from mentorship.matching import SENSITIVE
from mentorship.matching.scores.recipe import mean_marks_of_many
from mentorship.rounds import averages, changing, closing, service
from mentorship.rounds.inputs import market_now
from mentorship.rounds.insight_models import RoundAverages
from mentorship.rounds.setup import SetUp
from tests.factories import NOW
from tests.rounds.asking import ask, direct, rank
from tests.rounds.cast import Cast, counted

LATER = NOW + averages.GOOD_FOR


def test_they_are_due_at_first_and_again_when_they_are_old(cast: Cast) -> None:
    round_ = direct(cast, minimum_score=3_000)
    assert averages.due_averages(cast.session, now=NOW) == [round_.id]
    means = averages.work_out(cast.session, round_id=round_.id, now=NOW)
    market = market_now(cast.session, cast.again(round_), now=NOW)
    assert means == mean_marks_of_many(market) | dict.fromkeys(SENSITIVE, 0)
    for now in (NOW, LATER):
        averages.keep(cast.session, round_id=round_.id, means=means or {}, now=now)
        assert not averages.due_averages(cast.session, now=now + dt.timedelta(minutes=14))
    assert averages.due_averages(cast.session, now=LATER + averages.GOOD_FOR) == [round_.id]
    closing.close_round(cast.session, round_id=round_.id, now=NOW)
    assert not averages.due_averages(cast.session, now=LATER + averages.GOOD_FOR)


def test_without_a_lowest_score_or_requests_nobody_needs_them(cast: Cast) -> None:
    direct(cast)
    cast.open("Plain", set_up=SetUp(minimum_score=3_000))
    assert not averages.due_averages(cast.session, now=NOW)


def test_nobody_to_compare_is_no_error(cast: Cast) -> None:
    round_ = direct(cast, minimum_score=3_000)
    everybody = [cast.profile(name) for name in cast.people]
    service.leave_out(cast.session, round_id=round_.id, profile_ids=everybody, now=NOW)
    assert averages.work_out(cast.session, round_id=round_.id, now=NOW) is None


def test_asking_reads_two_people_and_not_the_round(cast: Cast) -> None:
    round_ = direct(cast, minimum_score=1_000)
    rank(cast, "Ben Okafor", "Noor Haddad")
    with counted(cast.session) as kept:  # since the round was opened
        ask(cast, round_, "Ana Silva")
    cast.session.execute(sa.delete(RoundAverages))
    cast.session.expire_all()
    with counted(cast.session) as without:
        ask(cast, round_, "Ben Okafor")
    assert len(kept) < len(without)


def test_a_round_that_comes_to_need_them_has_them_at_once_and_the_worker_soon_has_better(
    cast: Cast,
) -> None:
    round_, session = direct(cast), cast.session
    assert session.get(RoundAverages, round_.id) is None
    changing.edit_round(
        session, round_id=round_.id, name="Spring", policy="most-matched", answer_days=14,
        set_up=SetUp(direct_requests=True, minimum_score=3_000), now=NOW,
    )  # fmt: skip
    first = session.get_one(RoundAverages, round_.id)
    assert first.means == averages.work_out(session, round_id=round_.id, now=NOW)
    assert averages.due_averages(session, now=NOW) == [round_.id]
    averages.keep(session, round_id=round_.id, means=dict.fromkeys(first.means, 5), now=NOW)
    averages.keep_first(session, round_.id, now=NOW)  # never in place of what there is
    assert set(session.get_one(RoundAverages, round_.id).means.values()) == {5}


def test_what_is_kept_decides(cast: Cast) -> None:
    """Noor has not said when she is free; a high average for that lifts her over the lowest."""
    round_ = direct(cast, minimum_score=9_000)
    means = averages.work_out(cast.session, round_id=round_.id, now=NOW)
    assert means is not None
    said = sa.select(RoundAverages.means).where(RoundAverages.round_id == round_.id)
    for mark, possible in ((0, False), (10_000, True)):
        averages.keep(cast.session, round_id=round_.id, means=dict.fromkeys(means, mark), now=NOW)
        assert set(cast.session.scalars(said).one().values()) == {mark}
        with cast.session.begin_nested() as tried:
            try:
                ask(cast, round_, "Ana Silva")
                asked = True
            except service.CannotAsk:
                asked = False
            tried.rollback()
        assert asked is possible
