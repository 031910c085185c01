"""The weekly mail: what is new since the last one, for whoever asked for it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import rows_hit
from mentorship.news.models import DigestReader, ItemState, NewsHiding, NewsInterest, NewsItem
from mentorship.news.service import is_confirmable, line_of
from mentorship.news.topics import NAMES
from mentorship.notices.letters import post_letter, stationery
from mentorship.sections.models import Membership, MembershipState

EVERY = dt.timedelta(days=7)
MOST = 12  # items in one mail
READERS = sa.select(DigestReader.person_id)
UNSUBSCRIBE = "/news/unsubscribe/{key}"


def post_digests(session: Session, *, now: dt.datetime) -> int:
    """Put the mails that are due in the outbox; return how many.

    A reader with nothing new gets no mail, and is asked again the next time. Whoever is told
    is marked in the same statement that claims them, so that two runs send one mail.
    """
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
    sections, hidden, wanted = _sections(session), _hidden(session), _wanted(session)
    sent = 0
    for reader in readers:
        mine = sections[reader.person_id]
        unwanted = set().union(*(hidden[section] for section in mine))
        told = [
            item
            for item in items
            if item.shown_at > max(reader.since, now - 4 * EVERY)
            and (item.section_id is None or item.section_id in mine)
            and item.id not in unwanted
        ]
        told.sort(key=lambda item: item.topic not in wanted[reader.person_id])  # stable: by date
        if told and _claim(session, reader.person_id, since=reader.since, now=now):
            _post(session, reader, told[:MOST], len(told), now=now)
            sent += 1
    return sent


class Reader(Protocol):
    """What a mail needs to know of whoever gets it."""

    person_id: uuid.UUID
    name: str
    email: str
    key: str


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


def _post(
    session: Session, reader: Reader, told: Sequence[NewsItem], count: int, *, now: dt.datetime
) -> None:
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
        count=str(count),
        more=str(count - len(told)) if count > len(told) else "",
        items=[_told(item) for item in told],
    )


def _told(item: NewsItem) -> str:
    line = line_of(item)
    address = stationery.link(f"/news/{line.id}") if line.is_post or not line.url else line.url
    by = ", ".join(part for part in (line.organization, line.date) if part)
    warnings = () if line.is_post else line.provenance.warnings
    said = "".join(f" {warning}." for warning in warnings)
    return f"{NAMES[line.topic]}: {line.title}{f' ({by})' if by else ''}.{said} {address}"
