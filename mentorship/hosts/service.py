"""The list of hosts that this server may ask, and what waits to be put on it.

Leaders name feeds and links; an administrator confirms each new host once. Nothing asks a host that
is not on the list, see ``fetching.Fetcher``.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.addresses import is_inside, is_number, web_address
from mentorship.connecting import FetchFailed
from mentorship.hosts.models import HOST_LENGTH, ListedHost


class HostUnusable(ValueError):
    """What was typed is no host of the open internet."""


class Standing(enum.StrEnum):
    LISTED = "listed"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Named:
    """An address that the server would ask, and where it stands."""

    url: str
    where: str  # "Feed of North", say


@dataclass(frozen=True, slots=True)
class Waiting:
    host: str
    named: Sequence[Named]


# What names addresses that are asked: feeds, links. Filled when the application is made.
NAMING: list[Callable[[Session], Iterable[Named]]] = []


def bare(host: str) -> str:
    """Return a host as the list keeps it: nrmp.org and www.nrmp.org are one."""
    return host.lower().rstrip(".").removeprefix("www.")


def host_of(url: str) -> str:
    """Return the host of an address as the list keeps it.

    Raises
    ------
    FetchFailed
        It is no address of the web.

    """
    return bare(web_address(url).hostname or "")


def typed_host(said: str) -> str:
    """Read what an administrator typed: a host, or a whole address of one.

    Raises
    ------
    HostUnusable
        It is neither, or leads into a private network.

    """
    said = said.strip()
    host = f"[{said}]" if ":" in said and is_number(said) else said  # as the list shows version 6
    url = said if "://" in said else f"https://{host}"
    try:
        host, inside = host_of(url), is_inside(url)
    except FetchFailed as trouble:
        raise HostUnusable(str(trouble)) from None
    if not host or len(host) > HOST_LENGTH or inside:
        raise HostUnusable("this is no host of the open internet")
    return host


def is_listed(session: Session, host: str) -> bool:
    row = sa.select(ListedHost.allowed).where(ListedHost.host == bare(host))
    return bool(session.scalar(row))


def standings(session: Session, urls: Iterable[str]) -> Mapping[str, Standing]:
    """Return how the host of each address stands; an address of no host waits."""
    hosts = {url: _host_if_any(url) for url in urls}
    rows = sa.select(ListedHost.host, ListedHost.allowed)
    decided = dict(session.execute(rows.where(ListedHost.host.in_(set(hosts.values())))).all())
    said = {True: Standing.LISTED, False: Standing.REFUSED}
    return {
        url: said[decided[host]] if host in decided else Standing.WAITING
        for url, host in hosts.items()
    }


def standing(session: Session, url: str) -> Standing:
    return standings(session, [url])[url]


def decisions(session: Session) -> Sequence[ListedHost]:
    """Return all hosts that were decided on, by name."""
    return session.scalars(sa.select(ListedHost).order_by(ListedHost.host)).all()


def waiting(session: Session) -> Sequence[Waiting]:
    """Return the hosts that something names and nobody decided on, by name."""
    decided = set(session.scalars(sa.select(ListedHost.host)))
    found: dict[str, list[Named]] = defaultdict(list)
    for naming in NAMING:
        for named in naming(session):
            host = _host_if_any(named.url)
            if host and host not in decided:
                found[host].append(named)
    return [Waiting(host, named) for host, named in sorted(found.items())]


def decide(
    session: Session, host: str, *, allowed: bool, by: uuid.UUID, now: dt.datetime
) -> ListedHost:
    """Put a host on the list, or refuse it and take it off; twice changes nothing more."""
    row, is_new = _row(session, host, allowed=allowed)
    if is_new or row.allowed != allowed:
        row.allowed, row.decided_at = allowed, now
        audit.record(
            session,
            action="hosts.allow" if allowed else "hosts.refuse",
            actor_id=by,
            about_id=row.id,
            now=now,
            detail={"host": host},
        )
    session.flush()
    return row


def ship(session: Session, urls: Collection[str]) -> None:
    """Put the hosts of what comes with the service on the list, but for those decided on before."""
    hosts = {host for url in urls if (host := _host_if_any(url))}
    new = hosts - set(session.scalars(sa.select(ListedHost.host)))
    rows = [{"host": host, "allowed": True} for host in sorted(new)]
    if rows:
        session.execute(sa.insert(ListedHost), rows)


def _row(session: Session, host: str, *, allowed: bool) -> tuple[ListedHost, bool]:
    """Return the row of a host, and whether it was made now."""
    one = sa.select(ListedHost).where(ListedHost.host == host)
    one = one.execution_options(populate_existing=True)
    if row := session.scalars(one).one_or_none():
        return row, False
    row = ListedHost(host=host, allowed=allowed, decided_at=None)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another administrator was faster
        return session.scalars(one).one(), False
    return row, True


def _host_if_any(url: str) -> str:
    with suppress(FetchFailed):
        return host_of(url)
    return ""
