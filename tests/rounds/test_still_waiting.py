"""Whom the leader's list of IMGs without a mentor names while a round is out, and why."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import board, service, still_waiting
from mentorship.rounds.declined import Reading
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Side
from mentorship.rounds.paging import Wanted
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast
from tests.rounds.test_two_rounds import DAY, say_yes


def without(cast: Cast, round_: Round) -> dict[str, OfferState | None]:
    finished = round_.state == "finished"
    found = still_waiting.waiting_imgs(
        cast.session,
        round_.id,
        Wanted(),
        reading=Reading.by(cast.session, cast.leader.id),
        finished=finished,
    )
    assert board.sums(cast.session, round_.id, finished=finished).waiting_imgs == found.found
    return {line.name: line.state for line in found.rows}


def end(cast: Cast, img: str) -> None:
    service.end_match(
        cast.session, offer=cast.offer(img), side=Side.MENTOR, by=None, reason="no_time", words="",
        now=NOW + DAY,
    )  # fmt: skip


def test_whose_mentorship_ended_waits_while_the_round_is_out(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.published()
    say_yes(cast, "Ana Silva", "Noor Haddad", now=NOW)
    assert without(cast, round_) == {}
    end(cast, "Ana Silva")
    assert without(cast, round_) == {"Ana Silva": OfferState.ENDED}
    session.commit()
    path = f"/sections/{cast.section.slug}/rounds/{round_.id}/answers"
    page = sign_in(cast.leader).get(f"{path}?show=without")
    assert "Ana Silva Waiting for a mentor Mentorship ended" in page.text
    service.finish_round(session, round_id=round_.id, now=NOW + DAY)
    assert "Ana Silva" not in without(cast, cast.again(round_)), "the round did find somebody"


def test_what_came_last_is_told(cast: Cast, session: Session) -> None:
    round_ = cast.published()
    say_yes(cast, "Ana Silva", "Noor Haddad", now=NOW)
    end(cast, "Ana Silva")
    old = cast.offer("Ana Silva")
    later = {"offered_at": NOW + 2 * DAY, "state": OfferState.EXPIRED}
    session.add(
        Offer(
            round_id=round_.id, img_id=old.img_id, mentor_id=cast.profile("Omar Aziz"), place=1,
            answer_by=NOW + 3 * DAY, **later,
        )
    )  # fmt: skip
    session.flush()
    assert without(cast, round_) == {"Ana Silva": OfferState.EXPIRED}
