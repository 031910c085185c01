"""What both profile forms have in common. Forms help whoever types; the service has the rules."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from mentorship import hours, vocabulary
from mentorship.accounts import service as accounts
from mentorship.matching import Img, Mentor
from mentorship.profiles import fields, grid
from mentorship.profiles.fields import one_word, some_words
from mentorship.profiles.service import Answers, ProfileRefused, Values

LONG = vocabulary.LENGTHS["goals"]
OFTEN = [SelectChoice(zone, optgroup="Often used") for zone in vocabulary.COMMON_TIME_ZONES]
OTHERS = [
    SelectChoice(zone, zone.replace("_", " "), optgroup="All others")
    for zone in accounts.time_zones()
    if zone not in vocabulary.COMMON_TIME_ZONES
]
MEETINGS = [
    SelectChoice("", "No answer"),
    SelectChoice("1", "Once a month"),
    SelectChoice("2", "Twice a month"),
    SelectChoice("3", "3 times a month"),
    SelectChoice("4", "4 times a month (about once a week)"),
    *(SelectChoice(str(number), f"{number} times a month") for number in range(5, 9)),
]


def prose(label: str, **more: Any) -> TextAreaField:
    short = Length(max=LONG, message=f"Keep it to {LONG} characters.")
    return TextAreaField(label, validators=[short], filters=[fields.plain], **more)


class ProfileForm(FlaskForm):
    """What IMGs and mentors are both asked."""

    version = HiddenField()  # of the answers that the page began with
    languages = some_words("Languages you speak", "language")
    school_country = one_word("Country of your medical school", "country", unsaid=fields.NOT_SAID)
    state = one_word("State where you live", "state")
    timezone = fields.OneOf("Your time zone", [fields.NO_ANSWER, *OFTEN, *OTHERS])
    free = fields.Week("When you are usually free")
    exact_times = fields.Stretches("Exact times")
    channels = some_words("How you like to talk", "channel")
    formats = some_words("How you like to work together", "format")
    meetings_a_month = fields.OneOf("How often you would like to meet", MEETINGS)
    gender = one_word("Gender", "gender")

    SAME = ("languages", "school_country", "state", "timezone", "channels", "formats", "gender")
    BLAMED = {"availability": "exact_times"}  # field of the profile -> field of the form

    def common(self) -> dict[str, Any]:
        """Return the values that IMGs and mentors both give."""
        often = self.meetings_a_month.data
        return {
            "key": "",
            "availability": grid.from_boxes(self.free.data or [], self.exact_times.spans),
            "meetings_a_month": int(often) if often else None,
            **self.plain(self.SAME),
        }

    def plain(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the words of those fields that the profile has under the same name."""
        given = {name: self[name].data for name in names}
        return {
            name: tuple(value) if isinstance(value, list) else value or None
            for name, value in given.items()
        }

    def is_stale(self, answers: Answers[Values]) -> bool:
        """Tell whether somebody saved since this page was opened: the same person elsewhere."""
        seen = self.version.raw_data
        return bool(seen) and seen[0] != version_of(answers)

    def begin_anew(self, answers: Answers[Values]) -> None:
        """Let the next save of this page replace what is kept now."""
        self.version.data = version_of(answers)

    def keep_offering(self, values: Img | Mentor) -> None:
        """Offer what the profile says already, also where the page would not offer it itself."""
        for field in dataclasses.fields(values):
            said = getattr(values, field.name)
            if field.name not in self or not isinstance(said, str | tuple):
                continue
            if isinstance(self[field.name], fields.OneOf | fields.SomeOf):
                _offer(self[field.name], (said,) if isinstance(said, str) else said)

    def blame(self, refused: ProfileRefused) -> None:
        """Put what the service refused beside its field."""
        field = self[self.BLAMED.get(refused.field, refused.field)]
        value = f"“{refused.value[:60]}” " if refused.value else "This "
        field.errors = [*field.errors, f"{value}{refused.what}; {refused.right}."]


def version_of(answers: Answers[Values]) -> str:
    return answers.updated_at.isoformat() if answers.updated_at else ""


def _offer(field: fields.OneOf | fields.SomeOf, words: Iterable[str]) -> None:
    offered = {choice.value for choice in field.choices}
    field.choices += [SelectChoice(word, name_of(word)) for word in words if word not in offered]


def name_of(word: str) -> str:
    found = (terms[word].name for terms in vocabulary.LISTS.values() if word in terms)
    return next(found, word)


def common_data(values: Img | Mentor) -> dict[str, Any]:
    """Return what the fields of both forms start with."""
    ticked, others = grid.to_boxes(values.availability)
    same = {name: getattr(values, name) for name in ProfileForm.SAME}
    often = values.meetings_a_month
    return {
        **{name: list(v) if isinstance(v, tuple) else v or "" for name, v in same.items()},
        "free": ticked,
        "exact_times": "\n".join(map(hours.write, others)),
        "meetings_a_month": str(often) if often else "",
    }
