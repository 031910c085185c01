"""Bringing the outbox out: after each request when mails are files, by the worker otherwise."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, has_request_context
from sqlalchemy.exc import SQLAlchemyError

from mentorship.config import Settings
from mentorship.extensions import transaction
from mentorship.notices import service
from mentorship.notices.models import Message
from mentorship.notices.transports import Files, Transport, Undelivered, transport_of

BATCH = 200

log = logging.getLogger("mentorship")


@dataclass(frozen=True, slots=True)
class Delivered:
    sent: int
    failed: int


def init_app(app: Flask) -> None:
    """Where mails are files, write them right after their commit.

    Raises
    ------
    ConfigError
        MAIL_URL is none of the ways there are.

    """
    settings: Settings = app.config["SETTINGS"]
    if isinstance(transport_of(settings), Files):
        app.after_request(_file_new_mail)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def deliver(
    transport: Transport,
    *,
    clock: Callable[[], dt.datetime] = utc_now,
    limit: int = BATCH,
    go_on: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Try every message that is due, up to ``limit`` of them, while ``go_on`` says so.

    Each message is claimed in one transaction and settled in another, so that no lock is held
    while a mail server thinks, and a mail lost with its process is tried again later.
    """
    sent = failed = 0
    try:
        while sent + failed < limit and go_on():
            with transaction() as session:
                message = service.take_next(session, now=clock())
            if message is None:
                break
            if _left(transport, message, clock):
                sent += 1
            else:
                failed += 1
    finally:
        transport.close()
    return Delivered(sent, failed)


def _left(transport: Transport, message: Message, clock: Callable[[], dt.datetime]) -> bool:
    try:
        transport.send(message)
    except Undelivered as trouble:
        log.warning("mail %s did not leave: %s", message.id, type(trouble.__cause__).__name__)
        with transaction() as session:
            service.mark_failed(session, message, why=str(trouble), final=trouble.final)
        return False
    with transaction() as session:
        service.mark_sent(session, message, now=clock())
    return True


@sa.event.listens_for(Message, "after_insert")
def _remember(_mapper: object, _connection: object, _message: Message) -> None:
    if has_request_context():
        g.mail_posted = True


def write_files() -> bool:
    """Write all that waits where mails are files; tell whether they are. For commands."""
    transport = transport_of(current_app.config["SETTINGS"])
    if not isinstance(transport, Files):
        return False
    while deliver(transport).sent == BATCH:
        pass
    return True


def _file_new_mail(response: Response) -> Response:
    if not g.pop("mail_posted", False):
        return response
    try:
        deliver(Files(current_app.config["SETTINGS"]))
    except SQLAlchemyError:
        log.exception("the outbox waits for the next request")
    return response
