"""Reasons in plain sentences, with names put in only when they are said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from mentorship.matching.forbid import HARD_RULES
from mentorship.matching.lottery import Id
from mentorship.matching.reasons import NoPossibleMentor, Reason, TooFewSeats, UnusedSeats
from mentorship.matching.relief import Change
from mentorship.matching.scoring import MINIMUM
from mentorship.matching.why import in_words

NameOf: TypeAlias = Callable[[Id], str]

NAMED = 5  # larger groups are counted, not named
RULES = {
    **{key: rule.counted for key, rule in HARD_RULES.items()},
    MINIMUM: "below the round's minimum score",
    "never": "marked as impossible",
}
CHANGES = {
    "seat": "One more seat with {mentor}",
    "banned": "Lifting the section leader's ban on the pair with {mentor}",
    "not_again": "Allowing the pair with {mentor} from an earlier round again",
    "limits": "If {mentor} agreed to take IMGs of every specialty, stage and language, that",
    "must_share_language": "Allowing pairs who share no language",
    "must_cover_first_topic": "Allowing mentors who do not offer the topic an IMG needs first",
    "respect_institutions": "Allowing pairs at institutions that were named as a conflict",
}


def said(reason: Reason | UnusedSeats | Change, name: NameOf) -> str:
    """Return a reason or a change as plain sentences; ``name`` gives the name of an id."""
    if isinstance(reason, Change):
        return _change(reason, name)
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
    free = f"{name(reason.mentor)} has {_count(reason.seats, 'free seat')}"
    if reason.possible == 0:
        return f"{free}: no other IMG is possible."
    who = "the other possible IMG has" if reason.possible == 1 else "all other possible IMGs have"
    return f"{free}: {who} a mentor already."


def _change(change: Change, name: NameOf) -> str:
    few = len(change.lost) <= NAMED
    lost = in_words([name(each) for each in change.lost]) if few else f"{len(change.lost)} others"
    if change.kind == "minimum":
        tail = f"; {lost} would lose their mentor" if change.lost else ""
        return f"Lowering the minimum score to {change.amount:,} would be enough{tail}."
    mentor = "" if change.mentor is None else name(change.mentor)
    what = CHANGES[change.kind].format(mentor=mentor)
    tail = f"{lost} would lose theirs" if change.lost else "nobody loses theirs"
    return f"{what} would give this IMG a mentor; {tail}."


def _names(ids: Sequence[Id], name: NameOf) -> str:
    """Return names in brackets, or nothing for a group too large to be named."""
    return f" ({in_words([name(each) for each in ids])})" if len(ids) <= NAMED else ""


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
