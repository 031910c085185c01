"""The daily mail: one for each person who wants their notices together."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice
from mentorship.inbox.service import CHOICES, OF_LEADERS, forget_old
from mentorship.inbox.stopping import stop_links
from mentorship.notices.letters import stationery
from mentorship.notices.service import post

MOST = 20  # lines in one mail


def post_digests(session: Session, *, now: dt.datetime) -> int:
    """Put the daily mails in the outbox; return how many. Safe to repeat.

    What is told is claimed by the statement that reads it, so that two runs send one mail. What
    was read on the site since is not told again.
    """
    people = session.execute(
        sa.select(User.id, User.email, User.name)
        .where(User.active, User.id.in_(sa.select(Notice.person_id).where(Notice.for_digest)))
        .order_by(User.email)
    ).all()
    sent = 0
    for person in people:
        claimed = session.execute(
            sa.update(Notice)
            .where(Notice.person_id == person.id, Notice.for_digest)
            .values(for_digest=False)
            .returning(Notice.kind, Notice.words, Notice.created_at, Notice.seen_at)
        ).all()
        fresh = sorted((n.created_at, n.words, n.kind) for n in claimed if n.seen_at is None)
        if not fresh:
            continue
        ends = any(kind not in OF_LEADERS for *_, kind in fresh)
        stop = stop_links.link(person.id) if ends else None
        letter = stationery.write(
            "notices_digest",
            path="/notices",
            name=person.name,
            stop=stop or "",
            choices=stationery.link(CHOICES),
            count="1 new notice" if len(fresh) == 1 else f"{len(fresh)} new notices",
            more=str(len(fresh) - MOST) if len(fresh) > MOST else "",
            items=[words for _, words, _ in fresh[:MOST]],
        )
        post(
            session,
            person_id=person.id,
            recipient=person.email,
            subject=letter.subject,
            body=letter.body,
            unsubscribe=stop,
            now=now,
        )
        sent += 1
    forget_old(session, now=now)
    return sent
