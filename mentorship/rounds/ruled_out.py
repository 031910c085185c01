"""What leaders ruled out in a run by hand, by name: pairs they forbade, IMGs they took apart."""

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
LIFTED_BY = {"forbidden": EditKind.ALLOW, "apart": EditKind.REMATCH}
SOMEBODY = "Somebody who has left"


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A pair that is never made; or an IMG who gets nobody, with the mentors they keep."""

    img_id: uuid.UUID
    img: str
    mentor_id: uuid.UUID  # of an IMG taken apart: the IMG again, as the edit wants it
    mentors: Sequence[str]  # forbidden; of an IMG taken apart: kept
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
    lines = _apart(session, run) if wanted.show == "apart" else _forbidden(session, run)
    words = wanted.words.casefold()
    found = [
        line for line in lines if any(words in one.casefold() for one in (line.img, *line.mentors))
    ]
    return sorted(found, key=lambda line: (line.img.casefold(), [*map(str.casefold, line.mentors)]))


def _forbidden(session: Session, run: Run) -> Sequence[RuledOut]:
    banned = RunRules.from_json(run.rules).banned
    out = never_again(session, run)
    bans = [(uuid.UUID(i), uuid.UUID(j), (i, j) in out) for i, j in banned]
    names = _names(session, {key for img, mentor, _ in bans for key in (img, mentor)})
    return [
        RuledOut(img, names.get(img, SOMEBODY), mentor, (names.get(mentor, SOMEBODY),), offered)
        for img, mentor, offered in bans
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
