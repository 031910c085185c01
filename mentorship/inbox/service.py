"""Telling people what happened, each in the way they chose."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice, NoticeChoice, NoticeKind, Way
from mentorship.inbox.stopping import stop_links
from mentorship.notices.letters import Letter, stationery
from mentorship.notices.service import Mail, post_many, subject_of

LATEST = 60  # notices on the page
KEPT = dt.timedelta(days=180)
CHOICES = "/notices/choices"
MAILED = frozenset({Way.NOW, Way.DAILY})
USUAL: Mapping[NoticeKind, Way] = MappingProxyType(
    {
        NoticeKind.OFFER: Way.NOW,
        NoticeKind.ANSWER: Way.NOW,
        NoticeKind.REMINDER: Way.NOW,
        NoticeKind.EXPIRY: Way.NOW,
        NoticeKind.PUBLICATION: Way.HERE,
        NoticeKind.MENTORSHIP: Way.NOW,
        NoticeKind.SECTION: Way.NOW,
        NoticeKind.LEADING: Way.NOW,
        NoticeKind.LETTER: Way.NOW,
        NoticeKind.CONCERN: Way.NOW,
    }
)
MAY_BE_OFF = frozenset({NoticeKind.PUBLICATION, NoticeKind.LETTER})
# What others count on a leader for: no click on a link ends it, only a choice after signing in.
OF_LEADERS = frozenset({NoticeKind.LEADING, NoticeKind.CONCERN})
WAY_OUT = "\nStop emails like this with one click; they stay on the site: {link}\n"
OF_A_LEADER = "\nYou get this as a leader of a section. How you hear of such things: {link}\n"


class CannotBeOff(ValueError):
    """What asks for an answer or may change a plan always stands on the site at least."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told, in which words, and the page that says more."""

    person_id: uuid.UUID
    email: str
    letter: Letter
    path: str
    about_id: uuid.UUID | None = None  # whom the letter names besides


def tell(
    session: Session, tellings: Sequence[Telling], *, kind: NoticeKind, now: dt.datetime
) -> None:
    """Put a notice on the site for each, and in the mail for those who want that at once."""
    ways = _ways(session, {each.person_id for each in tellings}, kind)
    mails = []
    for each in tellings:
        way = ways.get(each.person_id, USUAL[kind])
        if way is Way.OFF:
            continue
        session.add(
            Notice(
                person_id=each.person_id,
                kind=kind,
                words=subject_of(each.letter.subject),
                path=each.path,
                created_at=now,
                for_digest=way is Way.DAILY,
            )
        )
        if way is Way.NOW:
            mails.append(_mail(each, kind))
    post_many(session, mails, now=now)


def _mail(one: Telling, kind: NoticeKind) -> Mail:
    stop = None if kind in OF_LEADERS else stop_links.link(one.person_id)
    way_out = (
        WAY_OUT.format(link=stop) if stop else OF_A_LEADER.format(link=stationery.link(CHOICES))
    )
    return Mail(
        person_id=one.person_id,
        about_id=one.about_id,
        recipient=one.email,
        subject=one.letter.subject,
        body=one.letter.body + way_out,
        unsubscribe=stop,
    )


def _ways(
    session: Session, people: Collection[uuid.UUID], kind: NoticeKind
) -> Mapping[uuid.UUID, Way]:
    rows = session.execute(
        sa.select(NoticeChoice.person_id, NoticeChoice.way).where(
            NoticeChoice.kind == kind, NoticeChoice.person_id.in_(people)
        )
    )
    return {row.person_id: row.way for row in rows}


def unread_of(person_id: uuid.UUID) -> sa.ScalarSelect[int]:
    """Count what a person has not read, as part of a statement that a page makes anyway."""
    return (
        sa.select(sa.func.count(Notice.id))
        .where(Notice.person_id == person_id, Notice.seen_at.is_(None))
        .scalar_subquery()
    )


def latest(session: Session, person_id: uuid.UUID) -> Sequence[Notice]:
    return session.scalars(
        sa.select(Notice)
        .where(Notice.person_id == person_id)
        .order_by(Notice.seen_at.is_not(None), Notice.created_at.desc(), Notice.id)
        .limit(LATEST)
    ).all()


def open_notice(
    session: Session, *, person_id: uuid.UUID, notice_id: uuid.UUID, now: dt.datetime
) -> str:
    """Note that a person reads a notice of theirs; return the page it leads to."""
    notice = session.scalars(
        sa.select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id)
    ).one()
    notice.seen_at = notice.seen_at or now
    session.flush()
    return notice.path


def read_all(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> None:
    """Note that a person has read what there was until now."""
    session.execute(
        sa.update(Notice)
        .where(Notice.person_id == person_id, Notice.seen_at.is_(None), Notice.created_at <= now)
        .values(seen_at=now)
    )


def choices_of(session: Session, person_id: uuid.UUID) -> Mapping[NoticeKind, Way]:
    mine = session.scalars(sa.select(NoticeChoice).where(NoticeChoice.person_id == person_id))
    return {**USUAL, **{choice.kind: choice.way for choice in mine}}


def choose(session: Session, person_id: uuid.UUID, ways: Mapping[NoticeKind, Way]) -> None:
    """Keep how a person wants to hear of these kinds.

    Raises
    ------
    CannotBeOff
        A kind that asks for an answer would be seen nowhere.

    """
    if refused := [kind for kind, way in ways.items() if way is Way.OFF and kind not in MAY_BE_OFF]:
        raise CannotBeOff(refused)
    # Two clicks at once wait for each other here, so that neither inserts what the other did.
    session.execute(sa.select(User.id).where(User.id == person_id).with_for_update()).one()
    session.execute(
        sa.delete(NoticeChoice).where(
            NoticeChoice.person_id == person_id, NoticeChoice.kind.in_(list(ways))
        )
    )
    session.add_all(NoticeChoice(person_id=person_id, kind=k, way=w) for k, w in ways.items())
    session.flush()


def stop_mail(session: Session, person_id: uuid.UUID) -> None:
    """Send a person no more mail that one click ends; the site still tells them.

    What leaders must hear goes on (``OF_LEADERS``). Somebody who is gone gets none anyway.
    """
    if session.get(User, person_id) is None:
        return
    choose(session, person_id, dict.fromkeys(_mailed(session, person_id), Way.HERE))
    session.execute(
        sa.update(Notice)
        .where(Notice.person_id == person_id, Notice.for_digest, Notice.kind.not_in(OF_LEADERS))
        .values(for_digest=False)
    )


def gets_mail(session: Session, person_id: uuid.UUID) -> bool:
    """Tell whether there is mail for a person that one click ends."""
    known = session.get(User, person_id) is not None
    return known and bool(_mailed(session, person_id))


def _mailed(session: Session, person_id: uuid.UUID) -> Collection[NoticeKind]:
    """Return the kinds of which a person gets mail that one click ends."""
    ways = choices_of(session, person_id)
    return {kind for kind, way in ways.items() if way in MAILED} - OF_LEADERS


def forget_old(session: Session, *, now: dt.datetime) -> None:
    """Delete notices after half a year, read or not."""
    session.execute(sa.delete(Notice).where(Notice.created_at < now - KEPT))
