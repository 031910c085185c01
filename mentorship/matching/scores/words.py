"""What short texts have in common: word stems, weighed by how rare they are, in integers only.

A text is the set of stems of its words (Porter 1980, doi:10.1108/eb046814), whatever their order
and number. A stem that few texts have weighs more than one that many have (Spärck Jones 1972,
doi:10.1108/eb026526), and a text's weights are scaled to a length of 100, so that the dot product
of two texts is 10,000 times the cosine between them, but for rounding (Salton & Buckley 1988,
doi:10.1016/0306-4573(88)90021-0). No fraction is used anywhere: every machine gets the same marks.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import chain

# The pure-Python stemmer by its own name: the package's front door would take a compiled one
# where the machine happens to have it.
from snowballstemmer.english_stemmer import EnglishStemmer

SCALE = 100  # length of a text as a row of weights
LONGEST = 30  # letters of a word; what is longer is an address, not a word
# "J-1", "J1" and "j-1" are one word; other hyphens part two.
_WORD = re.compile(r"[^\W\d_]-\d[^\W_]*|[^\W_]+(?:'[^\W_]+)*")
# Words that say nothing of what a text is about; with them go those of the same stem.
_EMPTY = frozenset(
    _WORD.findall(
        """
        about after again all also always am an and another any are aren't around as ask at away
        back be because been before behind being best better between both but by came can can't
        cannot come could couldn't did didn't do does doesn't doing don't done down each eight else
        even ever every everybody everything far few fifth find first five for found four fourth
        from get give glad go good got had has have haven't he help her here hers him his hope how
        i'd i'll i'm i've if in into is isn't it it's its itself just keep know last learn less let
        let's like little long look lot made make many may me mean mentee mentees mentor more most
        much must my myself need never new next nine no nobody not nothing now of off often on once
        one only or other our ours out over own people please put really right said same say second
        see seem seen seven several she should since six so some somebody something soon still such
        take tell ten than thank that that's the their them then there these they thing think third
        this those three through time to too try twice two under until up upon us use very want was
        wasn't way we we're well went were what what's when where whether which while who whom whose
        why will wish with within without won't would wouldn't yes yet you you're your yours
        yourself
        """
    )
)


def stems(text: str) -> dict[str, str]:
    """Return what a text is about: stem -> the word as it stands there first, in lower case."""
    found: dict[str, str] = {}
    for word in dict.fromkeys(_words(text)):
        if stem := _stem(word):
            found.setdefault(stem, word)
    return found


def only_stems(text: str) -> set[str]:
    """Return the stems alone: a round counts those of thousands of texts."""
    return set(map(_stem, _words(text))) - {""}


def _words(text: str) -> list[str]:
    plain = text.lower().replace("’", "'")  # noqa: RUF001 - the apostrophe of word processors
    return _WORD.findall(plain)


@lru_cache(maxsize=30_000)  # texts share most of their words, and plain Python stems slowly
def _stem(token: str) -> str:
    """Return the stem of a word, or "" of one that says nothing."""
    if token in _EMPTY or not 1 < len(token) <= LONGEST or not any(map(str.isalpha, token)):
        return ""
    # A stemmer has a state, which threads must not share.
    stem: str = EnglishStemmer().stemWord(token.replace("-", ""))
    return "" if stem in _EMPTY else stem


def rarity(texts: Sequence[Collection[str]]) -> Mapping[str, int]:
    """Return the weight of every stem that occurs: 2 in all texts, more the fewer have it."""
    having = Counter(chain.from_iterable(texts))
    telling = sum(1 for text in texts if text)
    return {stem: 1 + (telling // count).bit_length() for stem, count in having.items()}


def scaled(weights: Sequence[int]) -> list[int]:
    """Return the weights of one text scaled to ``SCALE``, rounded down; 1 at least, for it says it.

    The square of ``SCALE * w / norm`` is rounded down before the root is taken, which gives the
    same as rounding the root itself.
    """
    square = sum(weight * weight for weight in weights)
    return [max(1, math.isqrt(SCALE * SCALE * weight * weight // square)) for weight in weights]
