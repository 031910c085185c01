"""The steps of a mentor's profile as forms. They help whoever types; the service has the rules."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from mentorship import vocabulary
from mentorship.matching import Img, Mentor
from mentorship.profiles import fields, text_fields
from mentorship.profiles.breaks import LONGEST, TOO_LONG
from mentorship.profiles.fields import one_word, some_words
from mentorship.profiles.service import Answers
from mentorship.profiles.shared_forms import MeetingForm, country, gender, meetings
from mentorship.profiles.step_forms import StepForm


class PauseForm(FlaskForm):
    """A day on which a break ends."""

    until = DateField("On a break until", validators=[DataRequired("Choose a day.")])


class SeatsForm(StepForm):
    seats = fields.NumberOf(
        "How many people can you mentor at a time?",
        [SelectChoice("0", "0 (nobody for now)"), *(SelectChoice(str(n)) for n in range(1, 11))],
        description="Needed to be matched. In one match round you are never offered more people"
        " than this. Where IMGs may ask mentors themselves, more may ask: you say yes to as many as"
        " you have seats for, in all rounds together.",
    )
    paused_until = fields.Day(
        "On a break until",
        description="Leave it empty if you take no break. Until that day you are in no match round."
        " Those you mentor now are not touched.",
    )

    def check(self, today: dt.date) -> bool:
        """Refuse a break that would end before it begins, or in years."""
        good, day = super().check(today), self.paused_until.data
        if day is None or today < day <= today + LONGEST:
            return good
        early = "Enter a day after today, or leave it empty."
        self.paused_until.errors = [TOO_LONG if day > today else early]
        return False

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Let a mentor begin with one seat."""
        new = answers.updated_at is None
        pause = {"paused_until": answers.paused_until}
        return super().start(answers) | pause | ({"seats": "1"} if new else {})


class HelpForm(StepForm):
    topics = some_words(
        "Topics you can help with",
        "topic",
        description="Tick what you could talk about from your own experience. To be matched you"
        " need a topic or a specialty.",
    )
    stages = some_words(
        "Stages you can help with",
        "stage",
        description="Where IMGs are whom you could help. Leave all empty if it does not matter.",
    )
    about = text_fields.Prose(
        "A few words on how you mentor",
        description="How you work, and what an IMG can expect of you. IMGs who look around"
        " read this if you agreed to be looked up, and so do those you said yes to. Words that you"
        " and an IMG both use count a little.",
        render_kw={"rows": 5},
    )


class WorkForm(StepForm):
    career_level = one_word(
        "Where you are in your career",
        "career_level",
        description="IMGs are shown it. Whoever went one step further is often a good mentor.",
    )
    specialties = some_words(
        "Your specialties", "specialty", description="Those you train or work in."
    )
    subspecialties = some_words(
        "Your subspecialties",
        "subspecialty",
        description="If you have any. An IMG who hopes for one of them fits you better.",
    )
    institution = text_fields.Line(
        "Your institution",
        vocabulary.LENGTHS["institution"],
        description="The hospital, practice or school where you work.",
        render_kw={"maxlength": vocabulary.LENGTHS["institution"]},
    )
    selects_at = text_fields.Lines(
        "Institutions where you select residents",
        description="One a line. If you help to choose residents there, an applicant who names it"
        " as a conflict is not matched with you before the Match. Nobody is shown this list. If it"
        " keeps you and an IMG apart, your section leaders can read that it does.",
        render_kw={"rows": 3},
    )


class MentorAboutForm(StepForm):
    is_img = fields.OneOfFew(
        "Are you an IMG yourself?",
        [
            SelectChoice("yes", "Yes"),
            SelectChoice("no", "No"),
            SelectChoice("", "Prefer not to say"),
        ],
        description="Some IMGs wish for a mentor who is one. Mentors who are not are welcome too.",
    )
    school_country = country()
    languages = some_words(
        "Languages you speak",
        "language",
        description="Tick all in which you could talk about your work.",
    )
    state = one_word(
        "State where you live", "state", description="Leave this empty if you live outside the US."
    )
    states_licensed = some_words(
        "States where you hold a license",
        "state",
        description="IMGs who hope to work there can ask you about it.",
    )


class MentorMeetingForm(MeetingForm):
    meetings_a_month = meetings("With each person you mentor.")


class MentorConfidenceForm(StepForm):
    visas = some_words(
        "Visa paths you have lived through",
        "visa_path",
        description="Leave all empty if you prefer not to say. Kept encrypted. An IMG you said yes"
        " to sees them only if you allow that yourself.",
    )
    gender = gender()


class LimitsForm(StepForm):
    accepts_specialties = some_words(
        "Only IMGs who hope for",
        "specialty",
        description="Leave all empty to be offered IMGs of every specialty.",
    )
    accepts_stages = some_words(
        "Only IMGs at the stage",
        "stage",
        description="Leave all empty to be offered IMGs at every stage.",
    )
    accepts_languages = some_words(
        "Only IMGs who speak",
        "language",
        description="Leave all empty to be offered IMGs of every language.",
    )
    exclude_addresses = text_fields.Addresses(
        "People you do not want to be matched with",
        description="By email address, one a line. It works whether or not they have an account"
        " now; this page never tells which. Where names are hidden, they stay in lists under a"
        " code like anybody else, and you are never matched with them. They are not told, unless"
        " they lead your section: its leaders can read it if they try to pair you by hand.",
        render_kw={"rows": 3},
    )
    exclude_institutions = text_fields.Lines(
        "Institutions where a match would be a conflict",
        description="One a line, such as a program you advise. IMGs name the programs that are a"
        " conflict for them; whoever names the same one is not matched with you.",
        render_kw={"rows": 3},
    )

    BLAMED = MappingProxyType({"exclude": "exclude_addresses"})

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        addresses = "\n".join(key for key in answers.values.exclude if "@" in key)
        return super().start(answers) | {"exclude_addresses": addresses}

    def said(self, before: Img | Mentor) -> dict[str, Any]:
        """Return what the step says; those excluded by key before have no field and stay."""
        assert isinstance(before, Mentor)  # noqa: S101 - only the mentor's road has this step
        by_key = (key for key in before.exclude if "@" not in key)
        exclude = (*self.exclude_addresses.addresses, *by_key)
        return super().said(before) | {"exclude": exclude}
