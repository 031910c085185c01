"""The words of a round's mails, which leaders may change for their section: plain text with names.

A name in braces stands for a value. Only names that are listed are filled in, and none of them
tells anything of a profile, so no text of a leader's can give away what somebody said.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.letters import Letter, stationery
from mentorship.notices.service import one_line
from mentorship.profiles.models import Profile
from mentorship.rounds.mail_models import MailKind, MailText
from mentorship.rounds.meanwhile import ChangedMeanwhile, mark
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.offer_models import Publication
from mentorship.sections.models import Section

# kind -> what it is, and who gets it
KINDS: Mapping[MailKind, tuple[str, str]] = MappingProxyType(
    {
        MailKind.OFFERS_WAITING: (
            "Mentors are asked",
            "To each mentor of a pair, when the round goes out.",
        ),
        MailKind.ROUND_PUBLISHED: (
            "The round is published",
            "To each IMG of the round who wants it by mail, when it goes out; on the site to all.",
        ),
        MailKind.MENTOR_ACCEPTED: (
            "A mentor said yes",
            "To the IMG, when their mentor has accepted.",
        ),
    }
)
# name -> what stands in its place
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "name": "the name of whoever gets the mail",
        "round": "the name of the round",
        "section": "the name of the section",
        "link": "the address of the page to open (needed)",
    }
)
MORE: Mapping[MailKind, Mapping[str, str]] = MappingProxyType(
    {
        MailKind.OFFERS_WAITING: {
            "who": "“An IMG”, or how many IMGs",
            "asked": "“An IMG is paired with you.”, or how many are",
            "answer_by": "the day and the hour by which answers are due",
        },
        MailKind.MENTOR_ACCEPTED: {"answer_by": "the day and the hour by which to answer"},
    }
)
_PLACE = re.compile(r"\{([^{}\s]*)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")  # what was meant as a name, with blanks in it, too
# Our own templates call some things otherwise.
_OURS = {"round_name": "round", "section_name": "section"}


class BadText(ValueError):
    """The text names something that is not there, or leaves the link out."""


@dataclass(frozen=True, slots=True)
class Text:
    subject: str
    body: str
    changed: bool  # it is not the usual one

    @property
    def mark(self) -> str:
        return mark({"subject": self.subject, "body": self.body})


def names_for(kind: MailKind) -> Mapping[str, str]:
    """Return the names a text of this kind may hold, with what stands in their place."""
    return NAMES | MORE.get(kind, {})  # type: ignore[operator]  # two mappings of texts


def usual(kind: MailKind) -> Text:
    """Return the usual text, with names in place of values."""
    said = {name: f"{{{name}}}" for name in names_for(kind)}
    said |= {ours: said[name] for ours, name in _OURS.items()}
    letter = stationery.write(kind.value, path="", **said)
    home = stationery.link("")
    body = letter.body.replace(f"\n{home}\n", "\n{link}\n")
    return Text(letter.subject, body, changed=False)


def text_of(session: Session, section_id: uuid.UUID, kind: MailKind) -> Text:
    """Return the text of a section's mail as it stands."""
    kept = session.get(MailText, (section_id, kind))
    return usual(kind) if kept is None else Text(kept.subject, kept.body, changed=True)


def changed_kinds(session: Session, section_id: uuid.UUID) -> Sequence[MailKind]:
    return session.scalars(sa.select(MailText.kind).where(MailText.section_id == section_id)).all()


def keep_text(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    section_id: uuid.UUID,
    kind: MailKind,
    subject: str,
    body: str,
    by: uuid.UUID,
    now: dt.datetime,
    seen: str | None = None,
) -> None:
    """Keep a leader's text. ``seen`` marks the text that the form was filled with.

    Raises
    ------
    BadText
        It cannot be filled in.
    ChangedMeanwhile
        Another leader has changed the text since it was seen.

    """
    check(kind, subject, body)
    kept = _held(session, section_id, kind, seen)
    if kept is None:
        kept = MailText(section_id=section_id, kind=kind)
        session.add(kept)
    kept.subject, kept.body, kept.changed_at, kept.changed_by_id = subject, body, now, by
    session.flush()


def _held(
    session: Session, section_id: uuid.UUID, kind: MailKind, seen: str | None
) -> MailText | None:
    """Hold a section's texts and return the one that is kept, if it is the one that was seen."""
    session.get_one(Section, section_id, with_for_update={"key_share": True})
    kept = session.get(MailText, (section_id, kind), populate_existing=True)
    if seen and seen != text_of(session, section_id, kind).mark:
        by = kept and session.scalar(sa.select(User.name).where(User.id == kept.changed_by_id))
        raise ChangedMeanwhile(by or None, kept.changed_at if kept else None)
    return kept


def back_to_usual(
    session: Session, *, section_id: uuid.UUID, kind: MailKind, seen: str | None = None
) -> None:
    """Forget the leaders' text; a second time changes nothing. Raises ``ChangedMeanwhile``."""
    _held(session, section_id, kind, seen)
    session.execute(
        sa.delete(MailText).where(MailText.section_id == section_id, MailText.kind == kind)
    )


def somebody(
    session: Session, section_id: uuid.UUID, kind: MailKind
) -> tuple[str, str, dt.datetime | None] | None:
    """Return somebody of the section's newest run who gets this mail, to try a text on.

    Their name, the round's, and by when it is answered once it is published. None before any run.
    """
    side = Pair.mentor_id if kind is MailKind.OFFERS_WAITING else Pair.img_id
    row = session.execute(
        sa.select(User.name, Round.name, Publication.answer_by)
        .join(Profile, Profile.person_id == User.id)
        .join(Pair, side == Profile.id)
        .join(Run, Run.id == Pair.run_id)
        .join(Round, Round.id == Run.round_id)
        .outerjoin(Publication, Publication.round_id == Round.id)
        .where(Round.section_id == section_id)
        .order_by(Run.made_at.desc(), Pair.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def check(kind: MailKind, subject: str, body: str) -> None:
    """Raise ``BadText`` with a sentence for the leader, if a text cannot be sent."""
    known = names_for(kind)
    for found in _BRACES.findall(subject + body):
        if found not in known:
            raise BadText(f"There is no {{{found}}}. Use one of the names that are listed.")
    if "{link}" not in body:
        raise BadText("Put {link} where the address of the page belongs.")
    if "{link}" in subject:
        raise BadText("The subject cannot hold the address of the page.")


class Writer:
    """Fills in one kind of mail for many people of a section: its text, or ours for None."""

    def __init__(self, kind: MailKind, kept: MailText | None) -> None:
        self._kind, self._kept = kind, kept

    def write(self, *, path: str, **said: str) -> Letter:
        """Return the mail; ``said`` is what our own template of this kind takes."""
        if self._kept is None:
            return stationery.write(self._kind.value, path=path, **said)
        values = {_OURS.get(name, name): value for name, value in said.items()}
        return filled(self._kept.subject, self._kept.body, values | {"link": stationery.link(path)})


def writers(session: Session, section_id: uuid.UUID, *kinds: MailKind) -> Sequence[Writer]:
    """Return a writer for each of the kinds, reading the section's texts in one query."""
    texts = sa.select(MailText).where(MailText.section_id == section_id, MailText.kind.in_(kinds))
    kept = {text.kind: text for text in session.scalars(texts)}
    return [Writer(kind, kept.get(kind)) for kind in kinds]


def filled(subject: str, body: str, values: Mapping[str, str]) -> Letter:
    """Put values into a text, each on one line, so that no name adds a line or another name."""
    clean = {name: one_line(value) for name, value in values.items()}

    def put(text: str) -> str:
        return _PLACE.sub(lambda found: clean.get(found[1], found[0]), text)

    return Letter(one_line(put(subject)), put(body).strip("\n") + "\n")
