"""Forms about the catalog: what a leader says of a resource, and what a member reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import URL, DataRequired, InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from mentorship import vocabulary
from mentorship.search.models import QUERY_LENGTH
from mentorship.toolkit.curating import FIRST
from mentorship.toolkit.forms import one_line
from mentorship.toolkit.resource_models import ResourceType
from mentorship.toolkit.resource_words import Words
from mentorship.toolkit.shelf_models import Trouble
from mentorship.toolkit.shown import TYPE_NAMES


def line(words: str | None) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in words or "").split())


class ResourceForm(FlaskForm):
    title = StringField(
        "Title", filters=[line], validators=[DataRequired("Enter a title"), Length(max=200)]
    )
    url = URLField(
        "Web address",
        filters=[line],
        validators=[
            DataRequired("Enter the address"),
            Length(max=2000),
            Regexp("^https?://", message="Start with https:// or http://"),
            URL(message="This is not a web address"),
        ],
    )
    organization = StringField(
        "Organization",
        filters=[line],
        validators=[DataRequired("Enter whose page it is"), Length(max=120)],
    )
    who = StringField(
        "Who speaks or writes",
        filters=[line],
        validators=[Length(max=120)],
        description="Of a video or a letter, if the page says so.",
    )
    type = SelectField(
        "Type", choices=[SelectChoice(kind.value, name) for kind, name in TYPE_NAMES.items()]
    )
    description = TextAreaField(
        "What it is and whom it helps",
        filters=[line],
        validators=[DataRequired("Say what it is"), Length(max=500)],
        description="One or two sentences in your own words.",
    )
    stages = SelectMultipleField(
        "Helps at these stages",
        choices=[SelectChoice(t.id, t.name) for t in vocabulary.LISTS["stage"].values()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[InputRequired("Choose at least one")],
    )
    topics = SelectMultipleField(
        "Topics",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[InputRequired("Choose at least one")],
    )
    volatile = BooleanField(
        "The rules on this page are being changed",
        description="Members then see this, always with the date of the page.",
    )
    opened = BooleanField(
        "I opened this page today",
        description=(
            "Members then see the date of today and high confidence. Without it, a new address is"
            " shown as not opened yet."
        ),
    )

    def offer(self, topics: Iterable[tuple[str, str]]) -> None:
        self.topics.choices = [SelectChoice(key, name) for key, name in topics]

    def words(self, today: dt.date) -> Words:
        return Words(
            title=self.title.data,
            type=ResourceType(self.type.data),
            organization=self.organization.data,
            who=self.who.data or "",
            url=self.url.data,
            description=self.description.data,
            stages=tuple(self.stages.data),
            topics=tuple(self.topics.data),
            volatile=self.volatile.data,
            opened_on=today if self.opened.data else None,
        )


class PlaceForm(FlaskForm):
    position = SelectField(
        "Place",
        choices=[
            SelectChoice("", "In the usual order"),
            *(SelectChoice(str(n), f"Number {n}") for n in range(1, FIRST + 1)),
        ],
    )


class ReportForm(FlaskForm):
    trouble = RadioField(
        "What is the matter?",
        choices=[
            SelectChoice(Trouble.DEAD.value, "The link is dead"),
            SelectChoice(Trouble.STALE.value, "The page is out of date"),
            SelectChoice(Trouble.WRONG.value, "Something we say about it is wrong"),
        ],
        validators=[InputRequired("Choose one")],
    )
    words = TextAreaField(
        "What did you see?",
        filters=[line],
        validators=[Length(max=500)],
        description="Leaders read this, without your name.",
    )


class SearchForm(FlaskForm):
    q = SearchField(
        "Search everything in the toolkit", filters=[lambda w: one_line(w)[:QUERY_LENGTH]]
    )
