"""People's answers as arrays, one row a person, so that criteria judge all pairs at once.

A code is the place of a word in the market's own sorted list of words; -1 means not answered.
Rows can be taken (``take``), so that scores can be worked out block by block. Answers of which
everybody gives few out of very many, such as the words of a text, are sparse rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from mentorship.matching.marks import Flags, Ints, Marks
from mentorship.matching.people import Img, Mentor, Span
from mentorship.matching.scores.coding import Words, flags_of, ints_of, sparse_of
from mentorship.matching.scores.tables import Tables
from mentorship.matching.scores.week import SLOTS, free_minutes, free_slots
from mentorship.matching.scores.words import only_stems, rarity, scaled

TOPIC_WEIGHTS = (5, 4, 3, 2, 1)  # of the first topic needed, the second ...
IMPORTANCE = MappingProxyType({"low": 1, "normal": 2, "high": 4})  # half, once, twice the weight
WISHES = ("same_country", "same_gender", "mentor_is_img")


class _Rows:
    """Arrays with one row a person each."""

    def take(self, rows: Ints | slice) -> Self:
        """Return the same arrays for some of the people."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImgArrays(_Rows):
    """What n IMGs answered."""

    key: Ints  # (n,) code
    stage: Ints  # (n,) code
    stage_order: Ints  # (n,) place on the journey; 0 unknown
    visa: Ints  # (n,) code
    country: Ints  # (n,) code
    gender: Ints  # (n,) code
    state: Ints  # (n,) code
    states: Flags  # (n, states)
    specialties: Ints  # (n, 3) codes, ranked
    topics: Ints  # (n, topics) weight of each topic needed, 0 if it is not
    requests: Ints  # (n, 5) codes of mentors' keys, ranked; -2 for a mentor not in the market
    languages: Flags  # (n, languages)
    channels: Flags  # (n, channels)
    formats: Flags  # (n, formats)
    words: csr_array  # (n, stems) int64: the goals in their own words, rows as in ``words.scaled``
    meetings: Ints  # (n,) a month; 0 not answered
    week: Flags  # (n, 336) free half hours, UTC
    has_week: Flags  # (n,)
    wishes: Flags  # (n, 3) in the order of ``WISHES``
    priority: Flags  # (n,)
    fields: Flags  # (n, fields) target specialties, and those a subspecialty is entered from
    importance: Ints  # (n, criteria anybody named) in the order of ``Lexicon.criteria``


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorArrays(_Rows):
    """What m mentors answered."""

    key: Ints  # (m,) code
    level_order: Ints  # (m,) place on the journey their career level has reached; 0 unknown
    welcomes: csr_array  # (m, imgs) int64: 1 for each IMG of the market they would gladly take
    specialties: Flags  # (m, specialties), subspecialties among them
    topics: Flags  # (m, topics)
    stages: Flags  # (m, stages)
    visas: Flags  # (m, visa paths)
    is_img: Ints  # (m,) 1 yes, 0 no, -1 not answered
    country: Ints  # (m,) code
    gender: Ints  # (m,) code
    state: Ints  # (m,) code
    states: Flags  # (m, states) where they live or hold a license
    languages: Flags  # (m, languages)
    channels: Flags  # (m, channels)
    formats: Flags  # (m, formats)
    words: csr_array  # (m, stems) int64: what they say about themselves
    meetings: Ints  # (m,) a month; 0 not answered
    week: Flags  # (m, 336) free half hours, UTC
    has_week: Flags  # (m,)
    accepts_specialties: Flags  # (m, fields); no flag is no limit, here and below
    accepts_stages: Flags  # (m, stages)
    accepts_languages: Flags  # (m, languages)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of every list that occur among some people, and how those words relate."""

    tables: Tables
    closeness: Marks  # (specialties, specialties)
    helping: Flags  # (visas, paths) whether a path helps in a situation
    neighbours: Flags  # (states, states) whether they are in one region
    stages: Words
    visas: Words
    paths: Words
    countries: Words
    genders: Words
    states: Words
    specialties: Words
    topics: Words
    imgs: Words
    mentors: Words
    languages: Words
    channels: Words
    formats: Words
    fields: Words
    criteria: Words
    stems: Words
    rarity: Ints  # (stems,) how much each weighs

    @classmethod
    def of(
        cls,
        imgs: Sequence[Img],
        mentors: Sequence[Mentor],
        tables: Tables,
        texts: Iterable[str] = (),
    ) -> Self:
        """Gather the words; how rare a stem is, is counted over ``texts`` of others too."""
        both: tuple[Img | Mentor, ...] = (*imgs, *mentors)
        visas = Words(i.visa for i in imgs)
        paths = Words([*_all(m.visas for m in mentors), *_all(tables.visa_helped_by.values())])
        homes = (p.state for p in both)
        states = Words([*homes, *_all(i.states for i in imgs), *_all(_licensed(mentors))])
        specialties = Words([*_all(i.specialties for i in imgs), *_all(_fields(mentors))])
        regions = [tables.state_regions.get(state, state) for state in states]
        told = chain((i.goals for i in imgs), (m.about for m in mentors), texts)
        weights = rarity([only_stems(text) for text in told])
        return cls(
            tables=tables,
            closeness=tables.closeness_table(specialties.words),
            helping=paths.hot([tables.visa_helped_by.get(visa, ()) for visa in visas]),
            neighbours=flags_of([[a == b for b in regions] for a in regions], len(regions)),
            stages=Words(
                [
                    *(i.stage for i in imgs),
                    *_all((*m.stages, *m.accepts_stages) for m in mentors),
                ]
            ),
            visas=visas,
            paths=paths,
            countries=Words(p.school_country for p in both),
            genders=Words(p.gender for p in both),
            states=states,
            specialties=specialties,
            topics=Words(_all(p.topics for p in both)),
            imgs=Words(i.key for i in imgs),
            mentors=Words(m.key for m in mentors),
            languages=Words(
                [
                    tables.common_language,
                    *_all(p.languages for p in both),
                    *_all(m.accepts_languages for m in mentors),
                ]
            ),
            channels=Words(_all(p.channels for p in both)),
            formats=Words(_all(p.formats for p in both)),
            fields=Words(
                [
                    *_all(_targets(imgs, tables)),
                    *_all(m.accepts_specialties for m in mentors),
                ]
            ),
            criteria=Words(_all(i.importance for i in imgs)),
            stems=Words(weights),
            rarity=ints_of(weights[stem] for stem in sorted(weights)),
        )

    def img_rows(self, imgs: Sequence[Img], week: date) -> ImgArrays:
        free, has_week = _weeks([(i.availability, i.timezone) for i in imgs], week)
        order = self.tables.stage_order
        topics = np.zeros((len(imgs), len(self.topics)), dtype=np.int64)
        for row, codes in enumerate(self.topics.ranked([i.topics for i in imgs], 5)):
            for weight, code in zip(TOPIC_WEIGHTS, codes, strict=True):
                if code >= 0:
                    topics[row, code] = max(weight, topics[row, code])
        requests = self.mentors.ranked([i.requests for i in imgs], 5)
        asked = np.array([[r < len(i.requests) for r in range(5)] for i in imgs], dtype=np.bool_)
        return ImgArrays(
            key=self.imgs.codes(i.key for i in imgs),
            stage=self.stages.codes(i.stage for i in imgs),
            stage_order=ints_of(order.get(i.stage or "", 0) for i in imgs),
            visa=self.visas.codes(i.visa for i in imgs),
            country=self.countries.codes(i.school_country for i in imgs),
            gender=self.genders.codes(i.gender for i in imgs),
            state=self.states.codes(i.state for i in imgs),
            states=self.states.hot([i.states for i in imgs]),
            specialties=self.specialties.ranked([i.specialties for i in imgs], 3),
            topics=topics,
            requests=np.where(asked.reshape(-1, 5) & (requests < 0), -2, requests),
            languages=self.languages.hot([i.languages for i in imgs]),
            channels=self.channels.hot([i.channels for i in imgs]),
            formats=self.formats.hot([i.formats for i in imgs]),
            words=self._texts(i.goals for i in imgs),
            meetings=ints_of(i.meetings_a_month or 0 for i in imgs),
            week=free,
            has_week=has_week,
            wishes=flags_of([[wish in i.wishes for wish in WISHES] for i in imgs], len(WISHES)),
            priority=np.array([i.priority for i in imgs], dtype=np.bool_),
            fields=self.fields.hot(list(_targets(imgs, self.tables))),
            importance=_importance(imgs, self.criteria),
        )

    def mentor_rows(self, mentors: Sequence[Mentor], week: date) -> MentorArrays:
        free, has_week = _weeks([(m.availability, m.timezone) for m in mentors], week)
        level = self.tables.level_order
        return MentorArrays(
            key=self.mentors.codes(m.key for m in mentors),
            welcomes=self._welcomes(mentors),
            level_order=ints_of(level.get(m.career_level or "", 0) for m in mentors),
            specialties=self.specialties.hot(list(_fields(mentors))),
            topics=self.topics.hot([m.topics for m in mentors]),
            stages=self.stages.hot([m.stages for m in mentors]),
            visas=self.paths.hot([m.visas for m in mentors]),
            is_img=ints_of(-1 if m.is_img is None else int(m.is_img) for m in mentors),
            country=self.countries.codes(m.school_country for m in mentors),
            gender=self.genders.codes(m.gender for m in mentors),
            state=self.states.codes(m.state for m in mentors),
            states=self.states.hot(list(_licensed(mentors))),
            languages=self.languages.hot([m.languages for m in mentors]),
            channels=self.channels.hot([m.channels for m in mentors]),
            formats=self.formats.hot([m.formats for m in mentors]),
            words=self._texts(m.about for m in mentors),
            meetings=ints_of(m.meetings_a_month or 0 for m in mentors),
            week=free,
            has_week=has_week,
            accepts_specialties=self.fields.hot([m.accepts_specialties for m in mentors]),
            accepts_stages=self.stages.hot([m.accepts_stages for m in mentors]),
            accepts_languages=self.languages.hot([m.accepts_languages for m in mentors]),
        )

    def _welcomes(self, mentors: Sequence[Mentor]) -> csr_array:
        """Leave out IMGs who are not in this market: a mark of theirs says nothing about others."""
        marked = (self.imgs.codes(set(m.welcomes)) for m in mentors)
        here = [np.sort(codes[codes >= 0]) for codes in marked]
        return sparse_of(here, [[1] * len(codes) for codes in here], len(self.imgs))

    def _texts(self, texts: Iterable[str]) -> csr_array:
        columns = [np.sort(self.stems.codes(only_stems(text))) for text in texts]
        return sparse_of(
            columns, [scaled(self.rarity[row].tolist()) for row in columns], len(self.stems)
        )


def _all(lists: Iterable[Iterable[str]]) -> Iterator[str]:
    return (word for words in lists for word in words)


def _targets(imgs: Iterable[Img], tables: Tables) -> Iterator[tuple[str, ...]]:
    parents = tables.specialty_parents
    return (tuple(c for f in i.specialties for c in (f, *parents.get(f, ()))) for i in imgs)


def _importance(imgs: Sequence[Img], criteria: Words) -> Ints:
    levels = np.full((len(imgs), len(criteria)), IMPORTANCE["normal"])
    for row, img in enumerate(imgs):
        for key, level in img.importance.items():
            levels[row, criteria.codes([key])] = IMPORTANCE.get(level, IMPORTANCE["normal"])
    return levels


def _fields(mentors: Iterable[Mentor]) -> Iterator[tuple[str, ...]]:
    return ((*m.specialties, *m.subspecialties) for m in mentors)


def _licensed(mentors: Iterable[Mentor]) -> Iterator[tuple[str, ...]]:
    return ((*m.states_licensed, *((m.state,) if m.state else ())) for m in mentors)


def _weeks(
    people: Sequence[tuple[tuple[Span, ...], str | None]], week: date
) -> tuple[Flags, Flags]:
    """Return free half hours (rows, 336), and who gave both free time and a time zone."""
    free = np.zeros((len(people), SLOTS), dtype=np.bool_)
    for row, (spans, zone) in enumerate(people):
        if spans and zone:
            free[row] = free_slots(free_minutes(spans, zone, week))
    answered = np.array([bool(spans and zone) for spans, zone in people], dtype=np.bool_)
    return free, answered
