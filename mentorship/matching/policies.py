"""What "best" means: the four policies, each a way to pair those who look with seats on offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mentorship.matching.pairing import Pairing, Progress
from mentorship.matching.scores.blocks import Offer
from mentorship.matching.solver.fairest import fairest
from mentorship.matching.solver.heaviest import heaviest, promising
from mentorship.matching.solver.stable import stable
from mentorship.matching.weights import (
    Weigh,
    people_and_points,
    people_first,
    points,
    points_first,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What "best" means.

    Attributes
    ----------
    key, label, sentence : for a form
    proved : what ``verify`` has shown of a result that passed, and no more than that
    pair : who looks and what is on offer, to the best pairing
    told : number of IMGs who look, to what prices are told in; None for no prices

    """

    key: str
    label: str
    sentence: str
    proved: str
    pair: Callable[[Offer, Progress | None], Pairing]
    told: Callable[[int], Weigh] | None = None


def best_total(offer: Offer, progress: Progress | None) -> Pairing:
    k = offer.shape[0]
    return _priced(offer, progress, points_first(k), points(k))


def most_matched(offer: Offer, progress: Progress | None) -> Pairing:
    k = offer.shape[0]
    return _priced(offer, progress, people_first(k), people_and_points(k))


def _priced(offer: Offer, progress: Progress | None, weigh: Weigh, told: Weigh) -> Pairing:
    """Pair by one weighing and tell the prices in another."""
    found = heaviest(offer, weigh, promising(offer, weigh), progress)
    imgs, seats = (weigh.told_as(told, prices) for prices in (found.imgs, found.seats))
    return Pairing(found.mates, found.candidates.scores_of(found.mates), imgs, seats)


_ALL = (
    Policy(
        key="best-total",
        label="Best total",
        sentence="The largest sum of scores, even if somebody stays without a mentor for it.",
        proved="no other pairs add up to more under these rules",
        pair=best_total,
        told=points,
    ),
    Policy(
        key="most-matched",
        label="Most people matched",
        sentence="As many IMGs with a mentor as possible, and among those ways the largest sum.",
        proved="nobody more can be matched under these rules, and no other way adds up to more",
        pair=most_matched,
        told=people_and_points,
    ),
    Policy(
        key="fairest",
        label="Fairest",
        sentence="As many IMGs with a mentor as possible, and the lowest scores as high as can be.",
        proved="nobody more can be matched under these rules, nor the lowest score be higher",
        pair=fairest,
    ),
    Policy(
        key="stable",
        label="Stable",
        sentence="No IMG and mentor would both rather have each other than whom they were given:"
        " first mentors among themselves, then second mentors on the seats that are left.",
        proved="no IMG and mentor would both rather have each other: first mentors among"
        " themselves, and second mentors on the seats that were left",
        pair=stable,
    ),
)

POLICIES: Mapping[str, Policy] = MappingProxyType({each.key: each for each in _ALL})
