"""How good a match can be: what a person's present answers make possible, in counts.

Counts are rounded to fives and those under five are not told, so that neither a count nor what is
left over says who is meant. What others decided about this one person (whom they leave out, whom
the leader ruled out) is counted in no reason, and what is said of institutions nowhere.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.finding.crowd import Crowd, crowds
from mentorship.finding.others import Other, others_of, rules_of, seats_by_topic
from mentorship.matching import Img, Mentor

FEWEST = 5
MOST_SHORT = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of an IMG's that can leave mentors out: the field, in words, and what they do.

    ``unsaid`` is what they do where the IMG gave no answer.
    """

    field: str
    words: str
    reason: str
    unsaid: str = ""
    rules: tuple[str, ...] = ()  # the hard rules that rest on it


ANSWERS = (
    Answer(
        "specialties",
        "your specialties",
        "take only IMGs of other specialties",
        "take only IMGs of certain specialties, and you have named none",
        ("limit_specialties",),
    ),
    Answer(
        "stage",
        "your stage",
        "take only IMGs at other stages",
        "take only IMGs at certain stages, and you have not said where you are",
        ("limit_stages",),
    ),
    Answer(
        "languages",
        "your languages",
        "take only IMGs who speak other languages",
        "take only IMGs who speak certain languages, and you have named none",
        ("limit_languages", "must_share_language"),
    ),
    Answer(
        "topics",
        "the topic you need first",
        "do not offer it",
        rules=("must_cover_first_topic",),
    ),
    Answer("avoid", "people you do not want", "are among them", rules=("avoid",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImgOutlook:
    """Counts in words. ``narrowest`` is the answer that leaves out most, how, and how many."""

    mentors: str
    possible: str
    covering: str  # of the possible, who offer a topic this IMG needs
    narrowest: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorOutlook:
    """Counts in words, of IMGs who have no mentor yet."""

    imgs: str
    needing: str  # who need a topic this mentor offers
    possible: str
    short: Sequence[tuple[str, str, bool]]  # topic, IMGs who need it, does this mentor offer it


def told(count: int) -> str:
    """Say about how many it is, unless it is so few that it points at somebody."""
    return f"fewer than {FEWEST}" if count < FEWEST else f"about {FEWEST * round(count / FEWEST)}"


def outlook(
    session: Session, person_id: uuid.UUID, own: Img | Mentor, *, now: dt.datetime
) -> ImgOutlook | MentorOutlook:
    """Return what a person's answers make possible in the sections where they have this role.

    ``own`` is what they say, by the keys of people, as profiles are read. Three queries at most.
    """
    if isinstance(own, Img):
        return _of_img(session, person_id, own, now)
    return _of_mentor(session, person_id, own, now)


def _of_img(session: Session, person_id: uuid.UUID, own: Img, now: dt.datetime) -> ImgOutlook:
    others = others_of(session, person_id, own, now=now)
    needs = set(own.topics)
    counts: Counter[str] = Counter()
    narrowing: Counter[Answer] = Counter()
    for found in _crowds(session, own, others, now):
        mentors = [kind for kind in found.kinds if isinstance(kind, Mentor)]
        free = np.array([mentor.seats > 0 for mentor in mentors], dtype=np.bool_)
        covers = np.array([bool(needs & set(each.topics)) for each in mentors], dtype=np.bool_)
        possible = free & ~found.out()
        counts["possible"] += found.count(possible)
        counts["covering"] += found.count(possible & covers)
        for answer in ANSWERS:
            narrowing[answer] += found.count(free & found.out(answer.rules))
    worst = max(ANSWERS, key=lambda answer: narrowing[answer])
    return ImgOutlook(
        mentors=told(len(others)),
        possible=told(counts["possible"]),
        covering=told(counts["covering"]),
        narrowest=_narrowest(worst, own, narrowing),
    )


def _narrowest(
    worst: Answer, own: Img, narrowing: Mapping[Answer, int]
) -> tuple[str, str, str] | None:
    if not narrowing[worst]:
        return None
    reason = worst.reason if getattr(own, worst.field) or not worst.unsaid else worst.unsaid
    return worst.words, reason, told(narrowing[worst])


def _of_mentor(
    session: Session, person_id: uuid.UUID, own: Mentor, now: dt.datetime
) -> MentorOutlook:
    others = others_of(session, person_id, own, now=now)
    looking = [other for other in others if not other.held]
    possible = [found.count(~found.out()) for found in _crowds(session, own, looking, now)]
    topics = [other.words["topics"] for other in looking]
    offered = set(own.topics)
    return MentorOutlook(
        imgs=told(len(looking)),
        needing=told(sum(not offered.isdisjoint(needed) for needed in topics)),
        possible=told(sum(possible)),
        short=_short(topics, seats_by_topic(session, person_id, now=now), offered),
    )


def _crowds(
    session: Session, own: Img | Mentor, others: Sequence[Other], now: dt.datetime
) -> Iterator[Crowd]:
    """Return others in crowds, each section's people under the rules of its own rounds."""
    sections = {section for other in others for section in other.sections}
    return crowds(own, others, rules_of(session, sections), today=now.date())


def _short(
    topics: Sequence[Sequence[str]], seats: Mapping[str, int], offered: set[str]
) -> Sequence[tuple[str, str, bool]]:
    """Return the topics for which seats are missing most, that five IMGs or more need."""
    need = Counter(topic for needed in topics for topic in needed)
    lacking = {t: n - seats.get(t, 0) for t, n in need.items() if n >= FEWEST}
    short = [topic for topic, missing in lacking.items() if missing > 0]
    worst = sorted(short, key=lambda topic: (-lacking[topic], topic))[:MOST_SHORT]
    return [(vocabulary.name("topic", t), told(need[t]), t in offered) for t in worst]
