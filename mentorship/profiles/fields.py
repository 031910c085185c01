"""Kinds of form fields that profiles are made of, with errors that say what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from mentorship import vocabulary
from mentorship.profiles.grid import BOXES

NO_ANSWER = SelectChoice("", "No answer")
NOT_SAID = SelectChoice("", "Prefer not to say")  # where the question is sensitive


def words(*list_names: str) -> list[SelectChoice]:
    """Return the words of one list, or of several under the names of the lists."""
    return [
        SelectChoice(
            term.id,
            term.name,
            optgroup=_HEADINGS[name] if len(list_names) > 1 else None,
        )
        for name in list_names
        for term in _in_reading_order(name, _unlike(name, list_names).values())
    ]


_BY_NAME = ("country", "language", "subspecialty")  # long, and found by their first letter
_HEADINGS = {"specialty": "Specialties", "subspecialty": "Subspecialties"}


def _in_reading_order(name: str, terms: Iterable[vocabulary.Term]) -> Iterable[vocabulary.Term]:
    return sorted(terms, key=lambda term: term.name) if name in _BY_NAME else terms


def _unlike(name: str, list_names: tuple[str, ...]) -> Mapping[str, vocabulary.Term]:
    """Leave out what an earlier list has too."""
    before = {
        word for other in list_names[: list_names.index(name)] for word in vocabulary.LISTS[other]
    }
    return {word: t for word, t in vocabulary.LISTS[name].items() if word not in before}


class OneOf(SelectField):
    """One of a list; an empty word stands for no answer."""

    def __init__(self, label: str, choices: list[SelectChoice], **more: Any) -> None:
        given = {"default": "", "invalid_choice_message": "Choose one of the list."} | more
        super().__init__(label, choices=choices, **given)

    @property
    def said(self) -> str | None:
        return self.data or None

    @staticmethod
    def typed(value: object) -> str:
        """Return what the field starts with for a value of the profile."""
        return "" if value is None else str(value)


class NumberOf(OneOf):
    """One of a list of numbers."""

    @property
    def said(self) -> int | None:  # type: ignore[override]  # the words are numbers here
        return int(self.data) if self.data else None


class OneOfFew(RadioField):
    """One of a few, all in sight."""

    def __init__(self, label: str, choices: list[SelectChoice], **more: Any) -> None:
        given = {"default": "", "invalid_choice_message": "Choose one of the answers shown."}
        super().__init__(label, choices=choices, **(given | more))

    @property
    def said(self) -> int | bool | None:
        """Return the number, or yes or no, that a word stands for."""
        yes_or_no = {"yes": True, "no": False}.get(self.data)
        return int(self.data) if self.data.isdigit() else yes_or_no

    @staticmethod
    def typed(value: object) -> str:
        """Return what the field starts with for a value of the profile."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value)


class SomeOf(SelectMultipleField):
    """Boxes to tick."""

    def __init__(self, label: str, choices: list[SelectChoice], **more: Any) -> None:
        given = {"invalid_choice_message": "Choose only from the boxes shown."} | more
        super().__init__(label, choices=choices, **given)

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(self.data or ())

    @staticmethod
    def typed(value: tuple[str, ...]) -> list[str]:
        """Return what the field starts with for a value of the profile."""
        return list(value)


def one_word(label: str, *list_names: str, unsaid: SelectChoice = NO_ANSWER, **more: Any) -> OneOf:
    return OneOf(label, [unsaid, *words(*list_names)], **more)


def some_words(label: str, *list_names: str, **more: Any) -> SomeOf:
    return SomeOf(label, words(*list_names), **more)


class Number(IntegerField):
    """A whole number within limits, or nothing."""

    def __init__(self, label: str, allowed: range, **more: Any) -> None:
        self.right = f"Enter a whole number from {allowed[0]} to {allowed[-1]}, or leave it empty."
        limits = NumberRange(min=allowed[0], max=allowed[-1], message=self.right)
        super().__init__(label, validators=[Optional(), limits], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self.right) from None

    @property
    def said(self) -> int | None:
        return self.data

    @staticmethod
    def typed(value: int | None) -> int | None:
        """Return what the field starts with for a value of the profile."""
        return value


class Day(DateField):
    """A day, or nothing."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, validators=[Optional()], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Enter a day, such as 2027-03-19, or leave it empty.") from None


class Week(SomeOf):
    """The boxes of :mod:`mentorship.profiles.grid`; templates show them as a table."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, [SelectChoice(box) for box in BOXES], **more)


def refuse_repeats(fields: Iterable[Field]) -> bool:
    """Put an error on each ranked choice that stands before; tell whether all are different."""
    seen: set[str] = set()
    for field in fields:
        if field.data and field.data in seen:
            field.errors = [*field.errors, "You chose this above. Choose another, or no answer."]
        seen.add(field.data)
    return not any(field.errors for field in fields)


def ranked(fields: Iterable[Field]) -> tuple[str, ...]:
    """Return what was chosen, in order, without the gaps."""
    return tuple(dict.fromkeys(field.data for field in fields if field.data))
