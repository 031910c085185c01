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
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from werkzeug.sansio.utils import host_is_trusted

from mentorship.crypto import BadKeys, Keyring, new_key
from mentorship.environment import (
    LOOPBACK,
    MAKE_ONE,
    SECRET_BYTES,
    ConfigError,
    check_secret,
    chosen,
    development_keys,
    listed,
    log_level,
    machines_of,
    needed,
    number,
    read,
)
from mentorship.providers import Provider, providers_from

__all__ = ["ConfigError", "Mode", "Settings"]  # the first is raised here, and caught elsewhere

ROOT = Path(__file__).resolve().parent.parent
SAID_MODES = frozenset(
    {"verify-full", "verify-ca", "disable"}
)  # others fall back, or trust anybody
CONNECT_TIMEOUT = 5  # seconds a database may take to answer the door
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h
MAIL_FROM = "IMG Mentorship <no-reply@localhost>"
SITE_NAME = "IMG Mentorship"
COOKIE = "sealed"  # not "session": code from before they were sealed fails on one of that name


class Mode(enum.StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TESTING = "testing"


class Mfa(enum.StrEnum):
    """Who must have a second factor."""

    STAFF = "staff"  # leaders and administrators
    ALL = "all"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the service needs to know of the place it runs in."""

    secret_key: str
    field_keys: str  # "id:base64,id:base64"; the first seals, all open
    database_url: str
    base_url: str  # links in mails start with it
    trusted_hosts: tuple[str, ...]
    mode: Mode = Mode.PRODUCTION
    require_mfa: Mfa = Mfa.STAFF
    instance: Path = ROOT / "instance"
    mail_url: str = "files"  # "files", or smtp://user:password@host:port, smtps://
    mail_from: str = MAIL_FROM
    site_name: str = SITE_NAME
    audit_key: str | None = None  # of the log's chain; else made of secret_key, not in production
    support_email: str | None = None  # shown on help and error pages
    proxies: int = 0  # trusted proxies in front of the service
    old_secret_keys: tuple[str, ...] = ()  # still open what they signed
    metrics_token: str | None = None  # without one only this machine may read the figures
    app_role: str | None = None  # the PostgreSQL role that serves, where another one migrates
    providers: tuple[Provider, ...] = ()  # of single sign-on
    log_level: str = "info"
    debug: bool = False

    def __post_init__(self) -> None:
        if len(self.secret_key.encode()) < SECRET_BYTES:
            raise ConfigError(f"SECRET_KEY needs at least {SECRET_BYTES} bytes")
        try:
            Keyring().load(self.field_keys)
        except BadKeys as problem:
            raise ConfigError(f"FIELD_KEYS: {problem}") from None
        for provider in self.providers:
            provider.check(loopback=self.mode is not Mode.PRODUCTION)
        if self.mode is Mode.PRODUCTION:
            self._check_production()

    def _check_production(self) -> None:
        self._check_secrets()
        if self.debug:
            raise ConfigError("FLASK_DEBUG is on; production shows nobody its insides")
        if not self.base_url:
            raise ConfigError("BASE_URL is not set; links in mails begin with it")
        if not self.secure:
            raise ConfigError("BASE_URL must be an https:// address in production")
        if not urlsplit(self.base_url).hostname:
            raise ConfigError("BASE_URL names no host; want https://mentors.example.org")
        if not self.trusted_hosts:
            raise ConfigError("TRUSTED_HOSTS is empty; name the hosts the site answers for")
        if not host_is_trusted(urlsplit(self.base_url).netloc, self.trusted_hosts):
            raise ConfigError("TRUSTED_HOSTS leaves out the host of BASE_URL; links would not open")
        if self.require_mfa is Mfa.OFF:
            raise ConfigError("REQUIRE_MFA is off; in production it is staff or all")
        if self.mail_url == "files":
            raise ConfigError("MAIL_URL is not set; production sends mail, it does not file it")
        self._check_database()

    def _check_secrets(self) -> None:
        if self.audit_key is None:
            raise ConfigError(f"AUDIT_KEY is not set; it chains the log. {MAKE_ONE}")
        check_secret("SECRET_KEY", self.secret_key, self.instance)
        check_secret("AUDIT_KEY", self.audit_key, self.instance)
        for old in self.old_secret_keys:  # they still open links that let people in
            check_secret("SECRET_KEY_FALLBACKS", old, self.instance)
        if self.metrics_token is not None:
            check_secret("METRICS_TOKEN", self.metrics_token, self.instance)

    def _check_database(self) -> None:
        url = self.database
        if machines_of(url) - LOOPBACK and url.query.get("sslmode") not in SAID_MODES:
            raise ConfigError(
                "DATABASE_URL goes to another machine and does not say how: add"
                " ?sslmode=verify-full&sslrootcert=system, or sslmode=disable in a private network"
            )

    @property
    def database(self) -> sa.URL:
        try:
            return sa.make_url(self.database_url)
        except sa.exc.ArgumentError:
            raise ConfigError(
                "DATABASE_URL cannot be read; want postgresql+psycopg://user:password@host/name"
            ) from None

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
        mode = chosen(environ, "MENTORSHIP_MODE", Mode, Mode.PRODUCTION)
        instance = Path(read(environ, "INSTANCE_DIR") or ROOT / "instance").resolve()
        keys = development_keys(instance) if mode is Mode.DEVELOPMENT else {}
        base_url = read(environ, "BASE_URL") or _local_address(environ, mode)
        return cls(
            secret_key=needed(environ, "SECRET_KEY", keys),
            field_keys=needed(environ, "FIELD_KEYS", keys),
            database_url=read(environ, "DATABASE_URL") or f"sqlite:///{instance}/mentorship.db",
            base_url=base_url.rstrip("/"),
            trusted_hosts=listed(environ, "TRUSTED_HOSTS"),
            mode=mode,
            require_mfa=chosen(environ, "REQUIRE_MFA", Mfa, _usual(mode)),
            instance=instance,
            mail_url=read(environ, "MAIL_URL") or "files",
            mail_from=read(environ, "MAIL_FROM") or MAIL_FROM,
            site_name=read(environ, "SITE_NAME") or SITE_NAME,
            audit_key=read(environ, "AUDIT_KEY"),
            support_email=read(environ, "SUPPORT_EMAIL"),
            proxies=number(environ, "PROXIES"),
            old_secret_keys=listed(environ, "SECRET_KEY_FALLBACKS"),
            metrics_token=read(environ, "METRICS_TOKEN"),
            app_role=read(environ, "DATABASE_APP_ROLE"),
            providers=providers_from(environ),
            log_level=log_level(environ),
            debug=(read(environ, "FLASK_DEBUG") or "0").lower() not in {"0", "false", "no"},
        )

    @classmethod
    def of_no_place(cls) -> Settings:
        """Make the settings of a command that keeps nothing: keys and database end with it."""
        return cls(
            secret_key=secrets.token_hex(SECRET_BYTES),
            field_keys=f"once:{new_key()}",
            database_url="sqlite://",
            base_url="http://localhost",
            trusted_hosts=("localhost",),
            mode=Mode.TESTING,
            require_mfa=Mfa.OFF,
            instance=Path(tempfile.gettempdir()),
        )

    def as_flask(self) -> dict[str, object]:
        return {
            "SETTINGS": self,
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.old_secret_keys),
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine_options(),
            "TESTING": self.mode is Mode.TESTING,
            "TRUSTED_HOSTS": list(self.trusted_hosts) or None,
            "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
            "MAX_FORM_PARTS": 1000,
            "WTF_CSRF_SSL_STRICT": False,  # web.py asks Sec-Fetch-Site: key pages send no Referer
            "WTF_CSRF_TIME_LIMIT": None,  # a form left open overnight is still one's own
            "SESSION_COOKIE_NAME": f"__Host-{COOKIE}" if self.secure else COOKIE,
            "SESSION_COOKIE_SECURE": self.secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            # the age of a cookie that is still read; a sign-in in it is over long before
            "PERMANENT_SESSION_LIFETIME": dt.timedelta(days=30),
            "EXPLAIN_TEMPLATE_LOADING": False,
        }

    def _engine_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
        if self.database.get_backend_name() == "postgresql":
            options["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT}
        return options


def _usual(mode: Mode) -> Mfa:
    """Ask nobody for a second factor where the demo people are to walk in at once."""
    return Mfa.STAFF if mode is Mode.PRODUCTION else Mfa.OFF


def _local_address(environ: Mapping[str, str], mode: Mode) -> str:
    """Return where a development machine is; production must say it."""
    return "" if mode is Mode.PRODUCTION else f"http://localhost:{read(environ, 'PORT') or 8000}"
