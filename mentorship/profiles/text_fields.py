"""Fields that are written in: a line, some sentences, or several answers with one on each line."""

from __future__ import annotations

import unicodedata
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from mentorship import hours, vocabulary
from mentorship.accounts import service as accounts
from mentorship.matching import Span

_NEVER_TYPED = ("Cc", "Cs", "Cn", "Co")  # control, half and unassigned characters


def plain(text: str | None) -> str:
    """Make line ends one character long, as they are counted, and drop what nobody types."""
    unix = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in unix if c in "\n\t" or unicodedata.category(c) not in _NEVER_TYPED)


class Line(StringField):
    """A text on one line."""

    def __init__(self, label: str, longest: int, **more: Any) -> None:
        short = Length(max=longest, message=f"Keep it to {longest} characters.")
        super().__init__(label, validators=[short], filters=[plain], **more)

    @property
    def said(self) -> str | None:
        return self.data or None

    @staticmethod
    def typed(value: str | None) -> str:
        """Return what the field starts with for a value of the profile."""
        return value or ""


class Prose(TextAreaField):
    """A text of some sentences."""

    def __init__(self, label: str, **more: Any) -> None:
        longest = vocabulary.LENGTHS["goals"]
        short = Length(max=longest, message=f"Keep it to {longest} characters.")
        super().__init__(label, validators=[short], filters=[plain], **more)

    @property
    def said(self) -> str:
        return self.data or ""

    @staticmethod
    def typed(value: str) -> str:
        """Return what the field starts with for a value of the profile."""
        return value


class Lines(TextAreaField):
    """Several texts, one a line. ``data`` is the text as typed; ``lines`` are its lines."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, filters=[plain], **more)

    @property
    def lines(self) -> tuple[str, ...]:
        stripped = (" ".join(line.split()) for line in (self.data or "").splitlines())
        return tuple(line for line in stripped if line)

    @property
    def said(self) -> tuple[str, ...]:
        return self.lines

    @staticmethod
    def typed(value: tuple[str, ...]) -> str:
        """Return what the field starts with for a value of the profile."""
        return "\n".join(value)


class Addresses(Lines):
    """E-mail addresses, one a line."""

    def pre_validate(self, _form: object) -> None:
        """Say which line is no address. Whether somebody has it is told to nobody."""
        for line in self.lines:
            try:
                accounts.clean_email(line)
            except accounts.EmailUnusable:
                right = "Enter one email address a line, like name@example.org."
                raise ValidationError(f"“{line[:60]}” is no email address. {right}") from None

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(accounts.clean_email(line) for line in self.lines))


class Stretches(Lines):
    """Exact times of a week, one a line."""

    def pre_validate(self, _form: object) -> None:
        """Say which line is no stretch of time."""
        for line in self.lines:
            try:
                hours.parse(line)
            except hours.NoSuchHours as wrong:
                raise ValidationError(f"“{line[:60]}”: {wrong}.") from None

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(hours.parse(line) for line in self.lines)
