"""Reading one entry of a facts file field by field, and saying what is wrong with which one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from mentorship.toolkit.models import KEY_LENGTH

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_AS_OF = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class FactsRefused(Exception):
    """The facts files are not taken in; ``problems`` names each file, entry and field at fault."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class Entry:
    """One mapping of a facts file. A bad field is noted among the problems and reading goes on."""

    def __init__(self, where: str, fields: object, problems: list[str]) -> None:
        self.where, self._problems = where, problems
        self._fields: dict[str, Any] = dict(fields) if isinstance(fields, Mapping) else {}
        self._unread = set(self._fields)
        if not isinstance(fields, Mapping):
            self.problem(None, "must be a list of fields with their values")

    def problem(self, field: str | None, what: str) -> None:
        self._problems.append(": ".join(part for part in (self.where, field, what) if part))

    def _take(self, field: str) -> object:
        self._unread.discard(field)
        return self._fields.get(field)

    def has(self, field: str) -> bool:
        return field in self._fields

    def fields(self) -> tuple[str, ...]:
        return tuple(map(str, self._fields))

    def text(self, field: str) -> str:
        """Return a text that must be there, or "" after noting that it is not."""
        text = self.text_if_any(field)
        if text is None and self._fields.get(field) is None:
            self.problem(field, "is missing")
        return text or ""

    def text_if_any(self, field: str) -> str | None:
        value = self._take(field)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.problem(field, f"must be a text, not {value!r}")
            return None
        return value.strip()

    def texts(self, field: str) -> list[str]:
        """Return a list of texts; a missing one counts as empty."""
        value = self._take(field) or []
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return value
        self.problem(field, f"must be a list of texts, not {value!r}")
        return []

    def word(self, field: str, allowed: Collection[str]) -> str:
        word = self.text(field)
        if word and word not in allowed:
            self.problem(field, f'"{word}" is not one of {", ".join(allowed)}')
        return word

    def words(self, field: str, allowed: Collection[str]) -> list[str]:
        words = self.texts(field)
        for word in words:
            if word not in allowed:
                self.problem(field, f'"{word}" is not known')
        if len(set(words)) < len(words):
            self.problem(field, "names something twice")
        return list(dict.fromkeys(words))

    def key(self, *above: str) -> str:
        """Return the entry's id behind the ids above it: unique, and the same after editing."""
        slug = self.text("id")
        key = ".".join((*above, slug))
        if slug and not _SLUG.fullmatch(slug):
            self.problem("id", f'"{slug}" may hold small letters, digits, - and _ only')
        if len(key) > KEY_LENGTH:
            self.problem("id", f"is longer than {KEY_LENGTH} characters")
        return key

    def number_if_any(self, field: str, allowed: range) -> int | None:
        value = self._take(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            lowest, highest = allowed[0], allowed[-1]
            self.problem(field, f"must be a whole number from {lowest} to {highest}, not {value!r}")
            return None
        return value

    def yes(self, field: str) -> bool:
        """Return whether the entry says yes; a missing field is a no."""
        value = self._take(field)
        if value is not None and not isinstance(value, bool):
            self.problem(field, f"must be true or false, not {value!r}")
        return value is True

    def per_mille(self, field: str) -> int:
        """Return a percentage such as 59.5 in thousandths, so that it is a whole number."""
        value = self._take(field)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            self.problem(field, f"must be a percentage from 0 to 100, not {value!r}")
            return 0
        return round(value * 10)

    def named_texts(self, field: str, allowed: Collection[str]) -> dict[str, str]:
        """Return a few texts by name; a missing field counts as none."""
        value = self._take(field)
        if value is None:
            return {}
        if isinstance(value, Mapping) and all(
            name in allowed and isinstance(text, str) for name, text in value.items()
        ):
            return dict(value)
        self.problem(field, f"must be texts named {', '.join(allowed)}, not {value!r}")
        return {}

    def url_if_any(self, field: str) -> str | None:
        url = self.text_if_any(field)
        if url is None:
            return None
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or any(map(str.isspace, url))
        ):
            self.problem(field, f'"{url}" is not a web address')
        return url

    def as_of(self) -> str | None:
        """Return the date of a source: a year, a month or a day."""
        value = self._take("as_of")
        if value is None:
            return None
        date = value.isoformat() if isinstance(value, dt.date) else str(value)
        try:
            dt.date.fromisoformat((date + "-01-01")[:10] if len(date) < 7 else (date + "-01")[:10])
        except ValueError:
            date = ""
        if not _AS_OF.fullmatch(date):
            self.problem("as_of", f"must be YYYY, YYYY-MM or YYYY-MM-DD, not {value!r}")
        return date

    def day(self, field: str) -> dt.date:
        value = self._take(field)
        try:
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
        except ValueError:
            self.problem(field, f"must be a day such as 2027-03-19, not {value!r}")
            return dt.date.min

    def entries(self, field: str) -> list[Entry]:
        """Return the entries of a list, each named by its id where it has one."""
        rows = self._take(field) or []
        if not isinstance(rows, list):
            self.problem(field, "must be a list of entries")
            return []
        return [
            Entry(f"{self.where}: {field}[{_name(row, number)}]", row, self._problems)
            for number, row in enumerate(rows, start=1)
        ]

    def entry(self, field: str) -> Entry:
        return Entry(f"{self.where}: {field}", self._take(field), self._problems)

    def close(self) -> None:
        """Note every field that nobody asked for: most often a slip of the pen."""
        for field in sorted(map(str, self._unread)):
            self.problem(field, "is not a field of this entry")


def open_file(path: Path, problems: list[str]) -> Entry:
    """Read one YAML file as an entry named after it."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            fields = loader.get_single_data()
        finally:
            loader.dispose()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: cannot be read: {error}")
    except yaml.YAMLError as error:
        problems.append(f"{path.name}: {' '.join(str(error).split())}")
    else:
        return Entry(path.name, fields, problems)
    return Entry(path.name, {}, [])


# The C parser is several times faster; PyYAML has it wherever libyaml was there at its making.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Parser):
    """YAML keeps the last of two equal fields in silence; a facts file must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the signature is PyYAML's
        fields = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for place, field in enumerate(fields):
            if field.value in {earlier.value for earlier in fields[:place]}:
                raise yaml.constructor.ConstructorError(
                    None, None, f'field "{field.value}" is given twice', field.start_mark
                )
        return super().construct_mapping(node, deep)


def _name(row: object, number: int) -> str:
    return str(row["id"]) if isinstance(row, Mapping) and row.get("id") else str(number)
