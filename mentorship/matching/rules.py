"""What a section leader decides for a round: how much each criterion counts, and what may not be.

Rules are values: they are kept with the run, as JSON, so that it can be run again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Self, TypeAlias

from mentorship.matching.criteria import CRITERIA, SENSITIVE
from mentorship.matching.marks import FULL

HEAVIEST = 10
KeyPairs: TypeAlias = frozenset[tuple[str, str]]  # (key of an IMG, key of a mentor)

PAIRS = ("not_again", "locked", "banned")
_SWITCHES = (
    "must_share_language",
    "must_cover_first_topic",
    "respect_institutions",
    "respect_selection",
)


def _defaults() -> Mapping[str, int]:
    return MappingProxyType({key: criterion.weight for key, criterion in CRITERIA.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Weights and hard rules of one round.

    Attributes
    ----------
    weights : criterion -> 0 to 10
        Criteria left out keep their default weight.
    must_share_language, must_cover_first_topic : bool
        Forbid pairs whose answers show that they share no language, or that the mentor does not
        offer what the IMG needs first. Where somebody has not answered they forbid nothing.
    respect_institutions, respect_selection : bool
        Forbid pairs at an institution somebody named as a conflict, and mentors who select
        residents where the IMG says it would be a conflict, while the IMG is before the Match.
    minimum_score : int, 0 to 10,000
        Forbid pairs that suit less by what is open: private answers do not count here, for whoever
        sets it could work them out. Locked pairs may suit less.
    not_again, banned : pairs of keys that must not be made (those of an earlier round; by hand)
    locked : pairs of keys that must be made

    What mentors and IMGs said of each other (limits, people to avoid) always holds.

    Raises
    ------
    ValueError
        A rule is of the wrong type or out of range, or a criterion does not exist; the message
        starts with its name.

    """

    weights: Mapping[str, int] = field(default_factory=_defaults)
    must_share_language: bool = False
    must_cover_first_topic: bool = False
    respect_institutions: bool = True
    respect_selection: bool = True
    minimum_score: int = 0
    not_again: KeyPairs = frozenset()
    locked: KeyPairs = frozenset()
    banned: KeyPairs = frozenset()

    def __post_init__(self) -> None:
        if not isinstance(self.weights, Mapping):
            raise ValueError(f"weights: {self.weights!r}; want criterion -> 0 to {HEAVIEST}")  # noqa: TRY004 - as all others
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name}: {getattr(self, name)!r}; want true or false")  # noqa: TRY004 - as all others
        unknown = sorted(set(self.weights) - set(CRITERIA), key=str)
        if unknown:
            raise ValueError(f"weights: there is no criterion {unknown[0]!r}")
        for key, weight in self.weights.items():
            if not _whole(weight) or not 0 <= weight <= HEAVIEST:
                raise ValueError(f"weights: {key} is {weight!r}; want 0 to {HEAVIEST}")
        if not _whole(self.minimum_score) or not 0 <= self.minimum_score <= FULL:
            raise ValueError(f"minimum_score: {self.minimum_score!r}; want 0 to {FULL}")
        complete = MappingProxyType({**_defaults(), **self.weights})
        object.__setattr__(self, "weights", complete)
        for name in PAIRS:
            object.__setattr__(self, name, _key_pairs(name, getattr(self, name)))

    def without(self, keys: Collection[str]) -> Self:
        """Return the same rules with criteria that do not count at all."""
        return replace(self, weights={**self.weights, **dict.fromkeys(keys, 0)})

    def open(self) -> Self:
        """Return the rules of the open score, in which no private answer counts, nor silence."""
        return self.without(SENSITIVE)

    def to_json(self) -> dict[str, Any]:
        """Return the rules as plain values, the same for equal rules."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        pairs = {name: [list(pair) for pair in sorted(plain[name])] for name in PAIRS}
        return {**plain, "weights": dict(self.weights), **pairs}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Return the rules that ``to_json`` wrote; raise ``ValueError`` for an unknown one."""
        unknown = sorted(set(plain) - {each.name for each in fields(cls)}, key=str)
        if unknown:
            raise ValueError(f"rules: there is no rule {unknown[0]!r}")
        return cls(**plain)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _key_pairs(name: str, pairs: Iterable[Sequence[str]]) -> KeyPairs:
    """Check pairs of keys; a word is no pair of letters."""
    wanted = ValueError(f"{name}: want pairs (key of an IMG, key of a mentor)")
    if not isinstance(pairs, Iterable) or isinstance(pairs, (str, Mapping)):
        raise wanted
    found = list(pairs)
    for pair in found:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise wanted
        if not all(isinstance(key, str) for key in pair):
            raise wanted
    return frozenset((img, mentor) for img, mentor in found)
