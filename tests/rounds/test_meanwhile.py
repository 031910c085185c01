"""Two leaders at the same form: nothing is overwritten in silence, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import mail_texts
from mentorship.rounds.mail_models import MailKind
from mentorship.rounds.setup import SetUp
from tests import factories
from tests.page import Page, PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def typed(page: Page, action: str | None = None) -> dict[str, str]:
    """Return what a form holds, by field."""
    form = page.form(action)
    found = {each.get("name") or "": _value(each) for each in form.iter("input") if _sent(each)}
    return found | {e.get("name") or "": (e.text or "").strip("\n") for e in form.iter("textarea")}


def _sent(field: Element) -> bool:
    choice = field.get("type") in {"checkbox", "radio"}
    return not choice or field.get("checked") is not None


def _value(field: Element) -> str:
    return field.get("value") or ""


@pytest.fixture
def second(cast: Cast, session: Session) -> User:
    return factories.leader(session, cast.section)


def test_who_saves_a_set_up_second_is_told_and_keeps_what_was_typed(
    cast: Cast, sign_in: SignIn, second: User
) -> None:
    round_ = cast.open()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/set-up"
    one, two = sign_in(cast.leader), sign_in(second)
    opened = typed(two.get(here), here)
    one.submit(here, {"weight_topics": "1", "answer_days": "9"}, action=here)

    page = two.post(here, opened | {"minimum": "35", "answer_days": "20"}, status=409)
    assert f"{cast.leader.name} saved first" in page.text
    assert "Weight of Topics: 10 → 1" in page.text
    assert "Days to answer: 14 → 9" in page.text
    assert "that is changed again: Days to answer: 9 → 20" in page.text
    kept = typed(page, here)
    assert (kept["weight_topics"], kept["minimum"], kept["answer_days"]) == ("1", "35", "20")
    stands = cast.again(round_)
    assert SetUp.from_json(stands.rules).minimum_score == 0
    assert stands.answer_days == 9

    two.post(here, kept)
    stands = cast.again(round_)
    saved = SetUp.from_json(stands.rules)
    assert (saved.weights["topics"], saved.minimum_score, stands.answer_days) == (1, 3500, 20)
    told = two.get(here.replace("set-up", "history")).text
    assert "Changed the set-up. Days to answer: 14 → 9; Weight of Topics: 10 → 1" in told
    assert "Changed the set-up. Days to answer: 9 → 20; Lowest score of a pair: 0 → 35" in told


def test_changes_of_several_are_told_together(cast: Cast, sign_in: SignIn, second: User) -> None:
    round_ = cast.open()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/set-up"
    one, two = sign_in(cast.leader), sign_in(second)
    opened = typed(two.get(here), here)
    for days in ("9", "8"):
        one.submit(here, {"answer_days": days}, action=here)
    page = two.post(here, opened | {"minimum": "35"}, status=409)
    assert "Days to answer: 14 → 8" in page.text
    assert "that is changed again" not in page.text
    assert typed(page, here)["answer_days"] == "8"


def test_who_saves_a_date_second_is_told(cast: Cast, sign_in: SignIn, second: User) -> None:
    round_ = cast.open()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/deadline"
    one, two = sign_in(cast.leader), sign_in(second)
    opened = typed(two.get(here), "")
    soon, later = (
        f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=days):%Y-%m-%dT%H:%M}" for days in (3, 9)
    )
    one.submit(here, {"at": soon}, action="")
    first = cast.again(round_).closes_at
    page = two.post(here, opened | {"at": later}, status=409)
    assert f"{cast.leader.name} saved first" in page.text
    assert cast.again(round_).closes_at == first
    again = typed(page, "")
    assert again["at"] == later
    two.post(here, again)
    assert cast.again(round_).closes_at != first
    assert "Set a deadline: none → " in two.get(here.replace("deadline", "history")).text


@pytest.mark.parametrize("back", [False, True])
def test_who_saves_a_mail_second_is_told(
    cast: Cast, session: Session, sign_in: SignIn, second: User, *, back: bool
) -> None:
    here = f"/sections/{cast.section.slug}/rounds/mails/mentor_accepted"
    one, two = sign_in(cast.leader), sign_in(second)
    one.submit(here, {"subject": "First", "body": "Hello {name} {link}"}, action=here)
    opened = typed(two.get(here), f"{here}/usual" if back else here)
    one.submit(here, {"subject": "Second", "body": "Dear {name} {link}"}, action=here)
    sent = opened | ({} if back else {"subject": "Mine", "body": "Hey {link}"})
    page = two.post(f"{here}/usual" if back else here, sent, status=409)
    assert f"{cast.leader.name} saved first" in page.text
    assert "Dear Ana Silva" in page.text  # how the text that stands reads
    stands = mail_texts.text_of(session, cast.section.id, MailKind.MENTOR_ACCEPTED)
    assert stands.subject == "Second"
    if not back:
        again = typed(page, here)
        assert again["subject"] == "Mine"
        two.post(here, again)
        stands = mail_texts.text_of(session, cast.section.id, MailKind.MENTOR_ACCEPTED)
        assert stands.subject == "Mine"
