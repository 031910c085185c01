"""Signing in by a provider of OpenID Connect that runs beside the test, and lies when told to."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask_security import hash_password
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session

from mentorship.accounts import asking, attempts, provider_answers
from mentorship.accounts.attempts import Attempt, Purpose
from mentorship.accounts.models import Identity, User
from mentorship.audit import AuditEntry
from mentorship.config import Mfa
from mentorship.extensions import Base
from mentorship.notices.models import Message
from mentorship.signins.models import Rank, UserSession
from tests import factories
from tests.accounts import provider as lying
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, Mailbox, again
from tests.accounts.provider import Idp, running
from tests.accounts.second import add_app, code_of
from tests.factories import NOW
from tests.page import Page, PageClient

TO, BACK = "/login/with/uni", "/login/with/uni/back"
REFUSED = "You could not be signed in with Your University."


@pytest.fixture(scope="module")
def idps() -> Iterator[tuple[Idp, Idp]]:
    with running() as one, running() as other:
        yield one, other


@pytest.fixture(scope="module")
def app(new_app: Callable[..., Flask], idps: tuple[Idp, Idp]) -> Flask:
    one, other = idps
    clinic = other.provider(id="clinic", name="Your Clinic", joining=False)
    return new_app(providers=(one.provider(), clinic), require_mfa=Mfa.STAFF)


@pytest.fixture(scope="module")
def own_keys(idps: tuple[Idp, Idp]) -> Mapping[int, RSAKey]:
    return {each.port: each.key for each in idps}


@pytest.fixture
def idp(app: Flask, idps: tuple[Idp, Idp], own_keys: Mapping[int, RSAKey]) -> Idp:
    """An honest provider of whom nobody has asked anything yet."""
    one, other = idps
    for each in (one, other):
        fresh = Idp(port=each.port, key=own_keys[each.port])
        each.__dict__.update(fresh.__dict__)
    clients = app.extensions["sign_in_clients"]
    for client in clients.values():
        client._discovery._metadata = client._discovery._keys = None  # noqa: SLF001  as after an hour
    return one


@pytest.fixture
def nora(session: Session, idp: Idp) -> User:
    """Somebody who signs in by the provider, and has no password."""
    return known(session, idp, factories.person(session, "Nora Haddad", email="nora@example.org"))


def known(session: Session, idp: Idp, person: User, subject: str = "0815") -> User:
    session.add(Identity(person_id=person.id, issuer=idp.issuer, subject=subject, made_at=NOW))
    session.flush()
    return person


def go(client: PageClient, idp: Idp, next_: str = "") -> Page:
    """Go to the provider, sign in there, and come back."""
    there = client.submit(f"/login?next={next_}" if next_ else "/login", action=TO)
    assert there.location is not None
    assert there.location.startswith(f"{idp.issuer}/authorize?")
    return client.get(idp.sign_in(there.location), status=303)


def refused(client: PageClient, page: Page) -> None:
    assert page.location == "/login"
    assert REFUSED in client.get("/login").text
    client.get("/account", status=302)


def entries(session: Session, action: str) -> list[AuditEntry]:
    found = sa.select(AuditEntry).where(AuditEntry.action == action)
    return list(session.scalars(found.order_by(AuditEntry.number)))


# --- The way that is meant ----------------------------------------------------------------------


def test_who_is_known_signs_in_and_gets_where_they_were_going(
    client: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    assert "Sign in with Your University" in client.get("/login").text
    assert go(client, idp, "/account?from%3Dmenu").location == "/account?from=menu"
    assert client.get("/account").h1 == "Account"
    (entry,) = entries(session, "account.sign_in")
    assert (entry.actor_id, entry.detail) == (nora.id, {"by": "provider"})
    assert session.scalars(sa.select(Identity.used_at)).one() is not None


def test_the_question_holds_state_nonce_and_a_challenge(client: PageClient, idp: Idp) -> None:
    asked = [
        parse_qs(urlsplit(client.post(TO).location or "").query, strict_parsing=True)
        for _ in range(2)
    ]
    for name in ("state", "nonce", "code_challenge"):
        first, second = (each[name][0] for each in asked)
        assert first != second
        assert len(first) >= 43
    assert asked[0]["redirect_uri"] == [f"http://localhost{BACK}"]
    assert asked[0]["scope"] == ["openid email profile"]


def test_a_session_begun_there_is_as_any_other(
    client: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    go(client, idp)
    (row,) = session.scalars(sa.select(UserSession))
    assert (row.person_id, row.rank) == (nora.id, Rank.MEMBER)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=61)):
        client.get("/account", status=302)


def test_signing_out_here_ends_the_session_here_alone(
    client: PageClient, idp: Idp, nora: User
) -> None:
    go(client, idp)
    client.post("/logout")
    client.get("/account", status=302)
    asked = list(idp.asked)
    go(client, idp)  # who is still signed in there is let in again
    assert client.get("/account").h1 == "Account"
    assert "/logout" not in " ".join(idp.asked[len(asked) :])


def test_no_token_is_kept(client: PageClient, session: Session, idp: Idp, nora: User) -> None:
    go(client, idp)
    with client.client.session_transaction() as cookie:
        assert not {"sso", "sso_join"} & cookie.keys()
        assert "access-canary" not in str(dict(cookie))
    for table in Base.metadata.sorted_tables:
        assert "access-canary" not in str(session.execute(sa.select(table)).all()), table.name


def test_a_second_factor_of_ours_is_asked_for_whatever_they_asked_for(
    app: Flask, client: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    """A claim of the provider on how somebody signed in there counts for nothing."""
    idp.person |= {"amr": ["mfa", "otp"], "acr": "urn:example:gold"}
    go(client, idp)
    secret, _ = add_app(client, nora)
    client.post("/logout")
    page = go(client, idp, "/account")
    assert page.location == "/login/second-step?next=/account"
    client.get("/account", status=302)
    assert client.submit(page.location, {"code": code_of(secret)}).location == "/account"
    client.get("/account")
    assert entries(session, "account.sign_in")[-1].detail == {"by": "provider app"}


def test_an_administrator_without_one_gets_no_further_than_setting_it_up(
    client: PageClient, session: Session, idp: Idp
) -> None:
    known(session, idp, factories.administrator(session))
    go(client, idp)
    assert client.get("/home/admin", status=303).location == "/account/second-factor"


def test_roles_never_come_from_there(
    client: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    idp.person |= {"roles": ["administrator"], "groups": ["leader"], "role": "administrator"}
    go(client, idp)
    assert again(nora).roles == []
    client.get("/home/admin", status=404)


# --- Joining ------------------------------------------------------------------------------------


def test_who_is_new_joins_as_after_any_registration(
    client: PageClient, session: Session, mailbox: Mailbox, idp: Idp
) -> None:
    page = go(client, idp)
    assert page.location == "/login/join"
    form = client.get("/login/join")
    assert "nora@example.org" in form.text
    assert "Please agree" in client.submit("/login/join", {"name": "Nora H"}, status=200).text
    assert client.submit("/login/join", {"agree": "y"}).location == "/check-mail"
    (nora,) = session.scalars(sa.select(User).where(User.email == "nora@example.org"))
    assert (nora.name, nora.confirmed_at, nora.password) == ("Nora Haddad", None, None)
    assert nora.roles == []
    assert go(client, idp).location == "/check-mail", "nobody is in before the mail is answered"
    client.get("/account", status=302)
    client.submit(mailbox.last("nora@example.org").path)
    assert go(client, idp).location == "/"
    assert "Nora Haddad" in client.get("/account").html
    assert len(entries(session, "account.identity.join")) == 1


def test_an_account_is_never_joined_by_its_address(
    client: PageClient, session: Session, mailbox: Mailbox, idp: Idp, anna: User
) -> None:
    """Page and cookie are those of a new address; only the mailbox learns that it is known."""
    idp.person |= {"email": "ANNA@example.org", "sub": "4711"}
    go(client, idp)
    assert client.submit("/login/join", {"agree": "y"}).location == "/check-mail"
    assert session.scalars(sa.select(Identity)).all() == []
    assert mailbox.last(anna.email).subject == "You already have an account"
    assert go(client, idp).location == "/login/join"


def test_known_and_unknown_addresses_get_the_same_answer(
    app: Flask, session: Session, idp: Idp, anna: User
) -> None:
    def answer(email: str) -> tuple[int, list[str], int]:
        visitor = PageClient(app)
        idp.person |= {"email": email, "sub": email}
        go(visitor, idp)
        before = session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0
        page = visitor.submit("/login/join", {"agree": "y"})
        after = session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0
        names = sorted(name for name, _ in page.response.headers if name != "X-Request-ID")
        return page.status, [*names, str(page.location)], after - before

    assert answer(anna.email) == answer("nobody@example.org")


@pytest.mark.parametrize("verified", [False, "true", None, 1])
def test_an_address_that_is_not_verified_joins_nobody(
    client: PageClient, session: Session, idp: Idp, verified: object
) -> None:
    idp.person["email_verified"] = verified
    refused(client, go(client, idp))
    client.get("/login/join", status=410)
    assert session.scalars(sa.select(User)).all() == []


def test_whoever_claims_the_account_takes_it_from_who_joined_before(
    client: PageClient, session: Session, mailbox: Mailbox, idp: Idp
) -> None:
    """A stranger who joined with an address loses it to whoever has the mailbox."""
    go(client, idp)
    client.submit("/login/join", {"agree": "y"})
    client.submit("/reset", {"email": "nora@example.org"})
    link = mailbox.last("nora@example.org").path
    assert link.startswith("/claim/")
    client.submit(link, {"password": PASSWORD, "agree": "y"})
    assert session.scalars(sa.select(Identity)).all() == []


def test_a_provider_may_be_for_people_who_have_an_account_only(
    client: PageClient, idps: tuple[Idp, Idp], idp: Idp
) -> None:
    clinic = idps[1]
    there = client.post("/login/with/clinic")
    page = client.get(clinic.sign_in(there.location or ""), status=303)
    assert page.location == "/login"
    assert "No account here is connected" in client.get("/login").text


# --- Answers that are not to be trusted ---------------------------------------------------------


def _set(**claims: object) -> Callable[[dict[str, Any]], None]:
    return lambda found: found.update(claims)


def _without(*names: str) -> Callable[[dict[str, Any]], None]:
    def lie(found: dict[str, Any]) -> None:
        for name in names:
            found.pop(name, None)

    return lie


LIES = {
    "another nonce": _set(nonce="n" * 43),
    "no nonce": _without("nonce"),
    "another issuer": _set(iss="https://evil.example"),
    "issuer with a slash": lambda found: found.update(iss=found["iss"] + "/"),
    "no issuer": _without("iss"),
    "another audience": _set(aud="somebody-else"),
    "also for others": _set(aud=["mentors", "somebody-else"], azp="mentors"),
    "no audience": _without("aud"),
    "another authorized party": _set(azp="somebody-else"),
    "expired": _set(exp=int(time.time()) - 120),
    "no end": _without("exp"),
    "from the future": _set(iat=int(time.time()) + 3600),
    "not valid yet": _set(nbf=int(time.time()) + 3600),
    "no subject": _without("sub"),
    "an empty subject": _set(sub=""),
    "a number as subject": _set(sub=815),
    "an endless subject": _set(sub="x" * 300),
    "hash of another access token": _set(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "a list as end": _set(exp=[1]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_claim_that_does_not_fit_is_refused(
    client: PageClient, session: Session, idp: Idp, nora: User, lie: str
) -> None:
    idp.lie = LIES[lie]
    refused(client, go(client, idp))
    assert entries(session, "account.sign_in") == []
    (entry,) = entries(session, "account.sign_in.fail")
    assert entry.actor_id is None


SIGNED: dict[str, Callable[[Idp], Callable[[dict[str, Any]], str]]] = {
    "not at all": lambda _idp: lying.unsigned,
    "with the public key as a secret": lying.by_public_key,
    "with the secret of two": lying.by_shared_secret,
    "with another key": lying.by_another_key,
    "with another kind of key": lying.by_another_kind_of_key,
    "with a short key of its own": lying.by_a_short_key,
    "with a key that it brings along": lying.by_a_key_it_brings,
    "by nobody who can write": lambda _idp: lambda _claims: "no.token.here",
    "with nothing": lambda _idp: lambda _claims: "",
}


@pytest.mark.parametrize("how", SIGNED)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    client: PageClient, idp: Idp, nora: User, how: str
) -> None:
    idp.token = SIGNED[how](idp)
    refused(client, go(client, idp))


def test_an_algorithm_outside_the_list_is_refused(client: PageClient, idp: Idp, nora: User) -> None:
    idp.alg = "RS512"
    refused(client, go(client, idp))


def test_a_new_key_of_the_provider_is_fetched(client: PageClient, idp: Idp, nora: User) -> None:
    go(client, idp)
    client.post("/logout")
    idp.key = RSAKey.generate_key(2048, {"kid": "two"})
    with time_machine.travel(dt.datetime.now(dt.UTC)):
        discovery = client.app.extensions["sign_in_clients"]["uni"]._discovery  # noqa: SLF001  the hour passes
        discovery._keys = (discovery._keys[0] - 120, discovery._keys[1])  # noqa: SLF001
        assert go(client, idp).location == "/"


@pytest.mark.parametrize("state", ["", "x" * 43, "\N{SNOWMAN}"])
def test_an_answer_to_no_question_of_this_browser_is_refused(
    client: PageClient, session: Session, idp: Idp, nora: User, state: str
) -> None:
    code = urlsplit(idp.sign_in(client.post(TO).location or "")).query.split("code=")[1]
    page = client.get(f"{BACK}?code={code.split('&')[0]}&state={state}", status=303)
    refused(client, page)
    assert "/token" not in idp.asked


def test_an_answer_in_another_browser_is_refused(
    app: Flask, client: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    """Nobody can sign somebody else in to an account of theirs."""
    victim, way = PageClient(app), idp.sign_in(client.post(TO).location or "")
    written = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    victim.get(way, status=410)
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == written
    assert "/token" not in idp.asked


def test_an_answer_works_once(client: PageClient, idp: Idp, nora: User) -> None:
    way = idp.sign_in(client.post(TO).location or "")
    assert client.get(way, status=303).location == "/"
    client.post("/logout")
    client.get(way, status=410)
    client.get("/account", status=302)


def test_a_code_works_once_even_with_a_cookie_that_was_copied(
    app: Flask, client: PageClient, idp: Idp, nora: User
) -> None:
    way = idp.sign_in(client.post(TO).location or "")
    with client.client.session_transaction() as cookie:
        copied = dict(cookie)
    client.get(way, status=303)
    thief = PageClient(app)
    with thief.client.session_transaction() as cookie:
        cookie.update(copied)
    refused(thief, thief.get(way, status=303))


def test_an_answer_is_too_late_after_ten_minutes(client: PageClient, idp: Idp, nora: User) -> None:
    way = idp.sign_in(client.post(TO).location or "")
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        client.get(way, status=410)


def test_the_code_of_somebody_else_is_of_no_use(
    app: Flask, client: PageClient, idp: Idp, nora: User
) -> None:
    """The verifier stays in the browser that asked: a stolen code is exchanged by nobody else."""
    stolen = parse_qs(urlsplit(idp.sign_in(client.post(TO).location or "")).query)["code"][0]
    thief = PageClient(app)
    own = parse_qs(urlsplit(idp.sign_in(thief.post(TO).location or "")).query)
    way = f"{BACK}?code={stolen}&state={own['state'][0]}&iss={idp.issuer}"
    refused(thief, thief.get(way, status=303))


def test_two_providers_are_not_mixed_up(
    client: PageClient, idps: tuple[Idp, Idp], idp: Idp, nora: User
) -> None:
    """One provider cannot get a code of the other exchanged at its own door, nor pose as it."""
    honest, clinic = idps
    way = honest.sign_in(client.post(TO).location or "")
    query = urlsplit(way).query
    page = client.get(f"/login/with/clinic/back?{query}", status=303)
    assert page.location == "/login"
    assert "/token" not in clinic.asked
    assert "/token" not in honest.asked


@pytest.mark.parametrize("issuer", ["", "&iss=https://evil.example"])
def test_an_answer_says_who_gives_it(client: PageClient, idp: Idp, nora: User, issuer: str) -> None:
    way = idp.sign_in(client.post(TO).location or "").split("&iss=")[0]
    refused(client, client.get(way + issuer, status=303))
    assert "/token" not in idp.asked


def test_one_provider_cannot_name_the_people_of_another(
    client: PageClient, session: Session, idps: tuple[Idp, Idp], idp: Idp, nora: User
) -> None:
    """The same subject from another issuer is somebody else."""
    clinic = idps[1]
    there = client.post("/login/with/clinic")
    client.get(clinic.sign_in(there.location or ""), status=303)
    client.get("/account", status=302)


def test_who_says_no_there_is_told_calmly(client: PageClient, idp: Idp, nora: User) -> None:
    way = idp.sign_in(client.post(TO).location or "")
    state = parse_qs(urlsplit(way).query)["state"][0]
    page = client.get(f"{BACK}?error=access_denied&state={state}&iss={idp.issuer}", status=303)
    assert page.location == "/login"
    assert "Your University has not signed you in." in client.get("/login").text


def test_an_account_that_is_switched_off_stays_off(
    client: PageClient, idp: Idp, nora: User
) -> None:
    nora.active = False
    refused(client, go(client, idp))


# --- The provider is out of order ---------------------------------------------------------------


def test_a_password_works_while_the_provider_does_not(
    client: PageClient, session: Session, idp: Idp, anna: User
) -> None:
    idp.down = True
    assert client.post(TO).location == "/login"
    page = client.get("/login")
    assert "Your University cannot be reached just now." in page.text
    client.submit("/login", {"email": anna.email, "password": PASSWORD}, action="/login")
    client.get("/account")


def test_it_may_fail_between_question_and_answer(client: PageClient, idp: Idp, nora: User) -> None:
    way = idp.sign_in(client.post(TO).location or "")
    idp.down = True
    assert client.get(way, status=303).location == "/login"
    assert "cannot be reached just now" in client.get("/login").text


WRONG = {
    "another issuer": {"issuer": "https://evil.example"},
    "no token endpoint": {"token_endpoint": None},
    "a door without encryption": {"token_endpoint": "http://id.example/token"},
    "a door elsewhere": {"authorization_endpoint": "https://evil.example/authorize"},
    "a door that is no address": {"authorization_endpoint": "javascript:alert(1)"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_document_that_does_not_fit_is_not_followed(
    client: PageClient, idp: Idp, wrong: str
) -> None:
    idp.metadata = WRONG[wrong]  # type: ignore[assignment]  # some of it is nothing
    assert client.post(TO).location == "/login"
    assert "cannot be reached" in client.get("/login").text


def test_keys_that_make_no_sense_let_nobody_in(client: PageClient, idp: Idp, nora: User) -> None:
    idp.keys = [{"kty": "oct", "kid": "one", "k": "c2VjcmV0"}]
    refused(client, go(client, idp))


# --- Connecting and taking off ------------------------------------------------------------------


@pytest.fixture
def inside(client: PageClient, anna: User) -> PageClient:
    client.submit("/login", {"email": anna.email, "password": PASSWORD}, action="/login")
    return client


def _connect(client: PageClient, idp: Idp) -> Page:
    there = client.post("/account/security/connect/uni")
    return client.get(idp.sign_in(there.location or ""), status=303)


def test_an_account_is_connected_and_taken_off(
    app: Flask, inside: PageClient, session: Session, idp: Idp, anna: User
) -> None:
    elsewhere = PageClient(app, anna)
    assert _connect(inside, idp).location == "/account/security"
    page = inside.get("/account/security")
    assert "From now on you can also sign in with Your University." in page.text
    elsewhere.get("/account", status=302)
    visitor = PageClient(app)
    assert go(visitor, idp).location == "/"
    (row,) = session.scalars(sa.select(Identity))
    remove = f"/account/security/connected/{row.id}/remove"
    assert remove in inside.get("/account/security").links()
    assert inside.submit(remove).location == "/account/security"
    assert session.scalars(sa.select(Identity)).all() == []
    visitor.get("/account", status=302)
    assert go(visitor, idp).location == "/login/join"
    mails = session.scalars(sa.select(Message.subject).where(Message.recipient == anna.email))
    assert list(mails) == ["How you sign in was changed"] * 2
    for action in ("account.identity.add", "account.identity.remove"):
        assert [e.about_id for e in entries(session, action)] == [anna.id]


def test_connecting_wants_a_fresh_sign_in(inside: PageClient, idp: Idp) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        page = inside.post("/account/security/connect/uni", status=200)
        assert page.h1 == "Show again that it is you"


def test_an_account_of_somebody_else_is_not_connected(
    inside: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    _connect(inside, idp)
    assert "cannot be connected" in inside.get("/account/security").text
    (row,) = session.scalars(sa.select(Identity))
    assert row.person_id == nora.id


def test_whoever_is_signed_in_meanwhile_gets_nothing_connected(
    app: Flask, inside: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    way = idp.sign_in(inside.post("/account/security/connect/uni").location or "")
    inside.post("/logout")
    inside.get(way, status=410)
    assert len(session.scalars(sa.select(Identity)).all()) == 1


def test_the_last_way_in_is_not_taken_off(
    client: PageClient, session: Session, idp: Idp, nora: User
) -> None:
    go(client, idp)
    (row,) = session.scalars(sa.select(Identity))
    client.submit(f"/account/security/connected/{row.id}/remove")
    assert "only way to sign in" in client.get("/account/security").text
    nora.password = hash_password(OTHER_PASSWORD)
    client.submit(f"/account/security/connected/{row.id}/remove")
    assert session.scalars(sa.select(Identity)).all() == []


def test_nobody_takes_off_what_is_anothers(
    session: Session, idp: Idp, nora: User, inside: PageClient
) -> None:
    (row,) = session.scalars(sa.select(Identity))
    inside.get(f"/account/security/connected/{row.id}/remove", status=404)
    inside.post(f"/account/security/connected/{row.id}/remove", status=404)


def test_who_has_no_password_chooses_one_by_mail(
    app: Flask, client: PageClient, mailbox: Mailbox, idp: Idp, nora: User
) -> None:
    client.submit("/reset", {"email": nora.email})
    client.submit(mailbox.last(nora.email).path, {"password": OTHER_PASSWORD})
    data = {"email": nora.email, "password": OTHER_PASSWORD}
    assert client.submit("/login", data, action="/login").location == "/"


# --- Proving it again ---------------------------------------------------------------------------


@pytest.fixture
def late(client: PageClient, idp: Idp, nora: User) -> Iterator[PageClient]:
    go(client, idp)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        yield client


def _again(client: PageClient, idp: Idp) -> Page:
    asked = client.get("/account/second-factor/app", status=302)
    page = client.get(asked.location or "")
    assert "Sign in again with Your University" in page.text
    form = page.form("/account/security/again/uni")
    back = form.find(".//input[@name='next']").get("value")  # type: ignore[union-attr]  # None fails the test
    there = client.post("/account/security/again/uni", {"next": back}).location or ""
    said = parse_qs(urlsplit(there).query)
    assert (said["prompt"], said["max_age"]) == (["login"], ["0"])
    return client.get(idp.sign_in(there), status=303)


def test_who_has_no_password_proves_it_where_they_signed_in(late: PageClient, idp: Idp) -> None:
    assert _again(late, idp).location == "/account/second-factor/app"
    late.get("/account/second-factor/app")


@pytest.mark.parametrize(
    "lie", [_without("auth_time"), _set(auth_time=1), _set(sub="somebody else")]
)
def test_an_old_sign_in_there_or_somebody_elses_proves_nothing(
    late: PageClient, session: Session, idp: Idp, lie: Callable[[dict[str, Any]], None]
) -> None:
    idp.lie = lie
    assert _again(late, idp).location == "/account/security"
    late.get("/account/second-factor/app", status=302)
    assert len(entries(session, "account.again.fail")) == 1


# --- Limits, and what stands in the cookie ------------------------------------------------------


def test_somebody_who_tries_without_end_is_stopped(client: PageClient, idp: Idp) -> None:
    statuses = [
        client.client.post(TO, data={"csrf_token": client.token()}).status_code for _ in range(31)
    ]
    assert statuses == [303] * 30 + [429]


def test_the_cookie_tells_nothing_and_serves_nothing_else(app: Flask, session: Session) -> None:
    attempt = Attempt("uni", Purpose.SIGN_IN, "/account", None)
    sealed = attempt.sealed()
    assert attempt.nonce not in sealed
    assert Attempt.unsealed(sealed) == attempt
    assert Attempt.unsealed(sealed[:-8]) is None
    assert Attempt.unsealed("") is None
    assert attempts.PLACE != provider_answers.JOIN_PLACE


def test_its_pages_are_for_whom_they_are(
    app: Flask, session: Session, idp: Idp, inside: PageClient
) -> None:
    """What the matrix cannot ask without a provider: who gets where, and not without a token."""
    visitor = PageClient(app)
    for path in ("connect", "again"):
        page = visitor.post(f"/account/security/{path}/uni")
        assert (page.location or "").startswith("/login")
        there = inside.post(f"/account/security/{path}/uni").location or ""
        assert there.startswith(f"{idp.issuer}/authorize?")
        assert inside.client.post(f"/account/security/{path}/uni").status_code == 400
    assert inside.post(TO).location == "/", "who is in needs no way in"
    assert visitor.client.post(TO).status_code == 400
    visitor.get(BACK, status=410)
    assert inside.get(BACK, status=303).location == "/account/security", "no state, no proof"
    inside.get(BACK, status=410)


def test_forms_may_lead_to_the_configured_providers_and_no_further(
    client: PageClient, idps: tuple[Idp, Idp], idp: Idp
) -> None:
    policy = client.get("/help").response.headers["Content-Security-Policy"]
    assert f"form-action 'self' {idps[0].issuer} {idps[1].issuer};" in policy
    assert client.client.get("/nothing").headers["Content-Security-Policy"] == policy


def test_its_documents_lead_into_no_private_network(idp: Idp) -> None:
    """In production not even to this machine; and never to where clouds keep their secrets."""
    with pytest.raises(asking.ProviderDown, match="without encryption"):
        asking.Transport(idp.provider(), loopback=False).get(f"{idp.issuer}/keys")
    named = ("10.0.0.8", "169.254.169.254", "::1", "::ffff:127.0.0.1")
    for host in ("127.0.0.1", "10.0.0.8", "169.254.169.254", "[::1]"):
        with pytest.raises(asking.ProviderDown, match="private network"):
            asking.Transport(idp.provider(more_hosts=named), loopback=False).get(
                f"https://{host}/keys"
            )
    own = idp.provider(private=True, more_hosts=named)
    for host in ("127.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"):
        with pytest.raises(asking.ProviderDown, match="private network"):
            asking.Transport(own, loopback=False).get(f"https://{host}/keys")
    assert idp.asked == []


def test_its_documents_lead_to_no_host_that_the_operator_did_not_name(idp: Idp) -> None:
    transport = asking.Transport(idp.provider(), loopback=True)
    assert transport.get(f"{idp.issuer}/keys")
    with pytest.raises(asking.ProviderDown, match=r"keys\.example is not on the list of hosts"):
        transport.get("https://keys.example/keys")
    known = idp.provider(more_hosts=("keys.invalid",))
    with pytest.raises(asking.ProviderDown, match="no server of that name"):
        asking.Transport(known, loopback=True).get("https://keys.invalid/keys")


def test_a_document_without_end_is_not_read_to_it(idp: Idp) -> None:
    idp.metadata = {"filler": "x" * asking.MOST_BYTES}
    with pytest.raises(asking.ProviderDown, match="larger than"):
        asking.Transport(idp.provider(), loopback=True).get(
            f"{idp.issuer}/.well-known/openid-configuration"
        )


def test_a_provider_that_is_not_there_is_not_found(client: PageClient) -> None:
    client.post("/login/with/nobody", status=404)
    client.get("/login/with/nobody/back", status=404)
