"""Forms of a meeting: when it is, and what came of it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from mentorship.mentorships.forms import LONG, MIDDLE, line, plain, sane_day
from mentorship.mentorships.meetings import Plan, mark_of
from mentorship.mentorships.models import Meeting

ZONES = frozenset(available_timezones())


class MeetingForm(FlaskForm):
    """A day and a time, in the time zone that the form showed to whoever types.

    The form says it when sent: the account may have another zone by then.
    """

    seen = HiddenField(default="")
    zone = HiddenField(
        validators=[
            AnyOf(ZONES, "Day and time need a time zone. Read below in which they are now.")
        ]
    )
    day = DateField("Day", validators=[InputRequired("Enter a day")])
    time = TimeField("Time", validators=[InputRequired("Enter a time")])
    minutes = SelectField(
        "How long",
        choices=[
            SelectChoice(str(n), label)
            for n, label in (
                (15, "15 minutes"),
                (30, "30 minutes"),
                (45, "45 minutes"),
                (60, "1 hour"),
                (90, "1 hour 30 minutes"),
                (120, "2 hours"),
            )
        ],
        default="45",
    )
    place = StringField(
        "Where",
        filters=[line],
        validators=[Length(max=300)],
        description="A link, who calls whom, or an address.",
    )
    agenda = TextAreaField("What about", filters=[plain], validators=[Length(max=MIDDLE)])

    @classmethod
    def of(cls, meeting: Meeting, zone: ZoneInfo) -> MeetingForm:
        local = _shown(meeting, zone)
        return cls(
            data={
                "seen": mark_of(meeting),
                "zone": zone.key,
                "day": local.date(),
                "time": local.time(),
                "minutes": str(meeting.minutes),
                "place": meeting.words["place"],
                "agenda": meeting.words["agenda"],
            }
        )

    def plan(self, was: Meeting | None = None) -> Plan | None:
        """Return what was planned; None, with the field blamed, if it cannot be.

        A time that a clock shows twice is the first one, unless the meeting ``was`` at the second.
        """
        if not self.validate() or not sane_day(self.day):
            return None
        zone = ZoneInfo(self.zone.data)
        local = dt.datetime.combine(self.day.data, self.time.data, tzinfo=zone)
        if was is not None and _shown(was, zone) == local.replace(tzinfo=None):
            local = was.starts_at.astimezone(zone)
        starts_at = local.astimezone(dt.UTC)
        if starts_at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            self.time.errors = ["Clocks go forward that day and skip this time. Choose another."]
            return None
        return Plan(
            starts_at=starts_at,
            zone=zone,
            minutes=int(self.minutes.data),
            place=self.place.data,
            agenda=self.agenda.data,
        )

    def blame_day(self, since: dt.date) -> None:
        """Say that the day is before the one on which the two became a pair."""
        said = f"{since:%B} {since.day}, {since.year}"
        self.day.errors = [f"You became a pair on {said}. Enter that day or a later one."]


def _shown(meeting: Meeting, zone: ZoneInfo) -> dt.datetime:
    """Return when a meeting begins as a clock of the zone shows it, to the minute of the form."""
    return meeting.starts_at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)


class LogForm(FlaskForm):
    seen = HiddenField(default="")
    met = RadioField(
        "Did you meet?",
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")],
        validators=[InputRequired("Choose yes or no")],
    )
    log = TextAreaField(
        "What you talked about, and who does what next",
        filters=[plain],
        validators=[Length(max=LONG)],
        description="You both read this and can change it. Leaders see only that you met.",
    )
