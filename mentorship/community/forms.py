"""Forms about the life of a section."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from mentorship.community.models import Event, OpeningKind, ResolutionState
from mentorship.notices.service import one_line

KINDS = {
    OpeningKind.LEADERSHIP: "Leadership of the section",
    OpeningKind.OUTSIDE: "Seat in an outside body",
}
STATES = {
    ResolutionState.IDEA: "Idea",
    ResolutionState.DRAFTING: "Being drafted",
    ResolutionState.SENT: "Sent to the meeting",
    ResolutionState.ADOPTED: "Adopted",
    ResolutionState.AMENDED: "Adopted with changes",
    ResolutionState.REFERRED: "Referred for study",
    ResolutionState.NOT_ADOPTED: "Not adopted",
    ResolutionState.WITHDRAWN: "Withdrawn",
}
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone)


def line(words: str | None) -> str:
    return one_line(words or "")


def paragraphs(words: str | None) -> str:
    return "\n".join(one_line(part) for part in (words or "").splitlines()).strip()


def _title(label: str = "Title") -> StringField:
    needed = DataRequired("Enter a title")
    return StringField(label, filters=[line], validators=[needed, Length(max=200)])


def _about(label: str) -> TextAreaField:
    needed = DataRequired("Say what it is")
    return TextAreaField(label, filters=[paragraphs], validators=[needed, Length(max=2000)])


def _url() -> URLField:
    is_web = Regexp("^$|^https?://[^ ]+$", message="Start with https:// or http://")
    return URLField("Web address", filters=[line], validators=[is_web, Length(max=2000)])


class OpeningForm(FlaskForm):
    title = _title()
    kind = SelectField("Kind", choices=[SelectChoice(k.value, name) for k, name in KINDS.items()])
    about = _about("What it is, and how to apply")
    deadline = DateField(
        "Last day to apply", validators=[Optional()], description="Empty: open until filled."
    )
    url = _url()

    def values(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "kind": OpeningKind(self.kind.data),
            "about": self.about.data,
            "deadline": self.deadline.data,
            "url": self.url.data,
        }


class EventForm(FlaskForm):
    title = _title()
    about = _about("What happens there")
    place = StringField(
        "Place", filters=[line], validators=[DataRequired("Say where"), Length(max=200)],
        description="A room and city, or “online”.",
    )  # fmt: skip
    day = DateField("Day", validators=[InputRequired("Enter the day")])
    begins = TimeField("Begins at", validators=[InputRequired("Enter the time")])
    ends = TimeField("Ends at", validators=[InputRequired("Enter the time")])
    timezone = SelectField(
        "Time zone",
        default="America/Chicago",
        choices=[SelectChoice(zone, zone.replace("_", " ")) for zone in ZONES],
    )
    url = _url()

    def validate_ends(self, field: TimeField) -> None:
        if self.begins.data and field.data and field.data <= self.begins.data:
            raise ValidationError("It must end after it begins")

    def show(self, event: Event) -> None:
        """Fill in the times of an event, as they are in its zone."""
        zone = ZoneInfo(event.timezone)
        starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
        self.day.data, self.begins.data, self.ends.data = starts.date(), starts.time(), ends.time()

    def values(self) -> dict[str, Any]:
        return {
            "title": self.title.data,
            "about": self.about.data,
            "place": self.place.data,
            "url": self.url.data,
            "timezone": self.timezone.data,
            "starts_at": self._at(self.begins.data),
            "ends_at": self._at(self.ends.data),
        }

    def _at(self, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(self.day.data, time, tzinfo=ZoneInfo(self.timezone.data))


class SeatForm(FlaskForm):
    office = StringField(
        "Office",
        filters=[line],
        validators=[DataRequired("Enter the office"), Length(max=120)],
        description="For example: Chair, Delegate, Member at large.",
    )
    name = StringField(
        "Who holds it",
        filters=[line],
        validators=[Length(max=120)],
        description="Empty: the seat is vacant. Ask people before you name them here.",
    )
    about = TextAreaField(
        "What this seat does",
        filters=[line],
        validators=[Length(max=500)],
        description="For example: leads the meetings and speaks for the section.",
    )
    until = DateField("Term ends on", validators=[Optional()])
    position = IntegerField(
        "Place in the list",
        default=1,
        validators=[InputRequired("Enter a number"), NumberRange(1, 99)],
    )

    def values(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("office", "name", "about", "until", "position")}


class ResolutionForm(FlaskForm):
    title = _title()
    problem = TextAreaField(
        "What is the problem?",
        filters=[paragraphs],
        validators=[DataRequired("Say what the problem is"), Length(max=3000)],
        description="In a few sentences, with evidence where you have it.",
    )
    ask = TextAreaField(
        "What should be done?",
        filters=[paragraphs],
        validators=[DataRequired("Say what should be done"), Length(max=2000)],
        description="Plainly, for example: that the AMA ask all boards for the same years.",
    )


class StepForm(FlaskForm):
    state = SelectField(
        "Where it has come to",
        choices=[SelectChoice(state.value, name) for state, name in STATES.items()],
    )
    day = DateField("Day", validators=[InputRequired("Enter the day")])
    note = StringField(
        "Note",
        filters=[line],
        validators=[Length(max=500)],
        description="For example the number of the resolution, or the report that answers it.",
    )


class CardForm(FlaskForm):
    about = TextAreaField(
        "What others should know of me",
        filters=[line],
        validators=[Length(max=300)],
        description="For example: pediatrics in Ohio, glad to talk about research years.",
    )
    show_email = BooleanField(
        "Show my email address to the members of this section",
        description="Without it they see your name and your line, and can ask to be put in touch.",
    )
    agree = BooleanField(
        "I agree to be found by the members of this section, with my name, my role and the above",
        validators=[DataRequired("Check this box to be listed")],
    )


class AskForm(FlaskForm):
    words = TextAreaField(
        "Why would you like to talk?",
        filters=[line],
        validators=[Length(max=300)],
        description="In a line or two, without your address or number.",
    )
    agree = BooleanField(
        "If they say yes, they may see my email address",
        validators=[DataRequired("Check this box to ask")],
    )
