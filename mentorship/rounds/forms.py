"""Forms of rounds. They help whoever types; the service and the database hold the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from mentorship.matching import CRITERIA, POLICIES
from mentorship.notices.service import one_line
from mentorship.profiles.fields import words
from mentorship.rounds.choices import IMG_REASONS, MENTOR_REASONS
from mentorship.rounds.editing import EditKind
from mentorship.rounds.mail_models import BODY_LENGTH, SUBJECT_LENGTH
from mentorship.rounds.models import Round
from mentorship.rounds.setup import SWITCHES, SetUp
from mentorship.rounds.template_models import SetUpTemplate
from mentorship.rounds.traits import Traits
from mentorship.sections.models import Browsing

HEAVIEST = 10
FEWEST_DAYS, MOST_DAYS = 3, 30  # to answer a request
LONGEST_WORDS = 1000
WEIGHT = "weight_"
LONGEST_COLLEAGUE = 150
SUGGESTS = "Suggests a colleague: "
ANY = SelectChoice("", "Any")


def line(words: str | None) -> str:
    return one_line(words or "")


def plain(words: str | None) -> str:
    """Keep lines, drop other control characters."""
    return "\n".join(one_line(part) for part in (words or "").splitlines()).strip()


class SetUpForm(FlaskForm):
    """Name, policy, times, hard rules; one weight a criterion is added below."""

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
        description="How many days before the day to answer, for example: 5, 1. Empty for none.",
    )
    stage = SelectField("Only IMGs at this stage", choices=[ANY, *words("stage")], default="")
    specialty = SelectField(
        "Only IMGs of this specialty", choices=[ANY, *words("specialty")], default=""
    )
    state = SelectField(
        "Only IMGs who live in or hope for this state",
        choices=[ANY, *words("state")],
        default="",
    )
    waited = BooleanField("Only IMGs without a mentor after the last round")

    def validate_reminder_days(self, field: StringField) -> None:
        if _days(field.data) is None:
            raise ValidationError("Enter at most five numbers from 1 to 60, with commas between")

    @classmethod
    def of(cls, round_: Round) -> SetUpForm:
        return cls(data=_values(SetUp.from_json(round_.rules)) | _columns(round_))

    @classmethod
    def like(cls, source: Round | SetUpTemplate) -> SetUpForm:
        """Return the set-up of another round, or of a template, for a round with a new name."""
        return cls(data=_values(SetUp.from_json(source.rules)) | _columns(source) | {"name": ""})

    @classmethod
    def fresh(cls) -> SetUpForm:
        return cls(data=_values(SetUp()) | {"policy": "most-matched", "answer_days": 14})

    @property
    def who_browses(self) -> Browsing | None:
        return Browsing(self.browsing.data) if self.browsing.data else None

    @property
    def switches(self) -> list[BooleanField]:
        return [self[key] for key in SWITCHES]

    @property
    def weights(self) -> list[IntegerField]:
        return [self[WEIGHT + key] for key in CRITERIA]

    def set_up(self) -> SetUp:
        return SetUp(
            weights={key: self[WEIGHT + key].data for key in CRITERIA},
            minimum_score=100 * self.minimum.data,
            two_mentors=self.two_mentors.data,
            direct_requests=self.requests.data == "direct",
            request_days=self.request_days.data,
            reminder_days=_days(self.reminder_days.data) or (),
            traits=Traits(
                stage=self.stage.data,
                specialty=self.specialty.data,
                state=self.state.data,
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


def _values(set_up: SetUp) -> dict[str, object]:
    weights = {WEIGHT + key: weight for key, weight in set_up.weights.items()}
    switches = {key: getattr(set_up, key) for key in SWITCHES}
    said = {
        "minimum": set_up.minimum_score // 100,
        "two_mentors": set_up.two_mentors,
        "requests": "direct" if set_up.direct_requests else "optimum",
        "request_days": set_up.request_days,
    }
    days = {"reminder_days": ", ".join(map(str, set_up.reminder_days))}
    return {**weights, **switches, **said, **days, **asdict(set_up.traits)}


def _days(said: str | None) -> tuple[int, ...] | None:
    """Return the days that were typed, the earliest reminder first; None if they are no days."""
    parts = [part.strip() for part in (said or "").split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    days = tuple(sorted({int(part) for part in parts}, reverse=True))
    return days if len(days) <= 5 and all(1 <= day <= 60 for day in days) else None


def _columns(round_: Round | SetUpTemplate) -> dict[str, object]:
    said = {"name": round_.name, "policy": round_.policy, "answer_days": round_.answer_days}
    return said | {"browsing": round_.browsing or ""} if isinstance(round_, Round) else said


class TemplateForm(FlaskForm):
    """A name to keep a set-up under."""

    template = StringField(
        "Name of the template",
        filters=[line],
        validators=[DataRequired("Enter a name"), Length(max=80)],
        description="For example Language first.",
    )


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


class MoveForm(FlaskForm):
    """Another time for a run that is on its way out."""

    goes_out_at = DateTimeLocalField(
        "Another time",
        validators=[InputRequired("Enter a date and a time")],
        format="%Y-%m-%dT%H:%M",
        description="By your clock, at least 30 minutes from now.",
    )


class SeenForm(FlaskForm):
    """The run that was looked at, and the one to go to, if that is asked."""

    run = HiddenField(validators=[InputRequired()])
    to = HiddenField()


class EditForm(FlaskForm):
    """A change by hand: to two people, to ticked pairs, or to every pair that was found."""

    run = HiddenField(validators=[InputRequired()])
    kind = StringField(validators=[AnyOf(list(EditKind))])
    img = HiddenField()
    mentor = HiddenField()
    every = BooleanField()
    q = HiddenField()
    show = HiddenField()


class NoteForm(FlaskForm):
    words = TextAreaField(
        "Add a note",
        filters=[plain],
        validators=[DataRequired("Write something"), Length(max=LONGEST_WORDS)],
        description="Only leaders of this section read it. Leave out health and visa details.",
    )


class FilterForm(FlaskForm):
    """Words to look for; they come with the address."""

    class Meta:
        csrf = False

    q = SearchField("Name", filters=[line])


class TraitsForm(FlaskForm):
    """Which IMGs take part; it comes with the address."""

    class Meta:
        csrf = False

    stage = SelectField("Stage", choices=[ANY, *words("stage")])
    specialty = SelectField("Specialty", choices=[ANY, *words("specialty")])
    state = SelectField("State they live in or hope for", choices=[ANY, *words("state")])
    waited = BooleanField("Only those without a mentor after the last round")

    def traits(self) -> Traits:
        """Return what is asked for; what no list has asks for nothing."""
        self.validate()
        for field in (self.stage, self.specialty, self.state):
            field.data, field.errors = ("" if field.errors else field.data), ()
        return Traits(
            stage=self.stage.data,
            specialty=self.specialty.data,
            state=self.state.data,
            waited=bool(self.waited.data),
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
        description="Only section leaders read this. Please leave out health and visa details.",
    )


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
        validators=[Length(max=LONGEST_WORDS - LONGEST_COLLEAGUE - len(SUGGESTS))],
        description="Only section leaders read this. Please leave out health and visa details.",
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


class ImgDeclineForm(DeclineForm):
    reason = RadioField(
        "Your reason",
        choices=_choices(IMG_REASONS),
        validators=[InputRequired("Choose a reason")],
    )
