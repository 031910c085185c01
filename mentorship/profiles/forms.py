"""The two profile forms. They help whoever types; the rules are those of the service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Form, FormField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from mentorship import vocabulary
from mentorship.matching import CRITERIA, Img, Mentor
from mentorship.profiles import fields
from mentorship.profiles.both import ProfileForm, common_data, prose
from mentorship.profiles.choosing import Choosable
from mentorship.profiles.fields import one_word, some_words
from mentorship.profiles.service import Answers

LEVELS = [
    SelectChoice("low", "Less than usual"),
    SelectChoice("normal", "As usual"),
    SelectChoice("high", "More than usual"),
]
ImportanceForm = type(
    "ImportanceForm",
    (Form,),
    {
        criterion.key: fields.OneOf(
            criterion.label, LEVELS, default="normal", description=criterion.sentence
        )
        for criterion in CRITERIA.values()
    },
)
SPECIALTIES = ("specialty", "subspecialty")


def _why(place: str) -> fields.Line:
    return fields.Line(f"Why this mentor ({place} choice)", 300)


class ImgForm(ProfileForm):
    stage = one_word("Where you are on your journey", "stage")
    specialty_1 = one_word("First choice of specialty", *SPECIALTIES)
    specialty_2 = one_word("Second choice of specialty", *SPECIALTIES)
    specialty_3 = one_word("Third choice of specialty", *SPECIALTIES)
    topic_1 = one_word("Most important topic", "topic")
    topic_2 = one_word("Second topic", "topic")
    topic_3 = one_word("Third topic", "topic")
    topic_4 = one_word("Fourth topic", "topic")
    topic_5 = one_word("Fifth topic", "topic")
    goals = prose("Your goals, in your own words")
    graduation_year = fields.Number("Year of graduation", vocabulary.RANGES["graduation_year"])
    states = some_words("States where you hope to train or work", "state")
    mentors_wanted = fields.OneOfFew(
        "How many mentors would you like?",
        [SelectChoice("1", "One mentor"), SelectChoice("2", "Two mentors, if there are enough")],
        default="1",
    )
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
    wishes = some_words("My mentor …", "wish")
    importance = FormField(ImportanceForm, separator="-")
    visa = one_word("Your visa situation", "visa")
    avoid_mentors = fields.SomeOf("Mentors you do not want to be matched with", [])
    avoid_addresses = fields.Addresses("Others, by e-mail address")
    conflicts = fields.Lines("Institutions where a mentor would be a conflict")

    BLAMED = {
        **ProfileForm.BLAMED,
        "specialties": "specialty_1",
        "topics": "topic_1",
        "requests": "request_1",
        "avoid": "avoid_addresses",
    }

    def numbered(self, name: str) -> list[Any]:
        """Return the fields of a ranking, the first choice first."""
        return [self[f"{name}_{n}"] for n in range(1, 6) if f"{name}_{n}" in self]

    def requests(self) -> list[tuple[Any, Any]]:
        """Return the fields of the mentors asked for, each with that of the reason."""
        return list(zip(self.numbered("request"), self.numbered("why"), strict=True))

    def offer(self, mentors: Sequence[Choosable]) -> None:
        """Fill the lists of mentors; called before validation."""
        choices = [SelectChoice(mentor.key, mentor.label) for mentor in mentors]
        for field in self.numbered("request"):
            field.choices = [fields.NO_ANSWER, *choices]
        self.avoid_mentors.choices = choices

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that no choice stands twice or has a reason only."""
        good = bool(super().validate(extra_validators))
        for name in ("specialty", "topic", "request"):
            good = fields.refuse_repeats(self.numbered(name)) and good
        for mentor, why in self.requests():
            if why.data and not mentor.data:
                mentor.errors = [*mentor.errors, "Choose the mentor, or take the reason out."]
                good = False
        return good

    def values(self) -> Img:
        requests = fields.ranked(self.numbered("request"))
        return Img(
            **self.common(),
            **self.plain(("stage", "states", "wishes", "visa", "graduation_year")),
            specialties=fields.ranked(self.numbered("specialty")),
            topics=fields.ranked(self.numbered("topic")),
            goals=self.goals.data or "",
            mentors_wanted=int(self.mentors_wanted.data),
            requests=requests,
            importance=dict(self.importance.data),
            avoid=(*(self.avoid_mentors.data or ()), *self.avoid_addresses.addresses),
            conflicts=self.conflicts.lines,
        )

    def lines(self) -> dict[str, str]:
        """Return why each mentor is asked for."""
        return {mentor.data: why.data or "" for mentor, why in self.requests() if mentor.data}


def img_data(answers: Answers[Img]) -> dict[str, Any]:
    """Return what the form of an IMG starts with."""
    img = answers.values
    ranks = {"specialty": img.specialties, "topic": img.topics, "request": img.requests}
    return {
        **common_data(img),
        **{f"{name}_{n}": key for name, keys in ranks.items() for n, key in enumerate(keys, 1)},
        **{f"why_{n}": answers.lines.get(key, "") for n, key in enumerate(img.requests, 1)},
        "stage": img.stage or "",
        "goals": img.goals,
        "graduation_year": img.graduation_year,
        "states": list(img.states),
        "mentors_wanted": str(img.mentors_wanted),
        "wishes": list(img.wishes),
        "importance": dict(img.importance),
        "visa": img.visa or "",
        "avoid_mentors": [key for key in img.avoid if "@" not in key],
        "avoid_addresses": "\n".join(key for key in img.avoid if "@" in key),
        "conflicts": "\n".join(img.conflicts),
    }


class PauseForm(FlaskForm):
    """A day on which a break ends."""

    until = DateField("On a break until", validators=[DataRequired("Choose a day.")])


class MentorForm(ProfileForm):
    career_level = one_word("Where you are in your career", "career_level")
    specialties = some_words("Your specialties", "specialty")
    subspecialties = some_words("Your subspecialties", "subspecialty")
    topics = some_words("Topics you can help with", "topic")
    stages = some_words("Stages you can help with", "stage")
    about = prose("A few words on how you mentor")
    is_img = fields.OneOfFew(
        "Are you an IMG yourself?",
        [
            SelectChoice("yes", "Yes"),
            SelectChoice("no", "No"),
            SelectChoice("", "Prefer not to say"),
        ],
    )
    states_licensed = some_words("States where you hold a license", "state")
    institution = fields.Line("Your institution", vocabulary.LENGTHS["institution"])
    selects_at = fields.Lines("Institutions where you select residents")
    visas = some_words("Visa paths you have lived through", "visa_path")
    seats = fields.OneOf(
        "How many people can you mentor at a time?",
        [SelectChoice("0", "0 (nobody for now)"), *(SelectChoice(str(n)) for n in range(1, 11))],
        default="1",
    )
    paused_until = fields.Day("On a break until")
    accepts_specialties = some_words("Only IMGs who hope for", "specialty")
    accepts_stages = some_words("Only IMGs at the stage", "stage")
    accepts_languages = some_words("Only IMGs who speak", "language")
    exclude_addresses = fields.Addresses("People you do not want to be matched with")
    exclude_institutions = fields.Lines("Institutions to leave out")

    PLAIN = (
        *("career_level", "specialties", "subspecialties", "topics", "stages", "visas"),
        *("states_licensed", "accepts_specialties", "accepts_stages", "accepts_languages"),
    )
    BLAMED = {**ProfileForm.BLAMED, "exclude": "exclude_addresses"}

    def check_pause(self, today: dt.date) -> bool:
        """Refuse a break that would end before it begins."""
        day = self.paused_until.data
        if day is None or day > today:
            return True
        self.paused_until.errors = ["Enter a day after today, or leave it empty."]
        return False

    def values(self, before: Mentor) -> Mentor:
        """Return the values; those welcome or excluded by key before have no field and stay."""
        return Mentor(
            **self.common(),
            **self.plain(self.PLAIN),
            is_img={"yes": True, "no": False}.get(self.is_img.data),
            institution=self.institution.data or None,
            seats=int(self.seats.data),
            about=self.about.data or "",
            selects_at=self.selects_at.lines,
            welcomes=before.welcomes,
            exclude=(
                *self.exclude_addresses.addresses,
                *(key for key in before.exclude if "@" not in key),
            ),
            exclude_institutions=self.exclude_institutions.lines,
        )


def mentor_data(answers: Answers[Mentor], *, today: dt.date) -> dict[str, Any]:
    """Return what the form of a mentor starts with; a pause that is over is not shown."""
    mentor = answers.values
    pause = answers.paused_until
    lists = {name: getattr(mentor, name) for name in MentorForm.PLAIN}
    known = answers.updated_at is not None
    return {
        **common_data(mentor),
        **{name: list(v) if isinstance(v, tuple) else v or "" for name, v in lists.items()},
        "about": mentor.about,
        "is_img": {True: "yes", False: "no", None: ""}[mentor.is_img],
        "institution": mentor.institution,
        "selects_at": "\n".join(mentor.selects_at),
        "seats": str(mentor.seats if known else 1),
        "paused_until": pause if pause and pause > today else None,
        "exclude_addresses": "\n".join(key for key in mentor.exclude if "@" in key),
        "exclude_institutions": "\n".join(mentor.exclude_institutions),
    }
