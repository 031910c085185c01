"""F10: mail servers that refuse, dawdle, hang up, hang and lie; and a deliverer that is killed."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from mentorship.extensions import transaction
from mentorship.notices.service import post
from tests.faults.place import free_port


@dataclass
class Mailbox:
    """A mail server that does as it is told, and what came in."""

    answers: dict[str, str] = field(default_factory=dict)  # by command: what it says instead
    pause: float = 0.0  # seconds before it takes a mail
    came: Counter[str] = field(default_factory=Counter)  # by Message-ID
    port: int = 0

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.pause)
        if "DATA" in self.answers:
            return self.answers["DATA"]
        mail = message_from_bytes(envelope.original_content or b"", policy=default)
        self.came[str(mail["Message-ID"])] += 1
        return self.answers.get("LIE", "250 OK")  # it has the mail, and says it has not


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None, **given: Any) -> Iterator[Mailbox]:
    box = Mailbox(port=free_port(), **given)
    controller = Controller(box, hostname="127.0.0.1", port=box.port, ssl_context=tls)
    controller.start()
    try:
        yield box
    finally:
        controller.stop(no_assert=True)


def put_in(count: int) -> None:
    """Put mails into the outbox of the application at hand."""
    with transaction() as session:
        for number in range(count):
            post(
                session,
                person_id=None,
                recipient=f"person{number}@example.org",
                subject=f"Mail {number}",
                body="Words.\n",
                now=dt.datetime.now(dt.UTC),
            )
