"""What a leader reads of the people of a round: who takes part, who could, and who cannot."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.profiles.models import Choice, ProfileKind
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.models import (
    Round,
)
from mentorship.rounds.paging import Listing, Wanted, cut
from mentorship.rounds.priority import priority_of
from mentorship.rounds.taking_part import waited


@dataclass(frozen=True, slots=True)
class People:
    """The people of a round. ``counts`` are of all, whatever part of them is looked at."""

    listing: Listing[Candidate]
    counts: Mapping[str, int]
    in_short: Mapping[uuid.UUID, str]  # profile -> stage and specialties, of those listed
    priority: Mapping[uuid.UUID, str]  # profile -> why they deserve a mentor first, if they do
    waited: Collection[uuid.UUID]  # whom the last round left without a mentor; they come first


PARTS: Mapping[str, Callable[[Candidate], bool]] = MappingProxyType(
    {
        "imgs": lambda each: each.takes_part and each.kind is ProfileKind.IMG,
        "mentors": lambda each: each.takes_part and each.kind is ProfileKind.MENTOR,
        "new": lambda each: each.is_newcomer,
        "blocked": lambda each: each.is_blocked,
        "out": lambda each: each.left_out,
    }
)


def people_of(session: Session, round_: Round, wanted: Wanted, *, today: dt.date) -> People:
    """Return the people of a round who fit what the leader looks for."""
    everybody = candidates(session, round_, today=today)
    belongs = PARTS.get(wanted.show, PARTS["imgs"])
    words = wanted.words.casefold()
    shown = [each for each in everybody if belongs(each) and words in each.name.casefold()]
    without = set(session.scalars(waited(round_)))
    shown.sort(key=lambda each: each.profile_id not in without)
    counts = {part: sum(map(test, everybody)) for part, test in PARTS.items()}
    listing = cut(shown, wanted)
    listed = [each.profile_id for each in listing.rows]
    return People(
        listing, counts, _in_short(session, listed), priority_of(session, listed), without
    )


def _in_short(session: Session, profile_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    rows = session.execute(
        sa.select(Choice.profile_id, Choice.list, Choice.term)
        .where(Choice.profile_id.in_(profile_ids), Choice.field.in_(("stage", "specialties")))
        .order_by(Choice.field.desc(), Choice.rank)
    )
    words: dict[uuid.UUID, list[str]] = {}
    for profile_id, list_name, term in rows:
        words.setdefault(profile_id, []).append(vocabulary.name(list_name, term))
    return {profile_id: ", ".join(said) for profile_id, said in words.items()}
