"""The table of criteria: what is judged, how much it counts, and how to say it.

Scoring, the weights form, the importance an IMG may give, pages and ``docs/scoring.md`` all follow
this table; a new criterion is one function, one sentence and one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mentorship.matching.marks import Judged
from mentorship.matching.scores import closeness, why
from mentorship.matching.scores.arrays import ImgArrays, Lexicon, MentorArrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One respect in which a mentor may suit an IMG.

    Attributes
    ----------
    key : what forms, roster files and stored runs call it
    label, sentence : for a form: a few words, and what it means in one plain sentence
    direction : "need" (what the IMG needs, the mentor gives), "mentor" (what the mentor would
        like), "shared", "wish" (only if the IMG asks) or "turn" (whose turn it is; no answer of
        anybody's, and told to leaders only)
    weight : 0 to 10, unless the round says otherwise
    sensitive : whether its marks let somebody guess a visa situation or a gender
    img_fields, mentor_fields : names of the fields of ``Img`` and ``Mentor`` it reads
    judge : marks for all pairs
    why : one sentence for one pair that both answered

    """

    key: str
    label: str
    sentence: str
    direction: str
    weight: int
    img_fields: tuple[str, ...]
    mentor_fields: tuple[str, ...]
    judge: Callable[[ImgArrays, MentorArrays, Lexicon], Judged]
    why: Callable[[why.Pair], str]
    sensitive: bool = False


_ALL = (
    Criterion(
        key="topics",
        label="Topics",
        sentence="The mentor offers the topics the IMG needs, the most needed first.",
        direction="need",
        weight=10,
        img_fields=("topics",),
        mentor_fields=("topics",),
        judge=closeness.topics,
        why=why.topics,
    ),
    Criterion(
        key="specialty",
        label="Specialty",
        sentence="The mentor works in, or close to, a specialty the IMG hopes for.",
        direction="need",
        weight=8,
        img_fields=("specialties",),
        mentor_fields=("specialties", "subspecialties"),
        judge=closeness.specialty,
        why=why.specialty,
    ),
    Criterion(
        key="stage",
        label="Stage of the journey",
        sentence="The mentor helps people at the IMG's stage and has gone further.",
        direction="need",
        weight=6,
        img_fields=("stage",),
        mentor_fields=("stages", "career_level"),
        judge=closeness.stage,
        why=why.stage,
    ),
    Criterion(
        key="visa",
        label="Visa path",
        sentence="The mentor has lived through a visa path that helps in the IMG's situation.",
        direction="need",
        weight=6,
        img_fields=("visa",),
        mentor_fields=("visas",),
        judge=closeness.visa,
        why=why.visa,
        sensitive=True,
    ),
    Criterion(
        key="requests",
        label="Asked for by name",
        sentence="The IMG asked for this mentor, first choices most.",
        direction="need",
        weight=6,
        img_fields=("requests",),
        mentor_fields=("key",),
        judge=closeness.requests,
        why=why.requests,
    ),
    Criterion(
        key="welcomes",
        label="Mentor would gladly take",
        sentence="The mentor marked this IMG as somebody they would gladly take.",
        direction="mentor",
        weight=6,
        img_fields=("key",),
        mentor_fields=("welcomes",),
        judge=closeness.welcomes,
        why=why.welcomes,
    ),
    Criterion(
        key="availability",
        label="Time in common",
        sentence="Both are free at the same hours of the week; three hours are enough.",
        direction="shared",
        weight=6,
        img_fields=("availability", "timezone"),
        mentor_fields=("availability", "timezone"),
        judge=closeness.availability,
        why=why.availability,
    ),
    Criterion(
        key="languages",
        label="Languages",
        sentence="Both speak a language besides English; English alone counts a little.",
        direction="shared",
        weight=3,
        img_fields=("languages",),
        mentor_fields=("languages",),
        judge=closeness.languages,
        why=why.languages,
    ),
    Criterion(
        key="location",
        label="State",
        sentence="The mentor knows a state where the IMG hopes to be, or lives close by.",
        direction="shared",
        weight=3,
        img_fields=("states", "state"),
        mentor_fields=("state", "states_licensed"),
        judge=closeness.location,
        why=why.location,
    ),
    Criterion(
        key="formats",
        label="Way of working",
        sentence="The mentor offers the kind of help the IMG wants: a session, ongoing, and so on.",
        direction="need",
        weight=3,
        img_fields=("formats",),
        mentor_fields=("formats",),
        judge=closeness.formats,
        why=why.formats,
    ),
    Criterion(
        key="rhythm",
        label="Meetings a month",
        sentence="The mentor can meet as often as the IMG would like.",
        direction="need",
        weight=2,
        img_fields=("meetings_a_month",),
        mentor_fields=("meetings_a_month",),
        judge=closeness.rhythm,
        why=why.rhythm,
    ),
    Criterion(
        key="channels",
        label="Ways to talk",
        sentence="Both like the same ways to talk: video, phone, in person or messages.",
        direction="shared",
        weight=2,
        img_fields=("channels",),
        mentor_fields=("channels",),
        judge=closeness.channels,
        why=why.channels,
    ),
    Criterion(
        key="words",
        label="Goals in own words",
        sentence="The IMG's goals and what the mentor writes use the same words, rare ones most.",
        direction="shared",
        weight=1,
        img_fields=("goals",),
        mentor_fields=("about",),
        judge=closeness.words,
        why=why.words,
    ),
    Criterion(
        key="same_country",
        label="Same country",
        sentence="Both went to medical school in the same country; counts only if the IMG asks.",
        direction="wish",
        weight=4,
        img_fields=("wishes", "school_country"),
        mentor_fields=("school_country",),
        judge=closeness.same_country,
        why=why.same_country,
    ),
    Criterion(
        key="same_gender",
        label="Same gender",
        sentence="Both gave the same gender; counts only if the IMG asks.",
        direction="wish",
        weight=4,
        img_fields=("wishes", "gender"),
        mentor_fields=("gender",),
        judge=closeness.same_gender,
        why=why.same_gender,
        sensitive=True,
    ),
    Criterion(
        key="mentor_is_img",
        label="Mentor is an IMG",
        sentence="The mentor is an IMG too; counts only if the IMG asks.",
        direction="wish",
        weight=4,
        img_fields=("wishes",),
        mentor_fields=("is_img",),
        judge=closeness.mentor_is_img,
        why=why.mentor_is_img,
    ),
    Criterion(
        key="priority",
        label="Priority",
        sentence="The IMG got no mentor last time, or lost one through no fault of theirs.",
        direction="turn",
        weight=4,
        img_fields=("priority",),
        mentor_fields=(),
        judge=closeness.priority,
        why=why.priority,
    ),
)

CRITERIA: Mapping[str, Criterion] = MappingProxyType({each.key: each for each in _ALL})
# those that an IMG may find more, or less, important than usual
PERSONAL = tuple(each.key for each in _ALL if each.direction != "turn")
# those whose answers are private: no number shown to others than the two may depend on them
SENSITIVE = frozenset(each.key for each in _ALL if each.sensitive)
