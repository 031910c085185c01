"""When the two of a pair are both free, to the minute, on real days.

Weekly hours are kept in each person's own zone. Both are laid out minute by minute over the days
that come, with the clocks of those days, so that a change of clocks neither adds nor moves time.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import Span
from mentorship.matching.scores.week import free_minutes
from mentorship.mentorships.scope import Mentorship
from mentorship.profiles.models import Availability, Profile

WEEKS = 2
SHORTEST = 15  # minutes worth proposing
MOST = 10
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time in common, from start to end."""

    start: dt.datetime
    end: dt.datetime

    @property
    def minutes(self) -> int:
        return int((self.end - self.start) / MINUTE)


@dataclass(frozen=True, slots=True)
class Free:
    """Weekly hours and the zone they are in."""

    spans: Sequence[Span]
    zone: str


def in_common(one: Free, other: Free, *, now: dt.datetime) -> Sequence[Stretch]:
    """Return when both are free in the two weeks from now: what begins in them, to its own end.

    Time that goes on for another week without an end is cut there.
    """
    now = _whole_minute(now.astimezone(dt.UTC))
    monday = now.date() - dt.timedelta(days=now.weekday())
    weeks = [monday + dt.timedelta(weeks=n) for n in range(WEEKS + 2)]
    both = np.concatenate(
        [
            free_minutes(one.spans, one.zone, week) & free_minutes(other.spans, other.zone, week)
            for week in weeks
        ]
    )
    start = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], both.astype(np.int8), [0]])))
    found = []
    for begins, ends in edges.reshape(-1, 2).tolist():
        stretch = Stretch(max(start + begins * MINUTE, now), start + ends * MINUTE)
        if stretch.start < now + dt.timedelta(weeks=WEEKS) and stretch.minutes >= SHORTEST:
            found.append(stretch)
    return found[:MOST]


def _whole_minute(now: dt.datetime) -> dt.datetime:
    """Return the next minute that has not begun: pages show no seconds."""
    begun = now.replace(second=0, microsecond=0)
    return begun if begun == now else begun + MINUTE


def free_together(session: Session, pair: Mentorship, *, now: dt.datetime) -> Sequence[Stretch]:
    """Return when the two are both free, as far as both said so; in two queries."""
    ids = pair.offer.img_id, pair.offer.mentor_id
    rows = session.execute(sa.select(Profile.id, Profile.timezone).where(Profile.id.in_(ids)))
    zones: dict[uuid.UUID, str | None] = {row.id: row.timezone for row in rows}
    hours = defaultdict(list)
    for row in session.scalars(sa.select(Availability).where(Availability.profile_id.in_(ids))):
        hours[row.profile_id].append(Span(row.day, row.start_minute, row.end_minute))
    one, other = (Free(hours[key], zones.get(key) or "") for key in ids)
    if not (one.spans and other.spans and one.zone and other.zone):
        return ()
    return in_common(one, other, now=now)
