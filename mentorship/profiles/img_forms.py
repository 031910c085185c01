"""The steps of an IMG's profile as forms. They help whoever types; the service has the rules."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from wtforms import Field, Form, FormField
from wtforms.fields.choices import SelectChoice

from mentorship import vocabulary
from mentorship.matching import CRITERIA, Img, Mentor
from mentorship.matching.criteria import PERSONAL
from mentorship.profiles import fields, text_fields
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
        description="What would you like to have done a year from now? A mentor who is asked reads"
        " this, and words that you and a mentor both use count a little. Please leave out"
        " anything you would not want to share.",
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
        description="Leave this empty if you live outside the US. No mentor is shown it; your"
        " section leaders are.",
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
        description="These only count if you ask for them. They never rule anybody out. Mentors are"
        " not told. Of a pair your section leaders read what you had wished for, but for a gender.",
    )
    importance = FormField(
        ImportanceForm,
        "What matters more, or less, to you",
        separator="-",
        description="All profiles are compared in these respects. Change one only if it matters"
        " more or less to you than to most people. Mentors are not told. Of a pair your section"
        " leaders see from how many points each can give, which tells what you chose.",
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


class ImgConfidenceForm(StepForm):
    visa = one_word(
        "Your visa situation",
        "visa",
        description="Kept encrypted. It finds mentors who lived through a path that helps you."
        " A mentor who is asked sees it only if you allow that yourself.",
    )
    gender = gender()
