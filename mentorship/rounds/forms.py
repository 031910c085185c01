"""Forms of rounds. They help whoever types; the service and the database hold the rules."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from mentorship.matching import CRITERIA, POLICIES
from mentorship.profiles.fields import some_words
from mentorship.rounds.meanwhile import mark
from mentorship.rounds.models import Round
from mentorship.rounds.set_up_words import WEIGHT, values_of, values_of_source
from mentorship.rounds.setup import SWITCHES, SetUp
from mentorship.rounds.template_models import SetUpTemplate
from mentorship.rounds.traits import Traits
from mentorship.rounds.typed import line
from mentorship.sections.models import Browsing

HEAVIEST = 10
FEWEST_DAYS, MOST_DAYS = 3, 30  # to answer a request


class SetUpForm(FlaskForm):
    """Name, policy, times, hard rules; one weight a criterion is added below."""

    seen = HiddenField()  # marks what the form was filled with

    name = StringField(
        "Name of the round",
        filters=[line],
        validators=[DataRequired("Enter a name"), Length(max=120)],
        description="Members see it. For example Spring 2027.",
    )
    policy = RadioField(
        "What is the best result?",
        choices=[
            SelectChoice(policy.key, policy.label, {"description": policy.sentence})
            for policy in POLICIES.values()
        ],
        validators=[InputRequired("Choose one")],
    )
    answer_days = IntegerField(
        "Days to answer",
        validators=[
            InputRequired("Enter a number of days"),
            NumberRange(1, 60, "Enter 1 to 60 days"),
        ],
        description="How long mentors and IMGs have after you publish, 1 to 60 days.",
    )
    browsing = RadioField(
        "While the round is open, who may look through a list of the others?",
        choices=[
            SelectChoice("", "As the section says"),
            SelectChoice(Browsing.NOBODY, "Nobody"),
            SelectChoice(Browsing.IMGS, "IMGs look through mentors"),
            SelectChoice(Browsing.BOTH, "IMGs look through mentors, and mentors through IMGs"),
        ],
        default="",
        description="Only people who agreed to be looked up are in a list.",
    )
    minimum = IntegerField(
        "Lowest score of a pair",
        validators=[
            InputRequired("Enter a number; 0 means any score will do"),
            NumberRange(0, 100, "Enter 0 to 100"),
        ],
        description="0 to 100. Pairs below it are never made: rather none than a poor one.",
    )

    requests = RadioField(
        "How do requests work?",
        choices=[
            SelectChoice(
                "optimum",
                "By the match",
                {
                    "description": "The mentors an IMG ranks make a pair more likely, as much as"
                    " the weight below says. Nobody is asked before you publish."
                },
            ),
            SelectChoice(
                "direct",
                "Request and accept",
                {
                    "description": "While the round is open, IMGs may ask the mentors they rank,"
                    " one after the other. Who says yes is a pair at once, and stays one when the"
                    " round is matched. All others are matched as usual. Your rules hold for"
                    " requests, too."
                },
            ),
        ],
        default="optimum",
        validators=[InputRequired("Choose one")],
    )
    end_requests = BooleanField("End the requests that wait, and tell both sides")
    request_days = IntegerField(
        "Days to answer a request",
        default=7,
        validators=[
            InputRequired("Enter a number of days"),
            NumberRange(FEWEST_DAYS, MOST_DAYS, f"Enter {FEWEST_DAYS} to {MOST_DAYS} days"),
        ],
        description="For “request and accept”. Mentors are reminded halfway and on the last day."
        " Without an answer the request goes to the next mentor on the list of the IMG.",
    )
    two_mentors = BooleanField(
        "Whoever asks for two mentors may get two",
        description="Switched off, every IMG gets one mentor at most.",
    )
    reminder_days = StringField(
        "Reminders",
        filters=[line],
        validators=[Length(max=40)],
        description="How many days before the day to answer, for example: 5, 1. Empty for none."
        " Nobody gets one within a day of being asked.",
    )
    stages = some_words("Only IMGs at one of these stages", "stage")
    specialties = some_words("Only IMGs who aim at one of these specialties", "specialty")
    states = some_words("Only IMGs who live in or hope for one of these states", "state")
    waited = BooleanField("Only IMGs without a mentor after the last round")

    def validate_reminder_days(self, field: StringField) -> None:
        if _days(field.data) is None:
            raise ValidationError("Enter at most five numbers from 1 to 60, with commas between")

    def ask_to_end(self, count: int) -> None:
        """Ask whether requests that wait may end, since the round is to take none any more."""
        waiting = "1 request waits" if count == 1 else f"{count} requests wait"
        them = "it" if count == 1 else "them"
        back = "or choose “Request and accept” again."
        self.end_requests.errors = [f"{waiting} for an answer. Tick this to end {them}, {back}"]

    @classmethod
    def of(cls, round_: Round) -> SetUpForm:
        return cls.holding(values_of_source(round_))

    @classmethod
    def holding(cls, values: Mapping[str, object], *, seen: str | None = None) -> SetUpForm:
        """Return the form with these values; ``seen`` marks what they are a change of."""
        return cls(formdata=None, data={**values, "seen": seen or mark(values)})

    @classmethod
    def like(cls, source: Round | SetUpTemplate) -> SetUpForm:
        """Return the set-up of another round, or of a template, for a round with a new name."""
        return cls(data=values_of_source(source) | {"name": ""})

    @classmethod
    def fresh(cls) -> SetUpForm:
        return cls(data=values_of(SetUp()) | {"policy": "most-matched", "answer_days": 14})

    @property
    def who_browses(self) -> Browsing | None:
        return Browsing(self.browsing.data) if self.browsing.data else None

    @property
    def switches(self) -> list[BooleanField]:
        return [self[key] for key in SWITCHES]

    @property
    def weights(self) -> list[IntegerField]:
        return [self[WEIGHT + key] for key in CRITERIA]

    def values(self) -> dict[str, object]:
        """Return what was typed, as ``values_of_source`` does what stands."""
        names = ("name", "policy", "answer_days", "browsing")
        return {name: self[name].data for name in names} | values_of(self.set_up())

    def set_up(self) -> SetUp:
        return SetUp(
            weights={key: self[WEIGHT + key].data for key in CRITERIA},
            minimum_score=100 * self.minimum.data,
            two_mentors=self.two_mentors.data,
            direct_requests=self.requests.data == "direct",
            request_days=self.request_days.data,
            reminder_days=_days(self.reminder_days.data) or (),
            traits=Traits(
                stages=self.stages.said,
                specialties=self.specialties.said,
                states=self.states.said,
                waited=self.waited.data,
            ),
            **{key: self[key].data for key in SWITCHES},
        )


for _key, (_label, _sentence) in SWITCHES.items():
    setattr(SetUpForm, _key, BooleanField(_label, description=_sentence))
for _criterion in CRITERIA.values():
    setattr(
        SetUpForm,
        WEIGHT + _criterion.key,
        IntegerField(
            _criterion.label,
            validators=[
                InputRequired("Enter a weight"),
                NumberRange(0, HEAVIEST, f"Enter 0 to {HEAVIEST}"),
            ],
            description=_criterion.sentence,
        ),
    )


def _days(said: str | None) -> tuple[int, ...] | None:
    """Return the days that were typed, the earliest reminder first; None if they are no days."""
    parts = [part.strip() for part in (said or "").split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 3 for part in parts):
        return None
    days = tuple(sorted({int(part) for part in parts}, reverse=True))
    return days if len(days) <= 5 and all(1 <= day <= 60 for day in days) else None


class TemplateForm(FlaskForm):
    """A name to keep a set-up under."""

    template = StringField(
        "Name of the template",
        filters=[line],
        validators=[DataRequired("Enter a name"), Length(max=80)],
        description="For example Language first.",
    )
