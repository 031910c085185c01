"""What leaders decided in a run by hand and its pairs do not show, by name.

That are pairs they forbade, IMGs they took apart, and locks that do not hold in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.editing import EditKind
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.paging import Listing, Wanted, cut
from mentorship.rounds.rest_runs import never_again
from mentorship.rounds.run_rules import RunRules

# part of the list -> the edit that lifts what stands there
LIFTED_BY = {
    "forbidden": EditKind.ALLOW,
    "apart": EditKind.REMATCH,
    "waiting": EditKind.UNLOCK,
}
SOMEBODY = "Somebody who has left"


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A pair that is forbidden, or whose lock waits; or an IMG taken apart, with whom they keep."""

    img_id: uuid.UUID
    img: str
    mentor_id: uuid.UUID  # of an IMG taken apart: the IMG again, as the edit wants it
    mentors: Sequence[str]  # forbidden, or waited for; of an IMG taken apart: kept
    offered: bool = False  # before in this round: that is no leader's to lift


def ruled_out(session: Session, run: Run, wanted: Wanted) -> Listing[RuledOut]:
    """Return a page of one part of what is ruled out, by name, in two queries."""
    return cut(_found(session, run, wanted), wanted)


def all_ruled_out(
    session: Session, run_id: uuid.UUID, wanted: Wanted
) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Return the pairs of an edit that lifts all of one part that was found."""
    found = _found(session, session.get_one(Run, run_id), wanted)
    return [(line.img_id, line.mentor_id) for line in found if not line.offered]


def _found(session: Session, run: Run, wanted: Wanted) -> Sequence[RuledOut]:
    lines = _apart(session, run) if wanted.show == "apart" else _pairs(session, run, wanted.show)
    words = wanted.words.casefold()
    found = [
        line for line in lines if any(words in one.casefold() for one in (line.img, *line.mentors))
    ]
    return sorted(found, key=lambda line: (line.img.casefold(), [*map(str.casefold, line.mentors)]))


def _pairs(session: Session, run: Run, show: str) -> Sequence[RuledOut]:
    """Return the pairs that are forbidden, or whose locks wait."""
    rules = RunRules.from_json(run.rules)
    out = never_again(session, run)
    asked = rules.waiting if show == "waiting" else rules.banned
    pairs = [(uuid.UUID(i), uuid.UUID(j), (i, j) in out) for i, j in asked]
    names = _names(session, {key for img, mentor, _ in pairs for key in (img, mentor)})
    return [
        RuledOut(img, names.get(img, SOMEBODY), mentor, (names.get(mentor, SOMEBODY),), offered)
        for img, mentor, offered in pairs
    ]


def _apart(session: Session, run: Run) -> Sequence[RuledOut]:
    alone = [uuid.UUID(key) for key in RunRules.from_json(run.rules).left_alone]
    names, profile = _names(session, set(alone)), aliased(Profile)
    kept: dict[uuid.UUID, list[str]] = {img: [] for img in alone}
    rows = session.execute(
        sa.select(Pair.img_id, User.name)
        .join(profile, profile.id == Pair.mentor_id)
        .join(User, User.id == profile.person_id)
        .where(Pair.run_id == run.id, Pair.img_id.in_(alone))
    )
    for img, mentor in rows:
        kept[img].append(mentor)
    return [RuledOut(img, names.get(img, SOMEBODY), img, kept[img]) for img in alone]


def _names(session: Session, keys: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = session.execute(
        sa.select(Profile.id, User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_(keys))
    )
    return dict(rows.all())
