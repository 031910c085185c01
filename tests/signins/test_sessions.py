"""A session is on the server: it has a secret of its own, can be seen, and ends for good."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from mentorship.accounts.models import ADMINISTRATOR, Role, User
from mentorship.audit import AuditEntry
from mentorship.extensions import db
from mentorship.privacy import wishes
from mentorship.sections.models import SectionRole
from mentorship.signins.browsers import in_words
from mentorship.signins.models import UserSession
from tests import factories
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, anna
from tests.page import PageClient

__all__ = ["anna"]  # a fixture

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


def _entered(app: Flask, person: User, password: str = PASSWORD) -> PageClient:
    client = PageClient(app)
    client.submit("/login", {"email": person.email, "password": password})
    return client


def _token(client: PageClient) -> str:
    with client.client.session_transaction() as cookie:
        return str(cookie["_user_id"])


def _copied(client: PageClient) -> PageClient:
    """Return another browser with a copy of this one's cookie, as a thief would have it."""
    copy = PageClient(client.app)
    cookie = client.client.get_cookie(client.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    copy.client.set_cookie(cookie.key, cookie.value)
    return copy


def _prove(client: PageClient, password: str = PASSWORD, status: int = 303) -> None:
    """Enter the password again, some time after the sign-in."""
    with client.client.session_transaction() as cookie:
        cookie["fs_paa"] = 1.0
    data = {"again_password": password}
    client.submit("/verify?next=/account", data, status=status)


def _is_out(client: PageClient) -> bool:
    return client.client.get("/account").status_code == 302


# --- The token -----------------------------------------------------------------------------------


def test_the_database_holds_no_token(app: Flask, session: Session, anna: User) -> None:
    client = _entered(app, anna)
    token = _token(client)
    assert len(token) >= 43  # 256 bits in base64
    row = session.scalars(sa.select(UserSession)).one()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    for table in db.metadata.sorted_tables:
        assert token not in str(session.execute(sa.select(table)).all()), table.name


def test_the_cookie_says_nothing_of_the_person(app: Flask, session: Session, anna: User) -> None:
    client = _entered(app, anna)
    _prove(client)
    with client.client.session_transaction() as cookie:
        held = dict(cookie)
    for secret in (anna.fs_uniquifier, str(anna.id), anna.id.hex, anna.email, anna.name):
        assert secret not in str(held)
    assert "_id" not in held  # a hash of address and browser


def test_a_known_token_is_not_taken_over(app: Flask, session: Session, anna: User) -> None:
    """Whoever plants a session before the sign-in has nothing after it."""
    planted = PageClient(app)
    with planted.client.session_transaction() as cookie:
        cookie["_user_id"] = "planted"
    planted.submit("/login", {"email": anna.email, "password": PASSWORD})
    assert _token(planted) != "planted"


def test_signing_in_anew_ends_the_session_before(app: Flask, session: Session, anna: User) -> None:
    client = _entered(app, anna)
    copy = _copied(client)
    client.post("/logout")
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    assert _is_out(copy)
    assert not _is_out(client)


def test_a_fresh_proof_changes_the_token(app: Flask, session: Session, anna: User) -> None:
    client = _entered(app, anna)
    copy, before = _copied(client), _token(client)
    assert not _is_out(copy)
    _prove(client, "wrong", status=200)
    assert _token(client) == before
    _prove(client)
    assert _token(client) != before
    assert _is_out(copy)
    assert not _is_out(client)


def test_a_copied_cookie_is_dead_after_signing_out(
    app: Flask, session: Session, anna: User
) -> None:
    client = _entered(app, anna)
    copy = _copied(client)
    assert not _is_out(copy)
    client.post("/logout")
    assert _is_out(copy)


def test_a_changed_password_ends_all_but_this_one(app: Flask, session: Session, anna: User) -> None:
    client, other = _entered(app, anna), _entered(app, anna)
    copy = _copied(client)
    client.submit("/change", {"password": PASSWORD, "new_password": OTHER_PASSWORD})
    assert [_is_out(each) for each in (client, copy, other)] == [False, True, True]
    assert len(client.get("/account/sessions").tree.findall(".//main//li[@class='panel']")) == 1


def test_a_reset_password_ends_all(app: Flask, session: Session, anna: User) -> None:
    client = _entered(app, anna)
    db.session.execute(sa.update(User).where(User.id == anna.id).values(fs_uniquifier="new"))
    assert _is_out(client)


@pytest.mark.parametrize("what", ["leads", "runs the site"])
def test_another_role_needs_another_session(
    app: Flask, session: Session, anna: User, what: str
) -> None:
    client = _entered(app, anna)
    section = factories.section(session)
    factories.member(session, section, SectionRole.MENTOR, anna)
    assert not _is_out(client)
    if what == "leads":
        factories.member(session, section, SectionRole.LEADER, anna)
    else:
        anna.roles.append(Role(name=ADMINISTRATOR))
        session.flush()
    page = client.follow(client.get("/account", status=302))
    assert "Your role on this site has changed" in page.text
    assert not _is_out(_entered(app, anna))


def _form_token(client: PageClient) -> str:
    with client.client.session_transaction() as cookie:
        return str(cookie["csrf_token"])


def test_forms_get_another_token_at_sign_in(app: Flask, client: PageClient, anna: User) -> None:
    """Somebody may have planted the cookie of before, and know its token."""
    planted = client.token()
    before = _form_token(client)
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    client.get("/account")
    assert _form_token(client) != before
    sent = {"csrf_token": planted, "name": "Planted", "timezone": "Europe/Oslo"}
    assert client.client.post("/account", data=sent).status_code == 400


def test_open_forms_outlive_a_session_that_is_over_for_their_owner_alone(
    app: Flask, session: Session, anna: User
) -> None:
    other = factories.person(session, "Bo", password=hash_password(PASSWORD))
    for who, status in ((anna, 303), (other, 400)):
        client = _entered(app, anna)
        client.get("/account")
        opened = client.token()
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=61)):
            client.submit("/login", {"email": who.email, "password": PASSWORD})
            sent = {"csrf_token": opened, "name": "Anna Ode", "timezone": "Europe/Oslo"}
            assert client.client.post("/account", data=sent).status_code == status


# --- The list ------------------------------------------------------------------------------------


def test_the_list_names_browsers_and_marks_this_one(
    app: Flask, session: Session, anna: User
) -> None:
    other = PageClient(app)
    data = {"email": anna.email, "password": PASSWORD, "csrf_token": other.token()}
    other.client.post("/login", data=data, headers={"User-Agent": WINDOWS})
    page = _entered(app, anna).get("/account/sessions")
    rows = ["".join(li.itertext()) for li in page.tree.iterfind(".//main//li[@class='panel']")]
    assert len(rows) == 2
    assert sum("This one" in row for row in rows) == 1
    (windows,) = [row for row in rows if "Firefox on Windows" in row]
    assert "This one" not in windows
    assert "End this session" in windows


def test_one_session_is_ended(app: Flask, session: Session, anna: User) -> None:
    client, other, third = (_entered(app, anna) for _ in range(3))
    hashed = hashlib.sha256(_token(other).encode()).hexdigest()
    row = session.scalars(sa.select(UserSession).where(UserSession.token_hash == hashed)).one()
    client.post(f"/account/sessions/{row.id}/end")
    assert [_is_out(each) for each in (client, other, third)] == [False, True, False]


def test_nobody_ends_the_session_of_another(
    app: Flask, session: Session, anna: User, sign_in: Callable[[User], PageClient]
) -> None:
    client = _entered(app, anna)
    row = session.scalars(sa.select(UserSession)).one()
    stranger = sign_in(factories.person(session))
    stranger.post(f"/account/sessions/{row.id}/end", status=404)
    stranger.post(f"/account/sessions/{uuid.uuid4()}/end", status=404)
    assert not _is_out(client)


def test_all_others_are_ended(app: Flask, session: Session, anna: User) -> None:
    client, other, third = (_entered(app, anna) for _ in range(3))
    page = client.follow(client.post("/account/sessions/end-others"))
    assert "2 other sessions are ended" in page.text
    assert [_is_out(each) for each in (client, other, third)] == [False, True, True]


def test_all_are_ended_here_too(app: Flask, session: Session, anna: User) -> None:
    client, other = _entered(app, anna), _entered(app, anna)
    copy = _copied(client)
    page = client.post("/account/sessions/end-all")
    assert page.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "signed out everywhere" in client.follow(page).text
    assert all(_is_out(each) for each in (client, copy, other))


@pytest.mark.parametrize("step", ["end-others", "end-all", "{key}/end"])
def test_ending_sessions_asks_who_it_is(
    app: Flask, session: Session, anna: User, step: str
) -> None:
    client, other = _entered(app, anna), _entered(app, anna)
    key = session.scalars(sa.select(UserSession.id).limit(1)).one()
    path = f"/account/sessions/{step.format(key=key)}"
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        asked = client.post(path, status=200)
        assert asked.h1 == "Show again that it is you"
        assert not _is_out(other)
        asked.form(path)


def test_the_log_tells_of_sessions(app: Flask, session: Session, anna: User) -> None:
    client = _entered(app, anna)
    client.post("/account/sessions/end-others")
    client.post("/logout")
    ours = sa.select(AuditEntry.action).where(AuditEntry.action.like("session.%"))
    actions = session.scalars(ours.order_by(AuditEntry.number)).all()
    assert actions == ["session.end_all", "session.end"]


# --- Administrators ------------------------------------------------------------------------------


@pytest.fixture
def ada(session: Session, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(factories.administrator(session))


def test_an_account_is_found_by_name_or_address(ada: PageClient, anna: User) -> None:
    assert "Find a person" in ada.get("/admin/accounts").text
    for words in ("ann", "ANNA@", "Schmidt"):
        assert anna.email in ada.follow(ada.post("/admin/accounts", {"q": words})).text
    anna.name = "Élodie Łukaszewicz-Ёлкина"
    for words in ("Élodie", "élodie", "ŁUKASZ", "ёлкина"):
        assert anna.email in ada.follow(ada.post("/admin/accounts", {"q": words})).text
    for words in ("nobody here", "%", "_nna"):
        assert "Nobody found" in ada.follow(ada.post("/admin/accounts", {"q": words})).text
    assert anna.email not in ada.get("/admin/accounts?q=ann").text


def test_an_administrator_ends_the_sessions_of_a_person(
    app: Flask, ada: PageClient, anna: User
) -> None:
    client = _entered(app, anna)
    page = ada.follow(ada.post(f"/admin/accounts/{anna.id}/end-sessions"))
    assert "Anna Schmidt is signed out everywhere." in page.text
    assert "not signed in anywhere" in page.text
    assert _is_out(client)
    assert not _is_out(_entered(app, anna))


def test_a_switched_off_account_is_out_at_once(app: Flask, ada: PageClient, anna: User) -> None:
    client = _entered(app, anna)
    ada.post(f"/admin/accounts/{anna.id}/switch-off")
    assert _is_out(client)
    data = {"email": anna.email, "password": PASSWORD}
    client.submit("/login", data, status=200)
    ada.post(f"/admin/accounts/{anna.id}/switch-on")
    client.submit("/login", data)


def test_an_account_switched_off_elsewhere_is_out_at_once(
    app: Flask, session: Session, anna: User
) -> None:
    client = _entered(app, anna)
    anna.active = False
    session.flush()
    assert _is_out(client)


def test_administrators_do_not_switch_themselves_off(session: Session, ada: PageClient) -> None:
    me = session.query(User).filter(User.roles.any()).one()
    page = ada.follow(ada.post(f"/admin/accounts/{me.id}/switch-off"))
    assert "Nobody switches off their own account" in page.text
    assert me.active


def test_the_last_administrator_who_stays_is_not_switched_off(
    session: Session, ada: PageClient
) -> None:
    """Whoever asked to be erased goes within days, and is nobody to count on."""
    me = session.query(User).filter(User.roles.any()).one()
    other = factories.administrator(session)
    wishes.ask(session, person=me, now=dt.datetime.now(dt.UTC))
    page = ada.follow(ada.post(f"/admin/accounts/{other.id}/switch-off"))
    assert "Nobody else stays to administer the site. It needs one more first." in page.text
    assert "Switch this account off" not in page.text
    assert other.active
    factories.administrator(session)
    ada.submit(f"/admin/accounts/{other.id}", action=f"/admin/accounts/{other.id}/switch-off")
    assert not other.active


# --- Browsers in words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (WINDOWS, "Firefox on Windows"),
        (f"Mozilla/5.0 (Macintosh; {WEBKIT} Version/18.0 Safari/605.1.15", "Safari on Mac"),
        (
            f"(Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (f"(Linux; Android 15) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Android"),
        (f"(iPhone; CPU iPhone OS 18_0) {WEBKIT} CriOS/140.0 Safari/604.1", "Chrome on iPhone"),
        ("", "A browser on an unknown device"),
        ("x" * 100_000, "A browser on an unknown device"),
    ],
)
def test_browsers_are_named_in_plain_words(sent: str, words: str) -> None:
    assert in_words(sent) == words


def test_everybody_is_signed_out_by_a_command_and_the_log_says_so(
    app: Flask, anna: User, session: Session
) -> None:
    other = factories.person(session)
    browsers = [_entered(app, anna), PageClient(app, other)]
    assert (
        "Aborted" in app.test_cli_runner().invoke(args=["sessions", "end-all"], input="n\n").output
    )
    count = session.scalars(sa.select(sa.func.count()).select_from(UserSession)).one()
    assert count >= 2
    done = app.test_cli_runner().invoke(args=["sessions", "end-all", "--yes"])
    assert f"Sessions ended: {count}." in done.output
    for browser in browsers:
        assert browser.client.get("/account").status_code in {302, 303}
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert (last.action, last.actor_id, last.detail) == (
        "session.end_everybodys",
        None,
        {"sessions": count},
    )
