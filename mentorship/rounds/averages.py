"""What stands in for missing answers in a round of requests with a lowest score.

A request is refused below the lowest score, and a score rests on the averages of the whole round.
In a large round they take seconds, so the worker keeps them and nobody waits for them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import SENSITIVE
from mentorship.matching.scores.recipe import mean_marks_of_many
from mentorship.matching.scoring import mean_marks
from mentorship.rounds.inputs import BadProfile, NobodyToMatch, market_now, people_now, thinned
from mentorship.rounds.insight_models import RoundAverages
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.setup import SetUp
from mentorship.rounds.traits import Traits

GOOD_FOR = dt.timedelta(minutes=15)  # people join and change their answers meanwhile
AT_FIRST = 20_000  # pairs looked at while a leader waits


def averages(session: Session, round_: Round, *, now: dt.datetime) -> Mapping[str, int]:
    """Return criterion -> mean mark of the round, 0 to 10,000: as kept, else worked out here.

    Raises
    ------
    NobodyToMatch, BadProfile
        As ``inputs.market_now``.

    """
    kept = session.get(RoundAverages, round_.id)  # read with the round where an IMG looks
    if kept is not None:
        return kept.means
    market = market_now(session, round_, now=now)
    return _open(mean_marks(market))  # slower, but no web process loads the compiler


def keep_first(session: Session, round_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Keep averages of a part of an open round from when it needs them, if there are none yet.

    They are due at once, so the worker soon puts those of all in their place.
    """
    round_ = session.get_one(Round, round_id, populate_existing=True)
    needed = round_.state is RoundState.OPEN and _needed(SetUp.from_json(round_.rules))
    if not needed or session.get(RoundAverages, round_id) is not None:
        return
    try:
        (people,) = people_now(session, round_, Traits(), now=now)
        market = market_now(session, round_, thinned(people, AT_FIRST), now=now)
    except (NobodyToMatch, BadProfile):  # leaders read of it where they run the round
        return
    keep(session, round_id=round_id, means=_open(mean_marks(market)), now=now - GOOD_FOR)


def _needed(set_up: SetUp) -> bool:
    return set_up.direct_requests and bool(set_up.minimum_score)


def due_averages(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return the open rounds of requests with a lowest score whose averages are old or missing."""
    rows = session.execute(
        sa.select(Round.id, Round.rules)
        .outerjoin(RoundAverages, RoundAverages.round_id == Round.id)
        .where(
            Round.state == RoundState.OPEN,
            sa.or_(
                RoundAverages.round_id.is_(None),
                RoundAverages.worked_out_at <= now - GOOD_FOR,
            ),
        )
        .order_by(Round.id)
    ).all()
    set_ups = ((round_id, SetUp.from_json(rules)) for round_id, rules in rows)
    return [key for key, said in set_ups if _needed(said)]


def work_out(
    session: Session, *, round_id: uuid.UUID, now: dt.datetime
) -> Mapping[str, int] | None:
    """Return the averages as people are now; None while nobody takes part who can be compared."""
    round_ = session.get_one(Round, round_id, options=[sa.orm.joinedload(Round.section)])
    try:
        market = market_now(session, round_, now=now)
        return _open(mean_marks_of_many(market))
    except (NobodyToMatch, BadProfile):  # leaders read of it where they run the round
        return None


def keep(
    session: Session, *, round_id: uuid.UUID, means: Mapping[str, int], now: dt.datetime
) -> None:
    """Keep the averages of a round in place of older ones."""
    session.merge(RoundAverages(round_id=round_id, means=dict(means), worked_out_at=now))
    session.flush()


def _open(means: Mapping[str, int]) -> Mapping[str, int]:
    """Leave out private ones: they count in no open score, and of few people they would tell."""
    return {key: 0 if key in SENSITIVE else mean for key, mean in means.items()}
