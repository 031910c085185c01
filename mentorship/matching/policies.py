"""What "best" means: the four policies, each a way to pair those who look with seats on offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mentorship.matching import certificate, paths, sparse
from mentorship.matching.blocks import Offer
from mentorship.matching.fairest import fairest
from mentorship.matching.marks import Ints, Marks
from mentorship.matching.pairing import Pairing
from mentorship.matching.paths import FORBIDDEN, Progress
from mentorship.matching.stable import stable
from mentorship.matching.weights import (
    Weigh,
    people_and_points,
    people_first,
    person,
    points,
    points_first,
)

SMALL = 60 * 60  # pairs up to which plain numpy is as quick as loading compiled code


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What "best" means.

    Attributes
    ----------
    key, label, sentence : for a form
    proved : what ``verify`` has shown of a result that passed
    pair : who looks and what is on offer, to the best pairing
    levels : numbers that make up a price: 1 (points), 2 (people, points), 0 for no prices

    """

    key: str
    label: str
    sentence: str
    proved: str
    pair: Callable[[Offer, Progress | None], Pairing]
    levels: int


def best_total(offer: Offer, progress: Progress | None) -> Pairing:
    k = offer.shape[0]
    return _heaviest(offer, progress, points_first(k), points(k))


def most_matched(offer: Offer, progress: Progress | None) -> Pairing:
    k = offer.shape[0]
    found = _heaviest(offer, progress, people_first(k), people_and_points(k))
    imgs, seats = (certificate.split(p, person(k)) for p in (found.imgs, found.seats))
    return Pairing(found.mates, found.scores, imgs, seats)


def _heaviest(offer: Offer, progress: Progress | None, weigh: Weigh, told: Weigh) -> Pairing:
    """Pair by one weighing and price by another, with tables for few people, lists for many."""
    k, m = offer.shape
    if k * m > SMALL:
        candidates = sparse.Candidates.of(offer.scores)
        mates = sparse.heaviest(offer, weigh, candidates, progress)
        scores = candidates.scores_of(mates)
        return Pairing(mates, scores, *sparse.prices(offer, told, candidates, mates))
    table = offer.all_scores.block(np.arange(k))
    weights = weigh.step * table.astype(np.int64) + weigh.base + offer.hashes.draws()
    mates = paths.heaviest(np.where(table >= 0, weights, FORBIDDEN), offer.seats, progress)
    worth = np.where(table >= 0, told.step * table.astype(np.int64) + told.base, -1)
    prices = certificate.prices(worth, mates)
    return Pairing(mates, _taken(table, mates), prices.imgs, prices.seats)


def _taken(table: Marks, mates: Ints) -> Ints:
    """Return the score of each row's pair, 0 for none."""
    scores = np.zeros(len(mates), dtype=np.int64)
    made = np.flatnonzero(mates >= 0)
    scores[made] = table[made, mates[made]]
    return scores


_ALL = (
    Policy(
        key="best-total",
        label="Best total",
        sentence="The largest sum of scores, even if somebody stays without a mentor for it.",
        proved="no other pairs add up to more under these rules",
        pair=best_total,
        levels=1,
    ),
    Policy(
        key="most-matched",
        label="Most people matched",
        sentence="As many IMGs with a mentor as possible, and among those ways the largest sum.",
        proved="nobody more can be matched under these rules, and no other way adds up to more",
        pair=most_matched,
        levels=2,
    ),
    Policy(
        key="fairest",
        label="Fairest",
        sentence="As many IMGs with a mentor as possible, and the lowest scores as high as can be.",
        proved="nobody more can be matched under these rules, nor the lowest score be higher",
        pair=fairest,
        levels=0,
    ),
    Policy(
        key="stable",
        label="Stable",
        sentence="No IMG and mentor would both rather have each other than whom they were given.",
        proved="no IMG and mentor would both rather have each other",
        pair=stable,
        levels=0,
    ),
)

POLICIES: Mapping[str, Policy] = MappingProxyType({each.key: each for each in _ALL})
