"""Our people, passwords and letters in the shape in which Flask-Security asks for them."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Protocol, cast

from flask import current_app
from flask_security import MailUtil, PasswordUtil, SQLAlchemyUserDatastore
from flask_security.mail_util import EmailValidateException
from typing_extensions import override

from mentorship.accounts import answers, letters, newest, passwords, service
from mentorship.accounts.models import User
from mentorship.config import Settings
from mentorship.extensions import db

HASHES_AT_ONCE = 2  # each takes 64 MiB: more at a time would let strangers exhaust a small host


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def may_be_here(person: User) -> bool:
    """Tell whether the site knows a person: in production sample people do not exist."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.demo_allowed or not person.demo


class People(SQLAlchemyUserDatastore):
    """How people are found, made and given new keys."""

    @override
    def find_user(self, case_insensitive: bool = False, **kwargs: object) -> User | None:
        person: User | None
        if "email" in kwargs:
            person = service.find_by_email(self.db.session(), str(kwargs["email"]))
        elif "fs_uniquifier" in kwargs:  # mailed links ask for this one
            person = service.find_by_key(self.db.session(), str(kwargs["fs_uniquifier"]))
        else:
            person = super().find_user(case_insensitive=case_insensitive, **kwargs)
        return person if person is not None and may_be_here(person) else None

    @override
    def create_user(self, **kwargs: str) -> User:
        return service.new_person(
            self.db.session(),
            email=kwargs["email"],
            name=kwargs["name"],
            password_hash=kwargs["password"],
            now=utc_now(),
        )

    @override
    def set_uniquifier(self, user: User, uniquifier: str | None = None) -> None:
        service.change_key(self.db.session(), user)


class Passwords(PasswordUtil):
    """Which passwords are good enough."""

    @override
    def validate(
        self, password: str, is_register: bool, **kwargs: object
    ) -> tuple[list[str] | None, str]:
        """Check a password against what is known of its owner: the form filled in, or the user."""
        settings: Settings = current_app.config["SETTINGS"]
        owner = kwargs if is_register else vars(kwargs["user"])
        known = [settings.site_name, *(str(owner.get(key) or "") for key in ("name", "email"))]
        found = passwords.problems(password, known=known)
        return (found, "") if found else (None, passwords.normal(password))


class Letters(MailUtil):
    """Flask-Security's mails, as our letters in the outbox; its addresses, in our spelling."""

    @override
    def normalize(self, email: str) -> str:
        try:
            return service.clean_email(email)
        except service.EmailUnusable as problem:
            raise EmailValidateException(str(problem)) from None

    validate = normalize

    @override
    def send_mail(self, template: str, *args: object, **kwargs: object) -> None:
        session, person, now = db.session(), cast("User", kwargs["user"]), utc_now()
        match template.removeprefix("security/email/"):
            case "welcome":
                token = str(kwargs["confirmation_token"])
                newest.note(session, person, newest.Link.CONFIRM, token)
                letters.confirm(session, person, token, now=now)
            case "welcome_existing":
                answers.answer_registered(session, person, now=now)
            case "change_notice" | "reset_notice":
                letters.password_changed(session, person, now=now)
            case unknown:
                raise LookupError(f"no letter for {unknown}")


class Hashing(Protocol):
    def hash(self, password: str, **options: object) -> str: ...
    def verify(self, password: str, hashed: str) -> bool: ...


class OneByOne:
    """A hashing context that lets only a few threads hash at a time."""

    def __init__(self, context: Hashing) -> None:
        self._context = context
        self._turn = threading.BoundedSemaphore(HASHES_AT_ONCE)

    def __getattr__(self, name: str) -> object:
        return getattr(self._context, name)

    def hash(self, password: str, **options: object) -> str:
        with self._turn:
            return self._context.hash(password, **options)

    def verify(self, password: str, hashed: str) -> bool:
        with self._turn:
            return self._context.verify(password, hashed)
