"""What a leader sets up for a round, as kept on it, and the rules the matcher makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.matching import CRITERIA
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.traits import Traits

# switch -> what it does, in one sentence
SWITCHES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "respect_institutions": (
            "Not at the same institution",
            (
                "An IMG is not paired with a mentor who works at an institution that the IMG listed"
                " as a conflict, or who listed the same one. Only what both wrote in their profiles"
                " counts: IMGs are not asked where they work or study."
            ),
        ),
        "respect_selection": (
            "Keep out mentors who select residents",
            "Before the Match, a place where the mentor selects must not be an IMG's conflict.",
        ),
        "respect_limits": (
            "Keep to the limits that mentors set",
            (
                "Mentors are only offered IMGs of the specialties, stages and languages they said"
                " they take. Switched off, they may be offered others, and can say no. People whom"
                " somebody does not want are kept apart in any case."
            ),
        ),
        "must_share_language": (
            "Both must share a language",
            "Pairs whose answers show no common language are never made.",
        ),
        "must_cover_first_topic": (
            "The mentor must offer the topic needed first",
            "An IMG is only paired with mentors who offer the topic at the top of their list.",
        ),
        "not_again": (
            "Not the same pair again",
            "Two people who were mentor and mentee in an earlier round are not paired again.",
        ),
    }
)


OF_THE_ROUND = frozenset(
    {"not_again", "reminder_days", "traits", "direct_requests", "request_days"}
)  # the matcher hears of it otherwise


def _default_weights() -> Mapping[str, int]:
    return MappingProxyType({key: criterion.weight for key, criterion in CRITERIA.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """Weights (criterion -> 0 to 10), hard rules and the lowest score (0 to 10,000).

    Raises
    ------
    ValueError
        A weight, the minimum or a number of days is out of range, or a criterion does not exist.

    """

    weights: Mapping[str, int] = field(default_factory=_default_weights)
    must_share_language: bool = False
    must_cover_first_topic: bool = False
    respect_institutions: bool = True
    respect_selection: bool = True
    respect_limits: bool = True
    not_again: bool = False
    minimum_score: int = 0
    reminder_days: tuple[int, ...] = (5, 1)  # before the day to answer
    two_mentors: bool = True  # whoever asks for two may get two
    direct_requests: bool = False  # "request and accept" while the round is open
    request_days: int = 7  # for a mentor to answer a request
    traits: Traits = field(default_factory=Traits)  # which IMGs take part when the round opens

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", {**_default_weights(), **self.weights})
        if not 1 <= self.request_days <= 60:
            raise ValueError("request_days: 1 to 60")
        self.rules()

    @property
    def switched_on(self) -> tuple[str, ...]:
        return tuple(switch for switch in SWITCHES if getattr(self, switch))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> SetUp:
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in plain.items() if name in known}
        if "reminder_days" in values:
            values["reminder_days"] = tuple(values["reminder_days"])
        if "traits" in values:
            values["traits"] = Traits.from_json(values["traits"])
        return cls(**values)

    def rules(self, earlier_pairs: frozenset[tuple[str, str]] = frozenset()) -> RunRules:
        plain = {name: value for name, value in asdict(self).items() if name not in OF_THE_ROUND}
        return RunRules(**plain, not_again=earlier_pairs if self.not_again else frozenset())


def rules_of(session: Session, round_: Round) -> RunRules:
    """Return the rules of a round as they hold now."""
    set_up = SetUp.from_json(round_.rules)
    return set_up.rules(earlier_pairs(session, round_) if set_up.not_again else frozenset())


def earlier_pairs(session: Session, round_: Round) -> frozenset[tuple[str, str]]:
    """Return the pairs of participants who had a mentorship from another round."""
    img, mentor = aliased(Participant), aliased(Participant)
    found = session.execute(
        sa.select(Offer.img_id, Offer.mentor_id)
        .join(img, sa.and_(img.profile_id == Offer.img_id, img.round_id == round_.id))
        .join(mentor, sa.and_(mentor.profile_id == Offer.mentor_id, mentor.round_id == round_.id))
        .where(
            Offer.round_id != round_.id,
            Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED)),
        )
    )
    return frozenset((str(img_id), str(mentor_id)) for img_id, mentor_id in found)
