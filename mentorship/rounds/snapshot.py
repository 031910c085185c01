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
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, fields
from datetime import date
from typing import Any

from mentorship import vocabulary
from mentorship.matching import FULL, Img, Market, Mentor, Span
from mentorship.rounds.run_rules import RunRules

KINDS = ("imgs", "mentors")
Plain = Mapping[str, Any]  # a person as JSON holds them
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

    With the key ``of`` one IMG the others are left out, and with that of one ``mentor`` the other
    mentors likewise: but for their goals and what they say about themselves, as which words are
    rare is counted over everybody's. So scores and rules of those here stay what they are.
    """
    imgs, others = _parted(values["imgs"], of)
    mentors, other_mentors = _parted(values["mentors"], mentor)
    goals = (each.get("goals", "") for each in others)
    about = (each.get("about", "") for each in other_mentors)
    market = Market.of(
        [Img(**_fields(each)) for each in imgs],
        [Mentor(**_fields(each)) for each in mentors],
        vocabulary.tables(),
        week=date.fromisoformat(values["week"]),
        texts=[*goals, *about],
    )
    means = {"priority": FULL} | values["means"]  # runs before it was a criterion have none
    return market, RunRules.from_json(values["rules"]), means


def _parted(people: Sequence[Plain], key: str | None) -> tuple[Sequence[Plain], Sequence[Plain]]:
    """Return who has the key, or everybody if none is asked for, and all others."""
    if key is None:
        return people, []
    return [p for p in people if p["key"] == key], [p for p in people if p["key"] != key]


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
