"""Counting: one statement a limit, which counts and refuses at once, on either database."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mentorship.throttle.limits import LIMITS, Limit, Per
from mentorship.throttle.models import Throttle


class TooOften(Exception):
    """It was done too often; ``wait`` is how long until it may be done again."""

    def __init__(self, wait: dt.timedelta) -> None:
        super().__init__("too often")
        self.wait = wait


class _Keys:
    """Makes keys of rows that tell nothing of the person; the application hands in the secret."""

    def __init__(self) -> None:
        self._secret = b""

    def load(self, secret_key: str) -> None:
        self._secret = hashlib.sha256(b"throttle|" + secret_key.encode()).digest()

    def of(self, *words: str) -> str:
        return hmac.new(self._secret, "\0".join(words).encode(), hashlib.sha256).hexdigest()


keys = _Keys()


@dataclass(frozen=True, slots=True)
class Count:
    """One limit as it applies to somebody."""

    key: str
    limit: Limit


def counts(name: str, subjects: Mapping[Per, str]) -> Sequence[Count]:
    """Return what a doing counts for; ``subjects`` says who stands for each kind of limit."""
    return [
        Count(_key(name, limit, subjects.get(limit.per, "")), limit)
        for limit in LIMITS[name]
        if limit.per in subjects or limit.per is Per.SITE
    ]


def take(session: Session, asked: Sequence[Count], *, now: dt.datetime) -> None:
    """Count once more for each limit, or for none.

    Raises
    ------
    TooOften
        One of them is used up. The caller rolls back what was counted for those before.

    """
    for count in asked:
        if session.execute(_once_more(session, count, now)).first() is None:
            raise TooOften(_wait(session, count, now))


def check(session: Session, asked: Sequence[Count], *, now: dt.datetime) -> None:
    """Refuse as :meth:`take` does, and count nothing.

    Raises
    ------
    TooOften
        One of them is used up.

    """
    most = {count.key: count.limit.most for count in asked}
    full = session.scalars(
        sa.select(Throttle).where(Throttle.key.in_(most), Throttle.ends_at > now)
    )
    waits = [row.ends_at - now for row in full if row.used >= most[row.key]]
    if waits:
        raise TooOften(max(waits))


def give_back(session: Session, asked: Sequence[Count]) -> None:
    """Take back one count each: it was no failure after all.

    One after the other, in the order of :meth:`take`: two that lock the same rows in different
    orders would wait for each other.
    """
    for count in asked:
        session.execute(
            sa.update(Throttle)
            .where(Throttle.key == count.key, Throttle.used > 0)
            .values(used=Throttle.used - 1)
        )


def clear_old(session: Session, *, now: dt.datetime) -> None:
    """Remove the rows whose time is over, but for those that somebody counts in just now."""
    over = sa.select(Throttle.key).where(Throttle.ends_at <= now)
    session.execute(
        sa.delete(Throttle).where(Throttle.key.in_(over.with_for_update(skip_locked=True)))
    )


def _once_more(session: Session, count: Count, now: dt.datetime) -> sa.Executable:
    """Insert the first one, or count one more while there is room, or begin anew when time is up.

    Nothing comes back where there is no room. The database runs such statements on one row one
    after the other, whatever process they come from.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if is_postgresql else sqlite.insert
    ends_at = now + count.limit.within
    over = Throttle.ends_at <= now
    once_more: sa.Executable = (
        insert(Throttle)
        .values(key=count.key, used=1, began_at=now, ends_at=ends_at)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "used": sa.case((over, 1), else_=Throttle.used + 1),
                "began_at": sa.case((over, now), else_=Throttle.began_at),
                "ends_at": sa.case((over, ends_at), else_=Throttle.ends_at),
            },
            where=sa.or_(over, Throttle.used < count.limit.most),
        )
        .returning(Throttle.used)
    )
    return once_more


def _wait(session: Session, count: Count, now: dt.datetime) -> dt.timedelta:
    ends_at = session.scalar(sa.select(Throttle.ends_at).where(Throttle.key == count.key))
    return max((ends_at or now) - now, dt.timedelta(seconds=1))


def _key(name: str, limit: Limit, subject: str) -> str:
    return keys.of(name, limit.per, str(int(limit.within.total_seconds())), subject)
