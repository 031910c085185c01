"""What may be done how often, page by page, with the clock moved on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.throttle import service
from mentorship.throttle.limits import LIMITS, Per
from mentorship.throttle.models import Throttle
from mentorship.throttle.service import TooOften
from tests import factories
from tests.accounts.conftest import PASSWORD, anna
from tests.accounts.second import STEP, add_app, first_step
from tests.page import CSRF_SECRET, Page, PageClient
from tests.rounds.cast import Cast, small_cast

__all__ = ["anna"]  # a fixture

WRONG = "wrong password"
START = dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC)
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def _try(client: PageClient, email: str, password: str = WRONG, address: str = HERE) -> Page:
    with client.client.session_transaction() as cookie:
        cookie["csrf_token"] = CSRF_SECRET  # which is gone after a sign-out
    data = {"email": email, "password": password, "csrf_token": client.token()}
    answer = client.client.post("/login", data=data, environ_base={"REMOTE_ADDR": address})
    return Page(answer)


def _statuses(client: PageClient, email: str, times: int, address: str = HERE) -> list[int]:
    return [_try(client, email, address=address).status for _ in range(times)]


def test_ten_wrong_passwords_are_enough(
    app: Flask, anna: User, clock: time_machine.Traveller
) -> None:
    client = PageClient(app)
    assert _statuses(client, anna.email, 12) == [200] * 10 + [429] * 2
    clock.shift(dt.timedelta(minutes=4, seconds=59))
    refused = _try(client, anna.email, PASSWORD)
    assert refused.status == 429
    assert refused.response.headers["Retry-After"] == "1"
    assert "about a minute" in refused.text
    refused.check()
    clock.shift(dt.timedelta(seconds=1))
    assert _try(client, anna.email, PASSWORD).status == 303


def test_an_unknown_address_is_refused_alike(app: Flask, anna: User) -> None:
    known, unknown = PageClient(app), PageClient(app)
    one = _statuses(known, anna.email, 12)
    other = _statuses(unknown, "nobody@example.org", 12, address=ELSEWHERE)
    assert one == other


def test_one_address_has_ten_tries_for_all_accounts(app: Flask, anna: User) -> None:
    client = PageClient(app)
    tried = [_try(client, f"p{n}@example.org").status for n in range(12)]
    assert tried == [200] * 10 + [429] * 2
    assert _try(client, anna.email, PASSWORD, address=ELSEWHERE).status == 303


def test_right_passwords_are_not_counted(app: Flask, anna: User) -> None:
    for _ in range(25):
        assert _try(PageClient(app), anna.email, PASSWORD).status == 303


def test_tries_that_were_refused_do_not_weigh_on_the_account(app: Flask, anna: User) -> None:
    stranger = PageClient(app)
    _statuses(stranger, "somebody@example.org", 10)  # this address has no tries left
    assert set(_statuses(stranger, anna.email, 50)) == {429}
    assert _try(PageClient(app), anna.email, PASSWORD, address=ELSEWHERE).status == 303


def test_one_stranger_keeps_nobody_out_of_any_browser(
    app: Flask, anna: User, clock: time_machine.Traveller
) -> None:
    """Who guesses all day from one address is slowed; the owner signs in on a new computer."""
    tried: list[int] = []
    for _ in range(12):
        tried += _statuses(PageClient(app), anna.email, 12)
        clock.shift(dt.timedelta(minutes=6))
    assert tried.count(200) == 25
    assert _try(PageClient(app), anna.email, PASSWORD, address=ELSEWHERE).status == 303


def test_all_guesses_at_an_account_in_any_24_hours_are_few(session: Session) -> None:
    """Also from everywhere at once, and by somebody who waits for the edge of the times.

    A first try begins each time. The others come at its end, and as many as there are right after:
    from addresses without end, from a browser the account knows, and in a session that is open.
    """
    ways = {"sign-in": Per.ACCOUNT, "sign-in here": Per.DEVICE, "password again": Per.PERSON}
    taken: list[dt.datetime] = []

    def guess(way: str, now: dt.datetime) -> bool:
        mine = [c for c in service.counts(way, {ways[way]: "anna"}) if c.limit.per is ways[way]]
        try:
            service.take(session, mine, now=now)
        except TooOften:
            return False
        taken.append(now)
        return True

    day, pause = dt.timedelta(days=1), dt.timedelta(minutes=5)
    assert all(guess(way, START) for way in ways)
    now = START + day - 12 * pause
    while now < START + day + 12 * pause:
        for way in ways:
            while guess(way, now):
                pass
        now += pause
    most = max(sum(first <= each < first + day for each in taken) for first in sorted(set(taken)))
    once = sum(_of_a_day(way, per) for way, per in ways.items())
    assert most == 2 * once - len(ways)  # the edge was found
    assert most <= 2880


def _of_a_day(way: str, per: Per) -> int:
    day = dt.timedelta(days=1)
    (limit,) = [each for each in LIMITS[way] if each.per is per and each.within == day]
    return limit.most


@pytest.mark.parametrize("address", [HERE, "203.0.113.0"])
def test_nobody_is_kept_out_of_a_browser_they_used_before(
    app: Flask, anna: User, address: str
) -> None:
    """Neither by strangers everywhere, nor by one behind the same address."""
    mine = PageClient(app)
    assert _try(mine, anna.email, PASSWORD).status == 303
    mine.post("/logout")
    for number in range(10):
        _statuses(PageClient(app), anna.email, 12, address=f"203.0.113.{number}")
    assert _try(PageClient(app), anna.email, PASSWORD, address=ELSEWHERE).status == 429
    assert _try(mine, anna.email, PASSWORD, address=address).status == 303


def test_a_known_browser_has_ten_tries_too(app: Flask, anna: User) -> None:
    mine = PageClient(app)
    _try(mine, anna.email, PASSWORD)
    mine.post("/logout")
    assert _statuses(mine, anna.email, 12) == [200] * 10 + [429] * 2


def test_a_browser_is_known_to_its_own_accounts_only(app: Flask, anna: User) -> None:
    mine = PageClient(app)
    _try(mine, anna.email, PASSWORD)
    mine.post("/logout")
    _statuses(PageClient(app), "victim@example.org", 10)
    assert _try(mine, "victim@example.org").status == 429


def test_the_mark_of_a_browser_tells_nothing(app: Flask, anna: User) -> None:
    mine = PageClient(app)
    _try(mine, anna.email, PASSWORD)
    mine.post("/logout")
    with mine.client.session_transaction() as cookie:
        assert set(cookie) == {"known", "_permanent"}
        assert "anna" not in str(cookie["known"])


def test_a_thousand_failures_anywhere_are_enough(app: Flask, session: Session) -> None:
    (site,) = [c for c in service.counts("sign-in", {}) if c.limit.per is Per.SITE]
    for _ in range(1000):
        service.take(session, [site], now=dt.datetime.now(dt.UTC))
    assert _try(PageClient(app), "new@example.org", address="203.0.113.99").status == 429


def test_reset_mail_goes_out_five_times_a_day_and_the_answer_stays(
    app: Flask, session: Session, anna: User, clock: time_machine.Traveller
) -> None:
    def mails() -> int:
        found = sa.select(sa.func.count()).select_from(Message)
        return session.scalar(found.where(Message.recipient == anna.email)) or 0

    client = PageClient(app)
    pages = [client.post("/reset", {"email": anna.email}) for _ in range(8)]
    assert {page.location for page in pages} == {"/check-mail"}
    assert mails() == 5
    clock.shift(dt.timedelta(hours=24))
    client.post("/reset", {"email": anna.email})
    assert mails() == 6


def _mails_to(session: Session, email: str) -> int:
    found = sa.select(sa.func.count()).select_from(Message)
    return session.scalar(found.where(Message.recipient == email)) or 0


def test_whoever_registers_with_an_address_that_is_known_sends_five_mails_a_day(
    app: Flask, session: Session, anna: User
) -> None:
    for _ in range(7):
        client = PageClient(app)
        typed = {"name": "Somebody", "email": anna.email, "password": "trombone kettle orchard"}
        typed |= {"agree": "y"}
        assert client.submit("/register", typed, status=303).location == "/check-mail"
    assert _mails_to(session, anna.email) == 5


def test_a_new_address_gets_five_mails_a_day_whoever_it_is(
    app: Flask, session: Session, anna: User
) -> None:
    client = PageClient(app, anna)
    for _ in range(7):
        asked = client.submit("/account/email", {"email": "third@example.net"}, status=303)
        assert asked.location == "/check-mail"
    assert _mails_to(session, "third@example.net") == 5


@pytest.mark.parametrize("email", ["anna@example.org", "nobody@example.org"])
def test_confirmation_mail_goes_out_three_times_in_six_hours(
    app: Flask, anna: User, clock: time_machine.Traveller, email: str
) -> None:
    client = PageClient(app)
    for _ in range(3):
        client.post("/confirm", {"email": email})
    client.post("/confirm", {"email": email}, status=429)
    clock.shift(dt.timedelta(hours=6))
    client.post("/confirm", {"email": email})


def test_the_password_of_a_session_cannot_be_guessed_either(app: Flask, anna: User) -> None:
    client = PageClient(app, anna)
    with client.client.session_transaction() as cookie:
        cookie["fs_paa"] = 1.0
    for _ in range(10):
        client.post("/verify?next=/account", {"again_password": "wrong"}, status=200)
    client.post("/verify?next=/account", {"again_password": PASSWORD}, status=429)


# --- Pages ---------------------------------------------------------------------------------------


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def test_a_round_is_run_six_times_an_hour(
    cast: Cast,
    sign_in: Callable[[User], PageClient],
    session: Session,
    clock: time_machine.Traveller,
) -> None:
    round_, _ = cast.reviewed()
    path = f"/sections/{cast.section.slug}/rounds/{round_.id}/run"
    other = f"/sections/{cast.section.slug}/rounds/{uuid.uuid4()}/run"
    strangers = sign_in(cast.people["Noor Haddad"])
    for _ in range(7):  # which uses up nothing
        strangers.post(path, status=404)
    leader = sign_in(cast.leader)
    for _ in range(6):
        leader.client.post(path, data={"csrf_token": leader.token()})
    leader.post(path, status=429)
    second = sign_in(factories.leader(session, cast.section))
    second.post(path, status=429)
    second.post(other, status=404)
    clock.shift(dt.timedelta(hours=1))
    leader = sign_in(cast.leader)
    assert leader.client.post(path, data={"csrf_token": leader.token()}).status_code != 429


def test_a_report_is_taken_away_five_times_an_hour(
    cast: Cast, sign_in: Callable[[User], PageClient], clock: time_machine.Traveller
) -> None:
    round_ = cast.published()
    path = f"/sections/{cast.section.slug}/rounds/{round_.id}/report"
    leader = sign_in(cast.leader)
    asked = {"csrf_token": leader.token(), "form": "csv"}
    seen = []
    for _ in range(7):
        with leader.client.post(path, data=asked) as answer:
            seen.append(answer.status_code)
    assert seen == [200] * 5 + [429] * 2
    assert leader.client.post(path, data=asked).headers["Retry-After"] == "3600"
    clock.shift(dt.timedelta(hours=1))
    leader = sign_in(cast.leader)
    asked["csrf_token"] = leader.token()
    assert leader.client.post(path, data=asked).status_code == 200


def test_a_household_of_the_newer_internet_counts_as_one(app: Flask, anna: User) -> None:
    client = PageClient(app)
    tried = [_try(client, f"p{n}@e.org", address=f"2001:db8:1:2::{n}").status for n in range(12)]
    assert tried == [200] * 10 + [429] * 2
    assert _try(client, "p@e.org", address="2001:db8:1:3::1").status == 200


# --- Each limit, at a page -----------------------------------------------------------------------

Press = Callable[[], TestResponse]


def _press(client: PageClient, path: str, **values: str) -> Press:
    sent = {"csrf_token": client.token(), **values}
    return lambda: client.client.post(path, data=sent, environ_base={"REMOTE_ADDR": HERE})


def _stale(client: PageClient) -> PageClient:
    with client.client.session_transaction() as cookie:
        cookie["fs_paa"] = 1.0
    return client


def _half_in(app: Flask, session: Session, anna: User) -> PageClient:
    """Return a browser whose person has given the password, and owes a code."""
    add_app(PageClient(app, anna), anna)
    client = PageClient(app)
    first_step(client, anna)
    return client


# By name: how to use what it limits, which is refused with 429 after so many.
PAGES: dict[str, Callable[[Flask, Session, User, Cast], Press]] = {
    "sign-in": lambda app, _session, anna, _cast: _press(
        PageClient(app), "/login", email=anna.email, password=WRONG
    ),
    "sign-in here": lambda app, _session, anna, _cast: _press(
        _known(app, anna), "/login", email=anna.email, password=WRONG
    ),
    "code": lambda app, session, anna, _cast: _press(
        _half_in(app, session, anna), STEP, code="000000"
    ),
    "password again": lambda app, _session, anna, _cast: _press(
        _stale(PageClient(app, anna)), "/verify?next=/account", again_password=WRONG
    ),
    "confirmation mail": lambda app, _session, anna, _cast: _press(
        PageClient(app), "/confirm", email=anna.email
    ),
    "ask for mail": lambda app, _session, anna, _cast: _press(
        PageClient(app), "/reset", email=anna.email
    ),
    "search": lambda app, _session, anna, _cast: _press(
        PageClient(app, anna), "/toolkit/search", q="visa"
    ),
    "export": lambda app, _session, _anna, cast: _press(
        PageClient(app, cast.leader),
        f"/sections/{cast.section.slug}/export",
        role="img",
        form="csv",
    ),
    "import": lambda app, _session, _anna, cast: _press(
        PageClient(app, cast.leader), f"/sections/{cast.section.slug}/import"
    ),
    "invite": lambda app, _session, _anna, cast: _press(
        PageClient(app, cast.leader),
        f"/sections/{cast.section.slug}/rounds/{cast.open().id}/people/do",
        show="imgs",
        what="invite",
        every="y",
        sure="y",
    ),
    "message": lambda app, _session, anna, cast: _press(
        PageClient(app, anna),
        f"/sections/{cast.section.slug}/about/people/{uuid.uuid4()}/ask",
    ),
    "run": lambda app, _session, _anna, cast: _press(
        PageClient(app, cast.leader),
        f"/sections/{cast.section.slug}/rounds/{cast.reviewed()[0].id}/run",
    ),
}
# Over these a page answers as ever, and no more mail goes out (see the tests above).
SILENT = {"reset mail", "registration mail", "address mail"}
# This one needs a provider, and is driven to its end in tests/accounts/test_single_sign_on.py.
WITH_A_PROVIDER = {"single sign-on"}


def _known(app: Flask, anna: User) -> PageClient:
    client = PageClient(app)
    _try(client, anna.email, PASSWORD)
    client.post("/logout")
    with client.client.session_transaction() as cookie:
        cookie["csrf_token"] = CSRF_SECRET
    return client


def _use_up(session: Session, name: str) -> None:
    """Leave one more use of what was used once just now."""
    most = {
        within: min(each.most for each in LIMITS[name] if each.within == within)
        for within in {each.within for each in LIMITS[name]}
    }
    for row in session.scalars(sa.select(Throttle).where(Throttle.used == 1)).all():
        row.used = most.get(row.ends_at - row.began_at, 2) - 1
    session.flush()


def test_each_limit_is_driven_to_its_end_somewhere() -> None:
    assert {*PAGES, *SILENT, *WITH_A_PROVIDER} == set(LIMITS)


@pytest.mark.parametrize("name", PAGES)
def test_over_each_limit_a_page_is_refused_and_says_for_how_long(
    app: Flask, session: Session, anna: User, cast: Cast, name: str
) -> None:
    press = PAGES[name](app, session, anna, cast)
    assert press().status_code != 429
    _use_up(session, name)
    assert press().status_code != 429
    refused = press()
    assert refused.status_code == 429
    spans = {str(int(each.within.total_seconds())) for each in LIMITS[name]}
    assert refused.headers["Retry-After"] in spans  # the clock stands still
