"""The words of the mails: plain text templates whose first line is the subject.

Links start with the configured address of the site, never with what a request claims it to be.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy.orm import Session

from mentorship.config import ROOT, Settings
from mentorship.notices.models import Message
from mentorship.notices.service import one_line, post

SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


class Stationery:
    """The letter paper of the application that writes: it bears that site's name and address."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(ROOT / "templates" / "email"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",)),  # these are .txt: nothing is escaped
            keep_trailing_newline=True,
            trim_blocks=True,
        )

    def link(self, path: str) -> str:
        """Return the full address of a page of this site."""
        return _settings().base_url + path

    def write(self, template: str, *, path: str = "/", **words: str | Sequence[str]) -> Letter:
        """Fill in ``templates/email/<template>.txt``; ``path`` becomes its ``link``.

        Words are put on one line each, so that no name adds a line to the letter.
        """
        values = {
            key: one_line(word) if isinstance(word, str) else [one_line(each) for each in word]
            for key, word in words.items()
        }
        text = self._templates.get_template(f"{template}.txt").render(
            values,
            link=self.link(path),
            home=self.link(""),
            site_name=one_line(_settings().site_name),
        )
        first, _, body = text.partition("\n")
        return Letter(first.removeprefix(SUBJECT), body.strip("\n") + "\n")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


stationery = Stationery()


def post_letter(  # noqa: PLR0913  whose mail goes where, and what it says
    session: Session,
    person_id: uuid.UUID | None,
    recipient: str,
    template: str,
    *,
    path: str,
    now: dt.datetime,
    unsubscribe: str | None = None,
    **words: str | Sequence[str],
) -> Message:
    """Fill in a template as :meth:`Stationery.write` does, and put the mail in the outbox."""
    letter = stationery.write(template, path=path, **words)
    return post(
        session,
        person_id=person_id,
        recipient=recipient,
        subject=letter.subject,
        body=letter.body,
        unsubscribe=unsubscribe,
        now=now,
    )
