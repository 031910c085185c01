"""Reading settings from the environment, or from files that it names, and judging some of them."""

from __future__ import annotations

import enum
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from mentorship.crypto import MIN_STRENGTH, new_key, strength

SECRET_BYTES = 32
MAKE_ONE = "Make one with: openssl rand -hex 32"
PLACEHOLDERS = ("change", "default", "example", "insecure", "password", "replace", "secret")
NAMES_OF_HOSTS = ("host", "hostaddr", "service")  # ways to say in a query where PostgreSQL is
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


def check_secret(name: str, secret: str, instance: Path) -> None:
    """Raise ConfigError where somebody could guess a secret, or find it on another machine."""
    if len(secret.encode()) < SECRET_BYTES:
        raise ConfigError(f"{name} needs at least {SECRET_BYTES} bytes. {MAKE_ONE}")
    if any(word in secret.lower() for word in PLACEHOLDERS):
        raise ConfigError(f"{name} is a placeholder. {MAKE_ONE}")
    if secret == kept(instance / "secret_key.dev"):
        raise ConfigError(f"{name} is the default one of a development machine. {MAKE_ONE}")
    if len(secret.split()) > 1:
        raise ConfigError(f"{name} is easy to guess, it is made of words. {MAKE_ONE}")
    if strength(secret) < MIN_STRENGTH:
        raise ConfigError(f"{name} is easy to guess, it repeats itself. {MAKE_ONE}")


def machines_of(url: sa.URL) -> set[str]:
    """Return the hosts that a database's address names, in all ways that PostgreSQL knows."""
    said = [value for name in NAMES_OF_HOSTS for value in url.normalized_query.get(name, ())]
    hosts = {host for value in (url.host or "", *said) for host in value.split(",")}
    return {host for host in hosts if host and not host.startswith("/")}  # "/": a socket here


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
