"""Erasing a person whose days to take it back are over.

Whoever was in no run and no mentorship is deleted, row by row. Whoever was in one leaves an empty
shell under the same random keys, so that pairs, scores and the proof of a run still stand, and the
other one of a pair keeps their side of it: no name, no address, no answer, no word is left, also
not in the sealed record of the run.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.letters import to_administrators
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.community.models import Resolution, ResolutionState
from mentorship.consents.models import Erasure
from mentorship.crypto import UnreadableField
from mentorship.mentorships.ending import end_mentorship
from mentorship.mentorships.models import Meeting
from mentorship.privacy import wishes
from mentorship.privacy.emptying import (
    blank_in_runs,
    carry_out,
    delete_of_profiles,
    emptied,
    remove_profiles,
)
from mentorship.privacy.mails import NAMELESS, is_named, leave_mails, spellings
from mentorship.privacy.named import forget_name
from mentorship.privacy.traces import OF_PAIR, OF_PERSON
from mentorship.profiles.models import Profile
from mentorship.rosters.import_models import RosterImport
from mentorship.rosters.sheets import MAGIC, Unreadable, parts
from mentorship.rounds.choices import OVER
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Ending, Offer, OfferState
from mentorship.sections.leading import dismiss_leader
from mentorship.sections.models import Membership, SectionRole
from mentorship.sections.service import leave
from mentorship.spotlight.service import throw_away_all

ERASED = "privacy.erasure.done"  # in the log
NOWHERE = "erased.invalid"  # a domain that no mail ever reaches (RFC 2606)


def erase_again(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> bool:
    """Erase somebody who was erased before, and came back with a backup; False if they did not.

    Also who alone administers what came back: they had left when somebody else did.
    """
    person = session.get(User, person_id)
    if person is None or person.email.endswith(f"@{NOWHERE}"):
        return False
    session.execute(sa.delete(Erasure).where(Erasure.person_id == person_id))
    session.add(Erasure(person_id=person_id, asked_at=now - wishes.GRACE, due_at=now))
    session.flush()
    _erase(session, person_id, wishes.alone_in(session, person_id), now)
    return True


def erased(session: Session) -> Sequence[uuid.UUID]:
    """Return the keys of everybody who was erased, as the log has them; they name nobody."""
    done = sa.select(AuditEntry.about_id).where(AuditEntry.action == ERASED)
    return [key for key in session.scalars(done.order_by(AuditEntry.number)) if key is not None]


def erase(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> bool:
    """Erase a person whose days are over; False if they took it back, or it is done.

    Administrators are told of a section that is left without a leader.

    Raises
    ------
    Needed
        Nobody else administers the site (any more); it is done once somebody does.

    """
    wish = session.get(Erasure, person_id, with_for_update=True, populate_existing=True)
    if wish is None or wish.due_at > now:
        return False
    left = wishes.alone_in(session, person_id)
    if wishes.SITE in left:
        raise wishes.Needed([wishes.SITE])
    _erase(session, person_id, left, now)
    return True


def _erase(session: Session, person_id: uuid.UUID, left: Sequence[str], now: dt.datetime) -> None:
    person = session.get_one(User, person_id)
    profiles = list(session.scalars(sa.select(Profile.id).where(Profile.person_id == person_id)))
    _part(session, person_id, profiles, now)
    _delete_rows(session, person, profiles)
    _empty_words(session, profiles)
    blank_in_runs(session, profiles)
    _remove_or_blank(session, person, profiles)
    sections = [name for name in left if name != wishes.SITE]
    if sections:
        to_administrators(
            session, "sections_without_leader", path="/admin/sections", names=sections, now=now
        )
    audit.record(session, action=ERASED, actor_id=None, about_id=person_id, now=now)
    session.expire_all()


def _part(
    session: Session, person_id: uuid.UUID, profiles: Sequence[uuid.UUID], now: dt.datetime
) -> None:
    """End what others count on, through the ways that tell them."""
    pairs = sa.select(Offer.id).where(_either(profiles), Offer.state == OfferState.CONFIRMED)
    for mentorship_id in session.scalars(pairs).all():
        end_mentorship(
            session,
            person_id=person_id,
            mentorship_id=mentorship_id,
            reason="situation_changed",
            words="",
            now=now,
        )
    mine = sa.select(Membership.id, Membership.role).where(Membership.person_id == person_id)
    for membership_id, role in session.execute(mine).all():
        if role is SectionRole.LEADER:
            dismiss_leader(
                session,
                membership_id=membership_id,
                by=person_id,
                now=now,
                even_the_last=True,
            )
        else:
            leave(session, membership_id=membership_id, person_id=person_id, now=now)
    going = sa.select(Round.id).where(Round.state.not_in(OVER))  # what others found stays
    carry_out(
        session,
        sa.update(Participant)
        .where(Participant.profile_id.in_(profiles), Participant.left_out_at.is_(None))
        .where(Participant.round_id.in_(going))
        .values(left_out_at=now, withdrew=True),
    )


def _delete_rows(session: Session, person: User, profiles: Sequence[uuid.UUID]) -> None:
    forget_name(session, person)
    throw_away_all(session, person.id)
    for column in OF_PERSON:
        carry_out(session, sa.delete(column.class_).where(column == person.id))
    delete_of_profiles(session, profiles)
    offers = sa.select(Offer.id).where(_either(profiles))
    for kind in OF_PAIR:
        carry_out(session, sa.delete(kind).where(kind.__table__.c.offer_id.in_(offers)))
    leave_mails(session, person)
    found = spellings(person)
    for each in session.scalars(sa.select(RosterImport)).all():
        if _may_name(each, found):
            session.delete(each)
    ideas = Resolution.author_id == person.id, Resolution.state == ResolutionState.IDEA
    carry_out(session, sa.delete(Resolution).where(*ideas))
    person.roles.clear()


def _may_name(roster: RosterImport, found: Sequence[re.Pattern[str]]) -> bool:
    """Tell whether an import's files or report name a person; what does not open may do so."""
    try:
        return any(is_named(text, found) for text in _texts(roster))
    except (UnreadableField, Unreadable):
        return True


def _texts(roster: RosterImport) -> Iterator[str]:
    """Yield what an import says, in each way in which such files are written."""
    yield json.dumps(roster.report or {}, ensure_ascii=False)
    for file in (roster.files or {}).values():
        data = base64.b64decode(file["data"])
        if data.startswith(MAGIC):
            yield from (unescape(part.decode("utf-8", "ignore")) for part in parts(data))
        else:
            encodings = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
            yield from (data.decode(encoding, "ignore") for encoding in encodings)


def _empty_words(session: Session, profiles: Sequence[uuid.UUID]) -> None:
    """Empty the words in rows that stay for the other one of a pair."""
    offers = sa.select(Offer.id).where(_either(profiles))
    for meeting in session.scalars(sa.select(Meeting).where(Meeting.offer_id.in_(offers))):
        meeting.words = dict.fromkeys(meeting.words, "")
    session.flush()
    carry_out(
        session, sa.update(Ending).where(Ending.offer_id.in_(offers)).values(words_sealed=None)
    )
    carry_out(session, sa.update(Offer).where(_either(profiles)).values(decline_words=""))


def _remove_or_blank(session: Session, person: User, profiles: Sequence[uuid.UUID]) -> None:
    session.flush()
    if not remove_profiles(session, profiles):
        session.expunge(person)
        carry_out(session, sa.delete(User).where(User.id == person.id))
        return
    carry_out(session, sa.update(User).where(User.id == person.id).values(_shell()))


def _shell() -> dict[str, Any]:
    """Return what an account becomes: nobody can sign in, and no mail reaches anybody."""
    key = uuid.uuid4().hex
    return {
        **emptied(User.__table__, but={"id", "created_at", "demo"}),
        "email": f"{key}@{NOWHERE}",
        "name": NAMELESS,
        "fs_uniquifier": key,
        "active": False,
    }


def _either(profiles: Sequence[uuid.UUID]) -> sa.ColumnElement[bool]:
    return Offer.img_id.in_(profiles) | Offer.mentor_id.in_(profiles)
