"""The daily mail: one for each person who wants their notices together."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.extensions import count_each, reading, transaction
from mentorship.inbox.models import Notice
from mentorship.inbox.service import CHOICES, OF_LEADERS, forget_old
from mentorship.inbox.stopping import stop_links
from mentorship.notices.letters import post_letter, stationery

MOST = 20  # lines in one mail


def post_digests(*, now: dt.datetime) -> int:
    """Put the daily mails in the outbox, each on its own; return how many. Safe to repeat.

    What is told is claimed by the statement that reads it, so that two runs send one mail. What
    was read on the site since is not told again.
    """
    with reading() as session:
        waiting = session.scalars(
            sa.select(User.id)
            .where(User.active, User.id.in_(sa.select(Notice.person_id).where(Notice.for_digest)))
            .order_by(User.email)
        ).all()
    sent = count_each(
        waiting,
        lambda session, person_id: _post(session, person_id, now),
        told_as=lambda person_id: f"daily mail of {audit.key.code(person_id)}",
    )
    with transaction() as session:
        forget_old(session, now=now)
    return sent


def _post(session: Session, person_id: uuid.UUID, now: dt.datetime) -> bool:
    claimed = session.execute(
        sa.update(Notice)
        .where(Notice.person_id == person_id, Notice.for_digest)
        .values(for_digest=False)
        .returning(Notice.kind, Notice.words, Notice.created_at, Notice.seen_at)
    ).all()
    fresh = sorted((n.created_at, n.words, n.kind) for n in claimed if n.seen_at is None)
    if not fresh:
        return False
    person = session.execute(sa.select(User.name, User.email).where(User.id == person_id)).one()
    ends = any(kind not in OF_LEADERS for *_, kind in fresh)
    stop = stop_links.link(person_id) if ends else None
    post_letter(
        session,
        person_id,
        person.email,
        "notices_digest",
        path="/notices",
        unsubscribe=stop,
        now=now,
        name=person.name,
        stop=stop or "",
        choices=stationery.link(CHOICES),
        count="1 new notice" if len(fresh) == 1 else f"{len(fresh)} new notices",
        more=str(len(fresh) - MOST) if len(fresh) > MOST else "",
        items=[words for _, words, _ in fresh[:MOST]],
    )
    return True
