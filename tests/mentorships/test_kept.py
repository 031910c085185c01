"""What was kept of a mentorship that has ended is found from the home of each of the two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mentorship.accounts.models import User
from mentorship.rounds.service import finish_round
from tests.factories import NOW
from tests.mentorships.pair import Pair
from tests.page import PageClient

SignIn = Callable[[User], PageClient]


@pytest.mark.parametrize("over", [False, True], ids=["the round goes on", "the round is over"])
def test_both_homes_lead_to_what_was_kept(sign_in: SignIn, pair: Pair, *, over: bool) -> None:
    kept = f"/mentorships/{pair.id}"
    img, mentor = sign_in(pair.img), sign_in(pair.mentor)
    img.submit(f"{kept}/end", {"reason": "time_over"})
    if over:
        finish_round(pair.session, round_id=pair.round.id, now=NOW)
    assert kept in mentor.get("/home/mentor").links()
    home = img.get("/home/img")
    assert home.links().count(kept) == 2  # as the next step, and beside the round
    assert "Read what you kept with Noor Haddad" in home.text
    for each in (img, mentor):
        assert "You can still read what you kept here" in each.get(kept).text
