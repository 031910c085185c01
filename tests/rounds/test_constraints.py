"""What the database refuses on its own, whatever the code above it does."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.rounds import jobs, service
from mentorship.rounds.choices import EDITABLE, STEPS
from mentorship.rounds.due import end_of_day
from mentorship.rounds.models import Pair, Participant, Round, RoundState, Run, RunSeat, Unmatched
from mentorship.rounds.offer_models import Offer, Publication, SeatCount
from tests.factories import NOW
from tests.rounds.cast import Cast


@pytest.mark.parametrize("start", RoundState)
def test_only_listed_steps_are_kept(cast: Cast, session: Session, start: RoundState) -> None:
    made = cast.draft()
    session.execute(sa.delete(Round).where(Round.id == made.id))
    row = {name: getattr(made, name) for name in Round.__table__.columns.keys()}  # noqa: SIM118
    session.execute(sa.insert(Round).values(row | {"state": start}))
    for end, given_up in itertools.product(RoundState, [False, True]):
        step = sa.update(Round).where(Round.id == made.id).values(state=end, given_up=given_up)
        gives_up = start in EDITABLE and end is RoundState.ARCHIVED
        if (end is start or end in STEPS[start]) and given_up is gives_up:
            with session.begin_nested() as tried:
                session.execute(step)
                tried.rollback()
        else:
            refused(session, step, "no such step of a round")


def test_what_was_given_up_is_not_brought_back(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    jobs.give_up_round(session, round_id=round_.id, now=NOW)
    back = sa.update(Round).where(Round.id == round_.id)
    refused(session, back.values(state="finished", given_up=False), "no such step of a round")
    refused(session, back.values(given_up=False), "no such step of a round")


@pytest.fixture
def round_(cast: Cast) -> Round:
    return cast.published()


def refused(session: Session, statement: sa.Executable, *named: str) -> None:
    """Expect the statement to break a constraint; the message names it where the database can."""
    with pytest.raises(IntegrityError) as found, session.begin_nested():
        session.execute(statement)
    said = str(found.value.orig)
    assert any(name in said for name in named), said


def a(session: Session, model: type[Pair | Offer]) -> dict[str, object]:
    row = session.execute(sa.select(model.__table__).limit(1)).one()
    return dict(zip(model.__table__.columns.keys(), row, strict=True)) | {"id": uuid.uuid4()}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"open_score": 10_001}, "ck_pair_open_score_in_range"),
        ({"open_score": -1}, "ck_pair_open_score_in_range"),
        ({"place": 3}, "ck_pair_place_first_or_second"),
    ],
)
@pytest.mark.usefixtures("round_")
def test_a_pair_has_a_possible_score_and_place(
    session: Session, changes: dict[str, object], name: str
) -> None:
    refused(session, sa.insert(Pair).values(**(a(session, Pair) | changes)), name)


@pytest.mark.usefixtures("round_")
def test_a_pair_is_of_two_profiles_and_made_once_in_a_run(session: Session) -> None:
    pair = a(session, Pair)
    himself = sa.insert(Pair).values(**(pair | {"mentor_id": pair["img_id"], "place": 2}))
    refused(session, himself, "ck_pair_two_profiles")
    again = sa.insert(Pair).values(**(pair | {"place": 2}))
    refused(session, again, "uq_pair_run_id_img_id_mentor_id", "pair.mentor_id")
    others = sa.select(Pair.mentor_id).where(Pair.mentor_id != pair["mentor_id"]).limit(1)
    first_again = pair | {"mentor_id": session.scalars(others).one()}
    refused(
        session, sa.insert(Pair).values(**first_again), "uq_pair_run_id_img_id_place", "pair.place"
    )


@pytest.mark.parametrize("taken", [2, -1])
def test_no_more_seats_are_taken_than_there_are(
    cast: Cast, session: Session, round_: Round, taken: int
) -> None:
    noor = sa.update(SeatCount).where(
        SeatCount.mentor_id == cast.profile("Noor Haddad"), SeatCount.round_id == round_.id
    )
    refused(session, noor.values(taken=taken), "ck_seat_count_never_more_than_seats")
    refused(session, noor.values(seats=11), "ck_seat_count_seats_sane")


def test_a_round_is_published_once(cast: Cast, session: Session, round_: Round) -> None:
    service.finish_round(session, round_id=round_.id, now=NOW)
    _, other = cast.reviewed("Other")
    again = sa.insert(Publication).values(
        round_id=round_.id, run_id=other.id, published_at=NOW, answer_by=NOW
    )
    refused(session, again, "pk_publication", "publication.round_id")


def test_a_run_is_published_for_one_round(cast: Cast, session: Session, round_: Round) -> None:
    run_id = session.get_one(Publication, round_.id).run_id
    other = cast.draft("Other")
    twice = sa.insert(Publication).values(
        round_id=other.id, run_id=run_id, published_at=NOW, answer_by=NOW
    )
    refused(session, twice, "uq_publication_run_id", "publication.run_id")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"state": "declined_by_mentor"}, "ck_offer_decline_has_reason"),
        ({"decline_reason": "no_time"}, "ck_offer_decline_has_reason"),
        ({"state": "declined_by_img", "decline_reason": "bored"}, "ck_offer_reason_known"),
        ({"state": "confirmed"}, "ck_offer_confirmed_by_both"),
        ({"state": "forgotten"}, "ck_offer_state_known"),
        ({"decline_words": "x" * 1001}, "ck_offer_words_short"),
    ],
)
@pytest.mark.usefixtures("round_")
def test_an_offer_is_in_one_of_its_states(
    session: Session, changes: dict[str, object], name: str
) -> None:
    offers = sa.Table("offer", sa.MetaData(), *(sa.Column(column) for column in changes))
    refused(session, sa.update(offers).values(**changes), name)


@pytest.mark.usefixtures("round_")
def test_an_offer_is_made_once_and_one_lives_a_place(cast: Cast, session: Session) -> None:
    ana, ben, chi = (cast.offer(name) for name in ("Ana Silva", "Ben Okafor", "Chi Tanaka"))
    session.execute(sa.delete(Offer).where(Offer.id == ben.id))  # its pair is free to be used
    row = a(session, Offer) | {"img_id": ana.img_id, "pair_id": ben.pair_id, "state": "offered"}
    second = row | {"mentor_id": cast.profile("Omar Aziz")}
    refused(session, sa.insert(Offer).values(**second), "uq_offer_live_place", "offer.place")
    same = row | {"mentor_id": ana.mentor_id, "place": 2}
    refused(session, sa.insert(Offer).values(**same), "uq_offer_once", "offer.mentor_id")
    used = second | {"pair_id": chi.pair_id, "place": 2}
    refused(session, sa.insert(Offer).values(**used), "uq_offer_pair_id", "offer.pair_id")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": ""}, "ck_round_name_given"),
        ({"lottery": -1}, "ck_round_lottery_counts"),
        ({"answer_days": 0}, "ck_round_answer_days_sane"),
        ({"answer_days": 61}, "ck_round_answer_days_sane"),
        ({"policy": "first-come"}, "ck_round_policy_known"),
        ({"state": "lost"}, "no such step of a round"),
    ],
)
@pytest.mark.usefixtures("round_")
def test_a_round_is_set_up_within_bounds(
    session: Session, changes: dict[str, object], name: str
) -> None:
    rounds = sa.Table("round", sa.MetaData(), *(sa.Column(column) for column in changes))
    refused(session, sa.update(rounds).values(**changes), name)


def test_a_person_takes_part_once(cast: Cast, session: Session, round_: Round) -> None:
    ana = cast.profile("Ana Silva")
    again = sa.insert(Participant).values(round_id=round_.id, profile_id=ana, joined_at=NOW)
    refused(session, again, "pk_participant", "participant.round_id")


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Run, {"total": 1}),
        (Run, {"lottery": 8}),
        (Run, {"rules": {}}),
        (Run, {"inputs_sealed": b"something else"}),
        (Run, {"inputs_deleted_at": NOW}),
        (Pair, {"open_score": 1}),
        (Pair, {"parts_sealed": b"something else"}),
        (Unmatched, {"detail": {}}),
        (RunSeat, {"seats": 9}),
    ],
)
def test_a_run_and_what_it_found_never_change(
    cast: Cast, session: Session, model: type[Run], changes: dict[str, object]
) -> None:
    cast.img("Eli More")
    cast.img("Fay More")
    cast.reviewed()
    assert session.scalars(sa.select(sa.func.count()).select_from(model)).one()
    refused(session, sa.update(model).values(**changes), "a run never changes")


def test_a_run_may_forget_its_inputs_and_who_made_it(cast: Cast, session: Session) -> None:
    _, run = cast.reviewed()
    session.delete(cast.leader)
    session.flush()
    session.execute(sa.update(Run).values(inputs_sealed=None, inputs_deleted_at=NOW))
    session.refresh(run)
    later = sa.update(Run).values(inputs_deleted_at=NOW + dt.timedelta(days=1))
    refused(session, later, "a run never changes")
    assert (run.made_by_id, run.inputs) == (None, None)
    refused(session, sa.update(Run).values(made_by_id=cast.people["Ana Silva"].id), "a run never")


def test_who_is_erased_leaves_no_pair_behind(cast: Cast, session: Session) -> None:
    cast.published()
    session.delete(cast.people["Ana Silva"])
    session.flush()
    for model in (Pair, Offer):
        assert len(session.scalars(sa.select(model)).all()) == 2


def test_times_are_instants(session: Session, round_: Round) -> None:
    kept = session.get_one(Publication, round_.id, populate_existing=True)
    assert kept.answer_by == end_of_day(NOW, days=14)
    assert kept.answer_by.tzinfo is not None
