"""Forms for what goes out, and when: mails, publishing, days."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, HiddenField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from mentorship.rounds.mail_models import BODY_LENGTH, SUBJECT_LENGTH
from mentorship.rounds.typed import line, plain


class MailForm(FlaskForm):
    """The words of a mail; ``look`` is the button that only shows how they read."""

    subject = StringField(
        "Subject",
        filters=[line],
        validators=[DataRequired("Enter a subject"), Length(max=SUBJECT_LENGTH)],
    )
    body = TextAreaField(
        "Text",
        filters=[plain],
        validators=[DataRequired("Enter a text"), Length(max=BODY_LENGTH)],
        description="Plain text. Names in braces are filled in.",
    )
    look = SubmitField()
    seen = HiddenField()  # marks the text that the form was filled with


class PublishForm(FlaskForm):
    """The run that was looked at, so that exactly this one is published."""

    run = HiddenField(validators=[InputRequired()])
    goes_out_at = DateTimeLocalField(
        "Or at another time",
        validators=[Optional()],
        format="%Y-%m-%dT%H:%M",
        description="By your clock, within 60 days. Leave it empty to publish in 30 minutes.",
    )


class DeadlineForm(FlaskForm):
    """When enrolment closes, or answers are due."""

    at = DateTimeLocalField("Date and time", validators=[Optional()], format="%Y-%m-%dT%H:%M")
    seen = HiddenField()  # marks the date that the form was filled with


class PlannedForm(FlaskForm):
    """What to do with a run that is on its way out, as it was planned when it was looked at."""

    seen = HiddenField()


class MoveForm(PlannedForm):
    """Another time for a run that is on its way out."""

    goes_out_at = DateTimeLocalField(
        "Another time",
        validators=[InputRequired("Enter a date and a time")],
        format="%Y-%m-%dT%H:%M",
        description="By your clock, at least 30 minutes from now.",
    )
