"""The two ways a mail leaves: as a file, for development, or through an SMTP server."""

from __future__ import annotations

import os
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from mentorship.config import ConfigError, Settings
from mentorship.environment import LOOPBACK
from mentorship.notices.models import Message

FILES = "files"
TIMEOUT = 20  # seconds an answer of the mail server may take
PLAIN = "smtp+plain"  # said aloud, for a server in a private network: nothing is encrypted
PORTS = {"smtp": 587, "smtps": 465, PLAIN: 25}
# Links are longer than the usual 78 characters and must stay in one piece.
POLICY = SMTP.clone(max_line_length=998)


class Undelivered(Exception):
    """The mail did not leave. ``final`` when trying again would not help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Transport(Protocol):
    """Something that takes a mail away. Raises :class:`Undelivered` when it cannot."""

    def send(self, message: Message) -> None: ...
    def close(self) -> None: ...


def compose(message: Message, settings: Settings) -> EmailMessage:
    """Make the mail. Its Message-ID is the row's own, so that a second copy is seen as one."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = settings.mail_from
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = message.created_at
    mail["Message-ID"] = f"<{message.id}@{urlsplit(settings.base_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:  # RFC 8058: the reader's mail program shows a button
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(f"{message.body}\n-- \n{settings.site_name}\n{settings.base_url}\n")
    return mail


class Files:
    """Mails as files that any mail program opens, readable by their owner only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.instance / "mail"

    def send(self, message: Message) -> None:
        name = f"{message.created_at:%Y%m%dT%H%M%S}-{message.id}.eml"
        draft = self.folder / f".{name}.{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(draft, compose(message, self._settings).as_bytes())
            draft.replace(self.folder / name)
        except OSError as problem:
            raise Undelivered(f"{problem.strerror}: {self.folder}") from problem

    def close(self) -> None:
        """Nothing stays open between two files."""

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)


class Smtp:
    """One connection for as long as it holds; a new one after every trouble.

    A server that is not this machine must offer TLS and prove its name.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = urlsplit(settings.mail_url)
        self._server: smtplib.SMTP | None = None

    def send(self, message: Message) -> None:
        mail = compose(message, self._settings)
        try:
            if self._server is None:
                self._server = self._connect()
            self._server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refusal:
            self.close()
            code, answer = next(iter(refusal.recipients.values()))
            raise _undelivered(code, answer, about_mail=True) from refusal
        except smtplib.SMTPResponseException as refusal:
            self.close()
            about_mail = isinstance(refusal, smtplib.SMTPDataError)
            raise _undelivered(
                refusal.smtp_code, refusal.smtp_error, about_mail=about_mail
            ) from refusal
        except (smtplib.SMTPException, OSError) as trouble:
            self.close()
            raise Undelivered(f"{type(trouble).__name__}: {trouble}") from trouble

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        host, port = str(self._url.hostname), self._url.port or PORTS[self._url.scheme]
        trusted = ssl.create_default_context()
        server: smtplib.SMTP
        if self._url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trusted)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        try:
            if self._url.scheme == "smtp" and host not in LOOPBACK:
                server.starttls(context=trusted)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def transport_of(settings: Settings) -> Files | Smtp:
    """Choose the way the settings name.

    Raises
    ------
    ConfigError
        MAIL_URL is none of the ways there are.

    """
    if settings.mail_url == FILES:
        return Files(settings)
    if not _is_server(urlsplit(settings.mail_url)):
        raise ConfigError(
            "MAIL_URL wants files, smtp://user:password@host:port, smtps://... or smtp+plain://host"
        )
    return Smtp(settings)


def _is_server(url: SplitResult) -> bool:
    try:
        _ = url.port
    except ValueError:
        return False
    in_the_clear = url.scheme == PLAIN and url.username  # no password goes unencrypted
    return url.scheme in PORTS and bool(url.hostname) and not in_the_clear


def _undelivered(code: int, answer: bytes | str, *, about_mail: bool) -> Undelivered:
    """Read the server's word: a 5xx about this mail is its last one; all else may pass."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return Undelivered(f"{code} {text}", final=about_mail and 500 <= code < 600)
