"""What other rooms may do with profiles: keep them, read them, and show them to others."""

from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.card_shapes import ImgCard, MentorCard
from mentorship.profiles.cards import browsing_card, card, cards, seen_by_others
from mentorship.profiles.codes import code_name
from mentorship.profiles.completeness import Completeness, completeness, is_ready
from mentorship.profiles.drafts import Change, Draft, draft_many, write_draft
from mentorship.profiles.naming import NamesOneself, NobodyThere, NotAMentorHere, NotAnImgHere
from mentorship.profiles.people import Joining, address, named
from mentorship.profiles.reading import Answers, glance, read_img, read_many, read_mentor
from mentorship.profiles.values import (
    NotText,
    OutOfRange,
    ProfileRefused,
    TooMany,
    Values,
    WordUnknown,
)
from mentorship.profiles.words import WordInUse, sync_terms
from mentorship.profiles.writing import (
    AROUND_SAVING,
    PauseOver,
    PauseTooLong,
    hold,
    hold_many,
    pause_mentor,
    write,
    write_img,
    write_many,
    write_mentor,
)

__all__ = [
    "AROUND_SAVING",
    "SHOWN",
    "Answers",
    "Audience",
    "Change",
    "Completeness",
    "Draft",
    "ImgCard",
    "Joining",
    "MentorCard",
    "NamesOneself",
    "NobodyThere",
    "NotAMentorHere",
    "NotAnImgHere",
    "NotText",
    "OutOfRange",
    "PauseOver",
    "PauseTooLong",
    "ProfileRefused",
    "TooMany",
    "Values",
    "WordInUse",
    "WordUnknown",
    "address",
    "browsing_card",
    "card",
    "cards",
    "code_name",
    "completeness",
    "draft_many",
    "glance",
    "hold",
    "hold_many",
    "is_ready",
    "named",
    "pause_mentor",
    "read_img",
    "read_many",
    "read_mentor",
    "seen_by_others",
    "sync_terms",
    "write",
    "write_draft",
    "write_img",
    "write_many",
    "write_mentor",
]
