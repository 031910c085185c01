"""How a person wants to hear of each kind of notice."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from mentorship.inbox.models import NoticeKind, Way
from mentorship.inbox.service import MAY_BE_OFF

WAYS: Mapping[Way, str] = {
    Way.NOW: "On the site and by email at once",
    Way.DAILY: "On the site and in one email a day",
    Way.HERE: "On the site only",
    Way.OFF: "Off",
}
KINDS: Mapping[NoticeKind, tuple[str, str]] = {
    NoticeKind.OFFER: (
        "Offers to answer",
        "Somebody is paired with you and hopes for your answer.",
    ),
    NoticeKind.ANSWER: ("Answers", "The other side answered, or an offer came to nothing."),
    NoticeKind.REMINDER: (
        "Reminders",
        "Some days before your time to answer is over, as your section leader has set.",
    ),
    NoticeKind.EXPIRY: ("Time is over", "The day to answer has passed."),
    NoticeKind.PUBLICATION: ("Rounds", "A round you take part in is published."),
    NoticeKind.MENTORSHIP: ("Your mentorship", "Agreements, meetings, and the end."),
    NoticeKind.SECTION: (
        "Your sections",
        "You are invited, your request to join was decided, or a member writes to you.",
    ),
    NoticeKind.LEADING: (
        "Sections you lead",
        "For section leaders: somebody asks to join, or you have become a leader.",
    ),
    NoticeKind.LETTER: ("Your letters", "A letter you wrote is in the gallery, or came back."),
    NoticeKind.CONCERN: (
        "Concerns",
        "For section leaders: somebody told you of a concern about a mentorship.",
    ),
}


class ChoicesForm(FlaskForm):
    """One field a kind, added below. Only some can be off (``MAY_BE_OFF``)."""

    def ways(self) -> Mapping[NoticeKind, Way]:
        return {kind: Way(self[kind.value].data) for kind in NoticeKind}


for _kind, (_label, _sentence) in KINDS.items():
    setattr(
        ChoicesForm,
        _kind.value,
        RadioField(
            _label,
            description=_sentence,
            choices=[
                SelectChoice(way.value, words)
                for way, words in WAYS.items()
                if way is not Way.OFF or _kind in MAY_BE_OFF
            ],
            validators=[InputRequired("Choose one")],
        ),
    )
