"""The rows of roster files as values, and what reading a whole file gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from mentorship.matching import Img, Mentor
from mentorship.rosters.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ImgRow:
    """One IMG of a roster; ``profile.key`` is the e-mail."""

    line: int = 0
    email: str
    name: str
    consents: tuple[str, ...] = ()
    profile: Img


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorRow:
    """One mentor of a roster; ``profile.seats`` are those offered, whether paused or not."""

    line: int = 0
    email: str
    name: str
    consents: tuple[str, ...] = ()
    paused_until: dt.date | None = None
    profile: Mentor


Row = TypeVar("Row", ImgRow, MentorRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster(Generic[Row]):
    """What a file says. ``emails`` are those of all its rows, the bad ones too.

    ``columns`` are the known ones it has.
    """

    file: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    emails: frozenset[str]

    @property
    def usable(self) -> bool:
        """Whether the good rows may be taken by themselves: no fault is the whole file's."""
        return all(problem.line is not None for problem in self.problems)
