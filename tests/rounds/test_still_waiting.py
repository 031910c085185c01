"""Whom the leader's list of IMGs without a mentor names while a round is out, and why."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.inbox.models import Notice
from mentorship.notices.models import Message
from mentorship.privacy import wishes
from mentorship.privacy.erasing import erase_again
from mentorship.rounds import board, report, service, still_waiting
from mentorship.rounds.declined import Reading
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Side
from mentorship.rounds.paging import Wanted
from mentorship.sections.models import Membership
from mentorship.sections.service import leave
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


def leave_the_section(cast: Cast, who: uuid.UUID) -> None:
    mine = cast.session.scalars(sa.select(Membership).where(Membership.person_id == who)).one()
    leave(cast.session, membership_id=mine.id, person_id=who, now=NOW)


def take_consent_back(cast: Cast, who: uuid.UUID) -> None:
    withdraw(cast.session, who, MATCHING, NOW)


def ask_to_be_erased(cast: Cast, who: uuid.UUID) -> None:
    wishes.ask(cast.session, person=cast.session.get_one(User, who), now=NOW)


def be_switched_off(cast: Cast, who: uuid.UUID) -> None:
    cast.people["Chi Tanaka"].active = False
    cast.session.flush()


def try_to_withdraw(cast: Cast, who: uuid.UUID) -> None:
    round_id = cast.session.scalars(sa.select(Round.id)).one()
    place = {"round_id": round_id, "profile_id": cast.profile("Chi Tanaka")}
    with pytest.raises(service.TooLate):
        service.withdraw(cast.session, person_id=who, **place, now=NOW)


def be_erased(cast: Cast, who: uuid.UUID) -> None:
    assert erase_again(cast.session, person_id=who, now=NOW)


@pytest.mark.parametrize(
    "go", [leave_the_section, take_consent_back, ask_to_be_erased, be_switched_off]
)
def test_whoever_is_gone_is_told_nothing_of_the_round_and_waits_for_nobody(
    cast: Cast, session: Session, go: Callable[[Cast, uuid.UUID], None]
) -> None:
    round_ = cast.open()
    chi = cast.people["Chi Tanaka"].id
    go(cast, chi)
    for each in (Message, Notice):
        session.execute(sa.delete(each))
    run = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    assert "Chi Tanaka" not in without(cast, cast.again(round_))
    service.finish_round(session, round_id=round_.id, now=NOW)
    assert "Chi Tanaka" not in without(cast, cast.again(round_))
    rows = report.report_rows(session, cast.again(round_), cast.leader.id)
    assert "Chi Tanaka" not in {cell for row in rows for cell in row}
    told = session.scalars(sa.select(Notice.person_id)).all()
    assert cast.people["Ana Silva"].id in told
    assert chi not in told
    assert (
        cast.people["Chi Tanaka"].email not in session.scalars(sa.select(Message.recipient)).all()
    )


@pytest.mark.parametrize(
    "go",
    [
        *(leave_the_section, take_consent_back, ask_to_be_erased, be_switched_off),
        *(try_to_withdraw, be_erased),
    ],
)
def test_what_a_finished_round_has_not_found_stays_so_whoever_goes(
    cast: Cast, session: Session, go: Callable[[Cast, uuid.UUID], None]
) -> None:
    """Also on the page of the report, which stands beside the file with a row for each of them."""
    round_ = cast.published()
    service.finish_round(session, round_id=round_.id, now=NOW)
    found = without(cast, cast.again(round_))
    in_file = list(report.report_rows(session, cast.again(round_), cast.leader.id))
    chi = cast.people["Chi Tanaka"].id
    go(cast, chi)
    name = session.scalar(sa.select(User.name).where(User.id == chi)) or ""
    assert without(cast, cast.again(round_)) == found | {name: found.pop("Chi Tanaka")}
    stays = [[name if each == "Chi Tanaka" else each for each in row] for row in in_file]
    rows = report.report_rows(session, cast.again(round_), cast.leader.id)
    assert sorted(map(list, rows)) == sorted(stays)
