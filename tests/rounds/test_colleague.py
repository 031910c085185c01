"""A mentor who declines may name a colleague; the leader reads it, the IMG does not."""

from __future__ import annotations

from collections.abc import Callable

from mentorship.accounts.models import User
from mentorship.rounds.offer_models import OfferState
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def test_a_colleague_is_told_to_the_leader_only(sign_in: SignIn, cast: Cast) -> None:
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    noor = sign_in(cast.people["Noor Haddad"])
    said = {"reason": "no_time", "words": "w" * 800, "colleague": "Dr. Quokka"}
    noor.submit(f"/offers/{offer.id}/decline", said)
    assert cast.offer("Ana Silva").state is OfferState.DECLINED_BY_MENTOR
    answers = f"/sections/{cast.section.slug}/rounds/{round_.id}/answers?show=declined"
    assert "Suggests a colleague: Dr. Quokka" in sign_in(cast.leader).get(answers).text
    assert "Quokka" not in sign_in(cast.people["Ana Silva"]).get("/home/img").html


def test_more_words_than_there_is_room_for_are_refused(sign_in: SignIn, cast: Cast) -> None:
    cast.published()
    path = f"/offers/{cast.offer('Ana Silva').id}/decline"
    noor = sign_in(cast.people["Noor Haddad"])
    noor.post(path, {"reason": "no_time", "words": "w" * 900}, status=422)
    noor.post(path, {"reason": "no_time", "colleague": "c" * 151}, status=422)
    assert cast.offer("Ana Silva").state is OfferState.OFFERED
