"""A set-up as the plain values of its form, and what has changed in it in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from mentorship import vocabulary
from mentorship.matching import CRITERIA, POLICIES
from mentorship.rounds.meanwhile import Change
from mentorship.rounds.models import Round
from mentorship.rounds.setup import SWITCHES, SetUp
from mentorship.rounds.template_models import SetUpTemplate

WEIGHT = "weight_"
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "at": "Date",
        "name": "Name of the round",
        "policy": "Best result",
        "answer_days": "Days to answer",
        "browsing": "Who may look others up",
        "minimum": "Lowest score of a pair",
        "requests": "How requests work",
        "request_days": "Days to answer a request",
        "two_mentors": "Two mentors for whoever asks for two",
        "reminder_days": "Days of reminders",
        "stages": "Only IMGs at these stages",
        "specialties": "Only IMGs who aim at these specialties",
        "states": "Only IMGs who live in or hope for these states",
        "waited": "Only IMGs without a mentor after the last round",
    }
    | {key: label for key, (label, _) in SWITCHES.items()}
    | {WEIGHT + key: f"Weight of {criterion.label}" for key, criterion in CRITERIA.items()}
)
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "policy": {key: policy.label for key, policy in POLICIES.items()},
        "browsing": {"": "as the section says", "nobody": "nobody", "imgs": "IMGs", "both": "both"},
        "requests": {"optimum": "by the match", "direct": "request and accept"},
    }
)
WORDS = {"stages": "stage", "specialties": "specialty", "states": "state"}  # field -> list
PLAIN = {"True": "on", "False": "off", "": "none"}


def values_of(set_up: SetUp) -> dict[str, object]:
    """Return a set-up as the form is filled with it: field -> value."""
    weights = {WEIGHT + key: weight for key, weight in set_up.weights.items()}
    switches = {key: getattr(set_up, key) for key in SWITCHES}
    said = {
        "minimum": set_up.minimum_score // 100,
        "two_mentors": set_up.two_mentors,
        "requests": "direct" if set_up.direct_requests else "optimum",
        "request_days": set_up.request_days,
        "reminder_days": ", ".join(map(str, set_up.reminder_days)),
    }
    return {**weights, **switches, **said, **asdict(set_up.traits)}


def values_of_source(source: Round | SetUpTemplate) -> dict[str, object]:
    """Return all that the form of a round, or of a template, is filled with."""
    said = {
        "name": source.name,
        "policy": source.policy,
        "answer_days": source.answer_days,
        "browsing": source.browsing or "",
    }
    return said | values_of(SetUp.from_json(source.rules))


def change_in_words(change: Change) -> str:
    """Say one change, for example "Weight of Topics: 10 → 1"."""
    told = [_value(change.field, value) for value in (change.old, change.new)]
    return f"{LABELS.get(change.field, change.field)}: {' → '.join(told)}"


def _value(field: str, value: str) -> str:
    if field in VALUES:
        return VALUES[field].get(value, value)
    if field in WORDS and value:
        return ", ".join(vocabulary.name(WORDS[field], term) for term in value.split(", "))
    return PLAIN.get(value, value)
