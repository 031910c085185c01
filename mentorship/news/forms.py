"""Forms about news. They help whoever types; the services and the database hold the rules."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from mentorship.addresses import is_inside
from mentorship.connecting import FetchFailed
from mentorship.news.models import TITLE_LENGTH, URL_LENGTH, Topic
from mentorship.news.topics import ABOUT, NAMES
from mentorship.notices.service import one_line
from mentorship.prose import typed
from mentorship.web import sentence

LEAD_LENGTH = 300
BODY_LENGTH = 20_000
TOPICS = [SelectChoice(topic.value, name) for topic, name in NAMES.items()]


def line(words: str | None) -> str:
    return one_line(words or "")


class ItemForm(FlaskForm):
    """The title of an item, its topic, and a line in the section's own words."""

    title = StringField(
        "Title",
        filters=[line],
        validators=[DataRequired("Enter a title"), Length(max=TITLE_LENGTH)],
    )
    topic = SelectField("Topic", choices=TOPICS, validators=[InputRequired()])
    lead = TextAreaField(
        "In one or two sentences",
        filters=[line],
        validators=[Length(max=LEAD_LENGTH)],
        description="In your own words. Shown in lists, below the title.",
    )


class PostForm(ItemForm):
    body = TextAreaField(
        "Text",
        filters=[typed],
        validators=[DataRequired("Write the text"), Length(max=BODY_LENGTH)],
        description=(
            "Leave an empty line between paragraphs. **two stars** make words strong, "
            "[words](https://address) make a link, - begins an item of a list, # a heading."
        ),
    )


class FeedForm(FlaskForm):
    url = URLField(
        "Address of the feed",
        filters=[line],
        validators=[DataRequired("Enter the address"), Length(max=URL_LENGTH)],
        description="RSS or Atom, on the open internet. For example https://www.nrmp.org/feed/",
    )
    organization = StringField(
        "Whose feed it is",
        filters=[line],
        validators=[DataRequired("Enter the organization"), Length(max=120)],
    )
    topic = SelectField("Topic of its items", choices=TOPICS, validators=[InputRequired()])
    keep = StringField(
        "Take only items with one of these words",
        filters=[line],
        validators=[Length(max=300)],
        description="Separate them with commas, for example: IMG, visa, Match. Empty takes all.",
    )
    auto_publish = RadioField(
        "What happens to new items",
        choices=[
            SelectChoice("", "A leader looks at each one first"),
            SelectChoice("yes", "They are published at once"),
        ],
        default="",
    )

    def validate_url(self, field: Field) -> None:
        """Refuse at once what the reader of feeds would refuse later."""
        try:
            inside = is_inside(field.data)
        except FetchFailed as trouble:
            raise ValidationError(sentence(f"{trouble}.")) from None
        if inside:
            raise ValidationError(
                "This address is in a private network. Give one of the open internet."
            )


class ChoicesForm(FlaskForm):
    topics = SelectMultipleField(
        "Topics I want to see first",
        choices=[
            SelectChoice(topic.value, name, {"description": ABOUT[topic]})
            for topic, name in NAMES.items()
        ],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    weekly = BooleanField(
        "Send me the news once a week by email",
        description="One mail with what is new. Every mail has a link that stops it.",
    )


def topic_asked(word: str | None) -> Topic | None:
    """Read the topic of an address; an unknown one asks for all."""
    return Topic(word) if word in {topic.value for topic in Topic} else None
