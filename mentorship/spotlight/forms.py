"""Forms about letters to a younger self."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from mentorship.notices.service import one_line
from mentorship.prose import typed
from mentorship.sections.models import Section

BODY_LENGTH = 20_000


def line(words: str | None) -> str:
    return one_line(words or "")


class DeskForm(FlaskForm):
    title = StringField(
        "Title", filters=[line], validators=[DataRequired("Enter a title"), Length(max=200)]
    )
    body = TextAreaField(
        "Letter",
        filters=[typed],
        validators=[DataRequired("Write the letter"), Length(max=BODY_LENGTH)],
        description="Leave an empty line between paragraphs. **Two stars** make words strong.",
    )


class LetterForm(DeskForm):
    section = SelectField("For the gallery of")
    byline = StringField(
        "Name that readers see",
        filters=[line],
        validators=[DataRequired("Enter a name"), Length(max=120)],
        description="Your name, a first name, or for example “A resident in Ohio”.",
    )
    about = StringField(
        "What it is about, in one sentence",
        filters=[line],
        validators=[DataRequired("Say what it is about"), Length(max=300)],
    )

    def offer(self, sections: Iterable[Section]) -> None:
        self.section.choices = [SelectChoice(str(one.id), one.name) for one in sections]


class SubmitForm(FlaskForm):
    agree = BooleanField(
        "I agree that the leaders may correct and shorten my letter, and that the members of my "
        "section read it",
        validators=[DataRequired("Check this box to send the letter")],
    )


class NoteForm(FlaskForm):
    note = TextAreaField(
        "Note to the author",
        filters=[line],
        validators=[DataRequired("Say what to change"), Length(max=1000)],
    )
