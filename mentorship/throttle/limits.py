"""The limits of this site, all in one table."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class Per(enum.StrEnum):
    """Whose tries are counted together."""

    PAIR = "pair"  # one account, from one address
    ADDRESS = "address"  # an IPv4 address, or the /64 of an IPv6 one
    ACCOUNT = "account"  # the email address that was typed, whether it has an account or not
    DEVICE = "device"  # one account, from a browser in which it was signed in before
    PERSON = "person"  # who is signed in
    THING = "thing"  # what the page is about: a round
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many, in so long, from the first one on."""

    per: Per
    most: int
    within: dt.timedelta


def _hours(count: float) -> dt.timedelta:
    return dt.timedelta(hours=count)


_FIVE_MINUTES = dt.timedelta(minutes=5)
_DAY = dt.timedelta(days=1)
# The order counts: where the pair has used up its tries, they do not weigh on the account. A pair
# has far fewer than the account, so that one stranger keeps nobody out: that takes forty addresses
# a day, and the account's own browsers and a mailed link still lead in. A time begins with the
# first try and is then over at once, so 24 hours may hold twice what one time does: sign-in, from a
# known browser and "password again" (1,000, 50 and 100 a day) are 2,300 guesses at one account in
# any 24 hours, and stay below 2,880.
LIMITS: Mapping[str, tuple[Limit, ...]] = MappingProxyType(
    {
        "sign-in": (
            Limit(Per.PAIR, 10, _FIVE_MINUTES),
            Limit(Per.PAIR, 25, _DAY),
            Limit(Per.ADDRESS, 10, _FIVE_MINUTES),
            Limit(Per.ACCOUNT, 100, _FIVE_MINUTES),
            Limit(Per.ACCOUNT, 1000, _DAY),
            Limit(Per.SITE, 1000, _FIVE_MINUTES),
        ),
        # A browser that was signed in to this account before: strangers' tries do not count here.
        "sign-in here": (Limit(Per.DEVICE, 10, _FIVE_MINUTES), Limit(Per.DEVICE, 50, _DAY)),
        "single sign-on": (
            Limit(Per.ADDRESS, 30, _FIVE_MINUTES),
            Limit(Per.SITE, 1000, _FIVE_MINUTES),
        ),
        "code": (
            Limit(Per.PERSON, 5, _FIVE_MINUTES),
            Limit(Per.PERSON, 20, _hours(1)),
            Limit(Per.PERSON, 50, _hours(24)),
        ),
        "password again": (
            Limit(Per.PERSON, 10, _FIVE_MINUTES),
            Limit(Per.PERSON, 100, _DAY),
            Limit(Per.ADDRESS, 30, _FIVE_MINUTES),
        ),
        "reset mail": (Limit(Per.ACCOUNT, 5, _hours(24)),),
        "confirmation mail": (Limit(Per.ACCOUNT, 3, _hours(6)),),
        "registration mail": (Limit(Per.ACCOUNT, 5, _DAY),),
        "address mail": (Limit(Per.PERSON, 10, _DAY), Limit(Per.ACCOUNT, 5, _DAY)),
        "ask for mail": (Limit(Per.ADDRESS, 60, _hours(1)),),
        "search": (Limit(Per.PERSON, 300, _hours(1)), Limit(Per.ADDRESS, 1200, _hours(1))),
        "export": (Limit(Per.PERSON, 5, _hours(1)), Limit(Per.ADDRESS, 20, _hours(1))),
        "import": (Limit(Per.PERSON, 20, _hours(1)), Limit(Per.ADDRESS, 40, _hours(1))),
        "invite": (Limit(Per.PERSON, 60, _hours(1)), Limit(Per.ADDRESS, 120, _hours(1))),
        "message": (Limit(Per.PERSON, 60, _hours(1)), Limit(Per.ADDRESS, 240, _hours(1))),
        "run": (Limit(Per.THING, 6, _hours(1)), Limit(Per.PERSON, 30, _hours(1))),
    }
)
