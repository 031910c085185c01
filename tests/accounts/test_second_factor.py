"""A second factor by codes of an app: set up, asked for, used once, lost, reset and required."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from mentorship.accounts import recovery, totp
from mentorship.accounts.models import RecoveryCode, User
from mentorship.accounts.second_step import SETTING_UP
from mentorship.config import Mfa
from mentorship.extensions import db
from mentorship.sections.models import SectionRole
from tests import factories
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, Mailbox, again
from tests.accounts.races import at_once_by
from tests.accounts.second import (
    APP,
    CODES,
    STEP,
    add_app,
    code_of,
    entries,
    first_step,
    second_step,
)
from tests.page import PageClient


@pytest.fixture
def mine(anna: User, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(anna)


def test_an_app_is_set_up_and_asked_for(
    app: Flask, mine: PageClient, client: PageClient, anna: User, mailbox: Mailbox
) -> None:
    page = mine.get(APP)
    picture = page.tree.find(".//path")
    assert picture is not None
    assert len(picture.get("d", "")) > 1000
    assert "data:" not in page.html
    secret, codes = add_app(mine, anna)
    assert len(set(codes)) == 10
    assert mailbox.last(anna.email).subject == "Your second factor was changed"
    assert "10 of 10" in mine.get("/account/security").text
    step = first_step(client, anna)
    assert str(step.location).startswith(STEP)
    client.get("/account", status=302)
    assert client.follow(step).h1 == "Second step"
    assert second_step(client, code_of(secret)).location == "/"
    assert client.get("/account").h1 == "Account"


def test_the_key_in_letters_is_that_of_the_picture(mine: PageClient, anna: User) -> None:
    page = mine.get(APP)
    key = "".join(str(page.tree.find(".//p[@class='key']/code").text).split())  # type: ignore[union-attr]  # None fails the test
    sealed = page.form("").find(".//input[@name='sealed']").get("value") or ""  # type: ignore[union-attr]  # None fails the test
    secret = totp.unseal(anna, sealed)
    assert secret is not None
    assert key in secret.replace("=", "")


def test_the_secret_is_sealed_in_the_database(
    session: Session, mine: PageClient, anna: User
) -> None:
    secret, _ = add_app(mine, anna)
    blob = bytes(session.scalar(sa.select(User.totp_sealed).where(User.id == anna.id)) or b"")
    assert blob
    assert secret.encode() not in blob
    assert again(anna).totp == secret


def test_the_way_back_is_kept(mine: PageClient, client: PageClient, anna: User) -> None:
    secret, _ = add_app(mine, anna)
    data = {"email": anna.email, "password": PASSWORD}
    step = client.submit("/login?next=/account%3Ftab%3D1", data)
    done = client.post(str(step.location), {"code": code_of(secret)})
    assert done.location == "/account?tab=1"


def test_the_way_back_stays_on_this_site(mine: PageClient, client: PageClient, anna: User) -> None:
    secret, _ = add_app(mine, anna)
    first_step(client, anna)
    path = f"{STEP}?next=https://bad.example/"
    assert client.post(path, {"code": code_of(secret)}).location == "/"


def test_a_code_works_once(app: Flask, mine: PageClient, client: PageClient, anna: User) -> None:
    secret, _ = add_app(mine, anna)
    code = code_of(secret)
    first_step(client, anna)
    second_step(client, code)
    other = PageClient(app)
    first_step(other, anna)
    assert "used already" in second_step(other, code, status=200).text
    other.get("/account", status=302)


@pytest.mark.parametrize(
    ("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_the_clock_may_be_one_step_off(app: Flask, anna: User, steps: int, *, right: bool) -> None:
    with time_machine.travel(
        dt.datetime(2027, 1, 4, 12, 0, 15, tzinfo=dt.UTC), tick=False
    ) as clock:
        mine, client = PageClient(app, anna), PageClient(app)
        secret, _ = add_app(mine, anna)
        clock.shift(300)
        first_step(client, anna)
        second_step(client, code_of(secret, steps=steps), status=303 if right else 200)


def test_the_second_step_waits_ten_minutes(
    mine: PageClient, client: PageClient, anna: User
) -> None:
    secret, _ = add_app(mine, anna)
    first_step(client, anna)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        client.post(STEP, {"code": code_of(secret)}, status=410)
        client.get("/account", status=302)


def test_nobody_comes_to_the_second_step_without_the_first(client: PageClient) -> None:
    assert client.get(STEP, status=410).h1 == "Begin with your password"
    client.post(STEP, {"code": "123456"}, status=410)


def test_a_new_password_meanwhile_ends_the_wait(
    session: Session, mine: PageClient, client: PageClient, anna: User
) -> None:
    secret, _ = add_app(mine, anna)
    first_step(client, anna)
    mine.submit("/change", {"password": PASSWORD, "new_password": OTHER_PASSWORD})
    client.post(STEP, {"code": code_of(secret)}, status=410)


def test_a_new_password_by_mail_does_not_bypass_it(
    mine: PageClient, client: PageClient, anna: User, mailbox: Mailbox
) -> None:
    add_app(mine, anna)
    client.submit("/reset", {"email": anna.email})
    client.submit(mailbox.last(anna.email).path, {"password": OTHER_PASSWORD})
    client.get("/account", status=302)
    assert str(first_step(client, anna, OTHER_PASSWORD).location).startswith(STEP)
    client.get("/account", status=302)


def test_a_wrong_code_sets_nothing_up(mine: PageClient, anna: User) -> None:
    page = mine.submit(APP, {"code": "000000"}, status=200)
    assert "This code is not right" in page.text
    assert again(anna).totp_sealed is None
    kept = page.form("").find(".//input[@name='sealed']").get("value")  # type: ignore[union-attr]  # None fails the test
    first = totp.unseal(anna, str(kept))
    assert first is not None, "the picture that was scanned stays the same"


def test_a_secret_offered_to_another_is_not_taken(
    session: Session, mine: PageClient, anna: User, sign_in: Callable[[User], PageClient]
) -> None:
    ben = factories.person(session, "Ben")
    secret = '{"key":"PTPDUNM67EM2KJVOTZU7BOKJHQ3LUAZA","type":"totp","v":1}'
    sealed = totp.offer(ben).sealed
    for forged in (sealed, "", "x", "====", secret):
        mine.post(APP, {"sealed": forged, "code": code_of(secret)}, status=200)
    assert again(anna).totp_sealed is None


def test_other_sessions_end_when_it_changes(
    app: Flask, mine: PageClient, client: PageClient, anna: User
) -> None:
    first_step(client, anna)
    client.get("/account")
    add_app(mine, anna)
    mine.get("/account")
    client.get("/account", status=302)


def test_it_is_taken_off_and_said_so(mine: PageClient, anna: User, mailbox: Mailbox) -> None:
    add_app(mine, anna)
    assert mine.get(f"{APP}/remove").h1.startswith("Take off")
    mine.submit(f"{APP}/remove")
    kept = again(anna)
    assert (kept.totp_sealed, kept.second_factor_at) == (None, None)
    assert mailbox.last(anna.email).subject == "Your second factor is off"
    assert db.session().scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0
    mine.get("/account")


def test_another_app_takes_the_place_of_the_first(
    mine: PageClient, client: PageClient, anna: User
) -> None:
    first, _ = add_app(mine, anna)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)):
        other, codes = add_app(mine, anna)
        assert codes == [], "the codes that were kept stay good"
        first_step(client, anna)
        second_step(client, code_of(first), status=200)
        second_step(client, code_of(other))


# --- Recovery codes ------------------------------------------------------------------------------


def test_a_recovery_code_works_once_and_is_announced(
    app: Flask, mine: PageClient, client: PageClient, anna: User, mailbox: Mailbox
) -> None:
    _, codes = add_app(mine, anna)
    first_step(client, anna)
    second_step(client, codes[3].upper().replace("-", " "))
    assert "left: 9" in mailbox.last(anna.email).text
    assert "9 of 10" in client.get("/account/security").text
    other = PageClient(app)
    first_step(other, anna)
    second_step(other, codes[3], status=200)
    second_step(other, codes[4])


def test_letters_that_look_alike_are_the_same(session: Session, anna: User) -> None:
    plain = "31l0oi22345abcdefghjkmnpqrs"
    code = plain.translate(recovery.LOOKALIKES)
    recovery.keep_codes(session, anna, [code] * 10, now=factories.NOW)
    same = lambda given, kept: given == kept  # noqa: E731  stands in for the hash
    assert recovery.use_code(
        session, anna, "3-1l0oi-22345-abcde-fghjk-mnpqrs", check=same, now=factories.NOW
    )


@pytest.mark.parametrize(
    "text", ["", "-", "3", "x-aaaaa-aaaaa", "²-aaaaa-aaaaa", "3-aaaaa", "9" * 40]
)
def test_what_is_no_code_is_refused(
    mine: PageClient, client: PageClient, anna: User, text: str
) -> None:
    add_app(mine, anna)
    first_step(client, anna)
    second_step(client, text, status=200)


def test_a_code_of_before_which_was_shorter_is_still_good(session: Session, anna: User) -> None:
    recovery.keep_codes(session, anna, ["3abcdefghjk"] * 10, now=factories.NOW)
    same = lambda given, kept: given == kept  # noqa: E731  stands in for the hash
    assert recovery.use_code(session, anna, "3-abcde-fghjk", check=same, now=factories.NOW)


def test_codes_are_kept_as_hashes(session: Session, mine: PageClient, anna: User) -> None:
    _, codes = add_app(mine, anna)
    hashes = session.scalars(sa.select(RecoveryCode.hash)).all()
    assert len(hashes) == 10
    assert all(text.startswith("$argon2id$") for text in hashes)
    assert not any(code[2:7] in text for code in codes for text in hashes)


def test_new_codes_take_the_place_of_the_old(
    mine: PageClient, client: PageClient, anna: User
) -> None:
    _, codes = add_app(mine, anna)
    assert "10 of 10" in mine.get(CODES).text
    page = mine.submit(CODES, status=200)
    fresh = [e.text or "" for e in page.tree.iterfind(".//*[@data-code]")]
    assert not set(fresh) & set(codes)
    first_step(client, anna)
    second_step(client, codes[0], status=200)
    second_step(client, fresh[0])


def test_codes_are_made_only_beside_a_factor(mine: PageClient) -> None:
    assert mine.get(CODES, status=303).location == "/account/second-factor"
    assert mine.post(CODES).location == "/account/second-factor"


# --- All at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_ten_uses_of_one_code_at_once_one_signs_in(
    new_app: Callable[..., Flask], kind: str
) -> None:
    app = new_app()
    with app.app_context(), app.test_request_context():
        who = factories.person(
            db.session(), "Lea Roy", email="lea@example.org", password=hash_password(PASSWORD)
        )
        db.session.commit()
        secret, codes = add_app(PageClient(app, who), who)
        visitors = [PageClient(app) for _ in range(10)]
        for visitor in visitors:
            first_step(visitor, who)
    code = code_of(secret) if kind == "app" else codes[0]
    answers = at_once_by(visitors, STEP, {"code": code})
    statuses = Counter(status for status, _ in answers)
    assert statuses[303] == 1
    assert statuses[200] in {4, 5}, "the right one may make room for one more, the rest is too many"
    assert statuses.total() == statuses[200] + statuses[303] + statuses[429]


# --- The log -------------------------------------------------------------------------------------


def test_the_log_names_what_was_done_and_no_values(
    session: Session, mine: PageClient, client: PageClient, anna: User
) -> None:
    secret, _ = add_app(mine, anna)
    client.submit("/login", {"email": anna.email, "password": "wrong"}, status=200)
    client.submit("/login", {"email": "nobody@example.org", "password": "wrong"}, status=200)
    first_step(client, anna)
    second_step(client, "000000", status=200)
    second_step(client, code_of(secret))
    client.submit("/change", {"password": PASSWORD, "new_password": OTHER_PASSWORD})
    client.submit(f"{APP}/remove")
    assert entries(session, "account.factor.add") == [{"factor": "app"}]
    assert len(entries(session, "account.recovery_codes.make")) == 1
    assert len(entries(session, "account.sign_in.fail")) == 2
    assert len(entries(session, "account.second_step.fail")) == 1
    assert entries(session, "account.sign_in") == [{"by": "password app"}]
    assert len(entries(session, "account.password.change")) == 1
    assert entries(session, "account.factor.remove") == [{"factor": "app"}]


# --- Reset by an administrator -------------------------------------------------------------------


def test_an_administrator_resets_it_with_a_reason(  # noqa: PLR0917  fixtures
    session: Session,
    mine: PageClient,
    client: PageClient,
    anna: User,
    mailbox: Mailbox,
    sign_in: Callable[[User], PageClient],
) -> None:
    add_app(mine, anna)
    admin = sign_in(factories.administrator(session))
    data = {"email": anna.email, "reason": "Met her in the office."}
    assert (
        "Say why" in admin.submit("/admin/second-factor", data | {"reason": " "}, status=200).text
    )
    assert "is taken off" in admin.follow(admin.submit("/admin/second-factor", data)).text
    assert again(anna).second_factor_at is None
    mine.get("/account", status=302)
    assert first_step(client, anna).location == "/"
    assert "Met her in the office." in mailbox.last(anna.email).text
    assert entries(session, "account.factor.reset") == [{}]  # no words outlive her
    assert "Nobody with this" in admin.submit("/admin/second-factor", data, status=200).text


def test_a_leader_cannot_reset_it(session: Session, sign_in: Callable[[User], PageClient]) -> None:
    leader = sign_in(factories.leader(session, factories.section(session)))
    leader.get("/admin/second-factor", status=404)
    leader.post("/admin/second-factor", {"email": "x@example.org", "reason": "x"}, status=404)


def test_an_administrator_does_not_reset_their_own(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    person = factories.administrator(session)
    admin = sign_in(person)
    add_app(admin, person)
    data = {"email": person.email, "reason": "x"}
    assert "This is you" in admin.submit("/admin/second-factor", data, status=200).text


# --- Who must have one ---------------------------------------------------------------------------


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mfa], None]:
    """Change who must have a second factor, for one test."""
    return lambda rule: _require(app, monkeypatch, rule)


def _require(app: Flask, monkeypatch: pytest.MonkeyPatch, rule: Mfa) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], require_mfa=rule)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


@pytest.mark.parametrize(
    ("rule", "who", "held"),
    [
        (Mfa.STAFF, "leader", True),
        (Mfa.STAFF, "administrator", True),
        (Mfa.STAFF, "img", False),
        (Mfa.ALL, "img", True),
        (Mfa.OFF, "leader", False),
    ],
)
def test_who_must_have_one_reaches_the_set_up_page_only(
    session: Session,
    strict: Callable[[Mfa], None],
    sign_in: Callable[[User], PageClient],
    rule: Mfa,
    who: str,
    *,
    held: bool,
) -> None:
    strict(rule)
    section = factories.section(session)
    person = {
        "leader": lambda: factories.leader(session, section),
        "administrator": lambda: factories.administrator(session),
        "img": lambda: factories.member(session, section, SectionRole.IMG),
    }[who]()
    client = sign_in(person)
    answer = client.client.get("/account")
    assert (answer.status_code, answer.location) == (
        (303, "/account/second-factor") if held else (200, None)
    )
    client.get("/account/second-factor")
    client.get("/help")
    if held:
        add_app(client, person)
        client.get("/account")
        page = client.submit(f"{APP}/remove")
        assert "You need a second factor" in client.follow(page).text
        assert again(person).totp_sealed is not None


def test_every_other_address_leads_to_the_set_up_page(
    app: Flask,
    session: Session,
    strict: Callable[[Mfa], None],
    sign_in: Callable[[User], PageClient],
) -> None:
    strict(Mfa.STAFF)
    client = sign_in(factories.administrator(session))
    wrong = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in SETTING_UP:
            continue
        values = dict.fromkeys(rule.arguments, "0b3d6d1e-5f3b-4c5e-9c38-6c1f0d0b7a11")
        _, path = rule.build(values, append_unknown=False)  # type: ignore[misc]  # its hint wants the text of a rule
        for method in {"GET", "POST"} & set(rule.methods or ()):
            data = {"csrf_token": client.token()} if method == "POST" else None
            answer = client.client.open(path, method=method, data=data)
            if (answer.status_code, answer.location) != (303, "/account/second-factor"):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.location}")
    assert wrong == []
