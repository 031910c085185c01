"""Which addresses of the toolkit work: those of its resources and of its facts' sources.

One bad day makes no dead link: an address is called dead after two failures in a row, the second
at least a day after the first. Each address is looked at once, however many entries name it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.hosts.service import Named, Standing, standing
from mentorship.sections.models import Section
from mentorship.toolkit.kinds import KINDS
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.truth_models import LinkCheck

EVERY = dt.timedelta(days=7)
AGAIN = dt.timedelta(days=1)  # after the first failure; then twice as long each time
RARELY = dt.timedelta(days=14)
DEAD_AFTER = 2  # failures in a row
# The page is there, and only keeps programs out: readers with a browser get in.
KEEPS_OUT = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.NOT_ACCEPTABLE,
        HTTPStatus.TOO_MANY_REQUESTS,
        999,  # a network of professionals says this to every program
    }
)

UNASKED: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.WAITING: (
            "Members can open the link. Whether it works is looked at once an administrator has "
            "confirmed its host; they see it on their page."
        ),
        Standing.REFUSED: (
            "Members can open the link. Whether it works is not looked at: an administrator "
            "decided that its host is not asked."
        ),
    }
)


def trouble_with(status: int) -> str | None:
    """Return what is wrong with a page that answers so, in words for leaders; None if nothing."""
    if status < HTTPStatus.BAD_REQUEST or status in KEEPS_OUT:
        return None
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return f"the page is not there ({status})"
    return f"the server answers {status}"


def list_addresses(session: Session, *, now: dt.datetime) -> None:
    """Make a row for each address that is new, due at once, and forget those nobody names."""
    named = _addresses()
    known = sa.select(LinkCheck.url)
    new = sa.select(named.c.url, sa.literal(now, sa.DateTime(timezone=True)), sa.literal(0))
    columns = ["url", "next_check_at", "failures"]
    session.execute(
        sa.delete(LinkCheck)
        .where(LinkCheck.url.not_in(sa.select(named.c.url)))
        .execution_options(synchronize_session=False)
    )
    try:
        with session.begin_nested():
            session.execute(
                sa.insert(LinkCheck).from_select(columns, new.where(named.c.url.not_in(known)))
            )
    except IntegrityError:  # another round listed them at this moment
        return


def take_due(session: Session, *, now: dt.datetime) -> str | None:
    """Claim one address that is due, or return None; no second round takes it meanwhile."""
    while True:
        url = session.scalar(
            sa.select(LinkCheck.url)
            .where(LinkCheck.next_check_at <= now)
            .order_by(LinkCheck.next_check_at, LinkCheck.url)
            .limit(1)
        )
        if url is None:
            return None
        claimed = rows_hit(
            session,
            sa.update(LinkCheck)
            .where(LinkCheck.url == url, LinkCheck.next_check_at <= now)
            .values(next_check_at=now + AGAIN)
            .execution_options(synchronize_session=False),
        )
        if claimed:
            return url


def note(session: Session, url: str, *, trouble: str | None, now: dt.datetime) -> None:
    """Keep what a look at an address found, and say when to look again."""
    row = session.get(LinkCheck, url, populate_existing=True)
    if row is None:  # no entry names it any more
        return
    row.checked_at = now
    if trouble is None:
        row.failures, row.failure, row.next_check_at = 0, None, now + EVERY
    else:
        row.failures += 1
        row.failure = trouble[:200]
        row.next_check_at = now + min(AGAIN * 2 ** min(row.failures - 1, 10), RARELY)
    session.flush()


def check_of(session: Session, url: str | None) -> LinkCheck | None:
    """Return what the last look at an address found, if it was looked at."""
    return session.get(LinkCheck, url) if url else None


def unasked(session: Session, url: str | None) -> str:
    """Say why nobody looks whether an address works; "" where somebody does."""
    return UNASKED.get(standing(session, url), "") if url else ""


def is_dead(
    url: sa.SQLColumnExpression[str | None] | sa.SQLColumnExpression[str],
) -> sa.ColumnElement[bool]:
    """Return the condition that an address was found dead."""
    return sa.exists().where(LinkCheck.url == url, LinkCheck.failures >= DEAD_AFTER)


def named(session: Session) -> Iterator[Named]:
    """Return every address that is looked at, for the list of hosts, and where it stands."""
    whose = dict(
        session.execute(
            sa.select(Resource.url, Section.name).join(Section, Resource.section_id == Section.id)
        ).all()
    )
    for url in session.scalars(sa.select(_addresses().c.url)):
        yield Named(url, f"Link of {whose[url]}" if url in whose else "Link of the toolkit")


def _addresses() -> sa.Subquery:
    named = []
    for kind in KINDS.values():
        if name := kind.address or kind.linked:
            column = getattr(kind.table, name)
            named.append(sa.select(column.label("url")).where(column.is_not(None), kind.only))
    own = sa.select(Resource.url.label("url")).where(Resource.section_id.is_not(None))
    return sa.union(*named, own).subquery("named")
