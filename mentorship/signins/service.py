"""Sessions: opening, finding, renewing and ending them, and how long they may last."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.accounts.service import keep_email
from mentorship.consents.models import Erasure
from mentorship.sections.models import Membership, MembershipState, SectionRole
from mentorship.signins.models import Rank, UserSession

TOKEN_BYTES = 32
SEEN_EVERY = dt.timedelta(minutes=1)  # the least time between two notes of when one was last seen
KEPT = dt.timedelta(days=2)  # how long a session is kept, all told: it is over long before


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a session lasts: since the last page that was opened, and since the sign-in."""

    idle: dt.timedelta
    absolute: dt.timedelta


_OF_STAFF = Limit(idle=dt.timedelta(minutes=30), absolute=dt.timedelta(hours=12))
LIMITS: Mapping[Rank, Limit] = MappingProxyType(
    {
        Rank.MEMBER: Limit(idle=dt.timedelta(minutes=60), absolute=dt.timedelta(hours=24)),
        Rank.LEADER: _OF_STAFF,
        Rank.ADMINISTRATOR: _OF_STAFF,
    }
)


class Over(enum.StrEnum):
    """Why a session no longer counts."""

    IDLE = "idle"
    OLD = "old"
    RANK = "rank"  # the person got, or lost, a role
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Found:
    """A session as a request finds it. Whoever has ``over`` is signed out, whatever the rest."""

    row: UserSession
    person: User
    over: Over | None
    erased_on: dt.datetime | None  # the day on which the person is erased, who asked for it


def new_token() -> str:
    """Make a token, 256 bits of chance; nothing but the cookie of its browser ever holds it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def open_session(
    session: Session, person: User, *, token: str, browser: str, now: dt.datetime
) -> UserSession:
    """Begin a session of a person who has shown who they are; the log has their sign-in."""
    leads = session.scalar(sa.select(_leads(person.id)))
    row = UserSession(
        id=uuid.uuid4(),
        token_hash=_hash(token),
        person_id=person.id,
        key=person.fs_uniquifier,
        rank=_rank(person, leads=bool(leads)),
        browser=browser,
        opened_at=now,
        seen_at=now,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, token: str, *, now: dt.datetime) -> Found | None:
    """Return the session with this token and its person with roles, in one statement."""
    query = (
        sa.select(UserSession, User, _leads(User.id), Erasure.due_at)
        .join(User, User.id == UserSession.person_id)
        .outerjoin(Erasure, Erasure.person_id == User.id)
        .where(UserSession.token_hash == _hash(token))
        .options(joinedload(User.roles))
    )
    found = session.execute(query).unique().one_or_none()
    if found is None:
        return None
    row, person, leads, erased_on = found
    over = _over(row, person, rank=_rank(person, leads=leads), now=now)
    return Found(row, person, over, erased_on)


def ends_at(row: UserSession) -> dt.datetime:
    """Return when a session ends if no page is opened any more."""
    limit = LIMITS[row.rank]
    return min(row.seen_at + limit.idle, row.opened_at + limit.absolute)


def is_longest(row: UserSession) -> bool:
    """Tell whether the sign-in is so long ago that staying does not move the session's end."""
    return ends_at(row) == row.opened_at + LIMITS[row.rank].absolute


def renew(session: Session, row: UserSession, *, token: str) -> None:
    """Give a session another token: who holds a copy of the old one is signed out."""
    session.execute(
        sa.update(UserSession).where(UserSession.id == row.id).values(token_hash=_hash(token))
    )


def note_seen(session: Session, session_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Note that a session is in use; of several requests at once only the first one writes."""
    session.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.seen_at <= now - SEEN_EVERY)
        .values(seen_at=now)
    )


def stay(session: Session, row: UserSession, *, now: dt.datetime) -> None:
    """Let a session begin its idle time anew, because its person says so."""
    row.seen_at = now
    session.flush()


def sessions_of(session: Session, person: User, *, now: dt.datetime) -> Sequence[UserSession]:
    """Return the sessions of a person that count, the one used last first."""
    rows = session.scalars(
        sa.select(UserSession)
        .where(UserSession.person_id == person.id)
        .order_by(UserSession.seen_at.desc(), UserSession.id)
    )
    return [row for row in rows if _over(row, person, rank=row.rank, now=now) is None]


def sign_out(session: Session, row: UserSession, *, now: dt.datetime) -> None:
    """End the session of whoever asks; nothing happens where it has ended already."""
    gone = session.execute(sa.delete(UserSession).where(UserSession.id == row.id))
    if gone.rowcount:  # type: ignore[attr-defined]  # the result of a DELETE has one
        _note(session, "session.end", actor_id=row.person_id, about_id=row.person_id, now=now)


def end_session(
    session: Session, *, person_id: uuid.UUID, session_id: uuid.UUID, now: dt.datetime
) -> None:
    """End one of one's own sessions.

    Raises
    ------
    NoResultFound
        It is not this person's, or there is none.

    """
    row = session.scalars(
        sa.select(UserSession).where(
            UserSession.id == session_id, UserSession.person_id == person_id
        )
    ).one()
    sign_out(session, row, now=now)


def end_sessions(
    session: Session,
    *,
    person_id: uuid.UUID,
    by: uuid.UUID,
    now: dt.datetime,
    but: uuid.UUID | None = None,
) -> int:
    """End all sessions of a person, perhaps ``but`` one; return how many these were.

    A link to a new address is void with them: whoever sat in one may have asked for it.
    """
    theirs = sa.delete(UserSession).where(UserSession.person_id == person_id)
    gone = session.execute(theirs.where(UserSession.id != but) if but else theirs)
    count: int = gone.rowcount  # type: ignore[attr-defined]  # the result of a DELETE has one
    keep_email(session, person_id)
    detail = {"sessions": count}
    _note(session, "session.end_all", actor_id=by, about_id=person_id, now=now, detail=detail)
    return count


def end_everybodys(session: Session, *, now: dt.datetime) -> int:
    """End all sessions of all people, by whoever runs the site; return how many these were.

    Every link to a new address is void with them.
    """
    gone = session.execute(sa.delete(UserSession))
    count: int = gone.rowcount  # type: ignore[attr-defined]  # the result of a DELETE has one
    keep_email(session, None)
    detail = {"sessions": count}
    everybodys = "session.end_everybodys"
    audit.record(session, action=everybodys, actor_id=None, about_id=None, now=now, detail=detail)
    return count


def clear_old(session: Session, *, now: dt.datetime) -> None:
    """Remove what is left of sessions that were over long ago."""
    session.execute(sa.delete(UserSession).where(UserSession.opened_at < now - KEPT))


def _over(row: UserSession, person: User, *, rank: Rank, now: dt.datetime) -> Over | None:
    limit = LIMITS[row.rank]
    if row.key != person.fs_uniquifier or not person.active:
        return Over.ENDED
    if row.rank is not rank:
        return Over.RANK
    if now >= row.opened_at + limit.absolute:
        return Over.OLD
    return Over.IDLE if now >= row.seen_at + limit.idle else None


def _leads(person_id: object) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Membership.person_id == person_id,
        Membership.role == SectionRole.LEADER,
        Membership.state == MembershipState.ACTIVE,
    )


def _rank(person: User, *, leads: bool) -> Rank:
    if person.is_administrator:
        return Rank.ADMINISTRATOR
    return Rank.LEADER if leads else Rank.MEMBER


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _note(  # noqa: PLR0913  as audit.record
    session: Session,
    action: str,
    *,
    actor_id: uuid.UUID,
    about_id: uuid.UUID,
    now: dt.datetime,
    detail: Mapping[str, int] | None = None,
) -> None:
    audit.record(
        session, action=action, actor_id=actor_id, about_id=about_id, now=now, detail=detail
    )
