"""The agreement of a pair: either side writes a version, both accept the same one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.mentorships import letters
from mentorship.mentorships.guide import TERM_IDS
from mentorship.mentorships.models import Agreement
from mentorship.mentorships.scope import Mentorship, going_mentorship
from mentorship.rounds.offer_models import Side


class AgreementChanged(RuntimeError):
    """The other side wrote a newer version than the one this person looked at."""


def agreement_of(session: Session, mentorship_id: uuid.UUID) -> Agreement | None:
    mine = sa.select(Agreement).where(Agreement.offer_id == mentorship_id)
    return session.scalars(mine).one_or_none()


def _held(session: Session, mentorship_id: uuid.UUID) -> Agreement | None:
    """Return the agreement as it is now, held until this transaction ends."""
    mine = sa.select(Agreement).where(Agreement.offer_id == mentorship_id).with_for_update()
    return session.scalars(mine, execution_options={"populate_existing": True}).one_or_none()


def write_agreement(  # noqa: PLR0913  a version of it, written by one side
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    terms: Mapping[str, str],
    seen: int,
    now: dt.datetime,
) -> Agreement:
    """Keep a new version, which the writer accepts and the other side is asked to.

    ``seen`` is the version the writer started from, 0 for none. The same words again change
    nothing.

    Raises
    ------
    AgreementChanged
        There is a newer version by now.
    MentorshipEnded, NoResultFound
        It is over, or not theirs.

    """
    pair = going_mentorship(session, person_id, mentorship_id)
    said = {term: words for term, words in terms.items() if term in TERM_IDS and words}
    before = _held(session, mentorship_id)
    if before is not None and before.terms == said:
        return before
    if (before.version if before else 0) != seen:
        raise AgreementChanged
    written = _next_version(session, pair, before, said, now)
    letters.tell_other(session, pair, "mentorship_agreement", now=now)
    return written


def _next_version(
    session: Session,
    pair: Mentorship,
    before: Agreement | None,
    terms: dict[str, str],
    now: dt.datetime,
) -> Agreement:
    acceptance = {
        "img_accepted_at": now if pair.side is Side.IMG else None,
        "mentor_accepted_at": now if pair.side is Side.MENTOR else None,
    }
    who = {"changed_at": now, "changed_by_id": pair.me.id}
    if before is None:
        first = Agreement(offer_id=pair.id, version=1, terms=terms, **who, **acceptance)
        try:
            with session.begin_nested():
                session.add(first)
        except IntegrityError:
            raise AgreementChanged from None
        return first
    before.version, before.terms = before.version + 1, terms
    for column, value in {**who, **acceptance}.items():
        setattr(before, column, value)
    session.flush()
    return before


def accept_agreement(
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    version: int,
    now: dt.datetime,
) -> None:
    """Say yes to one version; twice is as good as once.

    Raises
    ------
    AgreementChanged
        There is a newer version than the one accepted.
    MentorshipEnded, NoResultFound
        It is over, or not theirs.

    """
    pair = going_mentorship(session, person_id, mentorship_id)
    agreement = _held(session, mentorship_id)
    if agreement is None or agreement.version != version:
        raise AgreementChanged
    mine = "img_accepted_at" if pair.side is Side.IMG else "mentor_accepted_at"
    if getattr(agreement, mine) is None:
        setattr(agreement, mine, now)
        session.flush()
        letters.tell_other(session, pair, "mentorship_accepted", now=now)
