"""Hard rules: which pairs must not be made, each with the rule that forbids it.

A rule names pairs one by one; or is a limit: the mentor wants one of some words, and the IMG's
answers hold none of them; or a meeting: both name the same institution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mentorship.matching.market import Market
from mentorship.matching.marks import Flags, Ints, in_any
from mentorship.matching.rules import Rules
from mentorship.matching.scores.arrays import TOPIC_WEIGHTS
from mentorship.matching.scores.named import Meetings


@dataclass(frozen=True, slots=True)
class Limit:
    """What n IMGs said and m mentors want to hear, as flags for the words of one list.

    A mentor who wants nothing takes everybody. ``silence_allows`` says whether an IMG who did not
    answer may be taken all the same.
    """

    said: Flags  # (n, words)
    wanted: Flags  # (m, words)
    silence_allows: bool = False

    def forbids(self, rows: Ints) -> Flags:
        """Return (len(rows), m) bool."""
        said = self.said[rows]
        met = said.astype(np.float32) @ self.wanted.astype(np.float32).T > 0
        held = np.ones(len(rows), np.bool_) if not self.silence_allows else in_any(said)
        flags: Flags = held[:, None] & in_any(self.wanted) & ~met
        return flags


@dataclass(frozen=True, slots=True, kw_only=True)
class HardRule:
    """One reason for which a pair must not be made.

    Attributes
    ----------
    key : what stored runs and reports call it
    verdict : of one pair, in one sentence
    counted : of several mentors and one IMG, to be read after a number ("3 mentors ...")
    counted_imgs : of several IMGs and one mentor
    img_fields, mentor_fields : names of the fields of ``Img`` and ``Mentor`` it reads
    pairs : (k, 2) rows and columns of the pairs of a market it forbids; a pair may come twice
    limit : or the limit it sets; None if this round's rules set none
    meeting : or the names that IMGs and mentors must not share; None as above

    """

    key: str
    verdict: str
    counted: str
    counted_imgs: str
    img_fields: tuple[str, ...] = ()
    mentor_fields: tuple[str, ...] = ()
    pairs: Callable[[Market, Rules], Ints] | None = None
    limit: Callable[[Market, Rules], Limit | None] | None = None
    meeting: Callable[[Market, Rules], Meetings | None] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that forbids a pair, and the sentence that says so."""

    rule: str
    sentence: str


def ruled_out(market: Market, rules: Rules, rows: Ints) -> dict[str, Flags]:
    """Return rule -> (len(rows), m) bool: the pairs of some IMGs that each hard rule forbids.

    All but the minimum score; a pair may be forbidden by several rules.
    """
    return {key: _forbids(rule, market, rules, rows) for key, rule in HARD_RULES.items()}


def _forbids(rule: HardRule, market: Market, rules: Rules, rows: Ints) -> Flags:
    limit = rule.limit(market, rules) if rule.limit else None
    if limit is not None:
        return limit.forbids(rows)
    meeting = rule.meeting(market, rules) if rule.meeting else None
    if meeting is not None:
        return meeting.forbids(rows, len(market.mentors))
    pairs = rule.pairs(market, rules) if rule.pairs else np.empty((0, 2), dtype=np.int64)
    return marked(pairs, rows, len(market.mentors))


def marked(pairs: Ints, rows: Ints, columns: int) -> Flags:
    """Return (len(rows), columns) bool: which pairs of some rows are among (k, 2) pairs."""
    flags = np.zeros((len(rows), columns), dtype=np.bool_)
    place = np.full(1 + max(rows.max(initial=0), pairs[:, 0].max(initial=0)), -1)
    place[rows] = np.arange(len(rows))
    asked = pairs[place[pairs[:, 0]] >= 0]
    flags[place[asked[:, 0]], asked[:, 1]] = True
    return flags


def pairs_never(market: Market, rules: Rules) -> Ints:
    """Return (k, 2) rows and columns of every pair that a rule forbids by naming it."""
    return np.concatenate([r.pairs(market, rules) for r in HARD_RULES.values() if r.pairs])


def meetings_never(market: Market, rules: Rules) -> Meetings:
    """Return who must not be paired for the names they share, under all of this round's rules."""
    found = (rule.meeting(market, rules) for rule in HARD_RULES.values() if rule.meeting)
    several = [each for each in found if each is not None]
    return Meetings.together(several, len(market.imgs))


def limits(market: Market, rules: Rules) -> list[Limit]:
    """Return the limits this round's rules set."""
    found = (rule.limit(market, rules) for rule in HARD_RULES.values() if rule.limit)
    return [limit for limit in found if limit is not None]


def _named(rule: str) -> Callable[[Market, Rules], Ints]:
    """Return whom people named themselves."""
    return lambda market, _: market.named[rule]


def _meeting(
    rule: str, respected: Callable[[Rules], bool]
) -> Callable[[Market, Rules], Meetings | None]:
    """Return who would meet at an institution, where the round respects it."""
    return lambda market, rules: market.meetings[rule] if respected(rules) else None


def _limit_specialties(market: Market, _: Rules) -> Limit:
    return Limit(market.img_arrays.fields, market.mentor_arrays.accepts_specialties)


def _limit_stages(market: Market, _: Rules) -> Limit:
    stages = market.img_arrays.stage[:, None] == np.arange(len(market.lexicon.stages))
    return Limit(stages, market.mentor_arrays.accepts_stages)


def _limit_languages(market: Market, _: Rules) -> Limit:
    return Limit(market.img_arrays.languages, market.mentor_arrays.accepts_languages)


def _language(market: Market, rules: Rules) -> Limit | None:
    if not rules.must_share_language:
        return None
    said, wanted = market.img_arrays.languages, market.mentor_arrays.languages
    return Limit(said, wanted, silence_allows=True)


def _first_topic(market: Market, rules: Rules) -> Limit | None:
    if not rules.must_cover_first_topic:
        return None
    first = market.img_arrays.topics == TOPIC_WEIGHTS[0]
    return Limit(first, market.mentor_arrays.topics, silence_allows=True)


_ALL = (
    HardRule(
        key="same_person",
        verdict="It is one person, once as an IMG and once as a mentor.",
        counted="the same person",
        counted_imgs="the same person",
        img_fields=("key",),
        mentor_fields=("key",),
        pairs=_named("same_person"),
    ),
    HardRule(
        key="avoid",
        verdict="The IMG asked not to be paired with this mentor.",
        counted="on the IMG's list of people to avoid",
        counted_imgs="asked not to have this mentor",
        img_fields=("avoid",),
        mentor_fields=("key",),
        pairs=_named("avoid"),
    ),
    HardRule(
        key="exclude",
        verdict="The mentor asked not to be paired with this IMG.",
        counted="asked not to be paired with the IMG",
        counted_imgs="not wanted by the mentor",
        img_fields=("key",),
        mentor_fields=("exclude",),
        pairs=_named("exclude"),
    ),
    HardRule(
        key="limit_specialties",
        verdict="The mentor takes only IMGs of other specialties.",
        counted="take only other specialties",
        counted_imgs="of specialties the mentor does not take",
        img_fields=("specialties",),
        mentor_fields=("accepts_specialties",),
        limit=_limit_specialties,
    ),
    HardRule(
        key="limit_stages",
        verdict="The mentor takes only IMGs at other stages.",
        counted="take only other stages",
        counted_imgs="at stages the mentor does not take",
        img_fields=("stage",),
        mentor_fields=("accepts_stages",),
        limit=_limit_stages,
    ),
    HardRule(
        key="limit_languages",
        verdict="The mentor takes only IMGs who speak other languages.",
        counted="take only speakers of other languages",
        counted_imgs="without a language the mentor asks for",
        img_fields=("languages",),
        mentor_fields=("accepts_languages",),
        limit=_limit_languages,
    ),
    HardRule(
        key="institutions",
        verdict="The IMG named an institution of the mentor's as a conflict.",
        counted="at an institution that is a conflict",
        counted_imgs="at an institution that is a conflict",
        img_fields=("conflicts",),
        mentor_fields=("institution", "exclude_institutions"),
        meeting=_meeting("institutions", lambda rules: rules.respect_institutions),
    ),
    HardRule(
        key="selection",
        verdict="The mentor selects residents where the IMG says it would be a conflict.",
        counted="select residents where it would be a conflict",
        counted_imgs="could be selected by this mentor",
        img_fields=("conflicts", "stage"),
        mentor_fields=("selects_at",),
        meeting=_meeting("selection", lambda rules: rules.respect_selection),
    ),
    HardRule(
        key="must_share_language",
        verdict="They share no language.",
        counted="share no language with the IMG",
        counted_imgs="without a language in common",
        img_fields=("languages",),
        mentor_fields=("languages",),
        limit=_language,
    ),
    HardRule(
        key="must_cover_first_topic",
        verdict="The mentor does not offer the topic the IMG needs first.",
        counted="do not offer the topic needed first",
        counted_imgs="in need of a first topic the mentor does not offer",
        img_fields=("topics",),
        mentor_fields=("topics",),
        limit=_first_topic,
    ),
    HardRule(
        key="not_again",
        verdict="They were paired in an earlier round.",
        counted="paired with the IMG in an earlier round",
        counted_imgs="paired with this mentor in an earlier round",
        pairs=lambda market, rules: market.places.of(rules.not_again),
    ),
    HardRule(
        key="banned",
        verdict="The section leader ruled this pair out.",
        counted="ruled out by the section leader",
        counted_imgs="ruled out by the section leader",
        pairs=lambda market, rules: market.places.of(rules.banned),
    ),
)

HARD_RULES: Mapping[str, HardRule] = MappingProxyType({each.key: each for each in _ALL})
