"""Who asks the servers of others: a fetcher that keeps to the list."""

from __future__ import annotations

from mentorship.extensions import reading
from mentorship.fetching import STEP_SECONDS, WHOLE_SECONDS, Fetcher
from mentorship.hosts.service import is_listed


def listed_fetcher(*, step: float = STEP_SECONDS, whole: float = WHOLE_SECONDS) -> Fetcher:
    """Return a fetcher for the hosts on the list; it looks there before each connection.

    It must not be asked within a transaction: looking there is one.
    """
    return Fetcher(listed=on_the_list, step=step, whole=whole)


def on_the_list(host: str) -> bool:
    with reading() as session:
        return is_listed(session, host)
