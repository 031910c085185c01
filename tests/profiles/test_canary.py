"""A word that nothing else uses in every field of two profiles, looked for wherever people look.

Every page, file and mail is fetched as every audience in the state in which two have said yes; in
each of the other states of an offer and a mentorship all but what ``canary_pages`` names, with the
reason, as the same in every state: the long form (``script/security tests``) fetches these, too.
The words are where the table of ``audience`` says, and nowhere else. Those of closed lists are
renamed for the test, so that pages which show whole lists are no match. Here are the states before
a mentor has said yes; ``test_canary_agreed`` has the others.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug import Response

from mentorship.matching import Img, Mentor
from mentorship.profiles.audience import SHOWN
from mentorship.profiles.service import read_mentor
from tests.profiles.canaries import CANARIES, IMG, MENTOR
from tests.profiles.canary_pages import (
    ABOUT_NOBODY,
    NOBODY,
    OF_ONES_OWN,
    SAME,
    SAME_IN_EVERY_STATE,
    addresses,
    keys,
    words_of,
)
from tests.profiles.canary_reading import looked_for, out_of_place, says
from tests.profiles.canary_states import BEFORE_A_YES, Reached, confirmed
from tests.rounds.cast import Cast


@pytest.fixture
def cast(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    with looked_for(session, monkeypatch) as cast:
        yield cast


@pytest.mark.parametrize("reach", BEFORE_A_YES, ids=lambda reach: reach.__name__)
def test_each_word_is_where_the_table_says(
    app: Flask,
    cast: Cast,
    reach: Callable[[Cast], Reached],
    pytestconfig: pytest.Config,
) -> None:
    assert out_of_place(app, cast, reach, long=pytestconfig.getoption("--long")) == []


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
    routes = [rule.rule for rule in app.url_map.iter_rules()]
    for each in (*ABOUT_NOBODY, *SAME_IN_EVERY_STATE, *OF_ONES_OWN):
        assert any(re.search(each, route) for route in routes), each
    own = ("/notices", "/profile/<road>", "/memberships/<uuid:membership_id>/leave", "/home/img")
    read_by_others = (
        "/admin/accounts/<uuid:person_id>",
        "/admin/log",
        "/equity/rounds/<uuid:over_id>",
    )
    assert not [route for route in (*own, *read_by_others) if SAME.search(route)]


def test_words_are_looked_for_in_attributes_and_in_lists_too() -> None:
    page = """<a href="mailto:anaquokka@example.org" title='Imgwish&#113;uokka'>Write</a>
    <select name="who" aria-label="Anaquokka"><option value="1">Noorquokka</option></select>
    <img alt="Goalquokka"><input value="1987" placeholder="Whyquokka">
    <select id="timezone" name="timezone"><option>Asia/Kathmandu</option></select>
    <input type="hidden" name="csrf_token" value="1.1986.x">
    <a href="/people/00000000-1985-4000-8000-000000000000">"""
    words = words_of(Response(page, mimetype="text/html"))
    mail, rest = "anaquokka@example.org", "Imgwishquokka Anaquokka Noorquokka Goalquokka Whyquokka"
    for word in (mail, *rest.split(), "1987"):
        assert says(words, word), word
    for word in ("Asia/Kathmandu", "1986", "1985"):
        assert not says(words, word), word


def test_the_words_are_there_to_be_found(cast: Cast) -> None:
    """The search above means something: every field of the cards has a word to look for.

    So has every answer, those that nobody is shown too.
    """
    told_elsewhere = {
        "key": "no answer",
        "priority": "no answer: it follows from what became of the last mentorship",
        "requests": "who is asked for is Noor, whose name is a word; the line has its own",
    }
    answers = {IMG: Img, MENTOR: Mentor}
    for kind, shown in SHOWN.items():
        said = {field.name for field in dataclasses.fields(answers[kind])} - told_elsewhere.keys()
        more = {"paused_until"} if kind is MENTOR else set()
        assert set(CANARIES[kind].values()) - {""} == said | set(shown) | more
    noor = read_mentor(cast.session, cast.people["Noor"].id).values
    assert all(getattr(noor, field) for field in dataclasses.asdict(noor))
