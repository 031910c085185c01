"""Without consent nothing of a person reaches the matcher, its sealed record, or a statistic."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from mentorship.consents.service import MATCHING, SHARE_VISA, STATISTICS, give, withdraw
from mentorship.privacy import wishes
from mentorship.rounds import service
from mentorship.rounds.models import Round, Run
from mentorship.rounds.run_models import RunFairness
from tests.factories import NOW
from tests.rounds.cast import Cast, small_cast

CANARY = "zqcanaryzq"


def made_of(session: Session, cast: Cast, round_: Round) -> str:
    """Run the round with whoever may be in it now; return all that went in and was counted."""
    service.refresh(session, round_id=round_.id, now=NOW)
    run: Run = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    kept = session.get_one(RunFairness, run.id).tables
    return json.dumps([run.inputs, kept])


def test_consent_opens_and_closes_the_way_into_the_match_at_once(session: Session) -> None:
    cast = small_cast(session)
    who = cast.img("Sana", goals=f"{CANARY} in goals", visa="e3")
    withdraw(session, who.id, MATCHING, NOW)
    round_ = cast.open()
    key = str(cast.profile("Sana"))
    said = made_of(session, cast, round_)
    assert CANARY not in said
    assert key not in said
    for purpose in (STATISTICS, SHARE_VISA):  # one purpose never stands for another
        give(session, who.id, purpose, NOW)
    assert CANARY not in made_of(session, cast, round_)
    give(session, who.id, MATCHING, NOW)
    assert CANARY in made_of(session, cast, round_)
    withdraw(session, who.id, MATCHING, NOW)
    assert CANARY not in made_of(session, cast, round_)


def test_a_wish_to_be_erased_closes_it_and_taking_it_back_opens_it(session: Session) -> None:
    cast = small_cast(session)
    who = cast.img("Sana", goals=f"{CANARY} in goals")
    round_ = cast.open()
    wishes.ask(session, person=who, now=NOW)
    assert CANARY not in made_of(session, cast, round_)
    wishes.take_back(session, person_id=who.id, now=NOW)
    assert CANARY in made_of(session, cast, round_)
