"""Whom an IMG may ask directly: everything that would forbid the pair in a run forbids it here.

A reason is told in words where it rests on what the IMG said or may know. Whom a mentor excludes
or does not take, where they work or select, whom a leader ruled out and what falls short of the
lowest score sound the same, on purpose: else an IMG could guess these by trying.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.matching import Img, Market, Mentor, Problem, Rules
from mentorship.matching.forbid import ruled_out
from mentorship.matching.scoring import open_scores
from mentorship.profiles.models import (
    Choice,
    InstitutionMark,
    Naming,
)
from mentorship.profiles.pool import Untold, gather, values_of
from mentorship.profiles.rows import TABLES, Loaded
from mentorship.rounds.averages import averages
from mentorship.rounds.candidates import Candidate, Obstacle, candidates
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, SeatCount
from mentorship.rounds.parts import Part, one_told
from mentorship.rounds.setup import rules_of

NOT_POSSIBLE = "This pair is not possible in this round."
NOT_HERE = "They do not take part in this round right now."
UNREADABLE = "A profile cannot be read just now. Please tell your section leader."
HARD = (Choice, Naming, InstitutionMark)  # what hard rules read; a lowest score reads all
NO_SEAT = frozenset({Obstacle.NO_SEATS, Obstacle.SEATS_TAKEN})
# hard rule -> what the IMG reads
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "same_person": "This is you.",
        "avoid": "They are on your list of people you do not want.",
        "must_share_language": "You share no language, and this round asks for one.",
        "must_cover_first_topic": "They do not offer the topic you need first, as this round asks.",
        "not_again": "You were a pair in an earlier round.",
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a mentor stands to an IMG now: what forbids the pair ("" for nothing), and free seats."""

    hinders: str
    seats: int
    seats_left: int


def standings(
    session: Session,
    round_: Round,
    img_id: uuid.UUID,
    mentor_ids: Collection[uuid.UUID],
    *,
    now: dt.datetime,
) -> Mapping[uuid.UUID, Standing]:
    """Return how mentors stand to an IMG of the round, as everybody is now."""
    people = candidates(session, round_, now=now, only=mentor_ids)
    seats = sa.select(SeatCount.mentor_id, SeatCount.taken).where(
        SeatCount.round_id == round_.id, SeatCount.mentor_id.in_(mentor_ids)
    )
    taken = dict.fromkeys(mentor_ids, 0) | dict(session.execute(seats).all())
    return standings_of(session, round_, img_id, people, taken, now)


def standings_of(  # noqa: PLR0913, PLR0917  a pair in a round, and what is known of the mentor
    session: Session,
    round_: Round,
    img_id: uuid.UUID,
    people: Sequence[Candidate],
    taken: Mapping[uuid.UUID, int],
    now: dt.datetime,
    *,
    hidden: Collection[uuid.UUID] = (),
) -> Mapping[uuid.UUID, Standing]:
    """Return the same from what is read already, for the IMG's own page.

    ``hidden`` are the people of mentors whom the IMG knows by a code only: that the IMG leaves
    one out by address is not told here, and no yes makes them a pair.
    """
    if not taken:
        return {}
    known = {each.profile_id: each for each in people}
    forbidden = _forbidden(session, round_, Untold(img_id, hidden), taken, now)
    found = {}
    for key, gone in taken.items():
        mentor = known.get(key)
        seats = mentor.seats if mentor else 0
        hinders = forbidden.get(key, "") if _is_here(mentor) else NOT_HERE
        found[key] = Standing(hinders, seats, seats - gone)
    return found


def _is_here(mentor: Candidate | None) -> bool:
    """Tell whether a mentor takes part, be it without a free seat."""
    if mentor is None or not mentor.joined or mentor.left_out:
        return False
    return mentor.obstacle is None or mentor.obstacle in NO_SEAT


def _forbidden(
    session: Session,
    round_: Round,
    asks: Untold,
    mentor_ids: Collection[uuid.UUID],
    now: dt.datetime,
) -> Mapping[uuid.UUID, str]:
    """Return the mentors whom a hard rule keeps from an IMG, each with the first sentence."""
    try:
        rules = rules_of(session, round_)
        tables = HARD if not rules.minimum_score else tuple(TABLES)
        both = [asks.profile_id, *mentor_ids]
        imgs, mentors = gather(session, both, tables=tables, untold=asks)
        market = _market_of(imgs, rules.limiting(mentors), now.date())
        row = np.zeros(1, dtype=np.int64)
        out = ruled_out(market, rules, row)
        poor = _too_poor(session, round_, market, rules, now)
    except ValueError:
        return dict.fromkeys(mentor_ids, UNREADABLE)
    found: dict[uuid.UUID, str] = {}
    for at, mentor in enumerate(market.mentors):
        rule = next((key for key, flags in out.items() if flags[0, at]), None)
        if rule or poor[at]:
            found[uuid.UUID(mentor.key)] = SENTENCES.get(rule or "", NOT_POSSIBLE)
    return found


def _too_poor(
    session: Session, round_: Round, market: Market, rules: Rules, now: dt.datetime
) -> Sequence[bool]:
    """Say which mentors would score below the round's minimum with the one IMG of a market.

    What stands in for missing answers is the mean of the whole round, as in a run.
    """
    if not rules.minimum_score:
        return [False] * len(market.mentors)
    means = averages(session, round_, now=now)
    row = np.zeros(1, dtype=np.int64)
    poor: list[bool] = (open_scores(market, rules, means, row)[0] < rules.minimum_score).tolist()
    return poor


def _market_of(imgs: Sequence[Img], mentors: Sequence[Mentor], today: dt.date) -> Market:
    monday = today - dt.timedelta(days=today.weekday())
    return Market.of(imgs, mentors, vocabulary.tables(), week=monday)


def told_now(session: Session, offer: Offer, loaded: Loaded, *, now: dt.datetime) -> Sequence[Part]:
    """Return what speaks for a request's pair, in the shape in which a run keeps it.

    ``loaded`` has the profiles of the two.
    """
    try:
        market = _market_of(*values_of(session, loaded), now.date())
    except ValueError:
        return []
    rules = dataclasses.replace(rules_of(session, offer.round), not_again=frozenset())
    return one_told(Problem.of(market, rules), market, rules)
