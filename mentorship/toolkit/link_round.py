"""Going round the addresses that are due, as the feeds are gone round.

Each address is claimed in one transaction and settled in another, so that no lock is held while a
stranger's server thinks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from mentorship.connecting import FetchFailed, NotListed, SentOutside
from mentorship.extensions import transaction
from mentorship.fetching import Fetcher
from mentorship.hosts.asking import listed_fetcher
from mentorship.toolkit import links

MOST = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """How many links work and do not; ``waiting`` were not asked: their host is not confirmed."""

    worked: int = 0
    failed: int = 0
    waiting: int = 0


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def link_fetcher() -> Fetcher:
    """Return a fetcher with less patience than for feeds: only the first line of a page counts."""
    return listed_fetcher(step=5, whole=8)


def check_links(
    fetcher: Fetcher,
    *,
    clock: Callable[[], dt.datetime] = utc_now,
    most: int = MOST,
    patience: dt.timedelta = dt.timedelta.max,
) -> Checked:
    """Look at every address that is due, up to ``most`` of them.

    No more is asked once ``patience`` is over: the worker has other work.
    """
    began = clock()
    with transaction() as session:
        links.list_addresses(session, now=clock())
    worked = failed = waiting = 0
    while worked + failed + waiting < most and clock() - began < patience:
        with transaction() as session:
            url = links.take_due(session, now=clock())
        if url is None:
            break
        try:
            trouble = _look_at(fetcher, url)
        except NotListed:  # it is due again in a day
            waiting += 1
            continue
        with transaction() as session:
            links.note(session, url, trouble=trouble, now=clock())
        worked, failed = worked + (trouble is None), failed + (trouble is not None)
    return Checked(worked, failed, waiting)


def _look_at(fetcher: Fetcher, url: str) -> str | None:
    """Return what is wrong with a page. Its server knew it where it sends readers elsewhere.

    Raises
    ------
    NotListed
        Its host may not be asked.

    """
    try:
        return links.trouble_with(fetcher.status(url))
    except SentOutside:
        return None
    except NotListed:
        raise
    except FetchFailed as trouble:
        return str(trouble)
