"""Steps and questions that IMGs and mentors share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from wtforms import Field, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from mentorship import hours, vocabulary
from mentorship.accounts import service as accounts
from mentorship.matching import Img, Mentor
from mentorship.profiles import fields, grid, text_fields
from mentorship.profiles.fields import one_word, some_words
from mentorship.profiles.service import Answers
from mentorship.profiles.step_forms import Spoken, StepForm, words_of

OFTEN = [SelectChoice(zone, optgroup="Often used") for zone in vocabulary.COMMON_TIME_ZONES]
OTHERS = [
    SelectChoice(zone, zone.replace("_", " "), optgroup="All others")
    for zone in accounts.time_zones()
    if zone not in vocabulary.COMMON_TIME_ZONES
]
MEETINGS = [
    fields.NO_ANSWER,
    SelectChoice("1", "Once a month"),
    SelectChoice("2", "Twice a month"),
    SelectChoice("3", "3 times a month"),
    SelectChoice("4", "4 times a month (about once a week)"),
    *(SelectChoice(str(number), f"{number} times a month") for number in range(5, 9)),
]


class TimesForm(StepForm):
    timezone = fields.OneOf(
        "Your time zone",
        [fields.NO_ANSWER, *OFTEN, *OTHERS],
        description="Choose the city with the same clock as yours. All times you give below are in"
        " this zone; your mentor or mentee reads them in theirs. Changes of the clock are counted.",
    )
    free = fields.Week(
        "When you are usually free",
        description="Tick each part of the week when you could talk. A rough picture is enough:"
        " you agree on exact times with each other later.",
    )
    exact_times = text_fields.Stretches(
        "Exact times",
        description="If the boxes do not fit, write exact times here, one a line: a day, then from"
        " and to on a 24-hour clock, such as Mon 18:30-21:00.",
        render_kw={"rows": 3},
    )
    BLAMED = MappingProxyType({"availability": "exact_times"})

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        ticked, others = grid.to_boxes(answers.values.availability)
        exact = "\n".join(map(hours.write, others))
        return super().start(answers) | {"free": ticked, "exact_times": exact}

    def said(self, before: Img | Mentor) -> dict[str, Any]:
        """Return what the step says of the profile, by field."""
        times = grid.from_boxes(self.free.data or [], self.exact_times.spans)
        return super().said(before) | {"availability": times}

    def _look(self, field: Field) -> str:
        return "week" if field is self.free else super()._look(field)

    def spoken(self) -> Spoken:
        """Return the zone, and all times in one list."""
        times = grid.from_boxes(self.free.data or [], self.exact_times.spans)
        zone = (self.timezone.label.text, words_of(self.timezone))
        return [zone, (self.free.label.text, [hours.write(span) for span in times])]


def meetings(hint: str) -> fields.NumberOf:
    return fields.NumberOf("How often you would like to meet", MEETINGS, description=hint)


class MeetingForm(StepForm):
    channels = some_words(
        "How you like to talk",
        "channel",
        description="Tick all that would do. One way in common is enough.",
    )
    formats = some_words(
        "How you like to work together",
        "format",
        description="From one talk about one question to a year together. Tick all that would do.",
    )


class ContactForm(StepForm):
    """How to reach somebody. The number is kept with the account."""

    phone = TelField(
        "Phone number, if you like",
        description="With the country code, like +1 215 555 0100. Leave it empty to be reached by"
        " email only.",
        filters=[text_fields.plain, str.strip],
        render_kw={"autocomplete": "tel"},
    )

    def start(self, answers: Answers[Any]) -> dict[str, Any]:
        """Return what the fields start with."""
        return {"phone": answers.phone or ""}

    def said(self, before: Img | Mentor) -> dict[str, Any]:  # noqa: ARG002 - as in all steps
        """Return nothing: what is said here is not compared with anybody's."""
        return {}

    def validate_phone(self, field: Field) -> None:
        if field.data and not accounts.PHONE.fullmatch(field.data):
            raise ValidationError(accounts.PHONE_LIKE)


def country() -> fields.OneOf:
    return one_word(
        "Country of your medical school",
        "country",
        unsaid=fields.NOT_SAID,
        description="Where you got, or will get, your medical degree.",
    )


def gender() -> fields.OneOf:
    return one_word(
        "Gender",
        "gender",
        description="Only used for IMGs who wish for a mentor of their own gender. Kept encrypted."
        " No section leader sees it; your match does only if you say so in your privacy choices.",
    )
