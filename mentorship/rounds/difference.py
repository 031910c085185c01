"""What a second publication changes: who is offered what now, against what was published before."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.choices import LIVE_OFFERS
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer, OfferState

MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Before:
    """A mentor of an offer that was published, and what became of it."""

    mentor: str
    state: OfferState


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    img: str
    before: Sequence[Before]  # the latest first; empty for whoever had no offer
    mentor: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    stay: int  # offers and matches that a second publication does not touch
    gone: int  # offers that came to nothing, or ended
    first: int  # of the IMGs in the run, those who had no offer in this round
    again: int  # those who had one
    lines: Sequence[DifferenceLine]
    more: int  # lines that are not shown


def difference(session: Session, run: Run) -> Difference:
    """Compare the pairs of a run with all that its round has published so far, in two queries."""
    img, mentor = aliased(User), aliased(User)
    own, other = aliased(Profile), aliased(Profile)
    new = session.execute(
        sa.select(Pair.img_id, img.name, mentor.name, Pair.open_score)
        .join(own, own.id == Pair.img_id)
        .join(img, img.id == own.person_id)
        .join(other, other.id == Pair.mentor_id)
        .join(mentor, mentor.id == other.person_id)
        .where(Pair.run_id == run.id)
        .order_by(sa.func.lower(img.name), Pair.id)
    ).all()
    old = session.execute(
        sa.select(Offer.img_id, mentor.name, Offer.state)
        .join(other, other.id == Offer.mentor_id)
        .join(mentor, mentor.id == other.person_id)
        .where(Offer.round_id == run.round_id, Offer.state != OfferState.WITHDRAWN)
        .order_by(Offer.offered_at.desc(), Offer.id)
    ).all()
    before: defaultdict[uuid.UUID, list[Before]] = defaultdict(list)
    for img_id, name, state in old:
        before[img_id].append(Before(name, state))
    stay = sum(state in LIVE_OFFERS for *_, state in old)
    imgs = {img_id for img_id, *_ in new}
    return Difference(
        stay=stay,
        gone=len(old) - stay,
        first=len(imgs - before.keys()),
        again=len(imgs & before.keys()),
        lines=_lines(new[:MOST_NAMED], before),
        more=max(len(new) - MOST_NAMED, 0),
    )


def _lines(
    rows: Sequence[sa.Row[*tuple[Any, ...]]],
    before: Mapping[uuid.UUID, Sequence[Before]],
) -> Sequence[DifferenceLine]:
    return [
        DifferenceLine(img, before.get(img_id, ()), mentor, score)
        for img_id, img, mentor, score in rows
    ]
