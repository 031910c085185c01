"""What leaders do with many people of a round at once: tags, views, invitations, reminders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mentorship.accounts.claiming import invite_many, invited_lately
from mentorship.accounts.models import User
from mentorship.inbox.models import Notice, NoticeKind
from mentorship.rounds import round_letters
from mentorship.rounds.candidates import Candidate, Obstacle
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.lifecycle import round_changed
from mentorship.rounds.models import Round
from mentorship.sections.models import Section
from mentorship.sections.table_models import MemberTag, SavedView

QUIET = dt.timedelta(days=1)  # between two reminders to the same person
OWED = frozenset({Obstacle.NO_CONSENT, Obstacle.NOT_READY})
AT_ONCE = 5_000


class ViewNameTaken(ValueError):
    """Another view of the section has this name."""


def tags_of(
    session: Session, section_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[str]]:
    """Return the tags of these people, by name."""
    found: dict[uuid.UUID, list[str]] = {}
    rows = session.execute(
        sa.select(MemberTag.person_id, MemberTag.words)
        .where(MemberTag.section_id == section_id, MemberTag.person_id.in_(person_ids))
        .order_by(MemberTag.words)
    )
    for person_id, words in rows:
        found.setdefault(person_id, []).append(words)
    return found


def all_tags(session: Session, section_id: uuid.UUID) -> Sequence[str]:
    mine = MemberTag.section_id == section_id
    return session.scalars(
        sa.select(MemberTag.words).where(mine).distinct().order_by(MemberTag.words)
    ).all()


def tag(
    session: Session,
    *,
    section_id: uuid.UUID,
    people: Collection[uuid.UUID],
    words: str,
    now: dt.datetime,
) -> None:
    """Tag people; twice is as good as once."""
    rows = [
        {"section_id": section_id, "person_id": person_id, "words": words, "tagged_at": now}
        for person_id in people
    ]
    if rows:
        kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(kind.insert(MemberTag).on_conflict_do_nothing(), rows)


def untag(
    session: Session, *, section_id: uuid.UUID, people: Sequence[uuid.UUID], words: str
) -> None:
    for start in range(0, len(people), AT_ONCE):
        session.execute(
            sa.delete(MemberTag).where(
                MemberTag.section_id == section_id,
                MemberTag.words == words,
                MemberTag.person_id.in_(people[start : start + AT_ONCE]),
            )
        )


def views_of(session: Session, section_id: uuid.UUID) -> Sequence[SavedView]:
    mine = sa.select(SavedView).where(SavedView.section_id == section_id)
    return session.scalars(mine.order_by(sa.func.lower(SavedView.name), SavedView.id)).all()


def save_view(
    session: Session,
    *,
    section_id: uuid.UUID,
    name: str,
    wanted: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Keep what is looked for under a name; raise ``ViewNameTaken`` if there is one."""
    made = SavedView(section_id=section_id, name=name, wanted=dict(wanted), made_at=now)
    try:
        with session.begin_nested():
            session.add(made)
    except sa.exc.IntegrityError:
        raise ViewNameTaken(name) from None


def remove_view(session: Session, *, section_id: uuid.UUID, view_id: uuid.UUID) -> None:
    """Forget a view of the section; a second time changes nothing."""
    session.execute(
        sa.delete(SavedView).where(SavedView.section_id == section_id, SavedView.id == view_id)
    )


def invitable(
    session: Session, round_: Round, people: Sequence[Candidate], *, now: dt.datetime
) -> Sequence[User]:
    """Return who of these people has not claimed their account yet, and was not invited today."""
    ids = [each.person_id for each in people]
    lately = invited_lately(round_.section.name, now=now)
    return _users(session, ids, User.confirmed_at.is_(None), ~lately)


def remindable(
    session: Session, people: Sequence[Candidate], *, now: dt.datetime
) -> Sequence[User]:
    """Return who of these people owes answers or a consent, and was not reminded today."""
    owing = [each.person_id for each in people if each.obstacle in OWED]
    lately = sa.exists().where(
        Notice.person_id == User.id,
        Notice.kind == NoticeKind.REMINDER,
        Notice.created_at > now - QUIET,
    )
    return _users(session, owing, User.confirmed_at.is_not(None), ~lately)


def invite(
    session: Session, round_: Round, people: Sequence[Candidate], *, now: dt.datetime
) -> int:
    """Mail those without an account of their own the link to claim it; return how many."""
    _one_by_one(session, round_)
    owing = [person.id for person in invitable(session, round_, people, now=now)]
    return invite_many(session, owing, round_.section.name, now=now)


def remind(
    session: Session, round_: Round, people: Sequence[Candidate], *, now: dt.datetime
) -> int:
    """Ask those who are not ready to finish their profile or to agree; return how many.

    Raises
    ------
    RoundChanged
        Nobody can come in any more, so the mail would not be true.

    """
    state = sa.select(Round.state).where(Round.id == round_.id).with_for_update(read=True)
    if session.scalars(state).one() not in EDITABLE:
        raise round_changed(session, round_.id)
    _one_by_one(session, round_)
    asked = remindable(session, people, now=now)
    kinds = {each.person_id: each.kind for each in people if each.obstacle in OWED}
    owing = [(person, kinds[person.id]) for person in asked]
    round_letters.profile_owed(session, round_, owing, now=now)
    return len(asked)


def _one_by_one(session: Session, round_: Round) -> None:
    """Let who mails the same section wait, and see who was mailed just now."""
    section = sa.select(Section.id).where(Section.id == round_.section_id)
    session.execute(section.with_for_update(key_share=True))


def _users(
    session: Session, ids: Sequence[uuid.UUID], *which: sa.ColumnElement[bool]
) -> Sequence[User]:
    found: list[User] = []
    for start in range(0, len(ids), AT_ONCE):
        mine = User.id.in_(ids[start : start + AT_ONCE])
        found += session.scalars(sa.select(User).where(mine, *which).order_by(User.email))
    return found
