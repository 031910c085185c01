"""What a reader of the log looks for. It comes with the address: what is unknown is passed over."""

from __future__ import annotations

import datetime as dt

from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, Form, SearchField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from mentorship.notices.service import one_line
from mentorship.oversight.service import Sought
from mentorship.oversight.words import ROOMS

WHY = "Say in 20 to 500 characters why it has to be"


class TrailForm(Form):
    room = SelectField(
        "What",
        choices=[
            SelectChoice("", "Everything"),
            *(SelectChoice(key, words) for key, words in ROOMS.items()),
        ],
    )
    who = SearchField("Who")
    since = DateField("From")
    until = DateField("To")

    def sought(self, page: int) -> Sought:
        return Sought(
            room=self.room.data if self.room.data in ROOMS else "",
            who=one_line(self.who.data or "")[:254],
            since=_possible(self.since.data),
            until=_possible(self.until.data),
            page=page,
        )


class GlassForm(FlaskForm):
    """Whose sealed answers, and why; the person reads the reason."""

    email = EmailField(
        "Email address of the person",
        filters=[lambda text: one_line(text or "")],
        validators=[DataRequired("Enter the address of the person"), Length(max=254)],
    )
    reason = TextAreaField(
        "Reason",
        filters=[lambda text: one_line(text or "")],
        validators=[
            DataRequired(WHY),
            Length(min=20, max=500, message=WHY),
        ],
        description="The person gets a mail with these words.",
    )


def _possible(day: dt.date | None) -> dt.date | None:
    """Pass over a day at the ends of the calendar, which has no next one."""
    return day if day and 1900 < day.year < 9000 else None
