"""The weekly mail: what is new since the last one, for whoever asked for it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.extensions import count_each, reading, rows_hit
from mentorship.news.models import DigestReader, ItemState, NewsHiding, NewsInterest, NewsItem
from mentorship.news.service import is_confirmable, line_of
from mentorship.news.topics import NAMES
from mentorship.notices.letters import post_letter, stationery
from mentorship.sections.models import Membership, MembershipState

EVERY = dt.timedelta(days=7)
MOST = 12  # items in one mail
READERS = sa.select(DigestReader.person_id)
UNSUBSCRIBE = "/news/unsubscribe/{key}"


class Reader(Protocol):
    """What a mail needs to know of whoever gets it."""

    person_id: uuid.UUID
    name: str
    email: str
    key: str
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class _Issue:
    """What is read once for all readers; all but the items by section or by person."""

    items: Sequence[NewsItem]
    sections: Mapping[uuid.UUID, set[uuid.UUID]]
    hidden: Mapping[uuid.UUID, set[uuid.UUID]]
    wanted: Mapping[uuid.UUID, set[str]]

    def of(self, reader: Reader, *, now: dt.datetime) -> Sequence[NewsItem]:
        """Return what a reader has not been told, topics of theirs first."""
        mine = self.sections[reader.person_id]
        unwanted = set().union(*(self.hidden[section] for section in mine))
        since = max(reader.since, now - 4 * EVERY)
        told = [
            item
            for item in self.items
            if item.shown_at
            and item.shown_at > since
            and (item.section_id is None or item.section_id in mine)
            and item.id not in unwanted
        ]
        wanted = self.wanted[reader.person_id]
        return sorted(told, key=lambda item: item.topic not in wanted)  # stable: by date


def post_digests(*, now: dt.datetime) -> int:
    """Put the mails that are due in the outbox, each on its own; return how many.

    A reader with nothing new gets no mail, and is asked again the next time. Whoever is told
    is marked in the same statement that claims them, so that two runs send one mail.
    """
    with reading() as session:
        readers = session.execute(
            sa.select(
                DigestReader.person_id, DigestReader.key, DigestReader.since, User.name, User.email
            )
            .join(User, User.id == DigestReader.person_id)
            .where(DigestReader.since <= now - EVERY, User.active, User.confirmed_at.is_not(None))
        ).all()
        if not readers:
            return 0
        items = _items(session, since=min(reader.since for reader in readers), now=now)
        issue = _Issue(items, _sections(session), _hidden(session), _wanted(session))
    return count_each(
        readers,
        lambda session, reader: _post(session, reader, issue, now=now),
        told_as=lambda reader: f"weekly mail of {audit.key.code(reader.person_id)}",
    )


def _items(session: Session, *, since: dt.datetime, now: dt.datetime) -> Sequence[NewsItem]:
    return session.scalars(
        sa.select(NewsItem)
        .where(
            NewsItem.state == ItemState.PUBLISHED,
            NewsItem.shown_at > max(since, now - 4 * EVERY),
            NewsItem.shown_at <= now,
            is_confirmable(),
        )
        .order_by(NewsItem.published_at.desc(), NewsItem.id)
    ).all()


def _sections(session: Session) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for person, section in session.execute(
        sa.select(Membership.person_id, Membership.section_id).where(
            Membership.person_id.in_(READERS), Membership.state == MembershipState.ACTIVE
        )
    ):
        found[person].add(section)
    return found


def _hidden(session: Session) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for section, item in session.execute(sa.select(NewsHiding.section_id, NewsHiding.item_id)):
        found[section].add(item)
    return found


def _wanted(session: Session) -> Mapping[uuid.UUID, set[str]]:
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    for person, topic in session.execute(
        sa.select(NewsInterest.person_id, NewsInterest.topic).where(
            NewsInterest.person_id.in_(READERS)
        )
    ):
        found[person].add(topic)
    return found


def _claim(session: Session, person_id: uuid.UUID, *, since: dt.datetime, now: dt.datetime) -> bool:
    changed = rows_hit(
        session,
        sa.update(DigestReader)
        .where(DigestReader.person_id == person_id, DigestReader.since == since)
        .values(since=now),
    )
    return bool(changed)


def _post(session: Session, reader: Reader, issue: _Issue, *, now: dt.datetime) -> bool:
    told = issue.of(reader, now=now)
    if not told or not _claim(session, reader.person_id, since=reader.since, now=now):
        return False
    stop = stationery.link(UNSUBSCRIBE.format(key=reader.key))
    post_letter(
        session,
        reader.person_id,
        reader.email,
        "news_digest",
        path="/news",
        unsubscribe=stop,
        now=now,
        name=reader.name,
        stop=stop,
        count=str(len(told)),
        more=str(len(told) - MOST) if len(told) > MOST else "",
        items=[_told(item) for item in told[:MOST]],
    )
    return True


def _told(item: NewsItem) -> str:
    line = line_of(item)
    address = stationery.link(f"/news/{line.id}") if line.is_post or not line.url else line.url
    by = ", ".join(part for part in (line.organization, line.date) if part)
    warnings = () if line.is_post else line.provenance.warnings
    said = "".join(f" {warning}." for warning in warnings)
    return f"{NAMES[line.topic]}: {line.title}{f' ({by})' if by else ''}.{said} {address}"
