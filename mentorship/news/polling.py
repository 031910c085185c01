"""Going round the feeds that are due.

Each feed is claimed in one transaction and settled in another, so that no lock is held while a
stranger's server thinks, and a feed whose poller died is simply due again later.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from mentorship.connecting import FetchFailed, NotListed
from mentorship.extensions import transaction
from mentorship.fetching import Fetcher
from mentorship.news import intake
from mentorship.news.parsing import NotAFeed, read_feed

MOST = 200

log = logging.getLogger("mentorship")


@dataclass(frozen=True, slots=True)
class Polled:
    """How many feeds answered and how many did not, and how many new items came.

    ``waiting`` were not asked: no administrator has confirmed their host.
    """

    worked: int = 0
    failed: int = 0
    items: int = 0
    waiting: int = 0


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def poll(
    fetcher: Fetcher,
    *,
    clock: Callable[[], dt.datetime] = utc_now,
    most: int = MOST,
    patience: dt.timedelta = dt.timedelta.max,
) -> Polled:
    """Ask every feed that is due, up to ``most`` of them.

    No more is asked once ``patience`` is over: the worker has other work.
    """
    worked = failed = items = waiting = 0
    began = clock()
    while worked + failed + waiting < most and clock() - began < patience:
        with transaction() as session:
            due = intake.take_due(session, now=clock())
        if due is None:
            break
        try:
            found = _poll_one(fetcher, due, clock)
        except NotListed:
            with transaction() as session:
                intake.leave(session, due.id, now=clock())
            waiting += 1
            continue
        if found is None:
            failed += 1
        else:
            worked, items = worked + 1, items + found
    return Polled(worked, failed, items, waiting)


def _poll_one(fetcher: Fetcher, due: intake.Due, clock: Callable[[], dt.datetime]) -> int | None:
    """Return how many items are new; None when the feed failed, which is noted on it.

    Raises
    ------
    NotListed
        Its host may not be asked.

    """
    try:
        answer = fetcher.get(due.url, etag=due.etag, last_modified=due.last_modified)
        entries = read_feed(answer) if answer.body is not None else []
    except NotListed:
        raise
    except (FetchFailed, NotAFeed) as trouble:
        log.warning("feed %s: %s", due.id, trouble)
        with transaction() as session:
            intake.note_failure(session, due.id, why=str(trouble), now=clock())
        return None
    with transaction() as session:
        return intake.take_in(session, due.id, answer=answer, entries=entries, now=clock())
