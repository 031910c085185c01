"""Settings, read once from the environment and checked before the first request.

Every setting may also come from a file named by ``<NAME>_FILE``. Production is the default; the
two set-up scripts ask for development, which makes its own keys in ``instance/``.
"""

from __future__ import annotations

import datetime as dt
import enum
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mentorship.crypto import BadKeys, Keyring, new_key

ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_BYTES = 32
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h
MAIL_FROM = "IMG Mentorship <no-reply@localhost>"
SITE_NAME = "IMG Mentorship"


class ConfigError(RuntimeError):
    """A setting is missing or unusable; the message names it and says how to mend it."""


class Mode(enum.StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TESTING = "testing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the service needs to know of the place it runs in."""

    secret_key: str
    field_keys: str  # "id:base64,id:base64"; the first seals, all open
    database_url: str
    base_url: str  # links in mails start with it
    trusted_hosts: tuple[str, ...]
    mode: Mode = Mode.PRODUCTION
    instance: Path = ROOT / "instance"
    mail_url: str = "files"  # "files", or smtp://user:password@host:port, smtps://
    mail_from: str = MAIL_FROM
    site_name: str = SITE_NAME
    audit_key: str | None = None  # of the log's chain; derived from secret_key when not given
    support_email: str | None = None  # shown on help and error pages
    proxies: int = 0  # trusted proxies in front of the service

    def __post_init__(self) -> None:
        if len(self.secret_key.encode()) < MIN_SECRET_BYTES:
            raise ConfigError(f"SECRET_KEY needs at least {MIN_SECRET_BYTES} bytes")
        try:
            Keyring().load(self.field_keys)
        except BadKeys as problem:
            raise ConfigError(f"FIELD_KEYS: {problem}") from None
        if self.mode is Mode.PRODUCTION:
            self._check_production()

    def _check_production(self) -> None:
        if len(set(self.secret_key)) < 10:
            raise ConfigError("SECRET_KEY repeats itself; make one with: openssl rand -hex 32")
        if not self.secure:
            raise ConfigError("BASE_URL must be an https:// address in production")
        if not self.trusted_hosts:
            raise ConfigError("TRUSTED_HOSTS is empty; name the hosts the site answers for")
        if self.mail_url == "files":
            raise ConfigError("MAIL_URL is not set; production sends mail, it does not file it")

    @property
    def secure(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def demo_allowed(self) -> bool:
        return self.mode is not Mode.PRODUCTION

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises
        ------
        ConfigError
            A setting is missing, unreadable or unusable.

        """
        mode = _mode(environ)
        instance = Path(_read(environ, "INSTANCE_DIR") or ROOT / "instance").resolve()
        keys = _development_keys(instance) if mode is Mode.DEVELOPMENT else {}
        port = _read(environ, "PORT") or "8000"
        base_url = _read(environ, "BASE_URL") or f"http://localhost:{port}"
        hosts = _read(environ, "TRUSTED_HOSTS")
        return cls(
            secret_key=_needed(environ, "SECRET_KEY", keys),
            field_keys=_needed(environ, "FIELD_KEYS", keys),
            database_url=_read(environ, "DATABASE_URL") or f"sqlite:///{instance}/mentorship.db",
            base_url=base_url.rstrip("/"),
            trusted_hosts=tuple(filter(None, (h.strip() for h in (hosts or "").split(",")))),
            mode=mode,
            instance=instance,
            mail_url=_read(environ, "MAIL_URL") or "files",
            mail_from=_read(environ, "MAIL_FROM") or MAIL_FROM,
            site_name=_read(environ, "SITE_NAME") or SITE_NAME,
            audit_key=_read(environ, "AUDIT_KEY"),
            support_email=_read(environ, "SUPPORT_EMAIL"),
            proxies=_number(environ, "PROXIES"),
        )

    @classmethod
    def of_no_place(cls) -> Settings:
        """Make the settings of a command that keeps nothing: keys and database end with it."""
        return cls(
            secret_key=secrets.token_hex(MIN_SECRET_BYTES),
            field_keys=f"once:{new_key()}",
            database_url="sqlite://",
            base_url="http://localhost",
            trusted_hosts=("localhost",),
            mode=Mode.TESTING,
            instance=Path(tempfile.gettempdir()),
        )

    def as_flask(self) -> dict[str, object]:
        return {
            "SETTINGS": self,
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "hide_parameters": True},
            "TESTING": self.mode is Mode.TESTING,
            "TRUSTED_HOSTS": list(self.trusted_hosts) or None,
            "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
            "MAX_FORM_PARTS": 1000,
            "WTF_CSRF_SSL_STRICT": False,  # web.py asks Sec-Fetch-Site: key pages send no Referer
            "WTF_CSRF_TIME_LIMIT": None,  # a form left open overnight is still one's own
            "SESSION_COOKIE_NAME": "__Host-session" if self.secure else "session",
            "SESSION_COOKIE_SECURE": self.secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            # the age of a cookie that is still read; a sign-in in it is over long before
            "PERMANENT_SESSION_LIFETIME": dt.timedelta(days=30),
            "EXPLAIN_TEMPLATE_LOADING": False,
        }


def _read(environ: Mapping[str, str], name: str) -> str | None:
    """Take ``name`` from the environment, or from the file that ``name_FILE`` names."""
    path = environ.get(f"{name}_FILE")
    if not path:
        return environ.get(name) or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except OSError as problem:
        raise ConfigError(f"{name}_FILE: {problem.strerror}: {path}") from None


def _needed(environ: Mapping[str, str], name: str, fallback: Mapping[str, str]) -> str:
    value = _read(environ, name) or fallback.get(name)
    if value is None:
        raise ConfigError(f"{name} is not set; see .env.example")
    return value


def _mode(environ: Mapping[str, str]) -> Mode:
    word = environ.get("MENTORSHIP_MODE", Mode.PRODUCTION)
    try:
        return Mode(word)
    except ValueError:
        raise ConfigError(f"MENTORSHIP_MODE is {word!r}; want production or development") from None


def _number(environ: Mapping[str, str], name: str) -> int:
    word = _read(environ, name) or "0"
    if not word.isascii() or not word.isdigit():
        raise ConfigError(f"{name} is {word!r}; want a whole number")
    return int(word)


def _development_keys(instance: Path) -> dict[str, str]:
    """Make, once, the keys of a development machine; they never serve production."""
    instance.mkdir(parents=True, exist_ok=True)
    made = {"SECRET_KEY": secrets.token_hex(MIN_SECRET_BYTES), "FIELD_KEYS": f"dev:{new_key()}"}
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
