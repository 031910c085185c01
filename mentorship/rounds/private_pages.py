"""Groups by visa and gender as a leader reads them: about how many, share, mean, and a sentence.

Everything here is worked out from ``private_tables`` alone, whose figures have noise in them: what
is made of them tells no more of anybody than they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, sqrt
from typing import Any

from mentorship import vocabulary
from mentorship.matching import CRITERIA
from mentorship.rounds import fairness, mentor_load
from mentorship.rounds.models import Run
from mentorship.rounds.noise import VARIANCE, Scale
from mentorship.rounds.private_gaps import Measured, clearest
from mentorship.rounds.private_tables import FEWEST_TOLD, GRAIN, STEP
from mentorship.rounds.run_rules import RunRules
from mentorship.vocabulary import Term

# of each of two counts, of people and of those matched, in tables of before means were told
BEFORE = 2 * exp(-1 / 2) / (1 - exp(-1 / 2)) ** 2
WIDEST_SHARE = 15  # points; a share that may be off by more, 19 times of 20, is not told
SURELY = 2.12  # deviations that noise is within 19 times of 20, at worst
NONE_ELSE = f"There is no second group of about {FEWEST_TOLD} people or more to compare with."
NOBODY = f"Nothing is told: no group is as large as about {FEWEST_TOLD} people."
NO_GAP = (
    "No gap can be told from chance: groups that fare alike would differ as much, with the chance"
    " that is mixed in."
)
FEW_SHARES = "Two groups would be needed to compare shares; the others are too few to tell."
FEW_MEANS = "Two groups would be needed to compare {}; the others are too few to tell."
NO_GAP_OF_MEANS = "No gap in {} can be told from chance."
SELDOM = " Chance seldom makes one as wide."
LOOK = " Look for the reason, and see whether it comes again in other rounds."


@dataclass(frozen=True, slots=True)
class AboutLine:
    """A group: about how many people, how many of them have somebody, and the mean of these.

    The mean and how far off it may be are in hundredths; both None where they are not told.
    ``before``: of a table of before means were told, whose noise was another.
    """

    label: str
    people: int
    matched: int
    mean: int | None = None
    width: int | None = None
    before: bool = False

    @property
    def share(self) -> int:
        """Return the share in per cent, in fives like the counts."""
        return STEP * round(100 * self.matched / self.people / STEP)

    @property
    def share_width(self) -> int | None:
        """Return how many points the share may be off; None where it is too many to tell it."""
        variance = 100**2 * self.share_noise(self.matched / self.people) + STEP**2 / 12
        width = ceil(SURELY * sqrt(variance))
        return width if width <= WIDEST_SHARE else None

    def share_noise(self, share: float) -> float:
        """Return the variance that noise and rounding to fives give a share."""
        rounding = STEP**2 / 12 * (1 + share**2)
        if self.before:
            mixed_in = BEFORE * (1 + share**2)
        else:  # two figures of those with a pair, one of those without
            mixed_in = VARIANCE * (2 * (1 - share) ** 2 + share**2)
        return (mixed_in + rounding) / self.people**2


@dataclass(frozen=True, slots=True)
class AboutTable:
    """Groups of one kind, the largest first, with what they tell in a sentence or two.

    ``centre`` is the mean of everybody with a pair, in hundredths; None of tables that were told
    before means were.
    """

    title: str
    lines: Sequence[AboutLine]
    reading: str
    centre: int | None


@dataclass(frozen=True, slots=True)
class _Side:
    key: str
    titles: Mapping[str, tuple[str, Mapping[str, Term]]]
    have: str  # what a pair gives
    means: str  # what the mean is of

    def said(self, mean: int) -> str:
        return f"{mean / 100:.1f}" if self.key == "mentors" else str(mean // 100)


_IMGS = _Side("groups", fairness.TOLD, "a mentor", "average scores")
_MENTORS = _Side("mentors", mentor_load.TOLD, "an IMG", "IMGs each")


def about_imgs(private: Mapping[str, Any] | None) -> Sequence[AboutTable]:
    return _tables(private or {}, _IMGS)


def about_mentors(private: Mapping[str, Any] | None) -> Sequence[AboutTable]:
    return _tables(private or {}, _MENTORS)


def _tables(private: Mapping[str, Any], side: _Side) -> Sequence[AboutTable]:
    kept = private.get(f"scale of {side.key}")
    scale = None if kept is None else Scale(*kept)
    tables = []
    for key, rows in private.get(side.key, {}).items():
        title, words = side.titles[key]
        lines = []
        for group, people, matched, told in rows:
            mean, width = told or (None, None)
            label = words[group].name
            lines.append(AboutLine(label, people, matched, mean, width, before=scale is None))
        reading = reading_of(lines, side.have)
        if scale is not None and len(lines) > 1:
            reading = f"{reading} {reading_of_means(lines, scale, side)}"
        tables.append(AboutTable(title, lines, reading, None if scale is None else scale.centre))
    return tables


def reading_of(lines: Sequence[AboutLine], have: str = "a mentor") -> str:
    """Say which gap of the shares told is wider than chance and noise make it, if one is."""
    if len(lines) < 2:
        return NONE_ELSE if lines else NOBODY
    told = [line for line in lines if line.share_width is not None]
    if len(told) < 2:
        return FEW_SHARES
    found = clearest([_share(line) for line in told])
    if found is None:
        return NO_GAP
    best, worst = (told[place] for place in found)
    return (
        f"The clearest gap: about {best.share}% (± {best.share_width}) of “{best.label}”"
        f" have {have}, about {worst.share}% (± {worst.share_width}) of “{worst.label}”."
        f"{SELDOM}{LOOK}"
    )


def _share(line: AboutLine) -> Measured:
    """Return a share; if groups fare alike it is the same for all, so it is worked out of two."""
    return Measured(line.matched, line.people, line.share_noise, lambda share: share * (1 - share))


def reading_of_means(lines: Sequence[AboutLine], scale: Scale, side: _Side = _IMGS) -> str:
    """Say the same of means."""
    told = [line for line in lines if line.mean is not None]
    if len(told) < 2:
        return FEW_MEANS.format(side.means)
    found = clearest([_mean(line, scale, GRAIN[side.key]) for line in told])
    if found is None:
        return NO_GAP_OF_MEANS.format(side.means)
    best, worst = (told[place] for place in found)
    return (
        f"The clearest gap in {side.means}: about {side.said(best.mean or 0)} for “{best.label}”,"
        f" about {side.said(worst.mean or 0)} for “{worst.label}”.{SELDOM}"
    )


def _mean(line: AboutLine, scale: Scale, grain: int) -> Measured:
    def noise(mean: float) -> float:
        tilt = (mean - scale.centre) / scale.span
        of_figures = 2 * VARIANCE * (1 + tilt**2) * (scale.span / line.matched) ** 2
        return float(of_figures + grain**2 / 12)

    return Measured(
        line.matched * (line.mean or 0), line.matched, noise, lambda _: float(scale.spread**2)
    )


@dataclass(frozen=True, slots=True)
class PathLine:
    """A visa path lived: about how many IMGs it would help, and of them have nobody.

    Either is None where it is not told.
    """

    name: str
    imgs: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class PathTable:
    """What one more mentor of each visa path would be worth at most, most first.

    ``points`` is what the path adds to a pair, of 100, by the weights of the round.
    """

    lines: Sequence[PathLine]
    points: int


def paths_told(
    private: Mapping[str, Any] | None, run: Run, *, most: int | None = None
) -> PathTable | None:
    """Return the visa paths lived that would help, at ``most`` so many; None if none is told.

    As with other kinds of mentor those come first who give somebody a first mentor.
    """
    if private is not None and "need" in private:
        lines = [
            PathLine(_path(path), imgs, left[0] if left else None)
            for path, imgs, *left in private["need"]
        ]
    elif private is not None and "paths" in private:  # of rounds before numbers were told
        lines = [PathLine(_path(path), None, None) for part in private["paths"] for path in part]
    else:
        return None
    lines.sort(key=lambda line: (line.left is None, -(line.imgs or 0)))
    return PathTable(lines[:most], points_of_a_path(run))


def points_of_a_path(run: Run) -> int:
    """Return what the criterion counts, of 100, for an IMG who weighs nothing and wishes nothing.

    It says nothing of anybody: the weights are those that the leaders chose.
    """
    weights = RunRules.from_json(run.rules).weights
    always = sum(
        weight for key, weight in weights.items() if CRITERIA[key].direction not in {"wish", "turn"}
    )
    return round(100 * weights["visa"] / always) if always else 0


def _path(path: str) -> str:
    return vocabulary.name("visa_path", path)
