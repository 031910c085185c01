"""Visa situation, visa paths and gender: who reads them anywhere, and where they are kept.

Ana and Noor answer with words that nobody else in the database uses. Then every page of everybody
else, every mail and every column of every table is searched for these words.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.consents.service import SHARE_VISA, give
from mentorship.extensions import db
from mentorship.profiles.models import Profile
from mentorship.rounds import service
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer
from mentorship.sections.models import Membership
from tests import factories
from tests.factories import NOW
from tests.page import PageClient, text_of
from tests.rounds.cast import Cast

SECRETS = {"visa": "e3", "visa_path": "e3_visa", "gender": "nonbinary"}
SPOKEN = tuple(vocabulary.name(where, word) for where, word in SECRETS.items())
GUESSED = ("visa path", "same gender")  # parts of sentences that rest on the answers
# Pages that list the whole vocabulary, or facts about visas, whoever reads them.
SAME_FOR_ALL = re.compile(r"/(toolkit|profile|privacy|help|privacy-choices)\b|^/$|<token>")


@pytest.fixture
def cast(session: Session) -> Cast:
    where = factories.section(session)
    cast = Cast(session, where, factories.leader(session, where))
    cast.img("Ana Silva", visa="e3", gender="nonbinary", wishes=("same_gender",))
    cast.img("Ben Okafor", visa="e3", gender="nonbinary")
    cast.mentor("Noor Haddad", visas=("e3_visa",), gender="nonbinary")
    return cast


@pytest.fixture
def offer(cast: Cast) -> Offer:
    cast.published()
    found = cast.session.scalars(sa.select(Offer)).one()
    service.accept_offer(
        cast.session, person_id=cast.people["Noor Haddad"].id, offer_id=found.id, now=NOW
    )
    img = cast.session.get_one(Profile, found.img_id)
    service.confirm_match(cast.session, person_id=img.person_id, offer_id=found.id, now=NOW)
    return cast.session.get_one(Offer, found.id, populate_existing=True)


def pages(app: Flask, cast: Cast, offer: Offer, who: User | None) -> Iterator[tuple[str, str]]:
    """Fetch every page about people that this person can open."""
    client = PageClient(app, who).client
    mine = [m.id for m in cast.session.query(Membership).filter_by(section_id=cast.section.id)]
    for rule in app.url_map.iter_rules():
        if SAME_FOR_ALL.search(rule.rule) or "GET" not in (rule.methods or ()):
            continue
        for membership_id in mine if "membership_id" in rule.arguments else mine[:1]:
            path = _address(rule, cast, offer, membership_id)
            if path is not None:
                answer = client.get(path)
                assert answer.status_code < 500, path
                yield path, " ".join(text_of(answer).split())


def _address(rule: Rule, cast: Cast, offer: Offer, membership_id: object) -> str | None:
    values = {
        "slug": cast.section.slug,
        "round_id": offer.round_id,
        "pair_id": offer.pair_id,
        "offer_id": offer.id,
        "profile_id": offer.img_id,
        "membership_id": membership_id,
    }
    if not rule.arguments <= set(values):
        return None
    built = rule.build(values, append_unknown=False)
    return built[1] if built else None


def told(text: str) -> list[str]:
    plain = re.sub(r"<[^>]*>", " ", text)
    return [word for word in SPOKEN if word in plain]


def test_without_consent_nobody_else_reads_them(app: Flask, cast: Cast, offer: Offer) -> None:
    readers = {
        "stranger": None,
        "leader": cast.leader,
        "other leader": factories.leader(cast.session, factories.section(cast.session)),
        "administrator": factories.administrator(cast.session),
        **cast.people,
    }
    found = [
        (who, path, word)
        for who, person in readers.items()
        for path, text in pages(app, cast, offer, person)
        for word in told(text)
    ]
    assert found == []


@pytest.mark.parametrize("side", ["img", "mentor"])
def test_without_consent_no_reason_lets_the_other_side_guess(
    app: Flask, cast: Cast, offer: Offer, side: str
) -> None:
    profile = cast.session.get_one(Profile, offer.img_id if side == "img" else offer.mentor_id)
    reader = cast.session.get_one(User, profile.person_id)
    found = [
        (path, word)
        for path, text in pages(app, cast, offer, reader)
        for word in GUESSED
        if word in re.sub(r"<[^>]*>", " ", text).lower()
    ]
    assert found == []


def test_with_consent_the_match_reads_the_visa_and_still_no_gender(
    sign_in: Callable[[User], PageClient], cast: Cast, offer: Offer
) -> None:
    img = cast.session.get_one(Profile, offer.img_id).person_id
    give(cast.session, img, SHARE_VISA, NOW)
    noor = sign_in(cast.people["Noor Haddad"])
    text = noor.get(f"/offers/{offer.id}").text
    assert vocabulary.name("visa", "e3") in text
    assert vocabulary.name("gender", "nonbinary") not in text


def test_no_column_holds_them_in_the_open(
    session: Session, cast: Cast, offer: Offer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert session.scalars(sa.select(Pair)).first()
    words = [re.compile(rf"\b{re.escape(word)}\b") for word in (*SECRETS.values(), *SPOKEN)]
    found = [
        (table.name, str(row)[:120])
        for table in db.metadata.sorted_tables
        if table.name not in {"term", "journey_fact", "resource", "checklist_item"}
        for row in session.execute(sa.select(table))
        for word in words
        if word.search(str(row))
    ]
    assert found == []
    run = session.scalars(sa.select(Run)).one()
    assert not {"visa", "same_gender"} & set(run.means)
    assert not any(word.search(caplog.text) for word in words)
