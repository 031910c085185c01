"""Forms of the review: what is looked for, what is changed by hand, notes."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SearchField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from mentorship.profiles.fields import words
from mentorship.rounds.editing import EditKind
from mentorship.rounds.traits import Traits
from mentorship.rounds.typed import ANY, LONGEST_WORDS, line, plain


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
