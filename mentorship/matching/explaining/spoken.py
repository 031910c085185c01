"""Reasons in plain sentences, with names put in only when they are said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from mentorship.matching.explaining.changes import SWITCHES
from mentorship.matching.explaining.relief import Relief
from mentorship.matching.explaining.unused import UnusedSeats
from mentorship.matching.forbid import HARD_RULES
from mentorship.matching.lottery import Id
from mentorship.matching.reasons import NoPossibleMentor, Reason, TooFewSeats
from mentorship.matching.scores.why import in_words
from mentorship.matching.scoring import MINIMUM

NameOf: TypeAlias = Callable[[Id], str]

NAMED = 5  # larger groups are counted, not named
RULES = {
    **{key: rule.counted for key, rule in HARD_RULES.items()},
    MINIMUM: "below the round's minimum score",
    "never": "marked as impossible",
}
WAITING = {
    **{key: rule.counted_imgs for key, rule in HARD_RULES.items()},
    MINIMUM: RULES[MINIMUM],
    "never": RULES["never"],
}
# kind -> one change, up to the verb
CHANGES = {
    "seat": "One more seat with {mentor}",
    "minimum": "Lowering the minimum score to {amount}",
    "banned": "Lifting the section leader's ban on the pair with {mentor}",
    "not_again": "Allowing the pair with {mentor} from an earlier round again",
    "limits": "If {mentor} agreed to take IMGs of every specialty, stage and language, that",
    "policy": "The policy “most people matched”",
    "must_share_language": "Allowing pairs who share no language",
    "must_cover_first_topic": "Allowing mentors who do not offer the topic an IMG needs first",
    "respect_institutions": "Allowing pairs at institutions that were named as a conflict",
}
_LOCK = "kept for this IMG by a lock"
# the same with a seat kept, which is free or one more
KEPT = {
    "seat": f"{{seat}} with {{mentor}}, {_LOCK},",
    "minimum": f"{{seat}} with {{mentor}}, {_LOCK} although the score is below the minimum,",
    "banned": f"{CHANGES['banned']}, and {{seat}} there, {_LOCK},",
    "not_again": f"{CHANGES['not_again']}, and {{seat}} there, {_LOCK},",
    "limits": "If {mentor} agreed to take IMGs of every specialty, stage and language, and {seat}"
    f" there were {_LOCK}, that",
    **{rule: f"{CHANGES[rule]}, and {{seat}} with {{mentor}}, {_LOCK}," for rule in SWITCHES},
}


def _points(score: int) -> str:
    return f"{score:,}"


def said(
    reason: Reason | UnusedSeats | Relief, name: NameOf, *, points: Callable[[int], str] = _points
) -> str:
    """Return a reason or a change as plain sentences.

    ``name`` gives the name of an id, ``points`` writes a minimum score.
    """
    if isinstance(reason, Relief):
        return _relief(reason, name, points)
    if isinstance(reason, NoPossibleMentor):
        return _no_possible_mentor(reason)
    if isinstance(reason, TooFewSeats):
        return _too_few_seats(reason, name)
    if isinstance(reason, UnusedSeats):
        return _unused(reason, name)
    if reason.price == reason.score:
        return (
            f"Every possible seat is worth as much or more to somebody else. With "
            f"{name(reason.mentor)} it was a tie at {reason.score:,} points."
        )
    return (
        f"Every possible seat is worth more to somebody else. The nearest was with "
        f"{name(reason.mentor)}: a score of {reason.score:,}, where the seat is worth "
        f"{reason.price:,} to others."
    )


def _no_possible_mentor(reason: NoPossibleMentor) -> str:
    if reason.mentors == 0:
        return "There are no mentors in this round."
    parts = [f"{RULES.get(rule, rule)} ({count})" for rule, count in reason.ruled_out.items()]
    if reason.without_seat:
        parts.insert(0, f"no seat in this round ({reason.without_seat})")
    of_all = "The only mentor" if reason.mentors == 1 else f"None of the {reason.mentors} mentors"
    return f"{of_all} {'is not' if reason.mentors == 1 else 'is'} possible: {in_words(parts)}."


def _too_few_seats(reason: TooFewSeats, name: NameOf) -> str:
    others = [each for each in reason.imgs if each != reason.img]
    seats = _count(reason.seats, "seat") if reason.seats else "no seat"
    held = f" ({reason.held} held by locked pairs)" if reason.held else ""
    mentors = f"{len(reason.mentors)} mentors{_names(reason.mentors, name)}"
    only = name(reason.mentors[0]) if len(reason.mentors) == 1 else ""
    if not others:
        return f"Only {only or mentors} would be possible, with {seats} left{held}."
    group = f"This IMG and {_count(len(others), 'other')}{_names(others, name)}"
    whom = only or f"the same {mentors}"
    return f"{group} can only go to {whom}, with {seats} left for all of them{held}."


def _unused(reason: UnusedSeats, name: NameOf) -> str:
    return f"{name(reason.mentor)} has {_count(reason.seats, 'free seat')}: {why_unused(reason)}."


def why_unused(reason: UnusedSeats) -> str:
    """Return why seats are free, as words that follow a colon."""
    told = (_who_waits(reason), _who_has_a_mentor(reason))
    return "; ".join(each for each in told if each)


def _who_waits(reason: UnusedSeats) -> str:
    if not reason.waiting:
        return ""
    counts = sorted(reason.ruled_out.items(), key=lambda rule: -rule[1])
    parts = [f"{WAITING.get(rule, rule)} ({count})" for rule, count in counts]
    whom = "the one IMG" if reason.waiting == 1 else f"none of the {reason.waiting} IMGs"
    told = f"{whom} without a mentor is {'not ' if reason.waiting == 1 else ''}possible here"
    twice = " (one may count twice)" if sum(reason.ruled_out.values()) > reason.waiting else ""
    return f"{told}, {in_words(parts)}{twice}" if parts else told


def _who_has_a_mentor(reason: UnusedSeats) -> str:
    if not reason.possible:
        return "" if reason.waiting else "no other IMG is possible"
    one = reason.possible == 1
    told = f"{'the other possible IMG has' if one else 'all other possible IMGs have'} a mentor"
    if reason.better == reason.possible:
        return f"{told} who suits at least as well"
    return f"{told} already" + (
        f", {reason.better} of them one who suits at least as well" if reason.better else ""
    )


def _relief(relief: Relief, name: NameOf, points: Callable[[int], str]) -> str:
    change = relief.change
    if change is None and relief.untried:
        return "No change that was tried would help, but not all were tried: that takes too long."
    if change is None:
        return (
            "No change that can be suggested would help: with every mentor who has a seat, what"
            " somebody asked for or more than one rule is in the way. A new mentor is needed."
        )
    mentor = "" if change.mentor is None else name(change.mentor)
    what = (KEPT if change.kept else CHANGES)[change.kind]
    tail = f"{_people(change.lost, name)} would lose theirs" if change.lost else ""
    seat = "a free seat" if change.free else "one more seat"
    what = what.format(mentor=mentor, amount=points(change.amount or 0), seat=seat)
    what = what[0].upper() + what[1:]
    if change.instead:
        first = _people(change.instead, name)
        what = (
            f"One more seat with {mentor} would help {first} first. Kept for this IMG by a lock, it"
        )
    told = f"{what} would give this IMG a mentor; {tail or 'nobody loses theirs'}."
    return f"{told} Not every smaller change was tried." if relief.untried else told


def _people(ids: Sequence[Id], name: NameOf) -> str:
    few = len(ids) <= NAMED
    return in_words([name(each) for each in ids]) if few else f"{len(ids)} others"


def _names(ids: Sequence[Id], name: NameOf) -> str:
    """Return names in brackets, or nothing for a group too large to be named."""
    return f" ({in_words([name(each) for each in ids])})" if len(ids) <= NAMED else ""


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
