"""Forms for leaders who keep the facts true. Each kind of fact has a form of its own fields."""

from __future__ import annotations

import functools

import sqlalchemy as sa
from flask_wtf import FlaskForm
from wtforms import (
    Form,
    HiddenField,
    SearchField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from mentorship.toolkit.forms import one_line
from mentorship.toolkit.freshness import HARM_NAMES, REASON_NAMES, Reason, Wanted
from mentorship.toolkit.kinds import KINDS, Harm, Kind
from mentorship.toolkit.shelf_forms import line
from mentorship.toolkit.truth import LONGEST_WHY
from mentorship.toolkit.truth_fields import field_for, source_fields


class FactForm(FlaskForm):
    """What every correction has: why it is made."""

    why = StringField(
        "Why do you change it?",
        [DataRequired("Say in a few words why"), Length(max=LONGEST_WHY)],
        filters=[line],
        description="Shown in the history, with your name",
    )
    seen = HiddenField()


@functools.cache
def fact_form(kind_id: str) -> type[FactForm]:
    """Return the form for one kind of fact, made from the columns of its table."""
    kind = KINDS[kind_id]
    fields = {name: field_for(kind, name) for name in kind.fields}
    fields |= {n: field for n, field in source_fields().items() if n in kind.source_fields}
    return type(f"{kind.table.__name__}Form", (FactForm,), fields)


def own_fields(kind: Kind) -> tuple[str, ...]:
    return (*kind.fields, *kind.source_fields)


def values_of(form: FactForm, kind: Kind) -> dict[str, object]:
    """Return what the form says, in the types of the columns."""
    return {name: _typed(kind, name, form[name].data) for name in own_fields(kind)}


def _typed(kind: Kind, name: str, value: object) -> object:
    column = getattr(kind.table, name).type
    is_word = isinstance(column, sa.Enum) and column.enum_class is not None
    if not is_word:
        return value
    return column.enum_class(value) if value else None


LOOK = "look"


class FreshnessFilter(Form):
    q = SearchField("Words", filters=[one_line])
    reason = SelectField(
        "Why",
        default="",
        choices=[
            SelectChoice("", "Fine or not"),
            SelectChoice(LOOK, "Wants a look, for any reason"),
            *(SelectChoice(reason.value, name) for reason, name in REASON_NAMES.items()),
        ],
    )
    harm = SelectField(
        "About",
        default="",
        choices=[
            SelectChoice("", "Everything"),
            *(SelectChoice(str(int(harm)), name) for harm, name in HARM_NAMES.items()),
        ],
    )
    source = HiddenField(default="")
    kind = SelectField(
        "What",
        default="",
        choices=[
            SelectChoice("", "Everything"),
            *(SelectChoice(kind.id, kind.name) for kind in KINDS.values()),
        ],
    )

    def wanted(self) -> Wanted:
        self.validate()
        for field in (self.reason, self.harm, self.kind):
            if field.errors:
                field.data, field.errors = "", ()
        said = self.reason.data
        return Wanted(
            reason=Reason(said) if said and said != LOOK else None,
            look=said == LOOK,
            harm=Harm(int(self.harm.data)) if self.harm.data else None,
            kind=self.kind.data,
            source=(self.source.data or "").replace("\0", ""),
            words=self.q.data or "",
        )

    def as_query(self) -> dict[str, str]:
        return {f.name: f.data for f in self if f.data}
