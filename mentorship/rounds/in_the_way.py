"""What stands in the way of pairing two people by hand, said before anything is tried.

These are the refusals of an edit, and of the matcher under the rules with the edit in them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching.forbid import HARD_RULES
from mentorship.profiles.models import Profile
from mentorship.rounds.agreed import agreed_of
from mentorship.rounds.editing import KeyPair
from mentorship.rounds.models import Run, RunSeat
from mentorship.rounds.rest_runs import never_again
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.suiting import Suits


def in_the_way(
    session: Session, run: Run, pair: KeyPair, names: tuple[str, str], suits: Suits | None
) -> Sequence[str]:
    """Return in sentences why a run cannot take a pair (IMG, mentor); nothing if it can.

    Without ``suits``, in a run too large or forgotten, only the round's own rules are not known.
    """
    img, (img_name, mentor_name) = pair[0], names
    rules = RunRules.from_json(run.rules)
    told = [HARD_RULES[key].verdict for key in suits.rules] if suits else []
    if any(str(key) == img for key, _ in agreed_of(session, run.round_id).standing):
        told.append(
            f"{img_name} has a mentor by request: both have said yes. Only they, or their"
            " mentorship ending, can undo it."
        )
    elif pair in rules.locked:
        told.append("They are a pair already, and it is locked. There is nothing to change.")
    elif holders := _holders(session, run, rules, pair):
        told.append(
            f"Every seat of {mentor_name} is kept by a lock, for {', '.join(holders)}. Unlock one"
            " of these pairs first."
        )
    if pair in rules.banned and pair in never_again(session, run):
        told.append(
            "They were offered each other before in this round, and it came to nothing. They are"
            " not offered each other again."
        )
    return told


def _holders(session: Session, run: Run, rules: RunRules, pair: KeyPair) -> Sequence[str]:
    """Return who is locked to a mentor whose seats are all kept by locks of other IMGs."""
    locked = [i for i, j in rules.locked if j == pair[1] and i != pair[0]]
    seats = session.scalar(
        sa.select(RunSeat.seats).where(
            RunSeat.run_id == run.id, RunSeat.mentor_id == uuid.UUID(pair[1])
        )
    )
    if len(locked) < (seats or 0):
        return ()
    return session.scalars(
        sa.select(User.name)
        .join(Profile, Profile.person_id == User.id)
        .where(Profile.id.in_([uuid.UUID(each) for each in locked]))
        .order_by(sa.func.lower(User.name), Profile.id)
    ).all()
