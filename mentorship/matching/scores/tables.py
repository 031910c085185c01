"""What the matcher needs to know of the vocabulary, passed in because it stands below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from mentorship.matching.marks import FULL, Marks
from mentorship.matching.scores.coding import flags_of

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
        return int(self.closeness_table([one, other])[0, 1])

    def closeness_table(self, codes: Sequence[str]) -> Marks:
        """Return how near every two of ``codes`` are as a (k, k) table of marks."""
        size, names = len(codes), np.array(codes, dtype=np.str_)
        groups, clusters = sorted({*self.specialty_groups.values()}), self.specialty_clusters
        parents = [self.specialty_parents.get(code, frozenset()) for code in codes]
        own = [self._groups({code} | above) for code, above in zip(codes, parents, strict=True)]
        entered = flags_of([[code in above for code in codes] for above in parents], size)
        clustered = flags_of([[code in each for each in clusters] for code in codes], len(clusters))
        grouped = flags_of([[group in each for group in groups] for each in own], len(groups))
        near = {
            "same": names[:, None] == names,
            "subspecialty": entered | entered.T,
            "cluster": clustered @ clustered.T,
            "group": grouped @ grouped.T,
        }
        marks = [np.int32(self.specialty_closeness[key] * FULL // 100) for key in near]
        return np.select([*near.values()], marks, default=np.int32(0))

    def before_match(self, stage: str | None) -> bool:
        """Say whether somebody at ``stage`` may still be chosen by a residency program.

        A stage that was not answered counts as before the Match: the careful side.
        """
        return stage is None or self.stage_order.get(stage, 0) <= self.match_stage

    def _groups(self, fields: Collection[str]) -> frozenset[str]:
        return frozenset(self.specialty_groups[f] for f in fields if f in self.specialty_groups)
