"""What each reader finds of two people, wherever they look, and what of it is not for them."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.profiles.audience import SHOWN, SWITCHES, Audience
from mentorship.profiles.cards import HIDING
from mentorship.throttle.limits import LIMITS, Limit, Per
from tests import factories
from tests.profiles.canaries import CANARIES, IMG, MENTOR, canary_cast, rename
from tests.profiles.canary_pages import FORMS, files, pages
from tests.profiles.canary_states import Reached, confirmed
from tests.rounds.cast import Cast

Wrong = tuple[str, str, str]  # who read it, where, and which word
Told = Mapping[Any, frozenset[Audience]]  # what a reader is to each of the two
# Accounts are what administrators look after: there, and in the log, they find people by these.
OF_THE_ACCOUNT = frozenset({"name", "email"})
KNOWN_BESIDES = (  # who, which fields, and where, whatever the table says
    ("administrator", OF_THE_ACCOUNT, re.compile(r"^/admin/accounts/")),
    # Ana asked for Noor herself, who may have left the lists since
    ("img", {"name"}, re.compile(r"^/find/choices$|^/profile/img(/names)?$")),
    # the word for whom Noor welcomes is a name, and leaders see all names where they list members
    ("leader", {"welcomes"}, re.compile(r"^/sections/[\w-]+/(members$|export img )")),
)
# Noor was asked about Ana, who has left since: her own list of what she was asked still says whom.
OF_WHO_LEFT = ("mentor", {"name"}, re.compile(r"^/home/mentor$|^/offers/"))


@contextlib.contextmanager
def looked_for(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """Give the cast with its words, in a section whose files may be asked for at will.

    The clock stands at noon: two of the words are times of day, and the time of a test is none.
    """
    rename(monkeypatch)
    often = {**LIMITS, "export": (Limit(Per.PERSON, 1000, dt.timedelta(hours=1)),)}
    monkeypatch.setattr("mentorship.throttle.service.LIMITS", often)
    noon = dt.datetime.combine(dt.datetime.now(dt.UTC), dt.time(12), dt.UTC)
    with time_machine.travel(noon, tick=False):
        yield canary_cast(session)


def readers(cast: Cast, reached: Reached) -> Iterator[tuple[str, User | None, Told]]:
    led, nothing = frozenset({Audience.LEADER}), frozenset[Audience]()
    around = frozenset({Audience.BROWSING}) if reached.listed else nothing
    of_ana, of_noor = (nothing if reached.gone == one else around for one in ("Ana", "Noor"))
    if reached.gone != "Noor":  # she cannot sign in: tests/signins
        told = of_ana | {reached.to_mentor} - {Audience.BROWSING}
        yield "mentor", cast.people["Noor"], {IMG: told}
    each_other = nothing if reached.gone else around
    yield "img", cast.people["Ana"], {MENTOR: each_other | {reached.to_img} - {Audience.BROWSING}}
    yield "another IMG", cast.people["Ben"], {IMG: nothing, MENTOR: of_noor}
    yield "another mentor", cast.people["Mo"], {IMG: of_ana, MENTOR: nothing}
    yield "leader", cast.leader, {IMG: led, MENTOR: led}
    elsewhere = factories.leader(cast.session, factories.section(cast.session))
    yield "other leader", elsewhere, {IMG: nothing, MENTOR: nothing}
    yield "administrator", factories.administrator(cast.session), {IMG: nothing, MENTOR: nothing}
    yield "stranger", None, {IMG: nothing, MENTOR: nothing}


def allowed(kind: Any, field: str, audiences: frozenset[Audience], reached: Reached) -> bool:
    shown = audiences & SHOWN[kind].get(field, frozenset())
    if reached.names_hidden and field in {"name", "institution"}:
        shown -= HIDING
    if SWITCHES.get(field) in reached.withheld:
        return False
    return bool(shown)


def says(text: str, word: str) -> bool:
    """Tell a year from digits inside a longer number or key."""
    if not word.isdigit():
        return word in text
    return re.search(rf"(?<!\w){word}(?!\w)", text) is not None


def out_of_place(
    app: Flask, cast: Cast, reach: Callable[[Cast], Reached], *, long: bool
) -> list[Wrong]:
    """Return the words that stand where the table does not say so, and those that are nowhere."""
    wrong: list[Wrong] = []
    reached = reach(cast)
    besides = (*KNOWN_BESIDES, OF_WHO_LEFT) if reached.gone == "Ana" else KNOWN_BESIDES
    for who, person, told in readers(cast, reached):
        everything = ""
        every = long or reach is confirmed
        forms = FORMS if every else ("csv",)
        found = (*pages(app, cast, person, every=every), *files(app, cast, person, forms))
        for path, text in found:
            everything += text
            wrong += [
                (who, path, word)
                for kind, audiences in told.items()
                for word, field in CANARIES[kind].items()
                if says(text, word)
                and not allowed(kind, field, audiences, reached)
                and not any(
                    who == reader and field in fields and where.search(path)
                    for reader, fields, where in besides
                )
            ]
            if who != "leader" and "Leadernotequokka" in text:
                wrong.append((who, path, "a leader's note"))
        if who == "leader":
            continue  # they see most fields where they explain a pair: the test below
        wrong += [
            (who, "nowhere", word)
            for kind, audiences in told.items()
            for word, field in CANARIES[kind].items()
            if word not in everything and allowed(kind, field, audiences, reached)
        ]
    return [*wrong, *in_mails(cast)]


def in_mails(cast: Cast) -> list[Wrong]:
    """Find what a mail says of anybody, beyond the name of whoever gets it."""
    own = {"anaquokka@example.org": "Anaquokka", "noorquokka@example.org": "Noorquokka"}
    return [
        ("mail to", mail.recipient, word)
        for mail in cast.session.scalars(sa.select(Message))
        for words in CANARIES.values()
        for word in words
        if word in mail.subject + mail.body and word != own.get(mail.recipient)
    ]
