"""The rules of a run: those of the matcher, mentors' own limits, and IMGs a leader took apart."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from mentorship.matching import Img, Market, Mentor, Rules
from mentorship.matching.forbid import ruled_out
from mentorship.matching.rules import KeyPairs
from mentorship.rounds.models import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRules(Rules):
    """Rules in which an IMG can be left alone: with no mentor but those they are locked to.

    That is no ban on the mentors of one run. Whoever joins later is not given to such an IMG
    either, until a leader lets them be matched again.

    Attributes
    ----------
    left_alone : keys of IMGs
    waiting : pairs of keys
        Locks that do not hold in this run: of the two one is not in it, or they cannot be paired
        in it. They hold again in the first run in which both can.
    respect_limits : bool
        Offer mentors only IMGs of the specialties, stages and languages they take. The matcher
        keeps to whatever limits it finds, so where they do not hold it is given none.
    two_mentors : bool or None
        Whoever asks for two mentors may get two. None in runs from before this was kept: theirs is
        in the people they were made of.

    """

    left_alone: frozenset[str] = frozenset()
    waiting: KeyPairs = frozenset()
    respect_limits: bool = True
    two_mentors: bool | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.respect_limits, bool):
            raise ValueError(f"respect_limits: {self.respect_limits!r}; want true or false")  # noqa: TRY004 - as all others
        if not isinstance(self.two_mentors, bool | None):
            raise ValueError(f"two_mentors: {self.two_mentors!r}; want true or false")  # noqa: TRY004 - as all others
        Rules.__post_init__(self)  # not super(): slots make it another class
        object.__setattr__(self, "left_alone", frozenset(self.left_alone))
        object.__setattr__(self, "waiting", frozenset((img, who) for img, who in self.waiting))

    def to_json(self) -> dict[str, Any]:
        """Return the rules as plain values, the same for equal rules."""
        plain = Rules.to_json(self)
        alone, limits = sorted(plain.pop("left_alone")), plain.pop("respect_limits")
        waiting = [list(pair) for pair in sorted(plain.pop("waiting"))]
        said = {"left_alone": alone, "waiting": waiting}
        two = plain.pop("two_mentors")
        return (
            plain
            | {key: keys for key, keys in said.items() if keys}
            | ({} if limits else {"respect_limits": False})
            | ({} if two is None else {"two_mentors": two})
        )

    def wanting(self, imgs: Iterable[Img]) -> Sequence[Img]:
        """Return IMGs with as many mentors as they may get."""
        if self.two_mentors is not False:
            return [*imgs]
        return [dataclasses.replace(img, mentors_wanted=1) for img in imgs]

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
        """Return the rules in which locks of people who are not here wait, or go if ``passing``.

        Bans stay, for a later run in which they are back, but for ``passing`` ones; locks that
        waited hold if they can.
        """
        imgs, mentors = {img.key for img in market.imgs}, {each.key for each in market.mentors}
        wanted = self.locked | self.waiting
        gone = {
            (img, mentor)
            for img, mentor in wanted | (self.banned & passing)
            if img not in imgs or mentor not in mentors
        }
        locked = self.locked - gone
        locked |= self._back(market, locked, self.waiting - gone)
        return dataclasses.replace(
            self,
            locked=locked,
            banned=self.banned - (gone & passing),
            waiting=wanted - locked - (gone & passing),
        )

    def _back(self, market: Market, locked: KeyPairs, waited: KeyPairs) -> KeyPairs:
        """Return those of the pairs that waited which can be locked beside ``locked``."""
        if not waited:
            return waited
        free = Counter({img.key: img.mentors_wanted for img in market.imgs})
        free.update({mentor.key: mentor.seats for mentor in market.mentors})
        free.subtract(key for pair in locked for key in pair)
        back = set()
        for pair in sorted(waited - forbidden(market, self, waited)):
            if all(free[key] > 0 for key in pair):
                free.subtract(pair)
                back.add(pair)
        return frozenset(back)


def forbidden(market: Market, rules: Rules, pairs: KeyPairs) -> KeyPairs:
    """Return those of some pairs that a hard rule forbids, of people who are all here."""
    imgs = {img.key: i for i, img in enumerate(market.imgs)}
    mentors = {mentor.key: j for j, mentor in enumerate(market.mentors)}
    rows = np.array(sorted({imgs[img] for img, _ in pairs}), dtype=np.int64)
    out = ruled_out(market, rules, rows) if pairs else {}
    at = {int(i): n for n, i in enumerate(rows)}
    return frozenset(
        (img, mentor)
        for img, mentor in pairs
        if any(flags[at[imgs[img]], mentors[mentor]] for flags in out.values())
    )


def with_edits(rules: RunRules, run: Run | None) -> RunRules:
    """Return the rules with what leaders have locked, forbidden and taken apart in a run."""
    if run is None:
        return rules
    edited = RunRules.from_json(run.rules)
    by_hand = {key: getattr(edited, key) for key in ("locked", "waiting", "banned", "left_alone")}
    return dataclasses.replace(rules, **by_hand)
