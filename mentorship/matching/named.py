"""Pairs that people rule out one by one: themselves, whom they named, and institutions they share.

A pair is a row and a column, the places of an IMG and of a mentor among those given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from mentorship.matching.marks import Ints
from mentorship.matching.people import Img, Mentor
from mentorship.matching.tables import Tables


def named_pairs(imgs: Sequence[Img], mentors: Sequence[Mentor], tables: Tables) -> dict[str, Ints]:
    """Return hard rule -> (k, 2) pairs; a pair may come twice."""
    places = Places(imgs, mentors)
    own = [_institutions((m.institution or "", *m.exclude_institutions)) for m in mentors]
    selecting = [_institutions(m.selects_at) for m in mentors]
    conflicts = [_institutions(img.conflicts) for img in imgs]
    before = [
        names if tables.before_match(img.stage) else frozenset()
        for img, names in zip(imgs, conflicts, strict=True)
    ]
    return {
        "same_person": places.of((img.key, img.key) for img in imgs),
        "avoid": places.of((img.key, other) for img in imgs for other in img.avoid),
        "exclude": places.of((other, m.key) for m in mentors for other in m.exclude),
        "institutions": _meetings(conflicts, own),
        "selection": _meetings(before, selecting),
    }


class Places:
    """Where people stand in a market, by key."""

    def __init__(self, imgs: Iterable[Img], mentors: Iterable[Mentor]) -> None:
        self._row = {img.key: row for row, img in enumerate(imgs)}
        self._column = {mentor.key: column for column, mentor in enumerate(mentors)}

    def of(self, pairs: Iterable[tuple[str, str]]) -> Ints:
        """Return (k, 2) rows and columns; keys of people who are not there are passed over."""
        row, column = self._row, self._column
        found = [(row[i], column[j]) for i, j in pairs if i in row and j in column]
        return _pairs(found)


def _institutions(names: Iterable[str]) -> frozenset[str]:
    """Return names as compared: case and spacing do not count, an empty one names nothing."""
    return frozenset(" ".join(name.split()).casefold() for name in names if name.strip())


def _meetings(ones: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> Ints:
    """Return the pairs whose sets share a name."""
    columns: dict[str, list[int]] = {}
    for column, names in enumerate(others):
        for name in names:
            columns.setdefault(name, []).append(column)
    return _pairs(
        [
            (row, column)
            for row, names in enumerate(ones)
            for name in names & columns.keys()
            for column in columns[name]
        ]
    )


def _pairs(found: Sequence[tuple[int, int]]) -> Ints:
    return np.fromiter(chain.from_iterable(found), np.int64, 2 * len(found)).reshape(-1, 2)
