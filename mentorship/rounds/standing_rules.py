"""How an IMG stands in one round: worked out from its state, their place in it and the offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.rest import FOR_GOOD
from mentorship.rounds.setup import SetUp
from mentorship.rounds.standing_shapes import Standing

WAITS = (OfferState.OFFERED, OfferState.ACCEPTED)
# in a round that would look for a mentor, or says that it does
UNMATCHED = frozenset({Standing.MAY_ASK, Standing.TAKES_PART, Standing.IN_REVIEW, Standing.WAITING})


def standing_in(round_: Round, place: Participant, offers: Sequence[Offer]) -> Standing:
    states = {offer.state for offer in offers}
    if place.left_out_at is not None:  # by themselves or a leader: only what was agreed on stands
        left = Standing.WITHDREW if place.withdrew else Standing.ENDED
        return Standing.CONFIRMED if OfferState.CONFIRMED in states else left
    if round_.state not in OUT:
        return _without_answers(round_, states)
    found = {
        OfferState.ACCEPTED: Standing.ANSWER_NEEDED,
        OfferState.CONFIRMED: Standing.CONFIRMED,
        OfferState.OFFERED: Standing.ASKED,
        OfferState.ENDED: Standing.ENDED,
    }
    waiting = _not_again(place.back_at, offers) or Standing.WAITING
    return next((said for state, said in found.items() if state in states), waiting)


def again_in(round_: Round, place: Participant, offers: Sequence[Offer]) -> bool:
    """Tell of somebody without a mentor now whether the rest of a round is matched with them."""
    stays = round_.state in OUT and place.left_out_at is None
    return stays and _not_again(place.back_at, offers) is None


def second_of(
    round_: Round, place: Participant, offers: Sequence[Offer], wanted: int
) -> Standing | None:
    """Say of somebody with a mentor of the round how the search for a second one stands.

    It is what ``standing_in`` would say of it, had they no mentor yet.
    """
    states = [offer.state for offer in offers]
    mentors = states.count(OfferState.CONFIRMED)
    if not mentors or place.left_out_at is not None:
        return None
    if round_.state in OUT:  # the rest is matched without whoever has a mentor
        return Standing.ASKED if OfferState.OFFERED in states else None
    found = _without_answers(round_, {*states} - {OfferState.CONFIRMED})
    more = SetUp.from_json(round_.rules).two_mentors and wanted > mentors
    return found if found is Standing.REQUESTED or (more and found in UNMATCHED) else None


def holds(round_: Round, offer: Offer) -> bool:
    """Tell whether an offer keeps its IMG out of all other rounds (see ``candidates.held``)."""
    return offer.state is OfferState.CONFIRMED or (offer.state in WAITS and round_.state in OUT)


def as_told(
    standing: Standing,
    *,
    belongs: bool,
    held_since: Collection[dt.datetime],
    published_at: dt.datetime | None,
) -> Standing:
    """Say of a round that looks for no mentor why it does not.

    Its section was left, or another round holds the IMG. One that is over did look for them, unless
    they were held when it was published.
    """
    if standing is Standing.NOT_MATCHED:
        held = published_at is not None and any(at <= published_at for at in held_since)
        return Standing.ELSEWHERE if held else standing
    out = {*UNMATCHED, Standing.NOT_LOOKING, Standing.SILENT, Standing.WITHDREW, Standing.GIVEN_UP}
    if not belongs and standing in out:
        return Standing.LEFT
    return Standing.ELSEWHERE if held_since and standing in UNMATCHED else standing


def _without_answers(round_: Round, states: set[OfferState]) -> Standing:
    """Say where an IMG stands while no offer of a run is out; requests may be."""
    if OfferState.CONFIRMED in states:
        return Standing.CONFIRMED
    if round_.state is RoundState.OPEN and SetUp.from_json(round_.rules).direct_requests:
        return Standing.REQUESTED if OfferState.OFFERED in states else Standing.MAY_ASK
    if round_.state in {RoundState.OPEN, RoundState.CLOSED}:
        return Standing.TAKES_PART
    if round_.state in {RoundState.REVIEW, RoundState.PUBLISHED}:
        return Standing.IN_REVIEW
    if OfferState.ENDED in states:
        return Standing.ENDED
    return Standing.GIVEN_UP if round_.given_up else Standing.NOT_MATCHED


def _not_again(back_at: dt.datetime | None, offers: Sequence[Offer]) -> Standing | None:
    """Say why the rest of a round is matched without this IMG (see ``rest``); None if with them."""
    for offer in offers:
        said_no = offer.state is OfferState.DECLINED_BY_IMG and offer.decline_reason in FOR_GOOD
        at = offer.img_answered_at
        if said_no and (back_at is None or (at is not None and at > back_at)):
            return Standing.NOT_LOOKING
    passed = any(
        offer.state is OfferState.EXPIRED
        and offer.mentor_answered_at is not None
        and not (back_at is not None and back_at > offer.offered_at)
        for offer in offers
    )
    answered = any(offer.img_answered_at is not None for offer in offers)
    return Standing.SILENT if passed and not answered else None
