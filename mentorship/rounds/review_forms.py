"""Forms of the review: what is looked for, what is changed by hand, notes."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SearchField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length

from mentorship.profiles.fields import some_words
from mentorship.rounds.editing import EditKind
from mentorship.rounds.traits import Traits
from mentorship.rounds.typed import LONGEST_WORDS, line, plain

NOTE_CHECKS = (DataRequired("Write something"), Length(max=LONGEST_WORDS))
NOTE_HINT = "Only leaders of this section read it. Leave out health and visa details."


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
    sort = HiddenField()
    page = HiddenField()


class NoteForm(FlaskForm):
    words = TextAreaField(
        "Add a note", filters=[plain], validators=NOTE_CHECKS, description=NOTE_HINT
    )


class ChangeNoteForm(NoteForm):
    """Other words for a note; ``seen`` marks those that were there."""

    words = TextAreaField(
        "The note", filters=[plain], validators=NOTE_CHECKS, description=NOTE_HINT
    )
    seen = HiddenField(validators=[InputRequired()])


class FilterForm(FlaskForm):
    """Words to look for; they come with the address."""

    class Meta:
        csrf = False

    q = SearchField("Name", filters=[line])


class TraitsForm(FlaskForm):
    """Which IMGs take part; it comes with the address."""

    class Meta:
        csrf = False

    stages = some_words("Stages", "stage")
    specialties = some_words("Specialties", "specialty")
    states = some_words("States they live in or hope for", "state")
    waited = BooleanField("Only those without a mentor after the last round")

    def traits(self) -> Traits:
        """Return what is asked for; what no list has asks for nothing."""
        self.validate()
        for field in (self.stages, self.specialties, self.states):
            known = {choice.value for choice in field.choices}
            field.data, field.errors = [each for each in field.data if each in known], ()
        return Traits(
            stages=self.stages.said,
            specialties=self.specialties.said,
            states=self.states.said,
            waited=bool(self.waited.data),
        )
