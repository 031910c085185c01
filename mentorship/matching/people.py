"""What the matcher knows of a person: plain values, no names, no addresses.

Codes are those of ``mentorship/vocabulary.yaml``. An empty tuple or ``None`` means "not answered"
("prefer not to say" is stored as not answered before it gets here).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A weekly stretch of free time in the person's own zone.

    ``day`` counts from Monday (0) to Sunday (6); ``start`` and ``end`` are minutes after midnight,
    ``0 <= start < end <= 1440``.
    """

    day: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.day <= 6 and 0 <= self.start < self.end <= DAY):
            raise ValueError(f"no such stretch of a week: {self.day} {self.start}-{self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Img:
    """An international medical graduate who looks for a mentor."""

    key: str
    stage: str | None = None
    specialties: tuple[str, ...] = ()  # ranked, up to 3
    topics: tuple[str, ...] = ()  # ranked, up to 5
    visa: str | None = None  # sensitive
    school_country: str | None = None
    graduation_year: int | None = None
    languages: tuple[str, ...] = ()
    state: str | None = None
    states: tuple[str, ...] = ()  # where they hope to train or work
    timezone: str | None = None  # IANA name
    availability: tuple[Span, ...] = ()
    channels: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    meetings_a_month: int | None = None
    gender: str | None = None  # sensitive
    mentors_wanted: int = 1
    requests: tuple[str, ...] = ()  # keys of mentors, ranked, up to 5
    avoid: tuple[str, ...] = ()  # keys of people
    conflicts: tuple[str, ...] = ()  # institutions, as written
    wishes: tuple[str, ...] = ()
    importance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    goals: str = ""
    priority: bool = False  # got no mentor last time, or lost one; not theirs to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor:
    """A physician who offers to mentor ``seats`` people."""

    key: str
    career_level: str | None = None
    specialties: tuple[str, ...] = ()
    subspecialties: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    visas: tuple[str, ...] = ()  # visa paths lived through; sensitive
    is_img: bool | None = None
    school_country: str | None = None
    languages: tuple[str, ...] = ()
    state: str | None = None
    states_licensed: tuple[str, ...] = ()
    timezone: str | None = None
    availability: tuple[Span, ...] = ()
    channels: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    meetings_a_month: int | None = None
    gender: str | None = None  # sensitive
    seats: int = 0  # the seats this round may use; a paused mentor has 0
    accepts_specialties: tuple[str, ...] = ()  # empty: no limit
    accepts_stages: tuple[str, ...] = ()
    accepts_languages: tuple[str, ...] = ()
    welcomes: tuple[str, ...] = ()  # keys of IMGs they would gladly take, not ranked
    exclude: tuple[str, ...] = ()  # keys of people
    exclude_institutions: tuple[str, ...] = ()
    selects_at: tuple[str, ...] = ()  # institutions where they select residents
    institution: str | None = None
    about: str = ""


# the field in which one names people of the other kind whom they would like to have
CHOSEN: Mapping[type[Img | Mentor], str] = MappingProxyType({Img: "requests", Mentor: "welcomes"})
