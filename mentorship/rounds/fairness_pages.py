"""How a run served groups, as a leader reads it: tables, and what each tells in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma
from typing import Any

from mentorship.matching.fairness import NO_ANSWER, OTHERS
from mentorship.rounds.fairness import TOLD
from mentorship.rounds.small_cells import UNTOLD, Split, having_words, splits
from mentorship.vocabulary import Term

CHANCE = (
    " Groups of this size differ as much by chance alone, so this is no proof that the match is"
    " unfair to one. See whether the same gap comes again in other rounds."
)


@dataclass(frozen=True, slots=True)
class FairLine:
    label: str
    imgs: int
    matched: int
    mean: int | None
    mixed: bool = False  # people who have nothing in common but that they are few or said nothing
    split: Split = Split.EXACT  # how far it is told who of them has a mentor

    @property
    def share(self) -> int:
        return round(100 * self.matched / self.imgs)

    @property
    def told(self) -> bool:
        return self.split is Split.EXACT

    @property
    def with_mentor(self) -> str:
        return having_words(self.imgs, self.matched, self.split)

    @property
    def average(self) -> int | None:
        """The mean of five pairs or more."""
        return self.mean if self.split in {Split.EXACT, Split.FEW_WITHOUT} else None


@dataclass(frozen=True, slots=True)
class FairTable:
    """Groups of one kind, the largest first, with what they tell in a sentence."""

    title: str
    lines: Sequence[FairLine]
    reading: str


def fair_tables(kept: Mapping[str, Any]) -> Sequence[FairTable]:
    """Return what was kept of a run as tables a leader reads."""
    return [_table(key, rows) for key, rows in kept["groups"].items() if rows]


def load_lines(kept: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """Return (so many IMGs, mentors who have that many): leaders read it beside each name, too."""
    return [(f"{imgs}" if imgs else "none", mentors) for imgs, mentors in kept["load"]]


def _table(key: str, rows: Sequence[Sequence[Any]]) -> FairTable:
    title, words = TOLD[key]
    told = splits(key, [(imgs, matched) for _, imgs, matched, _ in rows])
    lines = [
        FairLine(_label(words, group), imgs, matched, mean, group in {NO_ANSWER, OTHERS}, split)
        for (group, imgs, matched, mean), split in zip(rows, told, strict=True)
    ]
    return FairTable(title, lines, _reading(lines))


def _label(words: Mapping[str, Term], group: str) -> str:
    if group == NO_ANSWER:
        return "Not answered"
    if group == OTHERS:
        return "All smaller groups together"
    if words:
        return words[group].name
    return f"IMGs who want {group} mentor{'' if group == '1' else 's'}"


def _reading(lines: Sequence[FairLine]) -> str:
    """Say what the widest gap between groups is, or that there is none to speak of."""
    lines = [line for line in lines if not line.mixed]
    if len(lines) < 2:
        return "There is no second group of five people or more to compare with."
    lines = [line for line in lines if line.told]
    if len(lines) < 2:
        return UNTOLD
    best, worst = max(lines, key=lambda x: x.share), min(lines, key=lambda x: x.share)
    gap = best.share - worst.share
    if gap <= 5:
        return f"All groups fare alike: the shares with a mentor differ by {gap} points at most."
    people = worst.imgs * best.matched // best.imgs - worst.matched
    return (
        f"The widest gap: “{best.label}”, of whom {best.share}% have a mentor, and"
        f" “{worst.label}”, of whom {worst.share}% have one. With the same share, {people} more"
        f" {'person' if people == 1 else 'people'} of that group would have one."
        f"{CHANCE if _may_be_chance(best, worst, len(lines)) else ''}"
    )


def _may_be_chance(best: FairLine, worst: FairLine, groups: int) -> bool:
    """Tell whether chance makes a gap as wide between two of so many groups in one of 20 cases.

    Fisher's exact test of the widest gap, times the number of pairs of groups it is taken from.
    """
    people, matched = best.imgs + worst.imgs, best.matched + worst.matched
    tail = sum(
        exp(
            _log_ways(matched, of_best)
            + _log_ways(people - matched, best.imgs - of_best)
            - _log_ways(people, best.imgs)
        )
        for of_best in range(best.matched, min(best.imgs, matched) + 1)
    )
    return tail * groups * (groups - 1) > 1 / 20  # both tails, times the pairs of groups


def _log_ways(people: int, chosen: int) -> float:
    """Return the logarithm of the number of ways to choose some of these people."""
    return lgamma(people + 1) - lgamma(chosen + 1) - lgamma(people - chosen + 1)
