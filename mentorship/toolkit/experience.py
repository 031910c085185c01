"""Which kinds of US clinical experience suit whom: a plan from two plain answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mentorship.toolkit.guides import Item

# For each kind: the degrees it suits, and where one must be, or with what right to work.
SUITS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "elective": (frozenset({"student"}), frozenset({"abroad", "us_visa", "us_free"})),
    "sub-internship": (frozenset({"student"}), frozenset({"abroad", "us_visa", "us_free"})),
    "externship": (frozenset({"student", "graduate"}), frozenset({"us_free"})),
    "observership": (
        frozenset({"student", "graduate", "specialist"}),
        frozenset({"abroad", "us_visa", "us_free"}),
    ),
    "research": (
        frozenset({"graduate", "specialist"}),
        frozenset({"abroad", "us_visa", "us_free"}),
    ),
    "telerotation": (frozenset({"student", "graduate"}), frozenset({"abroad"})),
    "non-acgme-fellowship": (
        frozenset({"specialist"}),
        frozenset({"abroad", "us_visa", "us_free"}),
    ),
    "paid-support-role": (frozenset({"graduate", "specialist"}), frozenset({"us_free"})),
}
WHEN: dict[str, tuple[str, ...]] = {
    "student": (
        "12 months before: ask your school and the host which electives it takes from abroad.",
        "6 to 12 months before: apply, with vaccines, liability cover and a letter of your dean.",
        "3 months before: {papers}, housing, and a note to the coordinator.",
        "On the last day: ask for the letter while your work is remembered.",
    ),
    "graduate": (
        "6 to 9 months before you apply to residency: write to alumni, your society and hospitals.",
        "4 months before: vaccines, HIPAA training, {papers}, and one place that is sure.",
        "Until August: finish, so that the letters are there when applications open.",
        "Two places in one specialty are worth more than four in several.",
    ),
    "specialist": (
        "12 months before: find departments that take fellows outside accredited programs.",
        "9 months before: ask the state board which limited license the post needs.",
        "6 months before: contract, license papers and {papers} take the longest.",
        "During it: ask how the post counts for your board and for your state.",
    ),
}
PAPERS = {  # what a place or a status asks for
    "abroad": "the visa that fits the kind of experience",
    "us_visa": "a word with the sponsor of your visa on what it allows",
    "us_free": "proof of your right to work",
}


@dataclass(frozen=True, slots=True)
class Plan:
    suits: tuple[Item, ...]
    not_now: tuple[Item, ...]
    steps: tuple[str, ...]


def plan(kinds: Iterable[Item], *, degree: str, place: str) -> Plan:
    suits: list[Item] = []
    not_now: list[Item] = []
    for kind in kinds:
        degrees, places = SUITS.get(kind.anchor, (frozenset(), frozenset()))
        (suits if degree in degrees and place in places else not_now).append(kind)
    steps = tuple(step.format(papers=PAPERS[place]) for step in WHEN[degree])
    return Plan(tuple(suits), tuple(not_now), steps)
