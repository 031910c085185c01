"""Which sentences on a pair somebody may read: the table of ``audience``, carried over to them.

People are cut to what the hearer may read, and what the engine then says is told only if it is
also what it says of the two as they are. So nothing that is told rests on an answer which is not
for the hearer, and nothing told is less than the truth. A new criterion, or a new answer that a
criterion reads, is told to nobody until the table says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mentorship import vocabulary
from mentorship.matching import (
    CRITERIA,
    TO_IMG,
    TO_LEADER,
    TO_MENTOR,
    Criterion,
    HardRule,
    Img,
    Market,
    Mentor,
    Voice,
    evidence,
)
from mentorship.matching.scores.why import Pair, sentence
from mentorship.profiles.audience import COMPARED, SHOWN, Audience
from mentorship.profiles.models import ProfileKind

IMG, MENTOR = ProfileKind.IMG, ProfileKind.MENTOR
Person = TypeVar("Person", Img, Mentor)
_NOT_THEIRS_TO_SAY = frozenset({"priority"})  # not even of themselves


def _fields(shape: type[Img | Mentor]) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(shape))


@dataclass(frozen=True, slots=True)
class Hearer:
    """Whom sentences are told to: their voice, and the fields of both that these may rest on."""

    voice: Voice
    img: frozenset[str]
    mentor: frozenset[str]

    @classmethod
    def of(cls, voice: Voice, *, img: Audience | None, mentor: Audience | None) -> Hearer:
        """Make a hearer of what they are to the IMG and to the mentor; None to themselves."""
        return cls(voice, _told(IMG, img), _told(MENTOR, mentor))

    def speaks_of(self, criterion: Criterion) -> bool:
        """Tell whether a sentence on a criterion can be for this hearer, of any pair."""
        read = ((self.img, criterion.img_fields), (self.mentor, criterion.mentor_fields))
        return all(told & set(fields) for told, fields in read if fields)

    def cuts(self, rests_on: Criterion | HardRule) -> bool:
        """Tell whether a criterion or a hard rule reads something that is not for this hearer."""
        return not (
            self.img.issuperset(rests_on.img_fields)
            and self.mentor.issuperset(rests_on.mentor_fields)
        )


def _told(kind: ProfileKind, audience: Audience | None) -> frozenset[str]:
    """Return the fields of ``Img`` or ``Mentor`` that sentences for an audience may rest on."""
    fields = _fields(Img if kind is IMG else Mentor)
    if audience is None:
        return fields - _NOT_THEIRS_TO_SAY
    cells = (*SHOWN[kind].items(), *COMPARED[kind].items())
    told = {field for field, audiences in cells if audience in audiences}
    return fields & {"key", *told}


LEADING = Hearer.of(TO_LEADER, img=Audience.LEADER, mentor=Audience.LEADER)
ASKING = Hearer.of(TO_IMG, img=None, mentor=Audience.OFFERED)
ASKED = Hearer.of(TO_MENTOR, img=Audience.OFFERED, mentor=None)
ABOUT_A_MENTOR = Hearer.of(
    dataclasses.replace(TO_IMG, mentor="this mentor", mentor_of="this mentor's"),
    img=None,
    mentor=Audience.BROWSING,
)
ABOUT_AN_IMG = Hearer.of(
    dataclasses.replace(TO_MENTOR, img="this IMG", img_of="this IMG's"),
    img=Audience.BROWSING,
    mentor=None,
)


# What a sentence, or its points, tell of a field that is compared only, for the preview; of a zone
# nothing.
_LIMITED = "that the mentor takes only IMGs of other specialties, stages or languages"
_SEAT = "whether the mentor has a free seat now: during a break there is none"
_CONFLICT = "that the IMG named an institution of the mentor's as a conflict"
COMPARISONS = {
    "availability": "how much free time you two have in common",
    "timezone": "",
    "school_country": "whether both went to medical school in the same country, if the IMG wished",
    "requests": "whether the IMG asked for the mentor by name",
    "wishes": "what the IMG wished for, but for a gender",
    "importance": "what matters more or less to the IMG: from how many points each can give",
    "goals": "how many words both of you used",
    "about": "how many words both of you used",
    "priority": "whether the IMG has priority",
    "seats": _SEAT,
    "paused_until": _SEAT,
    "welcomes": "whether the mentor would gladly take the IMG",
    "avoid": "that the IMG asked not to be paired with a mentor",
    "conflicts": "that an institution the IMG named as a conflict is one of the mentor's",
    "exclude": "that the mentor asked not to be paired with an IMG",
    "institution": _CONFLICT,
    "exclude_institutions": _CONFLICT,
    "selects_at": "that the mentor selects residents where it would be a conflict for the IMG",
    "accepts_specialties": _LIMITED,
    "accepts_stages": _LIMITED,
    "accepts_languages": _LIMITED,
}
# and where leaders read more of it than the two do
_LEADERS_READ = {
    "requests": f"{COMPARISONS['requests']}, and as which choice",
    "paused_until": f"{_SEAT}, and whether it is for a break",
}


def comparisons(kind: ProfileKind, audience: Audience) -> Sequence[str]:
    """Return what an audience reads of two people that rests on fields it is not shown."""
    read = COMPARISONS | (_LEADERS_READ if audience is Audience.LEADER else {})
    told = dict.fromkeys(
        read[field]
        for field, audiences in COMPARED[kind].items()
        if audience in audiences and audience not in SHOWN[kind].get(field, ())
    )
    return [words for words in told if words]


def as_heard(market: Market, hearer: Hearer) -> Market:
    """Return the people of a market with no answer but those that a hearer may be told of."""
    return Market.of(
        [_cut(img, hearer.img) for img in market.imgs],
        [_cut(mentor, hearer.mentor) for mentor in market.mentors],
        market.tables,
        week=market.week,
    )


def _cut(person: Person, told: Collection[str]) -> Person:
    unsaid = type(person)(key=person.key)
    empty = {field: getattr(unsaid, field) for field in _fields(type(person)) - set(told)}
    return dataclasses.replace(person, **empty)


def told(market: Market, heard: Market, i: int, j: int, hearer: Hearer) -> dict[str, str]:
    """Return criterion -> the sentence that a hearer may read of IMG ``i`` and mentor ``j``.

    ``heard`` are the people of the market as the hearer may hear of them.
    """
    names, voice = vocabulary.name, hearer.voice
    said = evidence(heard, i, j, names=names, voice=voice)
    pair = Pair(market.imgs[i], market.mentors[j], market.tables, market.week, names, voice)
    return {
        key: text
        for key, text in said.items()
        if not hearer.cuts(CRITERIA[key]) or text == sentence(CRITERIA[key].why(pair))
    }
