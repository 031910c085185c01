"""Reasons of a run in sentences for the section leader, from the ids and counts that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mentorship.matching.explaining.spoken import RULES
from mentorship.rounds.candidates import Obstacle
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.models import RoundState

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_possible_mentor": "No possible mentor",
        "too_few_seats": "Too few seats",
        "worth_more_elsewhere": "The seat fits others better",
    }
)
OBSTACLES: Mapping[Obstacle, str] = MappingProxyType(
    {
        Obstacle.SWITCHED_OFF: "The account is switched off by an administrator",
        Obstacle.NOT_A_MEMBER: "Not an active member of the section in this role",
        Obstacle.NO_CONSENT: "Has not agreed to be matched",
        Obstacle.NOT_READY: "The profile misses answers that the match needs",
        Obstacle.HAS_MENTOR: "Has a mentor from another round, until that mentorship ends",
        Obstacle.HAS_OFFER: "Is waiting for an answer in another round",
        Obstacle.ASKED_HERE: "Has a mentor, or is waiting for an answer, in this round",
        Obstacle.NEEDS_NOBODY: "Said in this round that no mentor is needed any more",
        Obstacle.PAUSED: "Is on a break",
        Obstacle.NO_SEATS: "Offers no seats",
        Obstacle.SEATS_TAKEN: "Every seat is held by a mentorship, or an offer without an answer",
        Obstacle.SILENT: "Did not answer in time in this round",
    }
)


def any_mentor(state: RoundState, *, planned: bool) -> str:
    """Say what helps in a round in this state if a change of rules or of single seats does not.

    While a run is ``planned`` to go out, nothing else helps before that is taken back.
    """
    if state in OVER:
        return "Any mentor with a free seat. This round is over, so that is for the next one."
    first = "First take back the planned publication. " if planned else ""
    if state in OUT:
        return (
            f"Any mentor of this round with a free seat. {first}Ask them for one more seat, then"
            " match the rest again. Nobody else can be taken in, as offers are out."
        )
    return (
        f"Any mentor with a free seat. {first}Take in those who were left out, ask mentors for one"
        " more seat, or invite new ones; then run the match again."
    )


def why_unmatched(
    name: str, reason: str, detail: Mapping[str, Any], names: Mapping[str, str]
) -> Sequence[str]:
    """Say why one IMG has no mentor; ``names`` are those of the mentors in ``detail``, by id."""
    say = {
        "no_possible_mentor": _nobody_possible,
        "too_few_seats": _too_few_seats,
        "worth_more_elsewhere": _worth_more,
    }[reason]
    return say(name, detail, names)


def _nobody_possible(
    _name: str, detail: Mapping[str, Any], _names: Mapping[str, str]
) -> Sequence[str]:
    if no_seat_at_all("no_possible_mentor", detail):
        return ["No mentor with a free seat is in this run."]
    ruled_out = sorted(detail["ruled_out"].items(), key=lambda rule: (-rule[1], rule[0]))
    reasons = [f"{RULES[rule]} ({count})" for rule, count in ruled_out]
    if detail["without_seat"]:
        reasons.insert(0, f"no free seat ({detail['without_seat']})")
    return [f"The reasons, with the number of mentors: {'; '.join(reasons)}."]


def no_seat_at_all(reason: str, detail: Mapping[str, Any]) -> bool:
    """Tell whether an IMG has no mentor because nobody in the run had a seat to give."""
    return reason == "no_possible_mentor" and detail["mentors"] == detail["without_seat"]


def _too_few_seats(name: str, detail: Mapping[str, Any], names: Mapping[str, str]) -> Sequence[str]:
    possible = detail["possible"]
    said = [f"{name} could go to {_mentors(possible)}."]
    if "score" in detail:  # of runs made before, the score is not kept: private answers counted
        mentor = names.get(detail["mentor"], "a mentor who has left")
        score = _of_100(detail["score"])
        said = [
            f"{name} could go to {mentor}, with a score of {score}."
            if possible == 1
            else f"{name} could go to {possible} mentors, best to {mentor} with a score of {score}."
        ]
    rivals, seats = detail["imgs"], detail["seats"]
    left = f"{seats} seat{'' if seats == 1 else 's'}"
    if rivals > 1:
        whom = f"the {left} of {_mentors(detail['mentors'])}"
        said.append(f"{rivals} IMGs compete for {whom}, as they can go to nobody else.")
    else:
        said.append("No seat is left there.")
    return said


def _worth_more(name: str, detail: Mapping[str, Any], names: Mapping[str, str]) -> Sequence[str]:
    whole = "In the best result each of those seats goes to somebody else."
    if "mentor" not in detail:  # a run made before scores were told without private answers
        return [whole]
    mentor = names.get(detail["mentor"], "a mentor who has left")
    score = _of_100(detail["score"])
    return [f"{name} would suit {mentor} best, with a score of {score}.", whole]


def _mentors(count: int) -> str:
    return f"{count} mentor{'' if count == 1 else 's'}"


def _of_100(score: int) -> str:
    return f"{(score + 50) // 100} of 100"
