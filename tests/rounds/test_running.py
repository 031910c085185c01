"""A run: who goes in, what is kept of it, and that it is whole, exact and the same again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.consents.service import MATCHING, withdraw
from mentorship.matching import (
    CRITERIA,
    ENGINE_VERSION,
    SENSITIVE,
    Img,
    Market,
    Mentor,
    Problem,
    Result,
    Span,
    solve,
)
from mentorship.profiles.models import Availability, Profile, ProfileKind
from mentorship.rounds import running, service
from mentorship.rounds.models import Pair, RoundState, Run, RunSeat, Unmatched
from mentorship.rounds.offer_models import Side
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.snapshot import digest
from tests.factories import NOW
from tests.rounds.cast import Cast


def pairs_of(session: Session, run: Run) -> set[tuple[uuid.UUID, ...]]:
    rows = session.execute(sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id))
    return {tuple(row) for row in rows}


def test_a_run_pairs_people_with_the_mentors_they_need(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    assert round_.state is RoundState.REVIEW
    assert (run.number, run.matched, run.unmatched) == (1, 3, 0)
    assert (cast.profile("Ana Silva"), cast.profile("Noor Haddad")) in pairs_of(session, run)
    assert (cast.profile("Chi Tanaka"), cast.profile("Omar Aziz")) in pairs_of(session, run)


def test_a_run_keeps_how_it_was_made(cast: Cast) -> None:
    round_, run = cast.reviewed(policy="best-total", lottery=99)
    assert (run.policy, run.lottery, run.engine_version) == ("best-total", 99, ENGINE_VERSION)
    assert run.rules["weights"] == round_.rules["weights"]
    assert run.reference_week == dt.date(2026, 11, 2)
    assert run.proof is not None
    assert run.proof["primal"] == run.proof["dual"]
    assert run.certificate["violations"] == 0
    assert set(run.means) == {key for key in CRITERIA if not CRITERIA[key].sensitive}
    assert run.made_by_id == cast.leader.id
    assert run.made_at == NOW
    assert run.inputs is not None
    assert run.inputs_digest == digest(run.inputs)


def test_the_kept_inputs_name_nobody(cast: Cast) -> None:
    cast.img("Dana Free", goals="A first paper", visa="outside_us")
    _, run = cast.reviewed()
    kept = json.dumps(run.inputs)
    assert "outside_us" in kept
    assert "A first paper" in kept
    assert run.inputs_sealed is not None
    assert b"paper" not in run.inputs_sealed
    assert not [name for name in cast.people if name in kept]
    assert not [who for who in cast.people.values() if who.email in kept]


def test_the_kept_inputs_decide_the_same_pairs_again(cast: Cast, session: Session) -> None:
    for number in range(6):
        cast.img(
            f"Alike {number}",
            timezone="Asia/Kathmandu",
            availability=(Span(0, 600, 720),),
            importance={"topics": "high"},
            goals=f"Research in {('cardiology', 'oncology', 'surgery')[number % 3]}",
        )
    cast.mentor(
        "Rada Petrov",
        about="Cardiologist, and glad of research on oncology.",
        welcomes=tuple(str(cast.people[f"Alike {number}"].id) for number in (1, 4)),
    )
    _, run = cast.reviewed(set_up=service.SetUp(weights={"visa": 0}, must_share_language=True))
    assert run.inputs is not None
    kept = json.loads(json.dumps(run.inputs))
    assert kept["format"] == 3
    assert sum(len(mentor["welcomes"]) for mentor in kept["mentors"]) == 2

    def again(kind: type[Img | Mentor], plain: dict[str, Any]) -> Any:
        spans = tuple(Span(*span) for span in plain["availability"])
        lists = {name: tuple(v) for name, v in plain.items() if isinstance(v, list)}
        return kind(**(plain | lists | {"availability": spans}))

    market = Market.of(
        [again(Img, plain) for plain in kept["imgs"]],
        [again(Mentor, plain) for plain in kept["mentors"]],
        vocabulary.tables(),
        week=dt.date.fromisoformat(kept["week"]),
    )
    rules = RunRules.from_json(kept["rules"]).within(market)
    problem = Problem.of(market, rules, means=kept["means"])
    result = solve(problem, policy=kept["policy"], lottery=kept["lottery"])
    ids = {
        (uuid.UUID(market.imgs[i].key), uuid.UUID(market.mentors[j].key)) for i, j in result.pairs
    }
    assert ids == pairs_of(session, run)
    assert run.proof is not None
    assert result.total == run.proof["primal"][1]


def test_visa_words_stand_nowhere_in_the_open(cast: Cast, session: Session) -> None:
    cast.mentor("Vera Path", visas=("conrad30_waiver",), topics=("visa_choice",))
    cast.img("Dana Free", visa="j1_physician", topics=("visa_choice",))
    _, run = cast.reviewed()
    told = [part for pair in session.scalars(sa.select(Pair)) for part in pair.parts or []]
    assert "visa" in {part["criterion"] for part in told}
    for table in (Run, Pair, Unmatched, RunSeat):
        for row in session.execute(sa.select(table.__table__)):
            plain = " ".join(str(value) for value in row if not isinstance(value, bytes))
            assert "conrad30" not in plain
            assert "j1_" not in plain
    assert run.inputs_sealed is not None
    assert b"conrad30" not in run.inputs_sealed


def test_the_parts_of_every_pair_add_up_to_its_score(cast: Cast, session: Session) -> None:
    cast.reviewed()
    found = session.scalars(sa.select(Pair)).all()
    assert found
    for pair in found:
        assert pair.parts is not None
        assert sum(part["of"] for part in pair.parts) == 10_000
        shown = [part["open"] for part in pair.parts if "open" in part]
        assert sum(part["points"] for part in shown) == pair.open_score
        assert sum(part["of"] for part in shown) == 10_000
        assert not SENSITIVE & {part["criterion"] for part in pair.parts if "open" in part}
        topics = next(part for part in pair.parts if part["criterion"] == "topics")
        assert set(topics["why"]) == {"leader", "img", "mentor"}


def test_the_same_round_run_twice_gives_the_same_pairs(cast: Cast, session: Session) -> None:
    for number in range(6):  # all alike, so that only the draw decides
        cast.img(f"Alike {number}")
    round_, first = cast.reviewed()
    later = NOW + dt.timedelta(hours=1)
    second = service.run_round(session, round_id=round_.id, by=None, now=later)
    assert second.number == 2
    assert pairs_of(session, first) == pairs_of(session, second)
    assert first.inputs is not None
    assert second.inputs is not None
    assert first.inputs | {"digest_key": ""} == second.inputs | {"digest_key": ""}
    assert first.inputs_digest != second.inputs_digest  # each under a key of its own


def test_a_run_stays_as_it_was_when_profiles_and_rules_change(cast: Cast, session: Session) -> None:
    round_, first = cast.reviewed()
    before = pairs_of(session, first)
    session.execute(
        sa.update(Profile).where(Profile.id == cast.profile("Omar Aziz")).values(seats=0)
    )
    service.edit_round(
        session,
        round_id=round_.id,
        name="Spring",
        policy="best-total",
        set_up=service.SetUp(weights={"topics": 0}),
        answer_days=7,
        now=NOW,
    )
    second = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert pairs_of(session, first) == before != pairs_of(session, second)
    assert (first.policy, second.policy) == ("most-matched", "best-total")
    assert first.rules["weights"]["topics"] == 10
    assert second.rules["weights"]["topics"] == 0


def test_who_withdraws_consent_never_reaches_the_matcher(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert str(cast.profile("Ana Silva")) not in json.dumps(run.inputs)
    assert run.matched + run.unmatched == 2


def test_who_is_left_out_is_not_in_the_run(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    noor = cast.profile("Noor Haddad")
    service.leave_out(session, round_id=round_.id, profile_ids=[noor], now=NOW)
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert {row.mentor_id for row in session.scalars(sa.select(RunSeat))} == {
        cast.profile("Omar Aziz")
    }
    assert run.unmatched == 1


def test_somebody_left_without_a_mentor_gets_the_reason(cast: Cast, session: Session) -> None:
    cast.img("Dana Free", avoid=tuple(str(cast.people[n].id) for n in ("Noor Haddad", "Omar Aziz")))
    cast.img("Eli More")
    _, run = cast.reviewed()
    left = {row.img_id: row for row in session.scalars(sa.select(Unmatched))}
    dana = left[cast.profile("Dana Free")]
    assert run.unmatched == len(left) == 2
    assert (dana.reason, dana.detail["ruled_out"]) == ("no_possible_mentor", {"avoid": 2})
    (other,) = [row for row in left.values() if row is not dana]
    assert (other.reason, other.detail["seats"]) == ("too_few_seats", 3)


def test_a_person_is_never_their_own_mentor(cast: Cast, session: Session) -> None:
    cast.people.clear()
    both = cast.img("Both Ways")
    cast.mentor("Both Ways", seats=5)
    round_ = cast.open("Alone")
    for each in service.candidates(session, round_, now=NOW):
        if each.person_id != both.id:
            service.leave_out(session, round_id=round_.id, profile_ids=[each.profile_id], now=NOW)
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert (run.matched, run.unmatched) == (0, 1)


def test_pairs_of_an_earlier_round_meet_again_unless_the_leader_says_no(
    cast: Cast, session: Session
) -> None:
    cast.published("Autumn")
    offer = cast.offer("Ana Silva")
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    service.accept_offer(session, person_id=noor.id, offer_id=offer.id, now=NOW)
    service.confirm_match(session, person_id=ana.id, offer_id=offer.id, now=NOW)
    service.finish_round(session, round_id=offer.round_id, now=NOW)
    service.end_match(
        session,
        offer=offer,
        side=Side.IMG,
        by=ana.id,
        reason="time_over",
        words="",
        now=NOW,
    )
    pair = (offer.img_id, offer.mentor_id)
    _, again = cast.reviewed("Spring")
    assert pair in pairs_of(session, again)
    _, never = cast.reviewed("Summer", set_up=service.SetUp(not_again=True))
    assert pair not in pairs_of(session, never)
    assert never.rules["not_again"] == [[str(pair[0]), str(pair[1])]]


def test_a_profile_that_cannot_be_read_is_named_and_nothing_is_kept(
    cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    session.execute(
        sa.update(Profile)
        .where(Profile.id == cast.profile("Ben Okafor"))
        .values(timezone="Mars/Olympus")
    )
    session.add(
        Availability(profile_id=cast.profile("Ben Okafor"), day=0, start_minute=1, end_minute=90)
    )
    session.flush()
    with pytest.raises(service.BadProfile) as found, session.begin_nested():
        service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert found.value.name == "Ben Okafor"
    assert session.scalars(sa.select(Run)).all() == []
    assert cast.again(round_).state is RoundState.OPEN


def test_a_result_that_fails_the_check_is_not_kept(
    cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dishonest(problem: Problem, *, policy: str, lottery: int, progress: object) -> Result:
        result = solve(problem, policy=policy, lottery=lottery)
        return dataclasses.replace(result, total=result.total + 1)

    round_ = cast.open()
    monkeypatch.setattr(running, "solve", dishonest)
    with pytest.raises(service.ProofFailed), session.begin_nested():
        service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert session.scalars(sa.select(Run)).all() == []


def test_a_round_without_imgs_is_not_run(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    for each in service.candidates(session, round_, now=NOW):
        if each.kind is ProfileKind.IMG:
            service.leave_out(session, round_id=round_.id, profile_ids=[each.profile_id], now=NOW)
    with pytest.raises(service.NobodyToMatch):
        service.run_round(session, round_id=round_.id, by=None, now=NOW)


@pytest.mark.parametrize("end", ["draft", "published", "finished"])
def test_only_an_open_or_reviewed_round_is_run(cast: Cast, session: Session, end: str) -> None:
    round_ = cast.draft() if end == "draft" else cast.published()
    if end == "finished":
        service.finish_round(session, round_id=round_.id, now=NOW)
    with pytest.raises(service.RoundChanged):
        service.run_round(session, round_id=round_.id, by=None, now=NOW)
