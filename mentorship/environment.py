"""Reading settings from the environment, or from files that it names, and what a place is like."""

from __future__ import annotations

import enum
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from mentorship.crypto import new_key

SECRET_BYTES = 32
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
Word = TypeVar("Word", bound=enum.StrEnum)


class ConfigError(RuntimeError):
    """A setting is missing or unusable; the message names it and says how to mend it."""


def read(environ: Mapping[str, str], name: str) -> str | None:
    """Take ``name`` from the environment, or from the file that ``name_FILE`` names."""
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except OSError as problem:
        raise ConfigError(f"{name}_FILE: {problem.strerror}: {path}") from None


def needed(environ: Mapping[str, str], name: str, fallback: Mapping[str, str]) -> str:
    value = read(environ, name) or fallback.get(name)
    if value is None:
        raise ConfigError(f"{name} is not set; see .env.example")
    return value


def number(environ: Mapping[str, str], name: str) -> int:
    word = read(environ, name) or "0"
    if not word.isascii() or not word.isdigit():
        raise ConfigError(f"{name} is {word!r}; want a whole number")
    return int(word)


def chosen(environ: Mapping[str, str], name: str, kind: type[Word], default: Word) -> Word:
    word = read(environ, name) or default
    try:
        return kind(word)
    except ValueError:
        raise ConfigError(f"{name} is {word!r}; want {' or '.join(kind)}") from None


def log_level(environ: Mapping[str, str]) -> str:
    word = (read(environ, "LOG_LEVEL") or "info").lower()
    if word not in {"debug", "info", "warning", "error"}:
        raise ConfigError(f"LOG_LEVEL is {word!r}; want debug, info, warning or error")
    return word


def listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    words = (word.strip() for word in (read(environ, name) or "").split(","))
    return tuple(filter(None, words))


def development_keys(instance: Path) -> dict[str, str]:
    """Make, once, the keys of a development machine; they never serve production."""
    instance.mkdir(parents=True, exist_ok=True)
    made = {"SECRET_KEY": secrets.token_hex(SECRET_BYTES), "FIELD_KEYS": f"dev:{new_key()}"}
    keys: dict[str, str] = {}
    for name, fresh in made.items():
        file = instance / f"{name.lower()}.dev"
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            keys[name] = file.read_text(encoding="ascii").strip()
        else:
            with os.fdopen(descriptor, "w", encoding="ascii") as out:
                out.write(fresh)
            keys[name] = fresh
    return keys


def kept(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None


def disk_of(path: Path) -> str:
    """Return the kind of disk a file lies on, "" where the system does not tell (not Linux)."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    mounts = [line.split()[1:3] for line in lines]
    inside = [(len(place), kind) for place, kind in mounts if path.is_relative_to(place)]
    return max(inside, default=(0, ""))[1]
