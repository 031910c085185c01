"""What a set-up would do before anything is run: who could meet whom, and how well.

Nothing is solved: of everybody the best pair that is possible counts, as if seats were no matter.
Scores are open ones, and the shares of the weights are those of nobody in particular: a round of
one IMG tells no private answer either.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from mentorship.matching import CRITERIA, FULL, Criterion, Market
from mentorship.matching.marks import Ints
from mentorship.matching.scoring import MINIMUM, all_ruled_out, mean_marks, open_scores
from mentorship.profiles.models import ProfileKind
from mentorship.rounds.candidates import Candidate
from mentorship.rounds.inputs import BadProfile, NobodyToMatch, market_now, people_now, thinned
from mentorship.rounds.models import Round
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.setup import SWITCHES, SetUp, earlier_pairs

LOOKED_AT = 500_000  # pairs in a request; of larger rounds some of the IMGs are looked at
BLOCK = 256  # IMGs looked at together
BINS = 10
WIDTH, HEIGHT = 60, 140  # of a bar of the drawing
# switch or minimum -> the hard rules it turns on
TURNS_ON: Mapping[str, tuple[str, ...]] = {
    "respect_institutions": ("institutions",),
    "respect_selection": ("selection",),
    "respect_limits": ("limit_specialties", "limit_stages", "limit_languages"),
    "must_share_language": ("must_share_language",),
    "must_cover_first_topic": ("must_cover_first_topic",),
    "not_again": ("not_again",),
    MINIMUM: (MINIMUM,),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """Everybody's best possible pairs under one set-up."""

    possible: int
    imgs_alone: int  # IMGs whom no mentor could be given
    mentors_alone: int
    bins: Sequence[int]  # IMGs by the score of their best pair; those with none are left out
    ruled_out: Mapping[str, int]  # switch or minimum -> pairs that it forbids
    shares: Mapping[str, int]  # criterion -> points of 100, for an IMG for whom all count
    best: Ints  # mentor of the best pair of each IMG, -1 for none


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is counted, as saved and as changed."""

    label: str
    now: int
    then: int

    @property
    def difference(self) -> str:
        change = self.then - self.now
        return f"{change:+,}".replace("-", "\N{MINUS SIGN}") if change else "the same"


@dataclass(frozen=True, slots=True)
class Weight:
    criterion: Criterion
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Bar:
    low: int
    high: int
    now: int
    then: int
    x: int
    now_height: int
    then_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The saved set-up against the one in the form; ``problem`` says why there is none.

    All is counted over the ``imgs`` looked at: those whom the form asks for, and in a large round
    only some of them.
    """

    imgs: int = 0  # looked at
    all_imgs: int = 0
    mentors: int = 0
    totals: Sequence[Line] = ()
    rules: Sequence[Line] = ()
    weights: Sequence[Weight] = ()
    bars: Sequence[Bar] = ()
    moved: int = 0  # IMGs whose best mentor is another one
    come: int = 0  # IMGs who would take part with the form, and not as it is saved
    gone: int = 0  # and the other way round
    asks_others: bool = False  # the form asks for other IMGs than the saved set-up
    problem: str = ""

    @property
    def unchanged(self) -> bool:
        counted: tuple[Sequence[Line | Weight | Bar], ...]
        counted = self.totals, self.rules, self.weights, self.bars
        if self.asks_others or self.moved:
            return False
        return all(x.now == x.then for lines in counted for x in lines)


def effect(
    session: Session, round_: Round, *, saved: SetUp, changed: SetUp, now: dt.datetime
) -> Effect:
    """Compare two set-ups over whoever takes part, or would if a draft were opened now.

    ``round_`` may be one that is not kept yet.
    """
    before, after = people_now(session, round_, saved.traits, changed.traits, now=now)
    now_in, then_in = ({each.profile_id for each in _imgs(here)} for here in (before, after))
    try:
        market = market_now(session, round_, thinned(after, LOOKED_AT), now=now)
    except NobodyToMatch:
        asked = " of those who are asked for" if changed.traits.asks else ""
        return Effect(problem=f"No IMG{asked} could take part yet, so there is nothing to compare.")
    except BadProfile as bad:
        return Effect(problem=f"The profile of {bad.name} cannot be matched as it is: {bad.why}.")
    if not market.mentors:
        return Effect(problem="No mentor with a free seat could take part yet.")
    earlier = frozenset[tuple[str, str]]()
    if saved.not_again or changed.not_again:
        earlier = earlier_pairs(session, round_)
    means = mean_marks(market)
    old = _picture(market, saved.rules(earlier), means)
    new = old if saved == changed else _picture(market, changed.rules(earlier), means)
    return dataclasses.replace(
        _compared(market, old, new, len(then_in)),
        come=len(then_in - now_in),
        gone=len(now_in - then_in),
        asks_others=saved.traits != changed.traits,
    )


def _imgs(people: Sequence[Candidate]) -> list[Candidate]:
    return [each for each in people if each.kind is ProfileKind.IMG]


def _picture(market: Market, rules: RunRules, means: Mapping[str, int]) -> Picture:
    if not rules.respect_limits:
        free = rules.limiting(market.mentors)
        market = Market.of(market.imgs, free, market.tables, week=market.week)
    n, m = len(market.imgs), len(market.mentors)
    best, top = np.full(n, -1), np.full(n, -1)
    reached, possible = np.zeros(m, dtype=np.bool_), 0
    ruled_out = dict.fromkeys(TURNS_ON, 0)
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n))
        table = open_scores(market, rules, means, rows)
        out = all_ruled_out(market, rules, means, rows)
        for switch, turned_on in TURNS_ON.items():
            forbidden = np.logical_or.reduce([out[rule] for rule in turned_on])
            ruled_out[switch] += int(forbidden.sum())
        table[np.logical_or.reduce(list(out.values()))] = -1
        best[rows], top[rows] = table.argmax(axis=1), table.max(axis=1)
        reached |= (table >= 0).any(axis=0)
        possible += int((table >= 0).sum())
    best[top < 0] = -1
    bins = np.minimum(top[top >= 0] * BINS // FULL, BINS - 1)
    whole = max(sum(rules.weights.values()), 1)
    return Picture(
        possible=possible,
        imgs_alone=int((top < 0).sum()),
        mentors_alone=int((~reached).sum()),
        bins=np.bincount(bins, minlength=BINS).tolist(),
        ruled_out=ruled_out,
        shares={key: round(100 * weight / whole) for key, weight in rules.weights.items()},
        best=best,
    )


def _compared(market: Market, before: Picture, after: Picture, all_imgs: int) -> Effect:
    imgs, mentors = len(market.imgs), len(market.mentors)
    totals = [
        Line("Pairs that are possible", before.possible, after.possible),
        Line("IMGs with no possible mentor", before.imgs_alone, after.imgs_alone),
    ]
    if imgs == all_imgs:  # a mentor may be possible for others than those looked at
        alone = before.mentors_alone, after.mentors_alone
        totals.append(Line("Mentors with no possible IMG", *alone))
    names = {key: label for key, (label, _) in SWITCHES.items()}
    names[MINIMUM] = "Lowest score of a pair"
    return Effect(
        imgs=imgs,
        all_imgs=all_imgs,
        mentors=mentors,
        totals=totals,
        rules=[
            Line(names[switch], before.ruled_out[switch], after.ruled_out[switch])
            for switch in TURNS_ON
        ],
        weights=[
            Weight(criterion, before.shares[key], after.shares[key])
            for key, criterion in CRITERIA.items()
        ],
        bars=_bars(before.bins, after.bins),
        moved=int((before.best != after.best).sum()),
    )


def _bars(before: Sequence[int], after: Sequence[int]) -> Sequence[Bar]:
    most = max(*before, *after, 1)
    return [
        Bar(
            n * BINS, n * BINS + BINS, now, then, n * WIDTH,
            -(-now * HEIGHT // most), -(-then * HEIGHT // most),
        )
        for n, (now, then) in enumerate(zip(before, after, strict=True))
    ]  # fmt: skip
