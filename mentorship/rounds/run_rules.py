"""The rules of a run: those of the matcher, mentors' own limits, and IMGs a leader took apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from mentorship.matching import Market, Mentor, Rules
from mentorship.rounds.models import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRules(Rules):
    """Rules in which an IMG can be left alone: with no mentor but those they are locked to.

    That is no ban on the mentors of one run. Whoever joins later is not given to such an IMG
    either, until a leader lets them be matched again.

    Attributes
    ----------
    left_alone : keys of IMGs
    respect_limits : bool
        Offer mentors only IMGs of the specialties, stages and languages they take. The matcher
        keeps to whatever limits it finds, so where they do not hold it is given none.

    """

    left_alone: frozenset[str] = frozenset()
    respect_limits: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.respect_limits, bool):
            raise ValueError(f"respect_limits: {self.respect_limits!r}; want true or false")  # noqa: TRY004 - as all others
        Rules.__post_init__(self)  # not super(): slots make it another class
        object.__setattr__(self, "left_alone", frozenset(self.left_alone))

    def to_json(self) -> dict[str, Any]:
        """Return the rules as plain values, the same for equal rules."""
        plain = Rules.to_json(self)
        alone, limits = sorted(plain.pop("left_alone")), plain.pop("respect_limits")
        said = {"left_alone": alone} if alone else {}
        return plain | said | ({} if limits else {"respect_limits": False})

    def limiting(self, mentors: Iterable[Mentor]) -> Sequence[Mentor]:
        """Return mentors with the limits that hold for them."""
        if self.respect_limits:
            return [*mentors]
        return [
            dataclasses.replace(
                mentor, accepts_specialties=(), accepts_stages=(), accepts_languages=()
            )
            for mentor in mentors
        ]

    def within(self, market: Market) -> Rules:
        """Return the rules as the matcher knows them: left alone is forbidden with all others."""
        alone = self.left_alone & {img.key for img in market.imgs}
        bans = {(img, mentor.key) for img in alone for mentor in market.mentors} - self.locked
        plain = {each.name: getattr(self, each.name) for each in fields(Rules)}
        return Rules(**plain | {"banned": self.banned | bans})

    def of_those(self, market: Market, passing: frozenset[tuple[str, str]]) -> RunRules:
        """Return the rules without locks of people who are not here, and ``passing`` bans of them.

        What leaders forbade stays, for a later run in which they are back.
        """
        imgs, mentors = {img.key for img in market.imgs}, {each.key for each in market.mentors}
        gone = {
            (img, mentor)
            for img, mentor in self.locked | (self.banned & passing)
            if img not in imgs or mentor not in mentors
        }
        locked, banned = self.locked - gone, self.banned - (gone & passing)
        return dataclasses.replace(self, locked=locked, banned=banned)


def with_edits(rules: RunRules, run: Run | None) -> RunRules:
    """Return the rules with what leaders have locked, forbidden and taken apart in a run."""
    if run is None:
        return rules
    edited = RunRules.from_json(run.rules)
    return dataclasses.replace(
        rules, locked=edited.locked, banned=edited.banned, left_alone=edited.left_alone
    )
