"""Forms of the table of a round's people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length

from mentorship.notices.service import one_line
from mentorship.profiles.fields import words
from mentorship.rounds.paging import LONGEST_CHOICE, LONGEST_WORDS
from mentorship.rounds.people import Looking
from mentorship.sections.table_models import TAG_LENGTH, VIEW_LENGTH

ANY = SelectChoice("", "Any")
ACTS = ("leave_out", "put_back", "invite", "remind", "tag", "untag", "csv", "xlsx")
LONGEST_NUMBER = 9  # digits
LONGEST = {"q": LONGEST_WORDS, "tag": TAG_LENGTH}


def looking_of(said: Mapping[str, str]) -> Looking:
    """Return what an address or a form asks for; what it does not know is passed over."""
    names = ("show", "q", "stage", "specialty", "state", "tag", "account")
    values = {
        name: one_line(said.get(name, ""))[: LONGEST.get(name, 2 * LONGEST_CHOICE)]
        for name in names
    }
    page = said.get("page", "1")[:LONGEST_NUMBER]
    return Looking(**values, page=int(page) if page.isascii() and page.isdigit() else 1)


class LookingForm(FlaskForm):
    """What a leader looks for; it comes with the address."""

    class Meta:
        csrf = False

    q = SearchField("Name")
    stage = SelectField("Stage", choices=[ANY, *words("stage")], validate_choice=False)
    specialty = SelectField("Specialty", choices=[ANY, *words("specialty")], validate_choice=False)
    state = SelectField("State", choices=[ANY, *words("state")], validate_choice=False)
    tag = SelectField("Tag", choices=[ANY], validate_choice=False)
    account = SelectField(
        "Account",
        choices=[
            ANY,
            SelectChoice("waits", "Not claimed yet"),
            SelectChoice("own", "Has an account"),
        ],
        validate_choice=False,
    )

    @classmethod
    def of(cls, looking: Looking, tags: Sequence[str]) -> LookingForm:
        form = cls(formdata=None, data=looking.asked())
        gone = [looking.tag] if looking.tag and looking.tag not in tags else []
        form.tag.choices = [ANY, *(SelectChoice(each, each) for each in (*tags, *gone))]
        return form


class BulkForm(FlaskForm):
    """One thing to do with many people."""

    what = HiddenField(validators=[AnyOf(ACTS)])
    every = BooleanField()
    sure = BooleanField()
    tag_as = StringField("Tag", filters=[lambda said: one_line(said or "")])

    @property
    def tag_words(self) -> str:
        return str(self.tag_as.data)

    def validate(self, *args: object, **more: object) -> bool:
        good = bool(super().validate(*args, **more))
        tagging = self.what.data in {"tag", "untag"}
        return good and not (tagging and not 0 < len(self.tag_words) <= TAG_LENGTH)

    def complaint(self) -> str:
        if self.what.data in {"tag", "untag"}:
            return f"Enter a tag of at most {TAG_LENGTH} letters."
        return "Choose what to do."


class ViewForm(FlaskForm):
    """A name for what is looked for."""

    name = StringField(
        "Name of the view",
        filters=[lambda said: one_line(said or "")],
        validators=[DataRequired("Enter a name"), Length(max=VIEW_LENGTH)],
        description="For example: Psychiatry, not ready.",
    )
