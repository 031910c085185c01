"""What the matcher needs to know of the vocabulary, passed in because it stands below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from mentorship.matching.marks import FULL, Marks

# Per cent of full closeness, the highest that holds; the vocabulary may bring its own.
CLOSENESS = MappingProxyType({"same": 100, "subspecialty": 80, "cluster": 60, "group": 30})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """How the words of the vocabulary relate; ``mentorship.vocabulary.tables()`` makes one.

    Attributes
    ----------
    specialty_groups : code of a specialty -> id of its one group
        Specialties only; a subspecialty belongs to the groups of its parents.
    specialty_parents : code of a subspecialty -> codes of the specialties it is entered from
        A code may be a specialty and a subspecialty at once (sleep medicine).
    specialty_clusters : sets of specialty and subspecialty codes related across groups
    specialty_closeness : per cent for ``same``, ``subspecialty``, ``cluster`` and ``group``
    visa_helped_by : visa situation -> visa paths whose experience helps there
        A situation that needs no help (a US citizen) has an empty set or is missing.
    state_regions : state -> its region
    stage_order : stage of the journey -> its place, counted from 1
    match_stage : place of the Match in ``stage_order`` (stage ``match_soap``)
        A person whose place is not beyond it is "before the Match".
    level_order : career level -> the place in ``stage_order`` people of that level have reached
        A first-year resident has reached ``residency``, a fellow ``fellowship``, an attending
        ``practice``, and so on; a mentor is ahead of an IMG whose stage has a smaller place.
    common_language : the language nearly everybody shares, so that sharing it says little

    """

    specialty_groups: Mapping[str, str]
    specialty_parents: Mapping[str, frozenset[str]]
    specialty_clusters: tuple[frozenset[str], ...]
    visa_helped_by: Mapping[str, frozenset[str]]
    state_regions: Mapping[str, str]
    stage_order: Mapping[str, int]
    match_stage: int
    level_order: Mapping[str, int]
    specialty_closeness: Mapping[str, int] = field(default_factory=lambda: CLOSENESS)
    common_language: str = "en"

    def closeness(self, one: str, other: str) -> int:
        """Return how near two fields of medicine are: 0 to 10,000, the same both ways."""
        per_cent = self.specialty_closeness
        if one == other:
            return per_cent["same"] * FULL // 100
        if other in self._parents(one) or one in self._parents(other):
            return per_cent["subspecialty"] * FULL // 100
        if any(one in cluster and other in cluster for cluster in self.specialty_clusters):
            return per_cent["cluster"] * FULL // 100
        if self._groups(one) & self._groups(other):
            return per_cent["group"] * FULL // 100
        return 0

    def closeness_table(self, codes: Sequence[str]) -> Marks:
        """Return ``closeness`` of every two of ``codes`` as a (k, k) table of marks."""
        rows = [[self.closeness(one, other) for other in codes] for one in codes]
        return np.array(rows, dtype=np.int32).reshape(len(codes), len(codes))

    def before_match(self, stage: str | None) -> bool:
        """Say whether somebody at ``stage`` may still be chosen by a residency program.

        A stage that was not answered counts as before the Match: the careful side.
        """
        return stage is None or self.stage_order.get(stage, 0) <= self.match_stage

    def _parents(self, code: str) -> frozenset[str]:
        return self.specialty_parents.get(code, frozenset())

    def _groups(self, code: str) -> frozenset[str]:
        fields = {code} | self._parents(code)
        return frozenset(self.specialty_groups[f] for f in fields if f in self.specialty_groups)
