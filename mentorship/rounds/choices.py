"""The closed lists of a round: reasons to decline, and states that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mentorship.rounds.models import RoundState
from mentorship.rounds.offer_models import OfferState

# As the person who declines reads them, and as the leader does.
MENTOR_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no_time": "I do not have enough time right now",
        "wrong_fit": "I am not the right mentor for what this person needs",
        "conflict": "There is a conflict of interest",
        "known_already": "I already know or mentor this person",
        "situation_changed": "My situation has changed",
        "other": "Another reason",
    }
)
IMG_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "wrong_fit": "This mentor is not right for what I need",
        "other_mentor": "I have found another mentor",
        "no_time": "I do not have enough time right now",
        "conflict": "There is a conflict of interest",
        "known_already": "I already know this person",
        "situation_changed": "My situation has changed",
        "other": "Another reason",
    }
)
REASONS_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "no_time": "No time now",
        "wrong_fit": "Not the right fit",
        "conflict": "Conflict of interest",
        "known_already": "They know each other",
        "other_mentor": "Found another mentor",
        "situation_changed": "Situation changed",
        "other": "Another reason",
    }
)

# Why a mentorship ends, as whoever ends it reads it.
END_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "goals_met": "We reached what we set out to do",
        "time_over": "The time we agreed on is over",
        "no_time": "I do not have enough time any more",
        "situation_changed": "My situation has changed",
        "not_a_fit": "We do not fit well",
        "no_contact": "I could not reach the other person",
        "concern": "Something happened that worries me",
        "other": "Another reason",
    }
)
ENDS_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "goals_met": "Goals reached",
        "time_over": "Agreed time over",
        "no_time": "No time any more",
        "situation_changed": "Situation changed",
        "not_a_fit": "Not the right fit",
        "no_contact": "No contact",
        "concern": "A concern",
        "other": "Another reason",
    }
)
# The same, as a leader who ends it says it: whom the reason speaks of decides on priority.
LEADER_ENDS: Mapping[str, str] = MappingProxyType(
    {
        "goals_met": "They reached what they set out to do",
        "time_over": "The time they agreed on is over",
        "no_time": "The mentor has no time any more",
        "situation_changed": "The mentor's situation has changed",
        "not_a_fit": "They do not fit well",
        "no_contact": "The mentor could not be reached",
        "concern": "A concern about the mentor",
        "other": "It is because of the IMG, or another reason",
    }
)

LIVE_OFFERS = (OfferState.OFFERED, OfferState.ACCEPTED, OfferState.CONFIRMED)
ENROLLED = (RoundState.CLOSED, RoundState.REVIEW)  # enrolment has ended: a run is made of these
RUNNABLE = (RoundState.OPEN, *ENROLLED)  # a run may be asked for, which ends enrolment
EDITABLE = (RoundState.DRAFT, *RUNNABLE)  # and what may be given up
BEFORE = (*RUNNABLE, RoundState.PUBLISHED)  # open, and no offer is out
OUT = (RoundState.ANSWERING, RoundState.REMATCHING)  # offers are out
OVER = (RoundState.FINISHED, RoundState.ARCHIVED)
# state -> those it may change to; the database refuses every other change, and any of a round that
# was given up
STEPS: Mapping[RoundState, frozenset[RoundState]] = MappingProxyType(
    {
        RoundState.DRAFT: frozenset({RoundState.OPEN, RoundState.ARCHIVED}),
        RoundState.OPEN: frozenset({RoundState.CLOSED, RoundState.ARCHIVED}),
        RoundState.CLOSED: frozenset({RoundState.OPEN, RoundState.REVIEW, RoundState.ARCHIVED}),
        RoundState.REVIEW: frozenset({RoundState.PUBLISHED, RoundState.ARCHIVED}),
        RoundState.PUBLISHED: frozenset({RoundState.REVIEW, RoundState.ANSWERING}),
        RoundState.ANSWERING: frozenset({RoundState.REMATCHING, RoundState.FINISHED}),
        RoundState.REMATCHING: frozenset({RoundState.ANSWERING, RoundState.FINISHED}),
        RoundState.FINISHED: frozenset({RoundState.ARCHIVED}),
        RoundState.ARCHIVED: frozenset({RoundState.FINISHED}),
    }
)
