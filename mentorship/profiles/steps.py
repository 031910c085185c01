"""The steps of the two profiles, in order, and how far somebody has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mentorship.matching import Img, Mentor
from mentorship.profiles import img_forms, mentor_forms
from mentorship.profiles.completeness import needed_fields, open_fields
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.names_form import NamesForm
from mentorship.profiles.service import Answers
from mentorship.profiles.shared_forms import ContactForm, TimesForm
from mentorship.profiles.step_forms import StepForm
from mentorship.sections.models import SectionRole


@dataclass(frozen=True, slots=True)
class Step:
    """``key`` is in the address; ``says`` are the fields of the profile that it asks for."""

    key: str
    title: str
    why: str  # why we ask, in plain words
    form: type[StepForm]
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Road:
    """All steps of one kind of profile."""

    kind: ProfileKind
    values: type[Img | Mentor]
    role: SectionRole
    lead: str
    steps: tuple[Step, ...]

    def at(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    def place(self, step: Step) -> int:
        """Return the number of a step, from 1."""
        return self.steps.index(step) + 1

    def after(self, step: Step) -> Step | None:
        following = self.steps[self.place(step) :]
        return following[0] if following else None

    def before(self, step: Step) -> Step | None:
        place = self.place(step)
        return self.steps[place - 2] if place > 1 else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one step is filled in. ``needed`` and ``missing`` are in words."""

    step: Step
    needed: tuple[str, ...]
    missing: tuple[str, ...]
    said: bool  # something is said there
    counted: bool  # something there counts for how complete a profile is

    @property
    def words(self) -> str:
        if self.needed:
            return "Needed"
        if self.missing and self.said:
            return "Started"
        if self.missing:
            return "Not started"
        return "Done" if self.said else "Optional"


TIMES = Step(
    "times",
    "When you are free",
    "Two people who are never free at the same time cannot meet. The more time you have in common,"
    " the better you fit. Only the person you are matched with sees your times; others read at most"
    " how much time you two have in common.",
    TimesForm,
    ("timezone", "availability"),
)
CONTACT = Step(
    "contact",
    "How to reach you",
    "So that the two of you can write or call once you have both said yes. Until then no other"
    " member of your section sees how to reach you, but for its leaders, who see your email"
    " address.",
    ContactForm,
    (),
)
MEETING = ("channels", "formats", "meetings_a_month")
_MEETING_WHY = (
    "A match lasts longer when both expect the same: how often to meet, how to talk, and what a"
    " mentor does."
)
IMG_ROAD = Road(
    ProfileKind.IMG,
    Img,
    SectionRole.IMG,
    "What you say here decides which mentors fit you. You can change it whenever you like.",
    (
        Step(
            "journey",
            "Where you are and what you hope for",
            "A mentor who has passed the step you are at, in the specialty you hope for, can tell"
            " you what comes next.",
            img_forms.JourneyForm,
            ("stage", "specialties"),
        ),
        Step(
            "topics",
            "What you need help with",
            "This counts most when we look for a mentor: what you need and what a mentor offers.",
            img_forms.TopicsForm,
            ("topics", "goals"),
        ),
        Step(
            "about",
            "About you",
            "You need a language in common. Rules differ by country of school, by years since"
            " graduation and by state, and a mentor from the same road knows them.",
            img_forms.ImgAboutForm,
            ("languages", "school_country", "graduation_year", "state", "states"),
        ),
        TIMES,
        Step("meeting", "How to meet", _MEETING_WHY, img_forms.ImgMeetingForm, MEETING),
        CONTACT,
        Step(
            "wishes",
            "What you wish for",
            "People differ in what matters to them. Your own wishes change what is best for you,"
            " not what is best for others.",
            img_forms.WishesForm,
            ("mentors_wanted", "wishes", "importance"),
        ),
        Step(
            "names",
            "Mentors by name",
            "You may know somebody you would like to work with, or would rather not. A mentor"
            " learns of a wish when you are offered to them, or send them a request yourself, and"
            " is not told that you would rather not. Section leaders are shown no list, but of a"
            " pair they read whether you asked for the mentor, and as which choice, and of two who"
            " cannot be a pair which rule keeps them apart.",
            NamesForm,
            ("requests", "avoid", "conflicts"),
        ),
        Step(
            "confidence",
            "In confidence",
            "Visa rules shape the way into training. A mentor who has lived through a path that"
            " helps in your situation can tell you what no leaflet does. “Prefer not to say”, or no"
            " answer, never counts against you.",
            img_forms.ImgConfidenceForm,
            ("visa", "gender"),
        ),
    ),
)
MENTOR_ROAD = Road(
    ProfileKind.MENTOR,
    Mentor,
    SectionRole.MENTOR,
    "What you say here decides which IMGs are offered to you. You say yes or no to each.",
    (
        Step(
            "seats",
            "Your seats",
            "So that nobody is offered more people than they have time for. You can change the"
            " number, or take a break, at any time. IMGs who may look you up see whether a seat is"
            " free now.",
            mentor_forms.SeatsForm,
            ("seats",),
        ),
        Step(
            "help",
            "What you can help with",
            "This counts most when we look for IMGs who fit you: what you offer, and what they"
            " need.",
            mentor_forms.HelpForm,
            ("topics", "stages", "about"),
        ),
        Step(
            "work",
            "Your work",
            "IMGs look for somebody from the specialty they hope for. Where you select residents"
            " matters so that no applicant is put into a conflict.",
            mentor_forms.WorkForm,
            ("career_level", "specialties", "subspecialties", "institution", "selects_at"),
        ),
        Step(
            "about",
            "About you",
            "Many IMGs hope for a mentor who walked the same road, or who knows the state they want"
            " to go to.",
            mentor_forms.MentorAboutForm,
            ("is_img", "school_country", "languages", "state", "states_licensed"),
        ),
        TIMES,
        Step("meeting", "How to meet", _MEETING_WHY, mentor_forms.MentorMeetingForm, MEETING),
        CONTACT,
        Step(
            "confidence",
            "In confidence",
            "Somebody who has lived through a visa path can help like nobody else. It is compared"
            " with the situation of each IMG. No answer never counts against you.",
            mentor_forms.MentorConfidenceForm,
            ("visas", "gender"),
        ),
        Step(
            "limits",
            "Your limits",
            "There may be people you cannot help, or should not mentor. With a limit you are only"
            " offered people inside it, unless your section leader lifts these limits for a round;"
            " even then you can say no. Each limit makes a match less likely. IMGs are not told of"
            " yours; of two who cannot be a pair your section leaders can read which of these keeps"
            " them apart.",
            mentor_forms.LimitsForm,
            (
                *("accepts_specialties", "accepts_stages", "accepts_languages"),
                *("exclude", "exclude_institutions"),
            ),
        ),
    ),
)
ROADS: Mapping[str, Road] = MappingProxyType({"img": IMG_ROAD, "mentor": MENTOR_ROAD})


def progress(road: Road, answers: Answers[Any]) -> list[Progress]:
    """Say of each step what is done and what is missing."""
    values = answers.values
    missing, needed = open_fields(values), needed_fields(values)
    empty = road.values(key=values.key)
    return [
        Progress(
            step=step,
            needed=tuple(words for field, words in needed.items() if field in step.says),
            missing=tuple(words for field, words in missing.items() if field in step.says),
            said=any(getattr(values, name) != getattr(empty, name) for name in step.says)
            or (step is CONTACT and bool(answers.phone)),
            counted=bool(set(step.says) & set(open_fields(empty))),
        )
        for step in road.steps
    ]
