"""The heaviest pairing of a round, exactly, without looking at most pairs twice.

Everybody's best candidates are listed and paired as well as the lists allow. Then the prices that
prove those pairs best price every pair left out; a pair that outweighs its prices joins the lists
and the few people concerned are placed again, until no such pair is left among all of them.
Column generation: G. B. Dantzig, P. Wolfe, Decomposition principle for linear programs,
Operations Research 8(1), 1960, doi:10.1287/opre.8.1.101.

Where the best pairings leave a choice, ``face`` makes it by a second and finer draw, so that the
answer depends on nothing but the round.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import HIGHEST_DRAW
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.scores.blocks import Offer, each_block
from mentorship.matching.solver.candidates import Candidates
from mentorship.matching.solver.face import Face
from mentorship.matching.solver.placing import Placing
from mentorship.matching.weights import NO_DRAW, NONE, Weigh

PLENTY = 1.5  # seats an IMG, beyond which hardly anybody competes for one
ROUGH = 32  # candidates an IMG is listed with until prices are known roughly
LEFT_OUT = 10  # one IMG in so many is left out while they are found
CROWDED = 10  # lists are made anew while one IMG in so many still finds a seat among more mentors
SAMPLE, FINER = 64, 4  # IMGs in the smallest sample at least; how much larger the next one is
SAMPLED = 64  # candidates of an IMG in a sample
TAKEN, FREE = 16, 16  # candidates of an IMG then: mentors all of whose seats are taken, and others
ADDED = 16  # candidates an IMG can get at each pricing
WARM = 100  # up to one IMG in so many moves to something better; with more all start anew
ANEW = 2  # with more than one IMG in so many, they are also listed anew, with twice as many each


class Heaviest(NamedTuple):
    """A heaviest pairing: the column of each row, -1 for none, and the prices that prove it."""

    mates: Ints  # (n,)
    imgs: Ints  # (n,) largest prices
    seats: Ints  # (m,) smallest prices
    candidates: Candidates  # every pair of ``mates`` among them


def promising(offer: Offer, weigh: Weigh) -> Candidates:
    """List for everybody the mentors they may well be given.

    Who they are depends on what seats will cost. So nine IMGs in ten are placed among their best
    mentors first, to see which seats are sought after; and again among more mentors for as long as
    there are free seats that too few of them see.

    Where seats are plenty hardly any has a price, and the best are listed at once.

    Lists are a guess that saves work and never an answer: ``heaviest`` prices whatever they lack.
    To guess by a part of the problem is called sifting: R. E. Bixby and others, Very large-scale
    linear programming, Operations Research 40(5), 1992, doi:10.1287/opre.40.5.885.
    A tenth is left out because those placed last take longest. Where there are seats for a tenth
    more who saw none in their lists, these are made twice as long, for as long as that helps a
    tenth. Where hardly anybody finds a seat, all are alike and list the same few mentors: then
    prices are learned from samples.
    """
    n, m = offer.shape
    few = Candidates.of(offer, ROUGH)
    if m <= ROUGH or n == 0 or offer.seats.sum() > PLENTY * n:
        return few
    some, times, before = np.flatnonzero(np.arange(n) % LEFT_OUT), 1, 0
    while True:
        few.weigh(offer, weigh)
        placing = Placing.of(few, offer.seats)
        placing.place(some)
        few = _listed_by_price(offer, weigh, placing, times)
        placed = int((placing.mate >= 0).sum())
        if min(len(some), int(offer.seats.sum())) - placed <= n // CROWDED:
            return few
        if placed <= n // CROWDED:
            return _listed_by_samples(offer, weigh)
        if placed - before <= n // CROWDED:
            return few
        times, before = 2 * times, placed


def _listed_by_samples(offer: Offer, weigh: Weigh) -> Candidates:
    """List everybody's best after prices that are learned from a few IMGs, and then from more.

    The first few look at all mentors, which many could not; the next at those who are best after
    the prices that the first found, and so on.
    """
    each = 1
    while offer.shape[0] // (each * FINER) >= SAMPLE:
        each *= FINER
    some = offer.sample(each)
    few = Candidates.of(some, offer.shape[1])
    while True:
        few.weigh(some, weigh)
        placing = Placing.of(few, some.seats)
        placing.place(np.arange(len(few.threshold)))
        if each <= FINER:
            return _listed_by_price(offer, weigh, placing, 1)
        each //= FINER
        some = offer.sample(each)
        few = _listed_by_price(some, weigh, placing, SAMPLED // (TAKEN + FREE))


def _listed_by_price(offer: Offer, weigh: Weigh, placing: Placing, times: int) -> Candidates:
    """List everybody's best after prices, apart for mentors with free seats and without.

    The price of the first is 0 however many seek them next, and all others may rise together; what
    counts among these is only how they compare.
    """
    taken = placing.taken
    price = weigh.in_points(placing.v)
    price -= price[taken].min() if taken.any() else 0
    groups = (np.flatnonzero(taken), TAKEN * times), (np.flatnonzero(~taken), FREE * times)
    return Candidates.of_groups(offer, price, groups)


def heaviest(
    offer: Offer, weigh: Weigh, candidates: Candidates, progress: Progress | None = None
) -> Heaviest:
    """Return a heaviest pairing over all pairs: the one there is, or any if nothing is drawn.

    ``candidates`` grow by the pairs that had to be looked at, or are listed anew.

    Each turn: the smallest prices; every pair left out priced by them; then, if some outweigh their
    prices, lists that hold these, and a new placing. It ends: lists made anew are twice as long
    each time, until they hold everybody, and all others only grow. How much is done again depends
    on how many rows are concerned:

    - a few (one in ``WARM``) move from where they are: their chains are short;
    - more begin anew on the longer lists, which is quicker than so many moves;
    - more than one in ``ANEW`` means that lists were made for other prices: they are made anew.
    """
    n = offer.shape[0]
    times = max(1, int(np.diff(candidates.start).max(initial=0)) // (TAKEN + FREE))
    placing = _placed(offer, weigh, candidates, progress)
    while True:
        placing.lower()
        if progress is not None:
            progress(n, n)
        held = placing.columns  # places in lists change below, columns do not
        rows, heavy, all_listed = underpriced(offer, weigh, candidates, placing.u, placing.v)
        if not heavy.any() and all_listed:
            break
        many = int(heavy.sum())
        if many > max(32, n // ANEW) and weigh.point:
            times *= 2
            candidates = _listed_by_price(offer, weigh, placing, times)
        if many > max(32, n // WARM):
            placing = _placed(offer, weigh, candidates, progress)
        else:
            candidates.weigh(offer, weigh)
            placing.look_again(held)
            placing.place_again(rows[heavy])
    # Pairs worth just their prices were listed as well: with them the face is whole.
    u, v = placing.u, placing.v
    if len(rows):
        candidates.weigh(offer, weigh)
    if weigh.shift == NO_DRAW:
        return Heaviest(held, u, v, candidates)
    face = _face(offer, placing)
    mates = held if face.leaves_no_choice() else face.drawn(progress)
    return Heaviest(mates, u, v, candidates)


def _placed(
    offer: Offer, weigh: Weigh, candidates: Candidates, progress: Progress | None
) -> Placing:
    """Weigh candidates and place everybody among them, with smallest prices.

    Draws are left aside at first, and then decide among the pairs worth just their prices. Weighed
    at once they would tell people apart who are alike in all else, and every search would go on to
    the last of these.

    The sums of both kinds of prices are prices of the whole weights: a pair worth less than its
    prices is so by more than draws add up to (``draws_come_last``), and all others were in the
    second placing.
    """
    n, first = offer.shape[0], weigh.plain if weigh.draws_come_last(offer.shape[0]) else weigh
    candidates.weigh(offer, first)
    placing = Placing.of(candidates, offer.seats)
    placing.place(np.arange(n), progress)
    if first is weigh:
        return placing
    face = _face(offer, placing)
    drawn = face.best(face.draws(), HIGHEST_DRAW * n + 1)
    candidates.weigh(offer, weigh)
    placing.u += drawn.imgs
    placing.v += drawn.seats
    placing.look_again(drawn.mates)
    return placing


def _face(offer: Offer, placing: Placing) -> Face:
    """Return the pairs worth just their prices, and who must be matched."""
    candidates, u, v = placing.candidates, placing.u, placing.v
    exact = candidates.weight == u[candidates.row] + v[candidates.column]
    return Face.of(offer, candidates, exact, (u > 0, v > 0))


def underpriced(
    offer: Offer, weigh: Weigh, candidates: Candidates, u: Ints, v: Ints
) -> tuple[Ints, Flags, bool]:
    """Price every pair that is not a candidate; list those that weigh as much as their prices.

    Where nothing is drawn, only those that weigh more.

    Returns rows that were given more candidates, which of these outweigh their prices, and whether
    all such pairs are listed now: a row is given the ``ADDED`` heaviest at most.

    Only rows whose best pair left out could weigh so much are looked at, and only as far as seats
    are cheap enough: mentors are sorted by how much dearer they are than when lists were made.
    """
    dearer = v - weigh.point * candidates.price
    order = np.argsort(dearer, kind="stable")
    at_most = weigh.of(candidates.threshold) + weigh.most_drawn - u
    reach = np.searchsorted(dearer[order], at_most, side="right")
    reach[candidates.threshold == NONE] = 0
    rows = np.argsort(reach, kind="stable")
    rows = rows[reach[rows] > 0]
    reach = reach[rows]
    if len(rows) == 0:
        return rows, np.zeros(0, dtype=np.bool_), True
    sorted_offer, price_of = offer.only(order), v[order]
    columns, scores = np.empty((2, len(rows), ADDED), dtype=np.int32)
    length, over = np.zeros((2, len(rows)), np.int64)

    def price(some: Ints) -> None:
        part = slice(some[0], some[-1] + 1)
        kernels().pricing.underpriced(
            sorted_offer.block(rows[part], int(reach[some[-1]])), rows[part], u, price_of, order,
            weigh.point, weigh.person, *offer.hashes, weigh.shift,
            candidates.start, candidates.column,
            columns[part], scores[part], length[part], over[part],
        )  # fmt: skip

    each_block(price, np.arange(len(rows)), int(np.median(reach)))
    found = np.flatnonzero(length)
    found = found[np.argsort(rows[found])]
    candidates.add(rows[found], columns[found], scores[found], length[found])
    return rows[found], over[found] > 0, bool((length < ADDED).all())
