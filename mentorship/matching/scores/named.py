"""Pairs that people rule out one by one: themselves, whom they named, and institutions they share.

A pair is a row and a column, the places of an IMG and of a mentor among those given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np

from mentorship.matching.marks import Flags, Ints
from mentorship.matching.people import Img, Mentor
from mentorship.matching.scores.compressed import by_row
from mentorship.matching.scores.ingredients import Lists
from mentorship.matching.scores.tables import Tables


def named_pairs(imgs: Sequence[Img], mentors: Sequence[Mentor]) -> dict[str, Ints]:
    """Return hard rule -> (k, 2) pairs; a pair may come twice."""
    places = Places(imgs, mentors)
    return {
        "same_person": places.of((img.key, img.key) for img in imgs),
        "avoid": places.of((img.key, other) for img in imgs for other in img.avoid),
        "exclude": places.of((other, m.key) for m in mentors for other in m.exclude),
    }


def meetings(imgs: Sequence[Img], mentors: Sequence[Mentor], tables: Tables) -> dict[str, Meetings]:
    """Return hard rule -> who would meet at an institution that is a conflict."""
    own = [_institutions((m.institution or "", *m.exclude_institutions)) for m in mentors]
    selecting = [_institutions(m.selects_at) for m in mentors]
    conflicts = [_institutions(img.conflicts) for img in imgs]
    before = [
        names if tables.before_match(img.stage) else frozenset()
        for img, names in zip(imgs, conflicts, strict=True)
    ]
    return {
        "institutions": Meetings.of(conflicts, own),
        "selection": Meetings.of(before, selecting),
    }


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs who share a name, kept by name: where all share one, all pairs would be too many."""

    names: Lists  # of each IMG, numbered; only names that both sides have
    mentors: Lists  # columns of each name

    @classmethod
    def of(cls, ones: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> Self:
        """Keep the names that occur on both sides."""
        both = sorted(frozenset().union(*ones) & frozenset().union(*others))
        number = {name: place for place, name in enumerate(both)}
        rows = [(i, number[x]) for i, names in enumerate(ones) for x in names if x in number]
        columns = [(number[x], j) for j, names in enumerate(others) for x in names if x in number]
        return cls(by_row(_pairs(rows), len(ones)), by_row(_pairs(columns), len(both)))

    @classmethod
    def together(cls, several: Sequence[Self], n: int) -> Self:
        """Return the pairs of several at once, of n IMGs."""
        rows, columns, height = [_pairs([])], [_pairs([])], 0
        for each in several:
            rows.append(np.add(_listed(each.names), (0, height)))
            columns.append(np.add(_listed(each.mentors), (height, 0)))
            height += len(each.mentors.start) - 1
        return cls(by_row(np.concatenate(rows), n), by_row(np.concatenate(columns), height))

    def forbids(self, rows: Ints, columns: int) -> Flags:
        """Return (len(rows), columns) bool."""
        flags = np.zeros((len(rows), columns), dtype=np.bool_)
        start, at = self.names.start, self.mentors.start
        for place in np.flatnonzero(start[rows + 1] > start[rows]):
            for name in self.names.item[start[rows[place]] : start[rows[place] + 1]]:
                flags[place, self.mentors.item[at[name] : at[name + 1]]] = True
        return flags


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


def _listed(lists: Lists) -> Ints:
    """Return compressed rows as (k, 2) rows and items."""
    rows = np.repeat(np.arange(len(lists.start) - 1), np.diff(lists.start))
    return np.stack([rows, lists.item], axis=1)


def _pairs(found: Sequence[tuple[int, int]]) -> Ints:
    return np.fromiter(chain.from_iterable(found), np.int64, 2 * len(found)).reshape(-1, 2)
