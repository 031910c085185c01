"""What people fill in about their second factor and their address."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from mentorship.accounts import factors
from mentorship.accounts.forms import EMAIL, NO_EMAIL, stripped, usable_email

CODE = {
    "autocomplete": "one-time-code",
    "autocapitalize": "none",
    "spellcheck": "false",
    "maxlength": 40,
}
WRONG_CODE = (
    "This code is not right, or it was used already. Wait for the next one, and check that the "
    "clock of your phone sets itself."
)
NO_ANSWER = "That did not work. Try again, and follow what your browser or device asks."


class AppForm(FlaskForm):
    sealed = HiddenField()
    code = StringField(
        "Code from the app",
        description="6 digits. The app shows another code every 30 seconds.",
        filters=[stripped],
        validators=[DataRequired("Enter the code that the app shows."), Length(max=40)],
        render_kw=CODE | {"inputmode": "numeric"},
    )


class PasskeyForm(FlaskForm):
    sealed = HiddenField()
    answer = HiddenField(validators=[Length(max=20_000)])
    name = StringField(
        "Name of the passkey",
        description="So that you know it again, like “My phone” or “Blue key”.",
        filters=[stripped],
        validators=[DataRequired("Give the passkey a name."), Length(max=factors.NAME_LENGTH)],
        render_kw={"autocomplete": "off"},
    )


class SecondStepForm(FlaskForm):
    sealed = HiddenField()
    answer = HiddenField(validators=[Length(max=20_000)])
    code = StringField(
        "Code",
        filters=[stripped],
        validators=[Optional(), Length(max=40)],
        render_kw=CODE,
    )


class NewEmailForm(FlaskForm):
    email = EmailField(
        "New email address",
        description="We mail a link there. Until you open it, nothing changes.",
        filters=[stripped],
        validators=[InputRequired(NO_EMAIL), usable_email],
        render_kw=EMAIL,
    )

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current

    def validate_email(self, field: Field) -> None:
        if field.data == self._current:
            raise ValidationError("This is your address already.")


class ResetFactorForm(FlaskForm):
    email = EmailField(
        "Email address of the person",
        filters=[stripped],
        validators=[InputRequired(NO_EMAIL), usable_email],
        render_kw=EMAIL | {"autocomplete": "off"},
    )
    reason = TextAreaField(
        "Reason",
        description="How you know that it is them. The person reads it, and the log keeps it.",
        filters=[stripped],
        validators=[DataRequired("Say why."), Length(max=factors.REASON_LENGTH)],
    )
