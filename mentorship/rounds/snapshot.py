"""What a run was made of, as plain values: kept sealed, without names, its digest in the open.

The digest is keyed, and its key lies in the sealed record: who has a dump of the database cannot
try guesses of a private answer against it. It outlives a change of the field keys, and nobody can
try anything once the record is forgotten.

Profiles appear under their keys, as the matcher read them: goals and a mentor's own words too, for
the words they have in common count. Names are left out unless somebody wrote one there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, fields
from datetime import date
from typing import Any

from mentorship import vocabulary
from mentorship.matching import FULL, Img, Market, Mentor, Span
from mentorship.rounds.run_rules import RunRules

KINDS = ("imgs", "mentors")
FORMAT = 3  # 1 left out goals and about, which no criterion read then; 2 had no key of its own


def snapshot(
    market: Market, rules: RunRules, *, means: Mapping[str, int], policy: str, lottery: int
) -> dict[str, Any]:
    """Return everything that decides the pairs."""
    return {
        "format": FORMAT,
        "digest_key": secrets.token_hex(32),
        "policy": policy,
        "lottery": lottery,
        "week": market.week.isoformat(),
        "rules": rules.to_json(),
        "means": dict(means),
        "imgs": [_person(img) for img in market.imgs],
        "mentors": [_person(mentor) for mentor in market.mentors],
    }


def restored(
    values: Mapping[str, Any], *, of: str | None = None, mentor: str | None = None
) -> tuple[Market, RunRules, Mapping[str, int]]:
    """Return the people, the rules and the means that :func:`snapshot` took down.

    With the key ``of`` one IMG all others have only theirs and their goals, or are left out if they
    have none: the scores and rules of this one stay what they are, for which words are rare is
    counted over everybody's. With the key of one ``mentor`` likewise all others have only theirs
    and what they say about themselves.
    """
    market = Market.of(
        [*_imgs(values["imgs"], of)],
        [*_mentors(values["mentors"], mentor)],
        vocabulary.tables(),
        week=date.fromisoformat(values["week"]),
    )
    means = {"priority": FULL} | values["means"]  # runs before it was a criterion have none
    return market, RunRules.from_json(values["rules"]), means


def _imgs(plain: Iterable[Mapping[str, Any]], of: str | None) -> Iterator[Img]:
    for each in plain:
        if of is None or each["key"] == of:
            yield Img(**_fields(each))
        elif goals := each.get("goals"):
            yield Img(key=each["key"], goals=goals)


def _mentors(plain: Iterable[Mapping[str, Any]], of: str | None) -> Iterator[Mentor]:
    for each in plain:
        if of is None or each["key"] == of:
            yield Mentor(**_fields(each))
        elif about := each.get("about"):
            yield Mentor(key=each["key"], about=about)


def without_people(values: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """Return a record in which nothing is left of some people but their keys, under ``erased``.

    Its digest is no longer the one that was noted, and no run is made of it again.
    """
    here = {plain["key"] for kind in KINDS for plain in values[kind]} & set(keys)
    left = {kind: [p for p in values[kind] if p["key"] not in here] for kind in KINDS}
    return {**values, **left, "erased": sorted({*values.get("erased", ()), *here})}


def digest(values: Mapping[str, Any]) -> str:
    """Return the HMAC-SHA-256 of the values as canonical JSON, under their own key."""
    text = json.dumps(values, separators=(",", ":"), sort_keys=True)
    key = bytes.fromhex(values["digest_key"])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _person(person: Img | Mentor) -> dict[str, Any]:
    return {each.name: _plain(getattr(person, each.name)) for each in fields(person)}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [astuple(each) if isinstance(each, Span) else each for each in value]
    return value


def _fields(plain: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: tuple(value) for name, value in plain.items() if isinstance(value, list)}
    spans = tuple(Span(*span) for span in plain["availability"])
    return {**plain, **lists, "availability": spans}
