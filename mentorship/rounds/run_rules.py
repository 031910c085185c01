"""The rules of a run: those of the matcher, and which IMGs a leader has taken apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from mentorship.matching import Market, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRules(Rules):
    """Rules in which an IMG can be left alone: with no mentor but those they are locked to.

    That is no ban on the mentors of one run. Whoever joins later is not given to such an IMG
    either, until a leader lets them be matched again.

    Attributes
    ----------
    left_alone : keys of IMGs

    """

    left_alone: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        Rules.__post_init__(self)  # not super(): slots make it another class
        object.__setattr__(self, "left_alone", frozenset(self.left_alone))

    def to_json(self) -> dict[str, Any]:
        """Return the rules as plain values, the same for equal rules."""
        plain = Rules.to_json(self)
        alone = sorted(plain.pop("left_alone"))
        return plain | ({"left_alone": alone} if alone else {})

    def within(self, market: Market) -> Rules:
        """Return the rules as the matcher knows them: left alone is forbidden with all others."""
        alone = self.left_alone & {img.key for img in market.imgs}
        bans = {(img, mentor.key) for img in alone for mentor in market.mentors} - self.locked
        plain = {each.name: getattr(self, each.name) for each in fields(Rules)}
        return Rules(**plain | {"banned": self.banned | bans})

    def of_those(self, imgs: Iterable[str], mentors: Iterable[str]) -> RunRules:
        """Return the rules without locks, bans and the like of people who are not here."""
        here, there = frozenset(imgs), frozenset(mentors)
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in ("locked", "banned"):
            plain[name] = {pair for pair in plain[name] if pair[0] in here and pair[1] in there}
        return RunRules(**plain | {"left_alone": self.left_alone & here})
