"""Who signed in a while ago proves again who they are before anything grave, and loses no form."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mentorship.access import OPEN_ENDPOINTS
from mentorship.accounts.models import User
from mentorship.accounts.passwords import normal
from mentorship.sections.models import Section, SectionRole
from tests import factories
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, again
from tests.page import Page, PageClient
from tests.security.asks import undone
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

# What forms that answer with a file want to know: who, and as which kind of file.
FOR_A_FILE = {
    "what": "csv",
    "form": "csv",
    "kind": "csv",
    "every": "y",
    "show": "imgs",
    "role": "img",
    "people": "imgs",
}

# Ways to sign in, roles, data that leaves, erasure, sealed answers, and other people's accounts.
# Letting somebody in who asked to join (sections.approve) is none of these: it is one person, who
# asked for it themselves, it hands out no power over others, and leaders do it all day.
GRAVE = frozenset(
    {
        *("security.change_password", "security.verify", "emails.change"),
        *("factors.add_app", "factors.add_passkey", "factors.confirm_codes", "factors.new_codes"),
        *("factors.remove_app", "factors.remove_passkey", "factors.reset"),
        *("providers.connect", "providers.disconnect"),
        *("sections_admin.appoint", "sections_admin.invite"),
        *("sections_admin.confirm_dismiss", "sections_admin.dismiss"),
        *("privacy.ask_for_data", "privacy.fetch_data"),
        "privacy.ask_to_erase",
        *("rounds.report", "rosters.export", "rosters.problems"),
        "rosters.write",  # makes members by the thousand
        *("oversight.of_section_file", "oversight.of_all_file"),
        *("glass.break_glass", "glass.show"),
        *("signins.end", "signins.end_others", "signins.end_all"),
        *("accounts_desk.end_sessions", "accounts_desk.switch_off", "accounts_desk.switch_on"),
    }
)


@pytest.fixture
def led(session: Session, anna: User) -> Section:
    """Return a section that Anna leads; who signs in after that is let in as a leader."""
    section = factories.section(session)
    factories.member(session, section, SectionRole.LEADER, anna)
    return section


@pytest.fixture
def late(client: PageClient, anna: User) -> Iterator[PageClient]:
    """Anna, eleven minutes after she signed in."""
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        yield client


def test_every_grave_step_asks(app: Flask) -> None:
    asking = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_ENDPOINTS
        and hasattr(app.view_functions[rule.endpoint], "wants_fresh")
    }
    assert asking == GRAVE


def _is_file(answer: TestResponse) -> bool:
    """Tell whether somebody's data came as a file; a day for one's calendar is not that."""
    return "Content-Disposition" in answer.headers and answer.mimetype != "text/calendar"


def test_no_file_about_people_comes_after_eleven_minutes(
    app: Flask, stage: Stage, session: Session
) -> None:
    """Whatever answers with a file to somebody who has just signed in asks who it is later."""
    files = set()
    for rule in rules(app):
        person = stage.people[min(admitted(app, rule))]
        path = address(rule, stage.values)
        for method in {"GET", "POST"} & set(rule.methods or ()):
            with undone(session):
                client = PageClient(app, person)
                sent = FOR_A_FILE | {"csrf_token": client.token()} if method == "POST" else None
                if not _is_file(client.client.open(path, method=method, data=sent)):
                    continue
                files.add(rule.endpoint)
                with client.client.session_transaction() as cookie:
                    cookie["fs_paa"] = time.time() - 11 * 60
                assert not _is_file(client.client.open(path, method=method, data=sent)), path
    assert files >= {
        *("rounds.do", "rounds.report", "rosters.export", "rosters.problems"),
        *("privacy.fetch_data", "oversight.of_section_file", "oversight.of_all_file"),
    }


def test_ten_minutes_are_fresh(client: PageClient, anna: User) -> None:
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=9, seconds=55)):
        assert client.get("/change").h1 == "Change your password"


def test_a_page_is_left_and_found_again(late: PageClient) -> None:
    asked = late.get("/change?from=menu", status=302)
    assert asked.location == "/verify?next=/change?from%3Dmenu"
    assert late.get(asked.location).h1 == "Show again that it is you"
    wrong = late.submit(asked.location, {"again_password": "no"}, status=200)
    assert "This is not your password." in wrong.text
    assert late.submit(asked.location, {"again_password": PASSWORD}).location == "/change?from=menu"
    assert late.get("/change?from=menu").h1 == "Change your password"
    assert late.get("/verify?next=/change", status=303).location == "/change", "it is fresh now"


@pytest.mark.parametrize("target", ["https://bad.example/", "//bad.example", "/\\bad.example"])
def test_the_way_back_stays_on_this_site(late: PageClient, target: str) -> None:
    page = late.submit(f"/verify?next={target}", {"again_password": PASSWORD})
    assert page.location == "/account/security"


def test_a_form_is_carried_along_but_for_its_passwords(
    session: Session, client: PageClient, anna: User
) -> None:
    anna.roles = factories.administrator(session).roles
    section = factories.section(session)
    leader = factories.person(session, "Lea Roy", email="lea@example.org")
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    path = f"/admin/sections/{section.slug}/leaders"
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        asked = client.post(path, {"email": leader.email, "old_password": "secret"}, status=200)
        assert asked.h1 == "Show again that it is you"
        form = asked.form(path)
        kept = {field.get("name"): field.get("value") for field in form.iter("input")}
        assert kept["email"] == leader.email
        assert "old_password" not in kept
        sent = {name: value or "" for name, value in kept.items() if name} | {
            "again_password": "wrong"
        }
        refused = client.post(path, sent, status=200)
        assert "This is not your password." in refused.text
        assert refused.form(path).find(".//input[@name='email']").get("value") == leader.email  # type: ignore[union-attr]  # None fails the test
        done = client.post(path, sent | {"again_password": PASSWORD})
        assert done.location == f"/admin/sections/{section.slug}"
        assert "Lea Roy leads" in client.follow(done).text


def proven(client: PageClient, page: Page, path: str) -> Page:
    """Fill in the page that asks for the password, with all it carries along."""
    kept = {
        each.get("name") or "": each.get("value") or "" for each in page.form(path).iter("input")
    }
    return client.post(path, kept | {"again_password": PASSWORD}, status=200)


def test_after_the_password_a_page_says_that_the_file_is_coming(
    led: Section, late: PageClient
) -> None:
    path, table = f"/sections/{led.slug}/export", f"/sections/{led.slug}/members"
    sent = {"role": "img", "form": "csv"}
    came = {"Referer": f"http://localhost{table}?q=ana"}
    asked = Page(late.client.post(path, data=sent | {"csrf_token": late.token()}, headers=came))
    page = proven(late, asked, path)
    assert page.h1 == "Your file"
    assert f"{table}?q=ana" in page.links()
    form = page.form(path)
    assert {
        each.get("name"): each.get("value") for each in form.iter("input")
    }.items() >= sent.items()
    file = late.post(path, sent, status=200).response
    assert file.headers["Content-Disposition"] == 'attachment; filename="imgs.csv"'


def test_a_file_behind_a_link_comes_too(led: Section, late: PageClient) -> None:
    path = f"/sections/{led.slug}/log.csv"
    asked = late.get(f"{path}?what=round.run", status=302)
    page = late.submit(asked.location or "", {"again_password": PASSWORD}, status=200)
    assert page.h1 == "Your file"
    form = page.form(path)
    assert form.get("method") == "get"
    assert [(each.get("name"), each.get("value")) for each in form.iter("input")] == [
        ("what", "round.run")
    ]
    file = late.get(f"{path}?what=round.run").response
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_nothing_is_done_before_the_password(late: PageClient, anna: User) -> None:
    before = anna.password
    data = {"password": PASSWORD, "new_password": OTHER_PASSWORD}
    late.post("/change", data, status=200)
    assert again(anna).password == before


def test_typing_it_on_another_keyboard_is_the_same(
    late: PageClient, anna: User, sign_in: Callable[[User], PageClient]
) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in PASSWORD)
    assert normal(wide) == PASSWORD
    assert late.submit("/verify?next=/change", {"again_password": wide}).location == "/change"
