"""What a solved round is: pairs, who is left, and the prices that prove it best."""

from __future__ import annotations

from dataclasses import dataclass

from mentorship.matching.marks import Flags, Ints

ENGINE_VERSION = "2.2"  # kept on every run; it changes when the same input may give other pairs


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result:
    """The answer to a problem.

    Attributes
    ----------
    policy, lottery : what it was solved with
    pairs : (p, 2) int64
        Row of the IMG, column of the mentor; sorted by IMG, then mentor.
    second : (p,) bool
        Which pairs are second mentors.
    total : int
        Sum of the scores of the pairs.
    unmatched : (u,) int64
        IMGs with no mentor.
    seat_prices : (m,) int64, or (m, 2) for "most-matched"; None where a policy has no prices
        What one more seat there would add to the first mentors' total: points, or (people,
        points), where points may be negative if one more person is matched.
    img_prices : (n,) or (n, 2) int64
        What the first mentors' total would lose without this IMG.
    second_seat_prices, second_img_prices : the same for second mentors
        None where nobody wants two.
    engine : version of the engine that solved it

    """

    policy: str
    lottery: int
    pairs: Ints
    second: Flags
    total: int
    unmatched: Ints
    seat_prices: Ints | None
    img_prices: Ints | None
    second_seat_prices: Ints | None = None
    second_img_prices: Ints | None = None
    engine: str = ENGINE_VERSION
