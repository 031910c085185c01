"""Who of the IMGs takes part, chosen by what they say of themselves, not one by one.

Nobody is lost: whoever is left out stays on the list of those left out and can be put back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import ProfileKind
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.enrolment import hold, mark
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.traits import Traits, fitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The IMGs of a round, parted by whether the traits fit."""

    fit: Sequence[Candidate]  # of those who take part
    others: Sequence[Candidate]  # who take part, too
    out: Sequence[Candidate]  # who fit, but a leader left them out


def chosen(session: Session, round_: Round, traits: Traits, *, now: dt.datetime) -> Chosen:
    """Part the IMGs of a round by some traits, in three queries."""
    imgs = [
        each
        for each in candidates(session, round_, now=now)
        if each.kind is ProfileKind.IMG and each.joined and each.obstacle is None
    ]
    fit = set(session.scalars(fitting(round_, traits)))
    withdrew = sa.select(Participant.profile_id).where(
        Participant.round_id == round_.id, Participant.withdrew
    )
    fit -= set(session.scalars(withdrew))
    here = [each for each in imgs if not each.left_out]
    return Chosen(
        fit=[each for each in here if each.profile_id in fit],
        others=[each for each in here if each.profile_id not in fit],
        out=[each for each in imgs if each.left_out and each.profile_id in fit],
    )


def only(session: Session, *, round_id: uuid.UUID, traits: Traits, now: dt.datetime) -> int:
    """Leave out all IMGs whom the traits do not fit; return how many.

    Raises
    ------
    RoundChanged
        The round is not open for people (any more).

    """
    found = chosen(session, hold(session, round_id), traits, now=now)
    mark(session, round_id, [each.profile_id for each in found.others], left_out_at=now)
    return len(found.others)


def back(session: Session, *, round_id: uuid.UUID, traits: Traits, now: dt.datetime) -> int:
    """Put back all IMGs whom the traits fit and a leader left out; return how many.

    Whoever withdrew stays away: that is theirs to undo. Raises like ``only``.
    """
    found = chosen(session, hold(session, round_id), traits, now=now)
    mark(session, round_id, [each.profile_id for each in found.out], left_out_at=None)
    return len(found.out)
