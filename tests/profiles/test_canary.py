"""A word that nothing else uses in every field of two profiles, looked for wherever people look.

Every page, file and mail is fetched as every audience, in every state that an offer and a
mentorship can be in; the words are where the table of ``audience`` says, and nowhere else. The
words of closed lists are renamed for the test, so that pages which show whole lists are no match.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.cards import HIDING
from mentorship.profiles.service import read_mentor, write_mentor
from mentorship.throttle.limits import LIMITS, Limit, Per
from tests import factories
from tests.factories import NOW
from tests.profiles.canaries import (
    CANARIES,
    IMG,
    MENTOR,
    NOT_ON_A_CARD,
    bring_together,
    canary_cast,
    rename,
)
from tests.profiles.canary_pages import FORMS, NOBODY, addresses, columns, files, keys, pages
from tests.profiles.canary_states import (
    STATES,
    Reached,
    accepted,
    confirmed,
    open_round,
    requested,
)
from tests.rounds.cast import Cast

Told = Mapping[Any, frozenset[Audience]]  # what a reader is to each of the two
# Accounts are what administrators look after: there, and in the log, they find people by these.
OF_THE_ACCOUNT = frozenset({"name", "email"})
FOR_THE_OPERATOR = re.compile(r"^/admin/accounts/")


@pytest.fixture
def cast(session: Session, monkeypatch: pytest.MonkeyPatch) -> Cast:
    rename(monkeypatch)
    often = {**LIMITS, "export": (Limit(Per.PERSON, 1000, dt.timedelta(hours=1)),)}
    monkeypatch.setattr("mentorship.throttle.service.LIMITS", often)
    return canary_cast(session)


def readers(cast: Cast, reached: Reached) -> Iterator[tuple[str, User | None, Told]]:
    around = frozenset({Audience.BROWSING})
    led, nothing = frozenset({Audience.LEADER}), frozenset[Audience]()
    yield "mentor", cast.people["Noor"], {IMG: around | {reached.to_mentor}}
    yield "img", cast.people["Ana"], {MENTOR: around | {reached.to_img}}
    yield "another IMG", cast.people["Ben"], {IMG: nothing, MENTOR: around}
    yield "another mentor", cast.people["Mo"], {IMG: around, MENTOR: nothing}
    yield "leader", cast.leader, {IMG: led, MENTOR: led}
    elsewhere = factories.leader(cast.session, factories.section(cast.session))
    yield "other leader", elsewhere, {IMG: nothing, MENTOR: nothing}
    yield "administrator", factories.administrator(cast.session), {IMG: nothing, MENTOR: nothing}
    yield "stranger", None, {IMG: nothing, MENTOR: nothing}


def allowed(kind: Any, field: str, audiences: frozenset[Audience], reached: Reached) -> bool:
    shown = audiences & SHOWN[kind].get(field, frozenset())
    if reached.names_hidden and field in {"name", "institution"}:
        shown -= HIDING
    if field in {"visa", "visas"} and not reached.shares_visa:
        return False
    return bool(shown)


def says(text: str, word: str) -> bool:
    """Tell a year from digits inside a longer number or key."""
    if not word.isdigit():
        return word in text
    return re.search(rf"(?<!\w){word}(?!\w)", text) is not None


@pytest.mark.parametrize("reach", STATES, ids=lambda reach: reach.__name__)
def test_each_word_is_where_the_table_says(
    app: Flask, cast: Cast, reach: Callable[[Cast], Reached]
) -> None:
    wrong: list[tuple[str, str, str]] = []
    reached = reach(cast)
    for who, person, told in readers(cast, reached):
        everything = ""
        every = reach is confirmed
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
                and not (
                    who == "administrator"
                    and field in OF_THE_ACCOUNT
                    and FOR_THE_OPERATOR.search(path)
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
    wrong += _in_mails(cast)
    assert not wrong, "\n".join(" ".join(each) for each in wrong)


def test_every_route_is_fetched_or_said_to_be_about_nobody(app: Flask, cast: Cast) -> None:
    confirmed(cast)
    values = keys(cast)
    missed = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not NOBODY.search(rule.rule)
        and rule.endpoint != "privacy.fetch_data"  # behind a button: ``files``
        and not list(addresses(rule, values))
    ]
    assert missed == []


def test_only_leaders_are_handed_files_and_these_follow_the_table(app: Flask, cast: Cast) -> None:
    reached = confirmed(cast)
    for who, person, _ in readers(cast, reached):
        handed = {path for path, _ in files(app, cast, person, FORMS) if not path.endswith(".zip")}
        assert len(handed) == (10 if who == "leader" else 0), who
    for kind in (IMG, MENTOR):
        told = {field for field, seen in SHOWN[kind].items() if Audience.LEADER in seen}
        file = next(
            text
            for path, text in files(app, cast, cast.leader, FORMS)
            if f"{kind.value} csv" in path
        )
        assert columns(file.split(" ")[0]) == told


# What two have in common, or one asks and the other gives, stands in the sentences for leaders.
IN_COMMON: Mapping[str, Any] = {
    "topics": ("visa_choice",),
    "specialties": ("neurology",),
    "languages": ("en", "ne"),
    "states_licensed": ("AL",),
    "stages": ("interviews",),
    "channels": ("messages",),
    "formats": ("shadowing",),
    "state": "AL",
}


def test_leaders_find_all_that_the_table_gives_them(app: Flask, cast: Cast) -> None:
    session, noor = cast.session, cast.people["Noor"]
    said = read_mentor(session, noor.id).values
    shared = dataclasses.replace(said, **IN_COMMON)
    write_mentor(session, person_id=noor.id, mentor=shared, now=NOW)
    confirmed(cast)
    everything = " ".join(text for _, text in pages(app, cast, cast.leader, every=True))
    sees = {
        word
        for word, field in CANARIES[IMG].items()
        if Audience.LEADER in SHOWN[IMG].get(field, frozenset())
    }
    # the sentence on the first has words of its own, the others stand in files: the test above
    unshared = {"Meetings a month 7", "Mentors wanted 2", "Imghomequokka"}
    assert sorted(word for word in sees - unshared if not says(everything, word)) == []
    assert "7 meetings a month" in everything
    own = {"Noorquokka", "noorquokka@example.org", "Institutionquokka"}
    seen = {word: CANARIES[MENTOR][word] for word in own if word in everything}
    allowed = {w for w in own if Audience.LEADER in SHOWN[MENTOR].get(CANARIES[MENTOR][w], ())}
    assert set(seen) == allowed


# What sentences on a pair could give away: the IMG's home to mentors, what was wished for to
# mentors, gender and country to leaders.
OF_THE_HOME = re.compile(r"where (your mentee|this IMG|the IMG) lives?\b")
OF_A_WISH = re.compile(r"\b(mentee|IMG) wished\b")


@pytest.mark.parametrize(
    "reach", [open_round, requested, accepted, confirmed], ids=lambda r: r.__name__
)
def test_two_whom_everything_brings_together_are_told_what_the_table_says(
    app: Flask,
    cast: Cast,
    reach: Callable[[Cast], Reached],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for where in ("rounds.answer_pages", "finding.lists"):  # so that no reason is left out
        monkeypatch.setattr(f"mentorship.{where}.MOST_REASONS", 99)
    bring_together(cast)
    texts = {}
    for who, person, told in readers(cast, reach(cast)):
        if any(told.values()):
            found = pages(app, cast, person, every=False)
            texts[who] = " ".join(text for _, text in found)
    for who in texts.keys() - {"leader"}:
        assert not OF_THE_HOME.search(texts[who]), who
        assert not OF_A_WISH.search(texts[who]), who
    assert not re.search(r"gave the same gender, as|Imgcountryquokka", texts["leader"])
    if reach in {accepted, confirmed}:  # so there was something to be told
        assert "Imghomequokka, where you live" in texts["img"]
        assert "You both went to medical school in Imgcountryquokka, as you wished" in texts["img"]
        assert "gave the same gender, as" not in texts["img"]
        assert "Imghomequokka, where the IMG lives" in texts["leader"]
        assert "medical school in the same country, as the IMG wished" in texts["leader"]


def _in_mails(cast: Cast) -> list[tuple[str, str, str]]:
    """Find what a mail says of anybody, beyond the name of whoever gets it."""
    own = {"anaquokka@example.org": "Anaquokka", "noorquokka@example.org": "Noorquokka"}
    return [
        ("mail to", mail.recipient, word)
        for mail in cast.session.scalars(sa.select(Message))
        for words in CANARIES.values()
        for word in words
        if word in mail.subject + mail.body and word != own.get(mail.recipient)
    ]


def test_the_words_are_there_to_be_found(cast: Cast) -> None:
    """The search above means something: every field of the cards has a word to look for."""
    for kind, shown in SHOWN.items():
        assert set(shown) == set(CANARIES[kind].values()) - {NOT_ON_A_CARD}
