"""Every state of an offer and a mentorship, and what the two are to each other there."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mentorship.consents import service as consents
from mentorship.mentorships import service as mentorships
from mentorship.profiles.audience import SWITCHES, Audience
from mentorship.profiles.service import pause_mentor
from mentorship.rounds import expiring
from mentorship.rounds import service as rounds
from mentorship.rounds.offer_models import SeatCount
from mentorship.rounds.withdrawing import withdraw
from mentorship.sections.models import Membership
from mentorship.sections.service import leave
from mentorship.signins import people
from tests import factories
from tests.factories import NOW
from tests.rounds.cast import Cast


@dataclass(frozen=True)
class Reached:
    """What the mentor is to Ana's answers, and Ana to the mentor's, and what is kept back."""

    to_mentor: Audience
    to_img: Audience
    names_hidden: bool = False
    withheld: frozenset[str] = frozenset()  # purposes that both said no to
    listed: bool = True
    gone: str = ""  # who of the two has left the section, or cannot sign in


Reach = Callable[[Cast], Reached]


def open_round(cast: Cast) -> Reached:
    cast.open()
    return Reached(Audience.BROWSING, Audience.BROWSING)


def offered(cast: Cast) -> Reached:
    cast.published()
    return Reached(Audience.OFFERED, Audience.BROWSING)


def declined(cast: Cast) -> Reached:
    offered(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana").id
    no: dict[str, Any] = {"reason": "no_time", "words": "", "now": NOW}
    rounds.decline_offer(cast.session, person_id=who, offer_id=offer, **no)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def seat_taken(cast: Cast) -> Reached:
    """Another IMG has Noor's only seat by the time she says yes to Ana."""
    offered(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana")
    cast.session.execute(sa.update(SeatCount).values(taken=SeatCount.seats))
    rounds.accept_offer(cast.session, person_id=who, offer_id=offer.id, now=NOW)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def withdrew(cast: Cast) -> Reached:
    offered(cast)
    who, offer = cast.people["Ana"].id, cast.offer("Ana")
    withdraw(
        cast.session,
        person_id=who,
        round_id=offer.round_id,
        profile_id=offer.img_id,
        now=NOW,
    )
    return Reached(Audience.BROWSING, Audience.BROWSING)


def accepted(cast: Cast) -> Reached:
    offered(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana").id
    rounds.accept_offer(cast.session, person_id=who, offer_id=offer, now=NOW)
    return Reached(Audience.OFFERED, Audience.OFFERED)


def declined_by_img(cast: Cast) -> Reached:
    accepted(cast)
    who, offer = cast.people["Ana"].id, cast.offer("Ana").id
    no: dict[str, Any] = {"reason": "other", "words": "", "now": NOW}
    rounds.decline_match(cast.session, person_id=who, offer_id=offer, **no)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def unanswered(cast: Cast) -> Reached:
    round_ = cast.published()
    rounds.finish_round(cast.session, round_id=round_.id, now=NOW)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def accepted_then_over(cast: Cast) -> Reached:
    accepted(cast)
    rounds.finish_round(cast.session, round_id=cast.offer("Ana").round_id, now=NOW)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def confirmed(cast: Cast) -> Reached:
    accepted(cast)
    who, offer = cast.people["Ana"].id, cast.offer("Ana").id
    rounds.confirm_match(cast.session, person_id=who, offer_id=offer, now=NOW)
    plan = mentorships.Plan(starts_at=NOW, minutes=30)
    say: dict[str, Any] = {"person_id": who, "mentorship_id": offer, "now": NOW}
    mentorships.plan_meeting(cast.session, plan=plan, **say)
    mentorships.write_note(cast.session, text="Mine", **say)
    return Reached(Audience.MATCHED, Audience.MATCHED)


def ended(cast: Cast) -> Reached:
    confirmed(cast)
    say: dict[str, Any] = {"person_id": cast.people["Ana"].id, "words": "", "now": NOW}
    mentorships.end_mentorship(
        cast.session, mentorship_id=cast.offer("Ana").id, reason="time_over", **say
    )
    return Reached(Audience.BROWSING, Audience.BROWSING)


def expired(cast: Cast) -> Reached:
    round_ = cast.published()
    late = NOW + dt.timedelta(days=60)
    assert expiring.expire_answers(cast.session, round_id=round_.id, now=late)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def silent_img(cast: Cast) -> Reached:
    """Noor says yes, and Ana lets the day pass; she may still open the page of the match."""
    accepted(cast)
    late = NOW + dt.timedelta(days=60)
    assert expiring.expire_answers(cast.session, round_id=cast.offer("Ana").round_id, now=late)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def left_when_asked(cast: Cast) -> Reached:
    offered(cast)
    _leave(cast)
    return Reached(Audience.BROWSING, Audience.BROWSING, gone="Ana")


def left_with_a_mentor(cast: Cast) -> Reached:
    """Ana leaves the section; the mentorship goes on."""
    reached = confirmed(cast)
    _leave(cast)
    return dataclasses.replace(reached, gone="Ana")


def _leave(cast: Cast) -> None:
    ana = cast.people["Ana"].id
    mine = sa.select(Membership.id).where(Membership.person_id == ana)
    leave(cast.session, membership_id=cast.session.scalars(mine).one(), person_id=ana, now=NOW)


def switched_off(cast: Cast) -> Reached:
    """An administrator keeps Noor from signing in; Ana still has her mentor's address."""
    reached = confirmed(cast)
    admin = factories.administrator(cast.session)
    people.switch_off(cast.session, cast.people["Noor"], by=admin.id, now=NOW)
    return dataclasses.replace(reached, gone="Noor")


def requested(cast: Cast) -> Reached:
    """Ana asks Noor directly: the same as an offer to Noor, and nothing new to Ana."""
    round_ = cast.open(set_up=rounds.SetUp(direct_requests=True))
    who = cast.people["Ana"].id
    rounds.ask_next(cast.session, person_id=who, round_id=round_.id, now=NOW)
    return Reached(Audience.OFFERED, Audience.BROWSING)


def request_expired(cast: Cast) -> Reached:
    requested(cast)
    late = NOW + dt.timedelta(days=60)
    round_id = cast.offer("Ana").round_id
    assert expiring.expire_requests(cast.session, round_id=round_id, now=late)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def taken_back(cast: Cast) -> Reached:
    requested(cast)
    who, round_id = cast.people["Ana"].id, cast.offer("Ana").round_id
    assert rounds.take_back(cast.session, person_id=who, round_id=round_id, now=NOW)
    return Reached(Audience.BROWSING, Audience.BROWSING)


def agreed(cast: Cast) -> Reached:
    requested(cast)
    who, offer = cast.people["Noor"].id, cast.offer("Ana")
    rounds.accept_offer(cast.session, person_id=who, offer_id=offer.id, now=NOW)
    return Reached(Audience.MATCHED, Audience.MATCHED)


def _names_hidden(then: Reach) -> Reach:
    def names_hidden(cast: Cast) -> Reached:
        cast.section.names_masked = True
        return dataclasses.replace(then(cast), names_hidden=True)

    return names_hidden


def _without(then: Reach, *purposes: str) -> Reach:
    def without(cast: Cast) -> Reached:
        for name in ("Ana", "Noor"):
            for purpose in purposes:
                consents.withdraw(cast.session, cast.people[name].id, purpose, NOW)
        return dataclasses.replace(
            then(cast),
            withheld=frozenset(purposes),
            listed=consents.LISTED not in purposes,
        )

    return without


def on_a_break(cast: Cast) -> Reached:
    """Noor takes a break from new people; she is seen as before, but for a free seat."""
    reached = confirmed(cast)
    who, until = cast.people["Noor"].id, dt.date(2099, 12, 31)
    eve = until - dt.timedelta(days=1)  # no break is that long, and no other year is so easily seen
    pause_mentor(cast.session, person_id=who, until=until, today=eve)
    return reached


BEFORE_A_YES = (
    open_round,
    expired,
    requested,
    request_expired,
    taken_back,
    offered,
    declined,
    seat_taken,
    withdrew,
    unanswered,
)
AT = (requested, offered, accepted, confirmed)
FROM_A_YES_ON = (
    agreed,
    accepted,
    declined_by_img,
    silent_img,
    accepted_then_over,
    confirmed,
    ended,
)
SWITCHED = tuple(dict.fromkeys(SWITCHES.values()))  # in one order, whoever collects
# names, visa answers and gender, which have no word in common and so are kept back at once; each of
# the two switches alone; whether one is in the lists at all; a break, which has a date; and gone
KEPT_BACK: Mapping[str, Reach] = {
    **{
        f"no_names_visa_nor_gender_{then.__name__}": _names_hidden(_without(then, *SWITCHED))
        for then in AT
    },
    **{f"without_{purpose}": _without(confirmed, purpose) for purpose in SWITCHED},
    **{
        f"not_listed_{then.__name__}": _without(then, consents.LISTED)
        for then in (open_round, offered, confirmed)
    },
    **{each.__name__: each for each in (on_a_break, left_when_asked, left_with_a_mentor)},
    switched_off.__name__: switched_off,
}
