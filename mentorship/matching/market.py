"""A round's people: profiles as they came, and the same as arrays for the criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mentorship.matching.checking import check_text
from mentorship.matching.lottery import Side
from mentorship.matching.marks import Ints
from mentorship.matching.people import Img, Mentor
from mentorship.matching.scores.answered import Answered, answered
from mentorship.matching.scores.arrays import ImgArrays, Lexicon, MentorArrays
from mentorship.matching.scores.named import Meetings, Places, meetings, named_pairs
from mentorship.matching.scores.tables import Tables


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Everybody in a round, in the order given; rows of every array follow that order.

    Attributes
    ----------
    imgs, mentors : tuples of length n and m
    tables : what the vocabulary says about the words used
    week : the Monday of the week whose clocks are used to compare free time
    img_arrays, mentor_arrays : the same people as arrays
    img_side, mentor_side : their keys, sorted and hashed
    places : where everybody stands
    answered : criterion -> for whom it counts, and who answered what it asks
    named : hard rule -> (k, 2) pairs that people rule out by naming each other
    meetings : hard rule -> pairs ruled out by an institution, kept by its name

    """

    imgs: tuple[Img, ...]
    mentors: tuple[Mentor, ...]
    tables: Tables
    week: date
    lexicon: Lexicon
    img_arrays: ImgArrays
    mentor_arrays: MentorArrays
    img_side: Side
    mentor_side: Side
    places: Places
    answered: Mapping[str, Answered]
    named: Mapping[str, Ints]
    meetings: Mapping[str, Meetings]

    @classmethod
    def of(
        cls,
        imgs: Sequence[Img],
        mentors: Sequence[Mentor],
        tables: Tables,
        *,
        week: date,
        texts: Iterable[str] = (),
    ) -> Market:
        """Gather people into a market.

        ``texts`` are goals and words of people who are not in it, but were in the round: which
        words are rare is counted over theirs too, so that marks stay what they were there.

        Raises
        ------
        ValueError
            Two IMGs or two mentors have one key (an IMG and a mentor may: one person can be both),
            a key is no text, a number is beyond 64 bits, a time zone does not exist, or ``week`` is
            not a Monday.

        """
        if week.weekday() != 0:
            raise ValueError(f"week: {week} is not a Monday")
        _check_keys("imgs", (i.key for i in imgs))
        _check_keys("mentors", (m.key for m in mentors))
        lexicon = Lexicon.of(imgs, mentors, tables, texts)
        img_arrays, mentor_arrays = lexicon.img_rows(imgs, week), lexicon.mentor_rows(mentors, week)
        return cls(
            imgs=tuple(imgs),
            mentors=tuple(mentors),
            tables=tables,
            week=week,
            lexicon=lexicon,
            img_arrays=img_arrays,
            mentor_arrays=mentor_arrays,
            img_side=Side.of([img.key for img in imgs]),
            mentor_side=Side.of([mentor.key for mentor in mentors]),
            places=Places(imgs, mentors),
            answered=answered(img_arrays, mentor_arrays, lexicon),
            named=named_pairs(imgs, mentors),
            meetings=meetings(imgs, mentors, tables),
        )


def _check_keys(argument: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        check_text(argument, key)
        if key in seen:
            raise ValueError(f"{argument}: the key {key!r} occurs twice")
        seen.add(key)
