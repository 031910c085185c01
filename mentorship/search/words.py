"""The words of a text as the index knows them: the same for both databases and both spellings.

Stems are made here and not in the database, so that SQLite and PostgreSQL find the same.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

import snowballstemmer

MOST_WORDS = 12  # of a question that are looked for
# "J-1", "H-1B", "DS-2019" and "I-140" are one word, however they are spelled.
_FORM = re.compile(r"\b([a-z]{1,2})[-\u2010\u2011 ](\d+[a-z]?)\b")
_WORD = re.compile(r"[a-z0-9]+")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}\b)")  # "$100,000" is one number
_WISH = r"(?:want|wish|going|plan|thinking) (?:to|of|about) "
# What people say in several words is one thing, in a question and in a text.
_PHRASES = tuple(
    (re.compile(rf"\b{words}\b"), one)
    for words, one in (
        (r"letters? of (?:recommendation|reference)", "lor"),
        (r"(?:not|never|n't|failed to|fail to) match(?:ed)?", "unmatched"),
        (r"(?:re-?apply(?:ing)?|reapplicants?|appl(?:y|ying|ied) again)", "reapply"),
        (r"curriculum vitae|resume", "cv"),
        (r"step[ -]?([123])", r"step \1"),
        (r"prometric|test cent(?:er|re)s?", "testcenter"),
        (r"212 ?\(?e", "212e"),
        (r"question banks?|q[ -]?banks?|kaplan|uworld|amboss", "qbank"),
        (r"non[ -]?compet(?:e|es|ition)", "noncompete"),
        # A plea for help is seldom in the words of the help lines.
        (rf"(?:{_WISH})?kill(?:ing)? my ?self", "suicide"),
        (rf"(?:{_WISH})?(?:end|tak)(?:e|ing)? my (?:own )?life", "suicide"),
        (rf"(?:{_WISH})?(?:hurt|harm)(?:ing)? my ?self|self[ -]?harm", "suicide"),
        (r"(?:want|wish) to die|wish i (?:was|were) dead|better off dead", "suicide"),
        (r"(?:do not|don[\u2019']?t) want to (?:live|go on)|no reason to live", "suicide"),
    )
)
_BRITISH: Mapping[str, str] = MappingProxyType(
    {
        "licenc": "licens",
        "programme": "program",
        "centre": "center",
        "practis": "practic",
        "organis": "organiz",
        "recognis": "recogniz",
        "specialis": "specializ",
        "enrol": "enroll",
        "paediatr": "pediatr",
        "anaesth": "anesth",
        "gynaec": "gynec",
        "labour": "labor",
        "behaviour": "behavior",
        "counsell": "counsel",
    }
)
_SMALL = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
    }
    | {
        "go",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "me",
        "my",
        "not",
        "of",
        "on",
        "or",
    }
    | {"should", "that", "the", "this", "to", "was", "we", "what", "when", "where", "which"}
    | {"who", "will", "with", "you", "your"}
)
# Words that people use for the same thing, each group written as it would be in a text.
_ALIKE = (
    ("license", "licensure", "licensing"),
    ("observership", "externship", "shadowing", "usce"),
    ("fee", "cost", "price", "expense"),
    ("exam", "test", "usmle"),
    ("oet", "english", "toefl", "ielts"),
    ("hpsa", "mua", "shortage", "underserved"),
    ("moonlighting", "moonlight"),
    ("yog", "graduation"),
    ("job", "employment", "employer"),
    ("contract", "negotiate"),
    ("pay", "salary"),
    ("soap", "unmatched"),
    ("mentor", "mentorship", "mentoring"),
    ("burnout", "wellbeing", "wellness"),
    ("letter", "lor"),
    ("img", "fmg", "imgs"),
    ("interview", "interviewing"),
    ("doctor", "physician"),
    ("deadline", "date", "calendar"),
    ("figure", "statistic", "rate"),
    ("score", "result"),
    ("rule", "requirement"),
    ("loan", "mortgage"),
    ("cap", "lottery"),
    ("suicide", "suicidal", "crisis", "988"),
    ("depression", "depressed", "lonely", "loneliness", "anxiety", "panic", "burnout"),
    ("ead", "daca", "refugee", "asylum", "h4", "l2"),
    ("rate", "share"),
    ("attempt", "try", "tries"),
    ("spouse", "wife", "husband", "family"),
)

_stemmer = snowballstemmer.stemmer("english")


def stems(text: str) -> list[str]:
    """Return the words of a text, in order, without the small ones and in one spelling."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    joined = _COMMA.sub("", _FORM.sub(r"\1\2", plain)).replace("$", " dollar ")
    for words, one in _PHRASES:
        joined = words.sub(one, joined)
    return [_stem(word) for word in _WORD.findall(joined) if word not in _SMALL]


@functools.lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    for british, american in _BRITISH.items():
        if word.startswith(british):
            word = american + word.removeprefix(british).removeprefix("l" * (british == "enrol"))
            break
    return str(_stemmer.stemWord(word))


def asked(text: str) -> tuple[tuple[str, ...], ...]:
    """Return what a question asks for: one group of words a word, any of which will do."""
    groups = dict.fromkeys(_meaning(stem) for stem in stems(text))
    return tuple(groups)[:MOST_WORDS]


def _meaning(stem: str) -> tuple[str, ...]:
    alike = _groups().get(stem, ())
    return (stem, *(other for other in alike if other != stem))


@functools.cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in _ALIKE:
        words = tuple(dict.fromkeys(stem for word in group for stem in stems(word)))
        found |= dict.fromkeys(words, words)
    return MappingProxyType(found)
