"""Counting in the database: exactly so many, however many ask at once, and anew when time is up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.extensions import db, transaction
from mentorship.throttle import service
from mentorship.throttle.limits import LIMITS, Limit, Per
from mentorship.throttle.models import Throttle
from mentorship.throttle.service import Count, TooOften
from tests.factories import NOW

MINUTE = dt.timedelta(minutes=1)


def _count(most: int = 3, key: str = "a") -> Count:
    return Count(key, Limit(Per.PERSON, most, 5 * MINUTE))


def test_so_many_and_no_more(session: Session) -> None:
    for _ in range(3):
        service.take(session, [_count()], now=NOW)
    with pytest.raises(TooOften) as refused:
        service.take(session, [_count()], now=NOW + MINUTE)
    assert refused.value.wait == 4 * MINUTE
    service.take(session, [_count(key="b")], now=NOW)


def test_time_begins_with_the_first_and_ends_to_the_second(session: Session) -> None:
    for later in (0, 1, 2):
        service.take(session, [_count()], now=NOW + later * MINUTE)
    almost = NOW + 5 * MINUTE - dt.timedelta(seconds=1)
    with pytest.raises(TooOften):
        service.take(session, [_count()], now=almost)
    for _ in range(3):
        service.take(session, [_count()], now=NOW + 5 * MINUTE)
    with pytest.raises(TooOften):
        service.take(session, [_count()], now=NOW + 5 * MINUTE)


def test_what_is_given_back_may_be_spent_again(session: Session) -> None:
    for _ in range(50):
        service.take(session, [_count()], now=NOW)
        service.give_back(session, [_count()])
    service.give_back(session, [_count()])
    assert session.scalars(sa.select(Throttle.used)).one() == 0


def test_checking_counts_nothing(session: Session) -> None:
    for _ in range(50):
        service.check(session, [_count()], now=NOW)
    for _ in range(3):
        service.take(session, [_count()], now=NOW)
    with pytest.raises(TooOften):
        service.check(session, [_count()], now=NOW)
    service.check(session, [_count()], now=NOW + 5 * MINUTE)


def test_old_rows_are_cleared(session: Session) -> None:
    service.take(session, [_count(key="old")], now=NOW)
    service.take(session, [_count(key="new")], now=NOW + MINUTE)
    service.clear_old(session, now=NOW + 5 * MINUTE)
    assert session.scalars(sa.select(Throttle.key)).all() == ["new"]


def test_rows_do_not_tell_whom_they_are_about(session: Session) -> None:
    about = {Per.ACCOUNT: "anna@example.org", Per.ADDRESS: "192.0.2.7", Per.PAIR: "both"}
    service.take(session, service.counts("sign-in", about), now=NOW)
    stored = str(session.execute(sa.select(Throttle)).mappings().all())
    keys = session.scalars(sa.select(Throttle.key)).all()
    assert len(set(keys)) == len(LIMITS["sign-in"])
    assert "anna" not in stored
    assert "192" not in "".join(keys) or all(len(key) == 64 for key in keys)


def test_each_limit_has_room_and_an_end() -> None:
    for name, limits in LIMITS.items():
        assert limits, name
        for limit in limits:
            assert limit.most > 0
            assert dt.timedelta(0) < limit.within <= dt.timedelta(days=1)


def test_a_hundred_at_once_are_counted_one_by_one(new_app: Callable[..., Flask]) -> None:
    app = new_app()

    def press(_: None) -> bool:
        with app.app_context():
            try:
                with transaction() as session:
                    service.take(session, [_count(most=10)], now=NOW)
            except TooOften:
                return False
            return True

    with ThreadPoolExecutor(8) as threads:
        passed = list(threads.map(press, repeat(None, 100)))
    assert sum(passed) == 10
    with app.app_context():
        assert db.session.scalars(sa.select(Throttle.used)).one() == 10
