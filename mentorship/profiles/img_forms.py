"""The steps of an IMG's profile as forms. They help whoever types; the service has the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from wtforms import Field, Form, FormField
from wtforms.fields.choices import SelectChoice

from mentorship import vocabulary
from mentorship.matching import CRITERIA, Img, Mentor
from mentorship.matching.criteria import PERSONAL
from mentorship.profiles import fields, text_fields
from mentorship.profiles.choosing import Choosable
from mentorship.profiles.fields import one_word, some_words
from mentorship.profiles.service import Answers
from mentorship.profiles.shared_forms import MeetingForm, country, gender, meetings
from mentorship.profiles.step_forms import Ranking, Spoken, StepForm, words_of

LEVELS = [
    SelectChoice("low", "Less than usual"),
    SelectChoice("normal", "As usual"),
    SelectChoice("high", "More than usual"),
]
ImportanceForm = type(
    "ImportanceForm",
    (Form,),
    {
        key: fields.OneOf(
            CRITERIA[key].label, LEVELS, default="normal", description=CRITERIA[key].sentence
        )
        for key in PERSONAL
    },
)
SPECIALTIES = ("specialty", "subspecialty")


class JourneyForm(StepForm):
    stage = one_word(
        "Where you are on your journey",
        "stage",
        description="Needed to be matched. The step you are working on now. Mentors who went"
        " further come first.",
    )
    specialty_1 = one_word("First choice of specialty", *SPECIALTIES)
    specialty_2 = one_word("Second choice of specialty", *SPECIALTIES)
    specialty_3 = one_word("Third choice of specialty", *SPECIALTIES)

    RANKINGS = MappingProxyType(
        {
            "specialties": Ranking(
                "specialty",
                "Specialties you hope for",
                "Up to three, the one you want most first. Leave them empty if you do not know"
                " yet.",
            )
        }
    )
    BLAMED = MappingProxyType({"specialties": "specialty_1"})


class TopicsForm(StepForm):
    topic_1 = one_word("Most important topic", "topic")
    topic_2 = one_word("Second topic", "topic")
    topic_3 = one_word("Third topic", "topic")
    topic_4 = one_word("Fourth topic", "topic")
    topic_5 = one_word("Fifth topic", "topic")
    goals = text_fields.Prose(
        "Your goals, in your own words",
        description="What would you like to have done a year from now? Your mentor reads this, and"
        " words that you and a mentor both use count a little. Please leave out anything you would"
        " not want to share.",
        render_kw={"rows": 5},
    )

    RANKINGS = MappingProxyType(
        {
            "topics": Ranking(
                "topic",
                "Topics you need help with",
                "Up to five, the most important one first. To be matched you need a topic or a"
                " specialty.",
            )
        }
    )
    BLAMED = MappingProxyType({"topics": "topic_1"})


class ImgAboutForm(StepForm):
    languages = some_words(
        "Languages you speak",
        "language",
        description="Needed to be matched. Tick all in which you could talk about your work.",
    )
    school_country = country()
    graduation_year = fields.Number(
        "Year of graduation",
        vocabulary.RANGES["graduation_year"],
        description="The year of your medical degree, such as 2019. Leave it empty if you prefer"
        " not to say. Nobody is shown the year.",
        render_kw={"inputmode": "numeric"},
    )
    state = one_word(
        "State where you live",
        "state",
        description="Leave this empty if you live outside the US. No mentor is shown it.",
    )
    states = some_words(
        "States where you hope to train or work",
        "state",
        description="A mentor who knows one of them counts for more.",
    )


class ImgMeetingForm(MeetingForm):
    meetings_a_month = meetings("Choose what you could keep up for some months.")


class WishesForm(StepForm):
    mentors_wanted = fields.OneOfFew(
        "How many mentors would you like?",
        [SelectChoice("1", "One mentor"), SelectChoice("2", "Two mentors, if there are enough")],
        default="1",
        description="Everybody gets a first mentor before anybody gets a second.",
    )
    wishes = some_words(
        "My mentor …",
        "wish",
        description="These only count if you ask for them. They never rule anybody out.",
    )
    importance = FormField(
        ImportanceForm,
        "What matters more, or less, to you",
        separator="-",
        description="All profiles are compared in these respects. Change one only if it matters"
        " more or less to you than to most people.",
    )

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        return super().start(answers) | {"importance": dict(answers.values.importance)}

    def said(self, before: Img | Mentor) -> dict[str, Any]:
        """Return what the step says of the profile, by field."""
        return super().said(before) | {"importance": dict(self.importance.data)}

    def _same(self, values: Img | Mentor) -> list[str]:
        return [name for name in super()._same(values) if name != "importance"]

    def _look(self, field: Field) -> str:
        return "importance" if field is self.importance else super()._look(field)

    def spoken(self) -> Spoken:
        """Return the wishes, and what matters more or less than usual."""
        unusual = [f for f in self.importance.form if f.data in {"low", "high"}]
        words = [f"{f.label.text}: {words_of(f)[0].lower()}" for f in unusual]
        return [*super().spoken()[:-1], (self.importance.label.text, words)]


def _why(place: str) -> text_fields.Line:
    return text_fields.Line(f"Why this mentor ({place} choice)", 300, render_kw={"maxlength": 300})


class NamesForm(StepForm):
    request_1 = fields.OneOf("Mentor, first choice", [])
    why_1 = _why("first")
    request_2 = fields.OneOf("Mentor, second choice", [])
    why_2 = _why("second")
    request_3 = fields.OneOf("Mentor, third choice", [])
    why_3 = _why("third")
    request_4 = fields.OneOf("Mentor, fourth choice", [])
    why_4 = _why("fourth")
    request_5 = fields.OneOf("Mentor, fifth choice", [])
    why_5 = _why("fifth")
    avoid_mentors = fields.SomeOf(
        "Mentors you do not want to be matched with",
        [],
        description="You are never matched with them. Nobody you name is told, and you need not"
        " give a reason.",
    )
    avoid_addresses = text_fields.Addresses(
        "Others you do not want to be matched with, by e-mail address",
        description="One address a line. It works whether or not they have an account now; this"
        " page never tells which.",
        render_kw={"rows": 3},
    )
    conflicts = text_fields.Lines(
        "Institutions where a mentor would be a conflict",
        description="One a line, such as a program you apply to. A mentor who selects residents"
        " there will not be matched with you while you are before the Match.",
        render_kw={"rows": 3},
    )

    RANKINGS = MappingProxyType(
        {
            "requests": Ranking(
                "request",
                "Mentors you would like, by name",
                "Up to five, the first choice first. It makes a match more likely but does not"
                " promise it. Only a mentor who is offered to you reads your reason.",
            )
        }
    )
    BLAMED = MappingProxyType({"requests": "request_1", "avoid": "avoid_addresses"})

    def offer(self, mentors: Sequence[Choosable]) -> None:
        """Fill the lists of mentors; called before validation."""
        choices = [SelectChoice(mentor.key, mentor.label) for mentor in mentors]
        for field in self.numbered("request"):
            field.choices = [fields.NO_ANSWER, *choices]
        self.avoid_mentors.choices = choices

    def check(self, today: dt.date) -> bool:
        """Check also that there is no reason without a mentor."""
        good = super().check(today)
        for mentor, why in self._requests():
            if why.data and not mentor.data:
                mentor.errors = [*mentor.errors, "Choose the mentor, or take the reason out."]
                good = False
        return good

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        img = answers.values
        return {
            **super().start(answers),
            **{f"why_{n}": answers.lines.get(key, "") for n, key in enumerate(img.requests, 1)},
            "avoid_mentors": [key for key in img.avoid if "@" not in key],
            "avoid_addresses": "\n".join(key for key in img.avoid if "@" in key),
        }

    def said(self, before: Img | Mentor) -> dict[str, Any]:
        """Return what the step says of the profile, by field."""
        avoid = (*(self.avoid_mentors.data or ()), *self.avoid_addresses.addresses)
        return super().said(before) | {"avoid": avoid}

    def lines(self) -> dict[str, str]:
        """Return why each mentor is asked for."""
        return {mentor.data: why.data or "" for mentor, why in self._requests() if mentor.data}

    def rows(self, ranking: Ranking) -> Sequence[Any]:
        """Return those chosen and one more: each holds the names of all mentors."""
        rows = list(zip(self.numbered(ranking.name), self.numbered("why"), strict=True))
        used = [n for n, pair in enumerate(rows, 1) if any(field.data for field in pair)]
        nobody_there = len(rows[0][0].choices) < 2  # "no answer" alone
        return [] if nobody_there else rows[: max(used, default=0) + 1]

    def _requests(self) -> list[tuple[Any, Any]]:
        return list(zip(self.numbered("request"), self.numbered("why"), strict=True))

    def parts(self) -> list[Any]:
        """Leave the reasons to the rows of the ranking, and the list of mentors out if empty."""
        whys = self.numbered("why")
        shown = [part for part in super().parts() if part.field not in whys]
        return [p for p in shown if p.field is not self.avoid_mentors or p.field.choices]


class ImgConfidenceForm(StepForm):
    visa = one_word(
        "Your visa situation",
        "visa",
        description="Kept encrypted. It finds mentors who lived through a path that helps you."
        " Your match sees it only if you allow that yourself.",
    )
    gender = gender()
