"""Forms with which a mentor and an IMG answer an offer."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from mentorship.rounds.choices import IMG_REASONS, MENTOR_REASONS
from mentorship.rounds.typed import LONGEST_WORDS, line, plain

LONGEST_COLLEAGUE = 150
SUGGESTS = "Suggests a colleague: "
WHO_READS = (
    "Only section leaders besides the two of you read this. Please leave out health and visa"
    " details."
)


class AcceptForm(FlaskForm):
    """One button: yes."""


class DeclineForm(FlaskForm):
    """No, with a reason that the leader reads."""

    reason = RadioField("Your reason", validators=[InputRequired("Choose a reason")])
    words = TextAreaField(
        "Anything else your section leader should know?",
        filters=[plain],
        validators=[Length(max=LONGEST_WORDS)],
        description=WHO_READS,
    )

    @property
    def told(self) -> str:
        """Return the words for the leader."""
        return self.words.data or ""


def _choices(reasons: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(reason, words) for reason, words in reasons.items()]


class MentorDeclineForm(DeclineForm):
    colleague = StringField(
        "Do you know a colleague who would fit?",
        filters=[line],
        validators=[Length(max=LONGEST_COLLEAGUE)],
        description="A name, and where your section leader finds them. Ask them first.",
    )
    words = TextAreaField(
        "Anything else your section leader should know?",
        filters=[plain],
        validators=[Length(max=800)],  # with a colleague still within LONGEST_WORDS
        description=WHO_READS,
    )
    reason = RadioField(
        "Your reason",
        choices=_choices(MENTOR_REASONS),
        validators=[InputRequired("Choose a reason")],
    )

    @property
    def told(self) -> str:
        """Return the words for the leader, with whom the mentor suggests."""
        suggested = f"{SUGGESTS}{self.colleague.data}" if self.colleague.data else ""
        return "\n".join(filter(None, [self.words.data, suggested]))


class ColleagueForm(MentorDeclineForm):
    """No, and somebody who would fit better: whom the mentor suggests comes first, and is asked."""

    def __init__(self) -> None:
        super().__init__(data={"reason": "wrong_fit"})
        self.colleague.label.text = "The colleague you suggest"
        self.colleague.flags.required = True
        self.colleague.validators = [
            InputRequired("Name the colleague, or go back and decline without one"),
            *self.colleague.validators,
        ]


class ImgDeclineForm(DeclineForm):
    reason = RadioField(
        "Your reason",
        choices=_choices(IMG_REASONS),
        validators=[InputRequired("Choose a reason")],
    )
