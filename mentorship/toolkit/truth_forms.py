"""Forms for leaders who keep the facts true. Each kind of fact has a form of its own fields."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    HiddenField,
    IntegerField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.validators import ValidationError as Wrong

from mentorship.toolkit.forms import one_line
from mentorship.toolkit.freshness import REASON_NAMES, Reason, Wanted
from mentorship.toolkit.kinds import KINDS, Kind
from mentorship.toolkit.models import Confidence
from mentorship.toolkit.shelf_forms import line
from mentorship.toolkit.shown import TYPE_NAMES
from mentorship.toolkit.truth import LONGEST_WHY

LABELS = {
    "title": "Title or question",
    "text": "Text",
    "todo": "What to do",
    "example": "Example",
    "organization": "Organization",
    "type": "Type",
    "description": "What it is and whom it helps",
    "url": "Web address",
    "what": "What the stage is about",
    "duration": "Typical time",
    "pitfalls": "What to watch out for",
    "tracks": "Notes for some readers",
    "usual_months": "Through the year",
    "item": "What is paid for",
    "usd": "US dollars",
    "note": "Note",
    "event": "What happens",
    "day": "Day",
    "eastern": "Hour in New York, such as 21:00",
    "us_img": "US IMGs, per thousand",
    "non_us_img": "Non-US IMGs, per thousand",
    "img_years": "Years of training for IMGs",
    "img_years_words": "Years for IMGs in words",
    "us_years": "Years of training for US graduates",
    "us_years_words": "Years for US graduates in words",
    "attempts": "Most tries at one Step (0: no limit)",
    "attempts_words": "Tries in words",
    "span": "Years in which all Steps must be passed (0: no limit)",
    "span_words": "Years for the Steps in words",
    "standing": "Standing",
    "status": "Status",
    "law": "Law",
    "effective": "In force from",
    "number": "Number of the policy or bill",
    "stance": "What the association says of it",
    "steps": "Steps",
    "example_url": "Web address of an example",
    "board_url": "Web address of the board",
    "hint": "Hint",
    "options": "Answers to choose from",
    "name": "Name",
    "reason": "Why it may apply",
    "ask": "What to ask",
    "topic": "Topic",
}
LIMITS = {
    "img_years": 9,
    "us_years": 9,
    "attempts": 20,
    "span": 30,
    "usd": 99_999,
    "us_img": 1000,
    "non_us_img": 1000,
}
LONG = {"text", "note", "what", "description", "example", "reason"}
ADDRESSES = {"url", "board_url", "example_url"}
LINES = "One a line"
KEPT = "One a line; each keeps whom or when it is for"
AS_OF = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


def _or_none(words: str | None) -> str | None:
    return (words or "").replace("\r\n", "\n").strip() or None


def _web_address(_form: Form, field: Field) -> None:
    try:
        parts = urlsplit(field.data or "")
    except ValueError:
        raise Wrong("This is not a web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", field.data):
        raise Wrong("Write a web address that starts with https://")


class Lines(TextAreaField):
    """Texts, one a line."""

    def _value(self) -> str:
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = _lines(valuelist)


class TextsOnly(TextAreaField):
    """The texts of records that keep whom or when they are for: as many lines as before."""

    def _value(self) -> str:
        return "\n".join(record["text"] for record in self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        texts, records = _lines(valuelist), self.object_data or []
        if len(texts) != len(records):
            raise ValueError(f"Write {len(records)} lines: they keep their order")
        pairs = zip(records, texts, strict=True)
        self.data = [record | {"text": text} for record, text in pairs]


def _lines(valuelist: list[str]) -> list[str]:
    typed = valuelist[0] if valuelist else ""
    return [one for each in typed.splitlines() if (one := line(each))]


class FactForm(FlaskForm):
    """What every correction has: why it is made."""

    why = StringField(
        "Why do you change it?",
        [DataRequired("Say in a few words why"), Length(max=LONGEST_WHY)],
        filters=[line],
        description="Shown in the history, with your name",
    )
    seen = HiddenField()


def _source_fields() -> dict[str, Any]:
    """Return the fields that say where a fact comes from, new for each form."""
    address = [Optional(), _web_address, Length(max=1000)]
    date = [Optional(), Regexp(AS_OF, message="Write 2026, 2026-11 or 2026-11-25")]
    return {
        "source_url": StringField("Source: a web address", address, filters=[_or_none]),
        "as_of": StringField(
            "Date of the source",
            date,
            filters=[_or_none],
            description="A year, a month or a day: 2026, 2026-11 or 2026-11-25",
        ),
        "confidence": SelectField(
            "Confidence",
            choices=[
                SelectChoice(Confidence.HIGH.value, "High: the rule or the issuer's own words"),
                SelectChoice(Confidence.MEDIUM.value, "Medium: second-hand, or old"),
                SelectChoice(Confidence.LOW.value, "Low: not confirmed"),
            ],
        ),
        "volatile": BooleanField("May change: a court, Congress or an agency is working on it"),
    }


@functools.cache
def fact_form(kind_id: str) -> type[FactForm]:
    """Return the form for one kind of fact, made from the columns of its table."""
    kind = KINDS[kind_id]
    fields = {name: _field(kind, name) for name in kind.fields}
    fields |= {n: field for n, field in _source_fields().items() if n in kind.source_fields}
    return type(f"{kind.table.__name__}Form", (FactForm,), fields)


def own_fields(kind: Kind) -> tuple[str, ...]:
    return (*kind.fields, *kind.source_fields)


def values_of(form: FactForm, kind: Kind) -> dict[str, object]:
    """Return what the form says, in the types of the columns."""
    return {name: _typed(kind, name, form[name].data) for name in own_fields(kind)}


def _typed(kind: Kind, name: str, value: object) -> object:
    column = getattr(kind.table, name).type
    is_word = isinstance(column, sa.Enum) and column.enum_class is not None
    return column.enum_class(value) if is_word else value


def _field(kind: Kind, name: str) -> Any:
    column = kind.table.__table__.c[name]
    label, needed = LABELS[name], InputRequired("This must not be empty")
    first: list[Callable[..., None]] = [Optional() if column.nullable else needed]
    if isinstance(column.type, sa.JSON):
        records = name in {"tracks", "usual_months", "options"}
        return TextsOnly(label, description=KEPT) if records else Lines(label, description=LINES)
    if isinstance(column.type, sa.Enum):
        names = {kind.value: words for kind, words in TYPE_NAMES.items()}
        words = [(word, names.get(word) or _words(word)) for word in column.type.enums]
        return SelectField(label, choices=[SelectChoice(*each) for each in words])
    if isinstance(column.type, sa.Date):
        return DateField(label, first)
    if isinstance(column.type, sa.Integer):
        return IntegerField(label, [*first, NumberRange(0, LIMITS[name])])
    return _text(name, label, first, longest=getattr(column.type, "length", None))


def _text(name: str, label: str, first: list[Callable[..., None]], *, longest: int | None) -> Any:
    if name in LONG:
        return TextAreaField(label, [*first, Length(max=3000)], filters=[_or_none])
    shapes: dict[str, list[Callable[..., None]]] = {
        "eastern": [Regexp(CLOCK, message="Write an hour such as 21:00")],
        **{address: [_web_address] for address in ADDRESSES},
    }
    most = Length(max=min(longest or 1000, 1000 if name in ADDRESSES else 300))
    return StringField(label, [*first, *shapes.get(name, []), most], filters=[_or_none])


def _words(value: str) -> str:
    return value.replace("_", " ").capitalize()


class FreshnessFilter(Form):
    q = SearchField("Words", filters=[one_line])
    reason = SelectField(
        "Why",
        default="",
        choices=[
            SelectChoice("", "Any reason"),
            *(SelectChoice(reason.value, name) for reason, name in REASON_NAMES.items()),
        ],
    )
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
        for field in (self.reason, self.kind):
            if field.errors:
                field.data, field.errors = "", ()
        reason = Reason(self.reason.data) if self.reason.data else None
        return Wanted(reason=reason, kind=self.kind.data, words=self.q.data or "")

    def as_query(self) -> dict[str, str]:
        return {f.name: f.data for f in (self.q, self.reason, self.kind) if f.data}
