"""Forms of a mentorship. They help whoever types; the services and the database hold the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DateTimeField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from mentorship.mentorships.guide import TERM_IDS, Term
from mentorship.mentorships.models import Agreement, GoalState
from mentorship.notices.service import one_line
from mentorship.rounds.choices import END_REASONS, LEADER_ENDS

LONG, MIDDLE, LINE = 4000, 1000, 200
EARLIEST, LATEST = dt.date(2020, 1, 1), dt.date(2100, 1, 1)
TERM = "term_"
RATINGS: Mapping[str, str] = MappingProxyType(
    {
        "5": "It helped me very much",
        "4": "It helped",
        "3": "It helped a little",
        "2": "It did not help",
        "1": "It did harm",
    }
)
CONCERNS: Mapping[str, str] = MappingProxyType(
    {
        "no_contact": "I cannot reach the other person",
        "behavior": "How the other person treats me",
        "boundaries": "Requests for money, errands, documents or favors",
        "promises": "Promises or pressure about a job, a letter or a rank",
        "privacy": "Something private was passed on",
        "other": "Something else",
    }
)


def line(words: str | None) -> str:
    return one_line(words or "")


def plain(words: str | None) -> str:
    """Keep lines, drop other control characters."""
    return "\n".join(one_line(part) for part in (words or "").splitlines()).strip()


def _choices(words: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


def typed_in(form: FlaskForm) -> list[tuple[str, str]]:
    """Return what somebody wrote into a form, each with its label, to be copied from a page."""
    written = [field for field in form if isinstance(field, StringField | DateTimeField)]
    return [
        (field.label.text, " ".join(field.raw_data))
        for field in written
        if not isinstance(field, HiddenField) and any(field.raw_data or ())
    ]


def sane_day(field: DateField) -> bool:
    """Refuse a day that cannot be meant."""
    if field.data is None or EARLIEST <= field.data < LATEST:
        return True
    field.errors = [*field.errors, "Enter a day between 2020 and 2099."]
    return False


class VersionForm(FlaskForm):
    """The version of the agreement that was looked at."""

    version = IntegerField(validators=[InputRequired(), NumberRange(0, 2**31 - 1)])


class AgreementForm(FlaskForm):
    """One text a term; the terms are added below."""

    version = HiddenField(default="0")

    @classmethod
    def of(cls, agreement: Agreement | None, terms: Mapping[str, Term]) -> AgreementForm:
        """Start from what is agreed, or from the suggestions."""
        said = agreement.terms if agreement else {key: term.start for key, term in terms.items()}
        values = {TERM + key: said.get(key, "") for key in TERM_IDS}
        return cls(data=values | {"version": str(agreement.version if agreement else 0)})

    def name(self, terms: Mapping[str, Term]) -> None:
        """Ask in the words of the guide."""
        for key, term in terms.items():
            field = self[TERM + key]
            field.label.text, field.description = term.said.title, term.hint

    @property
    def seen(self) -> int:
        digits = self.version.data or "0"
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0

    @property
    def terms(self) -> dict[str, str]:
        return {key: self[TERM + key].data for key in TERM_IDS}

    def validate(self, extra_validators: object = None) -> bool:
        good = bool(super().validate(extra_validators))
        if good and not any(self.terms.values()):
            first = self[TERM + TERM_IDS[0]]
            first.errors = ["Fill in at least one part."]
            return False
        return good


for _id in TERM_IDS:
    setattr(
        AgreementForm,
        TERM + _id,
        TextAreaField(filters=[plain], validators=[Length(max=MIDDLE)]),
    )


class _OneOfSeveral(FlaskForm):
    """A form beside others on one page: its fields have ids of their own."""

    NAME = ""
    SAYS: tuple[str, ...] = ()

    def __init__(self, **more: object) -> None:
        super().__init__(prefix=f"{self.NAME}-", **more)

    @property
    def said(self) -> dict[str, Any]:
        return {name: self[name].data for name in self.SAYS}

    def blame(self, words: str) -> None:
        """Say what is wrong beside the first field."""
        self[self.SAYS[0]].errors = [words]


class GoalForm(_OneOfSeveral):
    NAME = "goal"
    SAYS = ("title", "first_step", "due_on")
    title = StringField(
        "Goal",
        filters=[line],
        validators=[DataRequired("Enter a goal"), Length(max=LINE)],
        description="Something you can both see is done, such as: Step 2 CK taken.",
    )
    first_step = StringField("First step", filters=[line], validators=[Length(max=LINE)])
    due_on = DateField("By when", validators=[Optional()])

    def validate(self, extra_validators: object = None) -> bool:
        good = bool(super().validate(extra_validators))
        return sane_day(self.due_on) and good


class GoalStateForm(FlaskForm):
    """A button beside a goal."""

    state = SelectField(choices=[SelectChoice(state) for state in GoalState])


class NoteForm(_OneOfSeveral):
    NAME = "note"
    SAYS = ("text",)
    text = TextAreaField(
        "A note for yourself",
        filters=[plain],
        validators=[DataRequired("Write something first"), Length(max=LONG)],
        description="Only you read it, and it is kept encrypted.",
    )


class EndForm(FlaskForm):
    reason = RadioField(
        "Why does it end?",
        choices=_choices(END_REASONS),
        validators=[InputRequired("Choose a reason")],
    )
    words = TextAreaField(
        "Anything your section leader should know?",
        filters=[plain],
        validators=[Length(max=MIDDLE)],
        description="Only section leaders besides the two of you read this and the reason.",
    )


class LeaderEndForm(FlaskForm):
    """For a leader, who is neither of the two."""

    reason = RadioField(
        "Why does it end?",
        choices=_choices(LEADER_ENDS),
        validators=[InputRequired("Choose a reason")],
        description="If the reason speaks of the mentor, or they do not fit, the IMG gets priority"
        " in the next match.",
    )
    words = TextAreaField(
        "What should the other leaders know?",
        filters=[plain],
        validators=[Length(max=MIDDLE)],
        description="Only the leaders of the section read this and the reason.",
    )


class FeedbackForm(FlaskForm):
    rating = RadioField(
        "How much did this mentorship help?",
        choices=_choices(RATINGS),
        validators=[InputRequired("Choose one")],
    )
    words = TextAreaField(
        "What should the program keep or change?",
        filters=[plain],
        validators=[Length(max=MIDDLE)],
        description="Only section leaders besides the two of you read this.",
    )


class ConcernForm(FlaskForm):
    kind = RadioField(
        "What is it about?",
        choices=_choices(CONCERNS),
        validators=[InputRequired("Choose one")],
    )
    words = TextAreaField(
        "What happened?",
        filters=[plain],
        validators=[DataRequired("Write a sentence or two"), Length(max=LONG)],
        description="Only section leaders besides the two of you read this. The other person is not"
        " told.",
    )


class OutcomeForm(FlaskForm):
    outcome = TextAreaField(
        "What was done about it?",
        filters=[plain],
        validators=[DataRequired("Write what was done"), Length(max=MIDDLE)],
        description="For the leaders of the section. Nobody else reads it.",
    )
