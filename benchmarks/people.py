"""Made-up rounds, seeded and skewed: ``market("balanced", 1000, 400)``, and other shapes by name.

Common answers are far more frequent than rare ones, a few people leave a question out, free time
is in time zones, and what mentors limit leaves about 42 % of pairs possible. Answers are drawn for
everybody at once, so that 40,000 IMGs and 16,000 mentors take seconds.
``python -m benchmarks.people 1000x400`` tells what the shapes look like.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from benchmarks.draws import Draw, objects, words_of
from benchmarks.engine import problem_of, score_blocks
from mentorship import vocabulary
from mentorship.matching import Img, Market, Mentor, Rules, Span
from mentorship.matching.criteria import PERSONAL

WEEK = dt.date(2027, 1, 4)
ABROAD = (
    "America/New_York",
    "Asia/Kolkata",
    "America/Chicago",
    "Asia/Karachi",
    "America/Los_Angeles",
    "Asia/Manila",
    "Africa/Lagos",
    "Europe/London",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Bogota",
    "UTC",
)
AT_HOME = ("America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver")
HOSPITALS = tuple(f"Hospital {k:03d}" for k in range(300))
SEATS = (1, 2, 3, 4, 5)
SEATS_OFTEN = (0.3, 0.25, 0.2, 0.15, 0.1)
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What sets a round apart from a balanced one.

    Attributes
    ----------
    imgs_a_seat : how many IMGs there are for each seat; None to let mentors have 1 to 5
    popular : share of mentors whom everybody likes and asks for by name
    profiles : how many different IMGs there are; None for as many as there are IMGs
    own_week : whether IMGs of one profile differ in when they are free
    two_wanted : share of IMGs who want two mentors
    own_specialty : whether mentors accept only their own specialties
    step : scores are rounded down to a multiple of it

    """

    sentence: str
    imgs_a_seat: float | None = None
    popular: float = 0
    profiles: int | None = None
    own_week: bool = False
    two_wanted: float = 0
    own_specialty: bool = False
    step: int = 1


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "balanced": Shape(sentence="seats 1 to 5, 42 % of pairs possible"),
        "spare": Shape(sentence="three seats in a hundred to spare", imgs_a_seat=0.97),
        "few-seats": Shape(sentence="three IMGs a seat", imgs_a_seat=3),
        "plenty": Shape(sentence="five seats for two IMGs", imgs_a_seat=0.4),
        "many-seats": Shape(sentence="four seats an IMG", imgs_a_seat=0.25),
        "popular": Shape(sentence="2 % of mentors liked and asked for by all", popular=0.02),
        "20-profiles": Shape(sentence="every IMG is one of twenty", profiles=20),
        "one-profile": Shape(sentence="all IMGs the same", profiles=1),
        "own-week": Shape(
            sentence="all IMGs the same but for when they are free", profiles=1, own_week=True
        ),
        "20-own-week": Shape(
            sentence="twenty profiles, each IMG with free time of their own",
            profiles=20,
            own_week=True,
        ),
        "coarse": Shape(sentence="scores in steps of 500", step=500),
        "second-mentors": Shape(
            sentence="30 % want two mentors, seven IMGs for ten seats",
            two_wanted=0.3,
            imgs_a_seat=0.7,
        ),
        "tight": Shape(sentence="mentors accept only their own specialties", own_specialty=True),
    }
)


def market(shape: str, n: int, m: int, seed: int = 1) -> Market:
    """Return a round of n IMGs and m mentors. Equal arguments give equal rounds."""
    return Market.of(*people(shape, n, m, seed), vocabulary.tables(), week=WEEK)


def people(shape: str, n: int, m: int, seed: int = 1) -> tuple[list[Img], list[Mentor]]:
    """Return the people of a round; keys sort as rows do."""
    kind = SHAPES[shape]
    draw = Draw(seed)
    return _imgs(draw, kind, n, m), _mentors(draw, kind, n, m)


def _both(draw: Draw, n: int) -> Columns:
    """Answer what IMGs and mentors alike are asked."""
    spoken = draw.some(words_of("language")[1:], n, (0, 2))
    return {
        "languages": [("en", *others) for others in spoken],
        "school_country": draw.one(words_of("country"), n).tolist(),
        "state": draw.one(words_of("state"), n).tolist(),
        "availability": draw.weeks(n),
        "channels": draw.some(words_of("channel"), n, (1, 3)),
        "formats": draw.some(words_of("format"), n, (1, 3)),
        "meetings_a_month": draw.one((2, 1, 4, 3), n).tolist(),
        "gender": draw.one(words_of("gender"), n).tolist(),
    }


def _imgs(draw: Draw, kind: Shape, n: int, m: int) -> list[Img]:
    own = n if kind.profiles is None else min(n, kind.profiles)
    answers = _both(draw, own) | {
        "stage": draw.one(words_of("stage")[:12], own).tolist(),
        "specialties": draw.some(words_of("specialty"), own, (1, 3)),
        "topics": draw.some(words_of("topic"), own, (2, 5)),
        "visa": draw.one(words_of("visa"), own).tolist(),
        "graduation_year": draw.one(tuple(range(2026, 1996, -1)), own).tolist(),
        "states": draw.some(words_of("state"), own, (0, 3)),
        "timezone": draw.one(ABROAD, own).tolist(),
        "requests": _requests(draw, kind, own, m),
        "avoid": _keys(draw, own, m, share=0.1),
        "conflicts": draw.some(HOSPITALS, own, (1, 2), silent=0.9),
        "wishes": draw.some(words_of("wish"), own, (1, 2), silent=0.75),
        "importance": draw.one(_importances(), own, silent=0).tolist(),
        "goals": _texts(draw, own, ("I hope to work in {}.", "I need help with {}.")),
    }
    who = np.arange(n) if own == n else draw.rng.integers(0, own, n)
    columns = {name: objects(column)[who].tolist() for name, column in answers.items()}
    if kind.own_week:
        columns["availability"] = draw.weeks(n)
    columns["mentors_wanted"] = np.where(draw.happens(kind.two_wanted, n), 2, 1).tolist()
    return _made(Img, [f"i{k:06d}" for k in range(n)], columns)


def _mentors(draw: Draw, kind: Shape, n: int, m: int) -> list[Mentor]:
    specialties = draw.some(words_of("specialty"), m, (1, 2))
    answers = _both(draw, m) | {
        "career_level": draw.one(words_of("career_level")[5:], m).tolist(),
        "specialties": specialties,
        "subspecialties": draw.some(words_of("subspecialty"), m, (0, 2)),
        "topics": draw.some(words_of("topic"), m, (3, 9)),
        "stages": draw.some(words_of("stage"), m, (2, 6)),
        "visas": draw.some(words_of("visa_path"), m, (0, 2)),
        "is_img": draw.one((True, False), m).tolist(),
        "states_licensed": draw.some(words_of("state"), m, (1, 3)),
        "timezone": draw.one(AT_HOME, m).tolist(),
        "seats": _seats(draw, kind, n, m),
        "accepts_specialties": draw.some(words_of("specialty"), m, (3, 10), silent=0.28),
        "accepts_stages": draw.some(words_of("stage"), m, (3, 6), silent=0.3),
        "accepts_languages": draw.some(words_of("language")[1:], m, (3, 8), silent=0.88),
        "exclude": _keys(draw, m, n, share=0.05, side="i"),
        "exclude_institutions": draw.some(HOSPITALS, m, (1, 1), silent=0.95),
        "selects_at": draw.some(HOSPITALS, m, (1, 1), silent=0.9),
        "institution": draw.one(HOSPITALS, m).tolist(),
        "about": _texts(draw, m, ("I trained in {}.", "Glad to talk about {}.")),
    }
    if kind.own_specialty:
        answers["accepts_specialties"] = specialties
    for name, liked in _liked_by_all().items():
        answers[name][: round(kind.popular * m)] = [liked] * round(kind.popular * m)
    return _made(Mentor, [f"m{k:06d}" for k in range(m)], answers)


def _liked_by_all() -> dict[str, Any]:
    """Return the answers of a mentor whom everybody wants."""
    everything: dict[str, Any] = {
        name: words_of(which)
        for name, which in {
            "topics": "topic",
            "stages": "stage",
            "visas": "visa_path",
            "channels": "channel",
            "formats": "format",
        }.items()
    }
    limits = dict.fromkeys(("accepts_specialties", "accepts_stages", "accepts_languages"), ())
    field = {"specialties": words_of("specialty")[:2], "career_level": words_of("career_level")[-3]}
    week = tuple(Span(day, 0, 24 * 60) for day in range(7))
    return everything | limits | field | {"availability": week, "meetings_a_month": 4}


def _seats(draw: Draw, kind: Shape, n: int, m: int) -> list[int]:
    seats = draw.rng.choice(SEATS, m, p=SEATS_OFTEN)
    if kind.imgs_a_seat is None:
        return seats.tolist()
    wanted = n / kind.imgs_a_seat / seats.sum()
    return np.floor(seats * wanted + draw.rng.random(m)).astype(int).tolist()


def _requests(draw: Draw, kind: Shape, n: int, m: int) -> list[tuple[str, ...]]:
    if not kind.popular:
        return _keys(draw, n, m, share=0.5, most=3)
    return _keys(draw, n, max(1, round(kind.popular * m)), share=1, most=3)


def _keys(  # noqa: PLR0913 - what is drawn, from whom, and how often
    draw: Draw, n: int, others: int, *, share: float, most: int = 1, side: str = "m"
) -> list[tuple[str, ...]]:
    """Name up to ``most`` people of the other side, the first in the list most often."""
    who = (others * draw.rng.random((n, most)) ** 2).astype(int)
    count = np.where(draw.happens(share, n), draw.rng.integers(1, most + 1, n), 0)
    return [
        tuple(dict.fromkeys(f"{side}{k:06d}" for k in row[:length]))
        for row, length in zip(who.tolist(), count.tolist(), strict=True)
    ]


def _importances() -> list[Mapping[str, str]]:
    """Return what IMGs may say of how much criteria count: mostly nothing."""
    keys = list(PERSONAL)
    said = [{}, {keys[0]: "high"}, {keys[1]: "high", keys[-1]: "low"}, {keys[5]: "low"}]
    return [MappingProxyType(each) for each in said]


def _texts(draw: Draw, n: int, said: tuple[str, str]) -> list[str]:
    """Write some sentences each, about specialties and topics."""
    names = [
        [term.name.lower() for term in vocabulary.LISTS[name].values()]
        for name in ("specialty", "topic")
    ]
    sentences = [
        sentence.format(name) for sentence, each in zip(said, names, strict=True) for name in each
    ]
    draw.rng.shuffle(sentences)
    return [" ".join(chosen) for chosen in draw.some(sentences, n, (1, 5), silent=0.3)]


def _made(who: Callable[..., Any], keys: Iterable[str], answers: Columns) -> list[Any]:
    """Make people of columns of answers; what they are not asked (any more) is passed over."""
    # Img or Mentor: both are dataclasses, which a Callable does not say
    asked = {field.name for field in fields(who)}  # type: ignore[arg-type]
    names = [name for name in answers if name in asked]
    rows = zip(*(answers[name] for name in names), strict=True)
    return [
        who(key=key, **dict(zip(names, row, strict=True)))
        for key, row in zip(keys, rows, strict=True)
    ]


def main() -> None:
    """Print what every shape looks like at one size, and which fields are the same for all."""
    n, m = map(int, (sys.argv[1] if sys.argv[1:] else "1000x400").split("x"))
    unfilled = {(side, field.name) for side in (Img, Mentor) for field in fields(side)}
    for shape in SHAPES:
        start = time.perf_counter()
        imgs, mentors = people(shape, n, m)
        made = time.perf_counter()
        round_ = Market.of(imgs, mentors, vocabulary.tables(), week=WEEK)
        gathered = time.perf_counter()
        problem = problem_of(round_, Rules())
        ready = time.perf_counter()
        possible = sum(int((block >= 0).sum()) for _, block in score_blocks(problem))
        print(
            f"{shape:15} {100 * possible / (n * m):5.1f} % possible, {problem.seats.sum()} seats, "
            f"people {made - start:.2f} s, market {gathered - made:.2f} s, "
            f"means and problem {ready - gathered:.2f} s"
        )
        for side in (imgs, mentors):
            varied = (
                f.name for f in fields(side[0]) if len({repr(getattr(p, f.name)) for p in side}) > 1
            )
            unfilled -= {(type(side[0]), name) for name in varied}
    print("not filled:", ", ".join(f"{side.__name__}.{name}" for side, name in unfilled) or "none")


if __name__ == "__main__":
    main()
