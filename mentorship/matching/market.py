"""A round's people as arrays, and the tables that say how their answers relate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the criteria and the hard rules need to know of the vocabulary.

    The matcher is the lowest layer, so whoever calls it passes these in
    (``mentorship.vocabulary.tables()`` makes them). Codes are vocabulary ids.

    Attributes
    ----------
    specialty_groups : code of a specialty -> id of its one group
        Specialties only; a subspecialty belongs to the groups of its parents.
    specialty_parents : code of a subspecialty -> codes of the specialties it is entered from
        A code may be a specialty and a subspecialty at once (sleep medicine).
    specialty_clusters : sets of specialty and subspecialty codes that are related across groups
    visa_helped_by : visa situation -> visa paths whose experience helps there
        A situation that needs no help (a US citizen) has an empty set or is missing.
    state_regions : state -> its region
    stage_order : stage of the journey -> its place, counted from 1
    match_stage : place of the Match in ``stage_order`` (stage ``match_soap``)
        A person whose place is not beyond it is "before the Match".
    level_order : career level -> the place in ``stage_order`` that people of that level have reached
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
    common_language: str = "en"
