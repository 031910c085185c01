"""Why somebody has no mentor, who would have been next, and why a seat stayed free.

Three reasons leave somebody without a mentor: no mentor was possible; a group competes for too few
seats (P. Hall, On representatives of subsets, J. London Math. Soc. 10, 1935,
doi:10.1112/jlms/s1-10.37.26); or every possible seat is worth more to somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, TypeAlias

import numpy as np

from mentorship.matching.certificate import OUT_OF_REACH, worth_to_others
from mentorship.matching.explaining.rivals import Bits, Rivals
from mentorship.matching.explaining.unused import UnusedSeats, unused_seats
from mentorship.matching.graph import next_best, outcome
from mentorship.matching.lottery import Id
from mentorship.matching.marks import Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.scores.blocks import blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPossibleMentor:
    """No mentor with a seat may be paired with this IMG.

    Attributes
    ----------
    img : id
    mentors : how many there are
    without_seat : how many of them have no seat in this round
    ruled_out : rule -> how many of those with a seat it forbids; one may be forbidden twice

    """

    kind: ClassVar[str] = "no_possible_mentor"
    img: Id
    mentors: int
    without_seat: int
    ruled_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewSeats:
    """A group of IMGs can only go to the same mentors, who have fewer seats than they are.

    Attributes
    ----------
    img : id
    imgs : ids of the group, this one among them
    mentors : ids of every mentor possible for any of them
    seats : how many seats these have for them
    held : how many more of their seats are held by locked pairs

    """

    kind: ClassVar[str] = "too_few_seats"
    img: Id
    imgs: tuple[Id, ...]
    mentors: tuple[Id, ...]
    seats: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthMoreElsewhere:
    """Every seat possible for this IMG is worth at least as much to somebody else.

    Attributes
    ----------
    img : id
    mentor : id of the mentor they came nearest to
    score : of the two
    price : what all others together would lose without that seat; the score if it was a tie
        For "stable" score and price are the mentor's own scores of the two IMGs.

    """

    kind: ClassVar[str] = "worth_more_elsewhere"
    img: Id
    mentor: Id
    score: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """Who would have been next for the two people of a pair, with the score; None for nobody."""

    img: Id
    mentor: Id
    next_mentor: Id | None
    next_mentor_score: int | None
    next_img: Id | None
    next_img_score: int | None


Reason: TypeAlias = NoPossibleMentor | TooFewSeats | WorthMoreElsewhere

REASONS: MappingProxyType[str, type[Reason]] = MappingProxyType(
    {each.kind: each for each in (NoPossibleMentor, TooFewSeats, WorthMoreElsewhere)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Reasons for a whole result, each list in its order: unmatched, pairs, mentors."""

    unmatched: tuple[Reason, ...]
    pairs: tuple[NextBest, ...]
    unused: tuple[UnusedSeats, ...]


def explain(
    problem: Problem,
    result: Result,
    progress: Progress | None = None,
    *,
    told: Problem | None = None,
) -> Explanation:
    """Return why everybody unmatched is, who was next for every pair, and why seats are free.

    The order of rows decides only in which order the reasons come, not what they say.
    ``progress`` is called with (how many are done, of how many), from the start again in every
    step; it may raise to stop. Who was next and who fares as well elsewhere is told by the scores
    of ``told``, the same round under open rules, where it is given.
    """
    told = problem if told is None else told
    rivals = Rivals.of(problem, result, progress)
    why = dict(_nobody_possible(problem, rivals, progress))
    why |= dict(_others(problem, result, rivals, why.keys(), progress))
    return Explanation(
        unmatched=tuple(why[i] for i in rivals.waiting),
        pairs=_next_best(told, result, progress),
        unused=unused_seats(told, result, progress),
    )


def _nobody_possible(
    problem: Problem, rivals: Rivals, progress: Progress | None
) -> Iterator[tuple[int, Reason]]:
    """Yield the IMGs nobody may be paired with, and the reason."""
    with_seat = problem.seats > 0
    nobody = np.array(rivals.waiting, dtype=np.int64)[~rivals.wanted.any(axis=1)]
    done = 0
    for rows in blocks(nobody, len(with_seat)):
        out = problem.ruled_out(rows)
        counts = {rule: (flags & with_seat).sum(axis=1) for rule, flags in out.items()}
        for place, img in enumerate(rows.tolist()):
            yield (
                img,
                NoPossibleMentor(
                    img=problem.img_ids[img],
                    mentors=len(with_seat),
                    without_seat=int((~with_seat).sum()),
                    ruled_out={rule: int(c[place]) for rule, c in counts.items() if c[place]},
                ),
            )
        done += len(rows)
        if progress is not None:
            progress(done, len(nobody))


def _others(
    problem: Problem,
    result: Result,
    rivals: Rivals,
    known: Collection[int],
    progress: Progress | None,
) -> Iterator[tuple[int, Reason]]:
    """Yield whoever is not ``known``, and the reason.

    Groups and prices are worked out once, for many wait for the same seats.
    """
    groups: dict[bytes, TooFewSeats] = {}
    nearest: Callable[[int], Reason] | None = None
    for place, img in enumerate(rivals.waiting):
        if progress is not None:
            progress(place, len(rivals.waiting))
        if img in known:
            continue
        mentors = rivals.reached(place)
        if mentors is None:
            nearest = nearest or _nearest(problem, result, rivals, progress)
            yield img, nearest(img)
            continue
        group = groups.get(mentors.tobytes())
        if group is None:
            group = groups[mentors.tobytes()] = _group(problem, rivals, img, mentors)
        yield img, replace(group, img=problem.img_ids[img])


def _group(problem: Problem, rivals: Rivals, img: int, reached: Bits) -> TooFewSeats:
    imgs, mentors = rivals.group(reached)
    held = problem.seats - rivals.seats
    in_order = problem.imgs.order, problem.mentors.order
    return TooFewSeats(
        img=problem.img_ids[img],
        imgs=tuple(problem.img_ids[i] for i in in_order[0][imgs[in_order[0]]]),
        mentors=tuple(problem.mentor_ids[j] for j in in_order[1][mentors[in_order[1]]]),
        seats=int(rivals.seats[mentors].sum()),
        held=int(held[mentors].sum()),
    )


def _nearest(
    problem: Problem, result: Result, rivals: Rivals, progress: Progress | None
) -> Callable[[int], Reason]:
    """Return what tells the mentor an IMG came nearest to.

    Only "best-total" and "stable" come here: where most people count, a chain of moves would have
    been used. In "stable" the mentors' own view decides.
    """
    if result.policy == "stable":
        scores, prices = problem.mentor_scores, _worst_kept(problem, rivals, progress)
    else:
        scores = problem.scores
        prices = worth_to_others(scores, rivals.mates, rivals.free, progress)

    def nearest(img: int) -> Reason:
        own = scores.block(np.array([img]))[0].astype(np.int64)
        possible = (problem.scores.block(np.array([img]))[0] >= 0) & (problem.seats > 0)
        short = np.where(possible, prices - own, OUT_OF_REACH)
        mentor = int(problem.mentors.order[short[problem.mentors.order].argmin()])
        return WorthMoreElsewhere(
            img=problem.img_ids[img],
            mentor=problem.mentor_ids[mentor],
            score=int(own[mentor]),
            price=int(prices[mentor]),
        )

    return nearest


def _worst_kept(problem: Problem, rivals: Rivals, progress: Progress | None) -> Ints:
    """Return how high each mentor without a free seat scores the last one they would give up."""
    worst = np.where(rivals.free > 0, np.int64(0), OUT_OF_REACH)
    for rows in problem.blocks(progress):
        moving = rows[rivals.mates[rows] >= 0]
        own = problem.mentor_scores.block(moving)[np.arange(len(moving)), rivals.mates[moving]]
        np.minimum.at(worst, rivals.mates[moving], own.astype(np.int64))
    return worst


def _next_best(problem: Problem, result: Result, progress: Progress | None) -> tuple[NextBest, ...]:
    n = len(problem.img_ids)
    graph = outcome(problem, result, progress=progress)
    found = []
    for i, j in result.pairs.tolist():
        for_img, for_mentor = next_best(graph, i), next_best(graph, n + j)
        mentor, mentor_score = for_img[0] if for_img else (None, None)
        img, img_score = for_mentor[0] if for_mentor else (None, None)
        found.append(
            NextBest(
                img=problem.img_ids[i],
                mentor=problem.mentor_ids[j],
                next_mentor=None if mentor is None else problem.mentor_ids[mentor - n],
                next_mentor_score=mentor_score,
                next_img=None if img is None else problem.img_ids[img],
                next_img_score=img_score,
            )
        )
    return tuple(found)
