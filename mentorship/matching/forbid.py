"""Hard rules: which pairs must not be made, each with the rule that forbids it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from mentorship.matching.market import Market
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.rules import KeyPairs, Rules

_Test: TypeAlias = Callable[[Market, Rules], Flags]


@dataclass(frozen=True, slots=True, kw_only=True)
class HardRule:
    """One reason for which a pair must not be made.

    Attributes
    ----------
    key : what stored runs and reports call it
    verdict : of one pair, in one sentence
    counted : of several mentors, to be read after a number ("3 mentors ...")
    img_fields, mentor_fields : names of the fields of ``Img`` and ``Mentor`` it reads
    test : (n, m) bool, the pairs of a market it forbids

    """

    key: str
    verdict: str
    counted: str
    img_fields: tuple[str, ...] = ()
    mentor_fields: tuple[str, ...] = ()
    test: _Test


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that forbids a pair, and the sentence that says so."""

    rule: str
    sentence: str


def ruled_out(market: Market, rules: Rules) -> dict[str, Flags]:
    """Return rule -> (n, m) bool, the pairs it forbids, for every hard rule but the minimum score.

    A pair may be forbidden by several rules.
    """
    return {key: rule.test(market, rules) for key, rule in HARD_RULES.items()}


def _nobody(market: Market) -> Flags:
    return np.zeros((len(market.imgs), len(market.mentors)), dtype=np.bool_)


def marked(market: Market, pairs: Iterable[tuple[str, str]]) -> Flags:
    """Mark pairs given by keys; keys of people who are not in the market are passed over."""
    flags = _nobody(market)
    flags[tuple(found(market, pairs).T)] = True
    return flags


def found(market: Market, pairs: Iterable[tuple[str, str]]) -> Ints:
    """Return (k, 2) rows and columns of pairs given by keys."""
    rows = {img.key: row for row, img in enumerate(market.imgs)}
    columns = {mentor.key: column for column, mentor in enumerate(market.mentors)}
    found = [(rows[i], columns[j]) for i, j in pairs if i in rows and j in columns]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def pairs_never(market: Market, rules: Rules) -> tuple[Ints, Ints]:
    """Return rows and columns of pairs forbidden one by one: people named, institutions, by hand.

    What limits and must-share rules forbid is not among them. A pair may come twice.
    """
    named = [
        *((img.key, img.key) for img in market.imgs),
        *((img.key, other) for img in market.imgs for other in img.avoid),
        *((other, m.key) for m in market.mentors for other in m.exclude),
        *rules.not_again,
        *rules.banned,
    ]
    meetings: list[tuple[int, list[int]]] = []
    if rules.respect_institutions:
        meetings += _meetings(*_at_institutions(market))
    if rules.respect_selection:
        meetings += _meetings(*_at_selection(market))
    met = [(row, column) for row, columns in meetings for column in columns]
    pairs = np.concatenate([found(market, named), np.array(met, dtype=np.int64).reshape(-1, 2)])
    return pairs[:, 0], pairs[:, 1]


def _same_person(market: Market, _: Rules) -> Flags:
    return marked(market, ((img.key, img.key) for img in market.imgs))


def _avoid(market: Market, _: Rules) -> Flags:
    return marked(market, ((img.key, other) for img in market.imgs for other in img.avoid))


def _exclude(market: Market, _: Rules) -> Flags:
    return marked(market, ((other, m.key) for m in market.mentors for other in m.exclude))


def _limit(market: Market, said: Sequence[set[str]], accepted: Sequence[set[str]]) -> Flags:
    """Mark mentors who named what they accept where an IMG's answers hold none of it."""
    flags = _nobody(market)
    groups: dict[frozenset[str], list[int]] = {}
    for row, answers in enumerate(said):
        groups.setdefault(frozenset(answers), []).append(row)
    for column, wanted in enumerate(accepted):
        for alike, rows in groups.items() if wanted else ():
            flags[rows, column] = not wanted & alike
    return flags


def _limit_specialties(market: Market, _: Rules) -> Flags:
    parents = market.tables.specialty_parents
    said = [
        {code for field in img.specialties for code in (field, *parents.get(field, ()))}
        for img in market.imgs
    ]
    return _limit(market, said, [set(m.accepts_specialties) for m in market.mentors])


def _limit_stages(market: Market, _: Rules) -> Flags:
    said = [{img.stage} if img.stage else set() for img in market.imgs]
    return _limit(market, said, [set(m.accepts_stages) for m in market.mentors])


def _limit_languages(market: Market, _: Rules) -> Flags:
    said = [set(img.languages) for img in market.imgs]
    return _limit(market, said, [set(m.accepts_languages) for m in market.mentors])


def _institutions(market: Market, rules: Rules) -> Flags:
    if not rules.respect_institutions:
        return _nobody(market)
    return _meet(*_at_institutions(market))


def _selection(market: Market, rules: Rules) -> Flags:
    if not rules.respect_selection:
        return _nobody(market)
    return _meet(*_at_selection(market))


def _at_institutions(market: Market) -> tuple[list[set[str]], list[set[str]]]:
    own = [_named((m.institution or "", *m.exclude_institutions)) for m in market.mentors]
    return [_named(img.conflicts) for img in market.imgs], own


def _at_selection(market: Market) -> tuple[list[set[str]], list[set[str]]]:
    before = market.tables.before_match
    said = [_named(i.conflicts) if before(i.stage) else set() for i in market.imgs]
    return said, [_named(m.selects_at) for m in market.mentors]


def _named(institutions: Iterable[str]) -> set[str]:
    """Return names as compared: case and spacing do not count, an empty one names nothing."""
    names = {" ".join(name.split()).casefold() for name in institutions}
    return names - {""}


def _meet(ones: Sequence[set[str]], others: Sequence[set[str]]) -> Flags:
    """Return (n, m) bool: whether two sets share an element."""
    flags = np.zeros((len(ones), len(others)), dtype=np.bool_)
    for row, columns in _meetings(ones, others):
        flags[row, columns] = True
    return flags


def _meetings(
    ones: Sequence[set[str]], others: Sequence[set[str]]
) -> Iterator[tuple[int, list[int]]]:
    """Yield (row, columns whose sets hold one element of the row's), element by element."""
    columns: dict[str, list[int]] = {}
    for column, names in enumerate(others):
        for name in names:
            columns.setdefault(name, []).append(column)
    for row, names in enumerate(ones):
        for name in names & columns.keys():
            yield row, columns[name]


def _language(market: Market, rules: Rules) -> Flags:
    if not rules.must_share_language:
        return _nobody(market)
    one, other = market.img_arrays.languages, market.mentor_arrays.languages
    shared = one.astype(np.float32) @ other.astype(np.float32).T > 0
    answered = _answered((i.languages for i in market.imgs), (m.languages for m in market.mentors))
    flags: Flags = answered & ~shared
    return flags


def _first_topic(market: Market, rules: Rules) -> Flags:
    if not rules.must_cover_first_topic:
        return _nobody(market)
    offered = _meet(
        [set(i.topics[:1]) for i in market.imgs], [set(m.topics) for m in market.mentors]
    )
    answered = _answered((i.topics for i in market.imgs), (m.topics for m in market.mentors))
    return answered & ~offered


def _answered(imgs: Iterable[tuple[str, ...]], mentors: Iterable[tuple[str, ...]]) -> Flags:
    rows = np.array([bool(answer) for answer in imgs], dtype=np.bool_)
    columns = np.array([bool(answer) for answer in mentors], dtype=np.bool_)
    return rows[:, None] & columns


def _by_hand(pick: Callable[[Rules], KeyPairs]) -> _Test:
    return lambda market, rules: marked(market, pick(rules))


_ALL = (
    HardRule(
        key="same_person",
        verdict="It is one person, once as an IMG and once as a mentor.",
        counted="the same person",
        img_fields=("key",),
        mentor_fields=("key",),
        test=_same_person,
    ),
    HardRule(
        key="avoid",
        verdict="The IMG asked not to be paired with this mentor.",
        counted="on the IMG's list of people to avoid",
        img_fields=("avoid",),
        mentor_fields=("key",),
        test=_avoid,
    ),
    HardRule(
        key="exclude",
        verdict="The mentor asked not to be paired with this IMG.",
        counted="asked not to be paired with the IMG",
        img_fields=("key",),
        mentor_fields=("exclude",),
        test=_exclude,
    ),
    HardRule(
        key="limit_specialties",
        verdict="The mentor takes only IMGs of other specialties.",
        counted="take only other specialties",
        img_fields=("specialties",),
        mentor_fields=("accepts_specialties",),
        test=_limit_specialties,
    ),
    HardRule(
        key="limit_stages",
        verdict="The mentor takes only IMGs at other stages.",
        counted="take only other stages",
        img_fields=("stage",),
        mentor_fields=("accepts_stages",),
        test=_limit_stages,
    ),
    HardRule(
        key="limit_languages",
        verdict="The mentor takes only IMGs who speak other languages.",
        counted="take only speakers of other languages",
        img_fields=("languages",),
        mentor_fields=("accepts_languages",),
        test=_limit_languages,
    ),
    HardRule(
        key="institutions",
        verdict="The IMG named an institution of the mentor's as a conflict.",
        counted="at an institution that is a conflict",
        img_fields=("conflicts",),
        mentor_fields=("institution", "exclude_institutions"),
        test=_institutions,
    ),
    HardRule(
        key="selection",
        verdict="The mentor selects residents where the IMG says it would be a conflict.",
        counted="select residents where it would be a conflict",
        img_fields=("conflicts", "stage"),
        mentor_fields=("selects_at",),
        test=_selection,
    ),
    HardRule(
        key="must_share_language",
        verdict="They share no language.",
        counted="share no language with the IMG",
        img_fields=("languages",),
        mentor_fields=("languages",),
        test=_language,
    ),
    HardRule(
        key="must_cover_first_topic",
        verdict="The mentor does not offer the topic the IMG needs first.",
        counted="do not offer the topic needed first",
        img_fields=("topics",),
        mentor_fields=("topics",),
        test=_first_topic,
    ),
    HardRule(
        key="not_again",
        verdict="They were paired in an earlier round.",
        counted="paired with the IMG in an earlier round",
        test=_by_hand(lambda rules: rules.not_again),
    ),
    HardRule(
        key="banned",
        verdict="The section leader ruled this pair out.",
        counted="ruled out by the section leader",
        test=_by_hand(lambda rules: rules.banned),
    ),
)

HARD_RULES: Mapping[str, HardRule] = MappingProxyType({each.key: each for each in _ALL})
