"""The fields of a correction, each made from the column it corrects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.validators import ValidationError as Wrong

from mentorship.toolkit.kinds import Kind
from mentorship.toolkit.models import Confidence
from mentorship.toolkit.shelf_forms import line
from mentorship.toolkit.shown import TYPE_NAMES

LABELS = {
    "title": "Title or question",
    "text": "Text",
    "todo": "What to do",
    "example": "Example",
    "organization": "Organization",
    "who": "Who speaks or writes, if it says so",
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
    "limits_confidence": "Confidence in the tries and the years for the Steps",
    "standing": "Standing",
    "status": "Status",
    "law": "Law",
    "effective": "In force from (a date, a year, or “in force”)",
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


def source_fields() -> dict[str, Any]:
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


def field_for(kind: Kind, name: str) -> Any:
    column = kind.table.__table__.c[name]
    label, needed = LABELS[name], InputRequired("This must not be empty")
    first: list[Callable[..., None]] = [Optional() if column.nullable else needed]
    if isinstance(column.type, sa.JSON):
        records = name in {"tracks", "usual_months", "options"}
        return TextsOnly(label, description=KEPT) if records else Lines(label, description=LINES)
    if isinstance(column.type, sa.Enum):
        names = {kind.value: words for kind, words in TYPE_NAMES.items()}
        words = [(word, names.get(word) or _words(word)) for word in column.type.enums]
        words = [("", "The same as the rest"), *words] if column.nullable else words
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
