"""Controls that are small and easily lost: how passwords are typed, what stands in addresses."""

from __future__ import annotations

import base64
import datetime as dt
import http.server
import ipaddress
import json
import math
import re
import ssl
import threading
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlalchemy.orm import Session

from mentorship.accounts import emails, recovery
from mentorship.accounts.claims import PURPOSE, claim_links
from mentorship.config import ROOT
from mentorship.connecting import FetchFailed
from mentorship.fetching import Fetcher
from mentorship.signins import service as signins
from mentorship.toolkit import visa_routes
from mentorship.vocabulary import LISTS
from tests import factories
from tests.page import Page, PageClient
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

KINDS_OF_PASSWORDS = {"current-password", "new-password", "one-time-code"}
NEVER_IN_ADDRESSES = re.compile(
    r"csrf|token|passw|secret|code|email|phone|visa|gender|birth|concern|note"
)


@pytest.fixture(scope="module")
def scripts() -> dict[str, str]:
    files = sorted((ROOT / "static/js").glob("*.js"))
    assert files
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def _pages(app: Flask, stage: Stage) -> Iterator[tuple[str, Page]]:
    """Each page that opens, as somebody whom it admits, and as a stranger."""
    for rule in rules(app, "GET"):
        path = address(rule, stage.values)
        for who in {min(admitted(app, rule)), min(admitted(app, rule) - {"stranger"})}:
            page = Page(PageClient(app, stage.people[who]).client.get(path))
            if page.status == 200 and page.response.mimetype == "text/html":
                yield f"{who} {path}", page
    for path in ("/login", "/register", "/reset"):
        yield path, PageClient(app).get(path)


def private_words(session: Session) -> frozenset[str]:
    """Return what somebody may choose for themselves that is theirs: visa, paths, gender."""
    lists = (LISTS[name] for name in ("visa", "visa_path", "gender"))
    asked = visa_routes.questions(session)
    chosen = {option["text"] for question in asked for option in question.options}
    return frozenset(chosen | {term.name for terms in lists for term in terms.values()})


def means_something_private(form: Element, private: Collection[str]) -> list[str]:
    """Return what a form asks that no address may hold, by the words on it, not by its names.

    What a resource is about says nothing of who looks for it: the filter by topic may name visas.
    """
    about = set(form.iterfind(".//select[@name='topic']/option"))
    told = [" ".join("".join(each.itertext()).split()) for each in form.iter()]
    labels = {
        words
        for each, words in zip(form.iter(), told, strict=True)
        if each not in about
        and (each.tag in {"label", "legend", "option"} or "usa-hint" in (each.get("class") or ""))
    }
    reached = {words for words in labels if re.search(r"e-?mail|phone", words, re.IGNORECASE)}
    return sorted(reached | (labels & set(private)))


def test_what_a_form_means_is_told_by_its_words() -> None:
    """The forms that once sent such things in addresses, whatever their fields were called."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    for words in (
        "<label for=q>Name or email address</label><input id=q name=q>",
        "<label for=w>Who</label><input id=w name=w><p class=usa-hint>The whole email address</p>",
        "<input type=radio name=status id=a><label for=a>US citizen</label>",
    ):
        form = parser.parse(f"<form>{words}</form>").find(".//form")
        assert means_something_private(form, {"US citizen"}), words
    form = parser.parse("<form><label>Words</label><input name=q></form>").find(".//form")
    assert means_something_private(form, {"US citizen"}) == []


def test_how_passwords_are_typed_and_what_stands_in_addresses(
    app: Flask, stage: Stage, session: Session
) -> None:
    """Passwords are hidden, and left to their managers; what fetches sends nothing of people.

    And whoever is signed in finds the way out on every page.
    """
    passwords, fetching, wrong = set(), 0, []
    private = private_words(session)
    assert len(private) > 40
    for where, page in _pages(app, stage):
        for field in page.tree.iterfind(".//input"):
            name = field.get("name") or ""
            if "password" in name and field.get("type") != "hidden":
                passwords.add(name)
                assert field.get("type") == "password", (where, name)
                assert field.get("autocomplete") in KINDS_OF_PASSWORDS, (where, name)
                assert field.get("readonly") is None, (where, name)
        for form in page.tree.iterfind(".//form"):
            if (form.get("method") or "get").casefold() != "get":
                continue
            fetching += 1
            names = [field.get("name") or "" for field in form.iter()]
            wrong += [f"{where} sends {n}" for n in names if NEVER_IN_ADDRESSES.search(n)]
            wrong += [f"{where} asks {words}" for words in means_something_private(form, private)]
        for link in page.links():
            query = link.partition("?")[2]
            if re.search(r"(^|&)(token|password|email|key|session)=", query):
                wrong.append(f"{where} leads to {link}")
        signed_in = not where.startswith(("stranger", "/"))
        if signed_in and page.tree.find(".//*[@action='/logout']") is None:
            wrong.append(f"{where} has no way to sign out")
    assert {"password"} <= passwords
    assert fetching > 5
    assert wrong == []


def test_scripts_leave_pasting_alone_and_keep_no_objects_of_input(scripts: dict[str, str]) -> None:
    """No key of an object comes from outside, so nothing can reach the prototype of all objects."""
    for name, text in scripts.items():
        assert not re.search(r"[\"'](paste|copy|drop|contextmenu)[\"']", text), name
        assert not re.search(r"__proto__|\.prototype\b|Object\.assign|\.\.\.JSON", text), name
        assert not re.search(r"\bfor \((const|let|var) \w+ in\b", text), name
        named = re.findall(r"\w\[([a-z]\w*)\] = ", text)
        for key in named:  # a key of ours: out of a list that is written there
            assert re.search(rf"for \(const {key} of \[[\"'\w, \n]+\]\)", text), (name, key)


def test_tokens_have_the_bits_they_need() -> None:
    assert signins.TOKEN_BYTES * 8 >= 128
    assert emails.TOKEN_BYTES * 8 >= 128
    drawn_at_random = recovery.draw_codes()[0][1:]  # the first sign is its number
    assert len(drawn_at_random) * math.log2(len(recovery.ALPHABET)) >= 128
    drawn = {code for _ in range(20) for code in recovery.draw_codes()}
    assert len(drawn) == 20 * recovery.RECOVERY_CODES


def test_what_must_not_be_guessed_comes_from_the_systems_random_source(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With that source taken away nothing is drawn: no code, no seed of an app, no token."""

    def gone(*_: object) -> bytes:
        raise InterruptedError

    monkeypatch.setattr("random._urandom", gone)
    seed_of_an_app = app.extensions["codes"].generate_totp_secret
    for draw in (recovery.draw_codes, seed_of_an_app, signins.new_token):
        with pytest.raises(InterruptedError):
            draw()


def test_what_is_sent_is_decoded_once(app: Flask, stage: Stage) -> None:
    """Words that look encoded are words: neither the address nor a page is taken apart twice."""
    client = PageClient(app, stage.people["leader"])
    path = f"/sections/{stage.values['slug']}/members"
    for written in ("%41%3Cb%3E", "&lt;b&gt;", "%2541", r"\u003cb\u003e", "=3Cb=3E"):
        page = Page(client.client.get(path, query_string={"q": written}))
        fields = [each for each in page.tree.iter() if each.get("name") == "q"]
        assert written in {each.get("value") for each in fields}, written


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_link_says_nothing_of_how_it_is_signed(app: Flask) -> None:
    """Its algorithm is ours: none that the link names, and no link of another purpose or key."""
    claim = ["key", int((factories.NOW + dt.timedelta(days=1)).timestamp())]
    secret = str(app.config["SETTINGS"].secret_key)
    claim_links.load([secret])
    assert claim_links.read(URLSafeSerializer(secret, salt=PURPOSE).dumps(claim)) is not None
    forged = [
        f"{_part({'alg': 'none'})}.{_part(claim)}.",
        f"{_part(claim)}.",
        _part(claim),
        URLSafeSerializer("another" * 8, salt=PURPOSE).dumps(claim),
        URLSafeSerializer(secret, salt="stop").dumps(claim),
    ]
    for token in forged:
        assert claim_links.read(token) is None, token


def _certificate(folder: Path) -> Path:
    """Sign a name for oneself, as a server in the middle would."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "self-signed.pem"
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_server_that_vouches_for_itself_is_not_believed(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Let whoever hangs up go."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            fetcher = Fetcher(listed=lambda _host: True, allowed=lambda _address, _port: True)
            with pytest.raises(FetchFailed, match="certificate"):
                fetcher.get(f"https://127.0.0.1:{server.server_port}/feed")
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


def test_each_container_gets_the_secrets_that_it_needs() -> None:
    """Nobody but set-up migrates, so nobody else holds the owner's password."""
    made = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    given = {name: set(each.get("secrets", ())) for name, each in made["services"].items()}
    serving = {"app_database_url", "secret_key", "field_keys", "audit_key"}
    passwords = {"database_password", "owner_password", "app_password"}
    assert given.pop("database") == passwords
    assert given["operate"] == given.pop("set-up")  # restores, as the owner, when somebody says so
    assert given.pop("operate") == serving - {"app_database_url"} | {"owner_database_url"}
    assert given.pop("web") == given.pop("worker") == serving
    assert set().union(*given.values()) == set()
    for each in made["services"].values():
        said = json.dumps(each.get("environment", {}))
        assert not re.search(r'"(SECRET_KEY|FIELD_KEYS|AUDIT_KEY|\w*PASSWORD)":', said)
