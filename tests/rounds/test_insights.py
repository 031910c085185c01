"""What would make a run better is kept with it, frozen, and told to its leader."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Gain
from mentorship.profiles.models import Profile
from mentorship.rounds import closing, enrolment, insights, review, service
from mentorship.rounds.candidates import Obstacle
from mentorship.rounds.insight_models import FreeSeat, MentorGain, SmallestChange
from mentorship.rounds.models import Participant, Run
from mentorship.rounds.paging import Wanted
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast


def crowd(cast: Cast) -> Cast:
    """Two more IMGs than seats, one whom every mentor's limits keep out, one mentor left alone."""
    for name in ("Eli More", "Fay More"):
        cast.img(name)
    cast.mentor("Pia Strict", accepts_specialties=("pathology",), topics=("visa_choice",))
    return cast


def helps(session: Session, run: Run) -> dict[str, str]:
    lines = review.unmatched(session, run, Wanted())[0].rows
    return {line.name: line.helps for line in lines}


def test_who_is_left_reads_what_would_help_and_who_comes_first(
    cast: Cast, session: Session
) -> None:
    for name in ("Eli More", "Fay More", "Gil More"):
        cast.img(name)
    _, run = cast.reviewed()
    told = helps(session, run)
    assert len(told) == run.unmatched == 3
    assert all("ne more seat with " in each for each in told.values())
    kept = {name: each for name, each in told.items() if "pair the two by hand" in each}
    assert 1 <= len(kept) < 3
    assert all(told[name].endswith("Nobody loses theirs.") for name in told.keys() - kept.keys())
    for each in kept.values():
        assert any(f"helps {other} first" in each for other in told.keys() - kept.keys())
    assert sum(insights.best_helpers(session, run.id).values()) == 3


def test_the_minimum_is_told_as_on_the_form(cast: Cast, session: Session) -> None:
    _, run = cast.reviewed(set_up=service.SetUp(minimum_score=9_900))
    assert run.unmatched
    told = [each for each in helps(session, run).values() if "minimum" in each]
    assert told
    assert all(" of 100 would give this IMG a mentor" in each for each in told)


def test_a_mentor_with_free_seats_reads_which_rules_stand_between(
    cast: Cast, session: Session
) -> None:
    _, run = crowd(cast).reviewed()
    (line,) = review.free_seats(session, run.id).rows
    assert line.name == "Pia Strict"
    assert line.why == (
        "None of the 2 IMGs without a mentor is possible here, of specialties the mentor does not"
        " take (2)."
    )


def test_one_more_mentor_is_worth_a_person_where_somebody_waits(
    cast: Cast, session: Session
) -> None:
    _, run = crowd(cast).reviewed()
    tables = insights.gain_tables(session, run.id)
    assert tables
    assert [table.title for table in tables] == ["By specialty", "By topic offered"]
    assert {line.people for table in tables for line in table.lines} == {1}
    assert all(table.solved for table in tables)
    names = [line.name for line in tables[1].lines]
    assert "Interview preparation" in names


def test_visa_paths_of_mentors_are_not_among_them_and_the_database_refuses_them(
    cast: Cast, session: Session
) -> None:
    for number in range(6):
        cast.mentor(f"Vera Path {number}", visas=("conrad30_waiver",), topics=("visa_choice",))
    _, run = crowd(cast).reviewed()
    kinds = set(session.scalars(sa.select(MentorGain.kind)))
    assert kinds == {"specialty", "topic"}
    path = {"run_id": run.id, "kind": "visa", "word": "conrad30_waiver", "mentors": 6}
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.insert(MentorGain).values(**path, people=1, points=1, solved=True))


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (SmallestChange, {"detail": {}}),
        (FreeSeat, {"seats": 9}),
        (MentorGain, {"points": 1}),
    ],
)
def test_it_never_changes(
    cast: Cast, session: Session, model: type[SmallestChange], changes: dict[str, object]
) -> None:
    crowd(cast).reviewed()
    assert session.scalars(sa.select(sa.func.count()).select_from(model)).one()
    with pytest.raises(sa.exc.IntegrityError, match="a run never changes"), session.begin_nested():
        session.execute(sa.update(model).values(**changes))


def test_who_is_erased_leaves_nothing_behind(cast: Cast, session: Session) -> None:
    _, run = crowd(cast).reviewed()
    left = session.scalars(sa.select(SmallestChange.img_id)).all()
    session.execute(sa.delete(Profile).where(Profile.id == left[0]))
    session.execute(sa.delete(Profile).where(Profile.id == cast.profile("Pia Strict")))
    assert session.scalars(sa.select(SmallestChange.img_id)).all() == left[1:]
    assert session.scalars(sa.select(FreeSeat)).all() == []
    assert all("who has left" in each or each for each in helps(session, run).values())


def test_a_run_of_before_says_that_it_was_not_worked_out(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = crowd(cast).reviewed()
    for model in (SmallestChange, FreeSeat, MentorGain):
        session.execute(sa.delete(model))
    assert set(helps(session, run).values()) == {""}
    (line,) = review.free_seats(session, run.id).rows
    assert line.why == "No other IMGs could be paired with this mentor."
    page = sign_in(cast.leader).get(f"/sections/{cast.section.slug}/rounds/{round_.id}/unmatched")
    assert "was not worked out for this run" in page.text


def test_mentors_who_could_be_asked_are_named_while_the_run_is_looked_at(
    cast: Cast, session: Session
) -> None:
    for name, seats in (("Quin Paused", 1), ("Rao Full", 0)):
        cast.mentor(name, seats=seats)
    session.execute(
        sa.update(Profile)
        .where(Profile.id == cast.profile("Quin Paused"))
        .values(paused_until=NOW.date() + dt.timedelta(days=9))
    )
    round_, run = cast.reviewed()
    assert insights.away(session, round_, now=NOW) == {
        Obstacle.PAUSED: ["Quin Paused"],
        Obstacle.NO_SEATS: ["Rao Full"],
    }
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    assert insights.away(session, cast.again(round_), now=NOW) == {}


def test_without_any_mentor_the_page_says_that_any_would_help(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.open()
    closing.close_round(session, round_id=round_.id, now=NOW)
    mentors = [cast.profile(name) for name in ("Noor Haddad", "Omar Aziz")]
    enrolment.leave_out(session, round_id=round_.id, profile_ids=mentors[:1], now=NOW)
    session.execute(sa.delete(Participant).where(Participant.profile_id == mentors[1]))
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = leader.get(f"{home}/unmatched").text
    assert "No mentor with a free seat is in this run." in page
    assert page.count("Any mentor with a free seat. Take in those who were left out") == 3
    assert "Left out of this round (1): Noor Haddad" in page
    assert "Ready, and not in this round yet (1): Omar Aziz" in page
    for wrong in ("made before such figures", "No change that can be suggested"):
        assert wrong not in page
    assert "Publish run" not in leader.get(f"{home}/review").text, "there is nothing to publish"
    assert run.matched == 0


def test_the_page_tells_it_all(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, _ = crowd(cast).reviewed()
    page = sign_in(cast.leader).get(f"/sections/{cast.section.slug}/rounds/{round_.id}/unmatched")
    for words in (
        "What would help",
        "Ask these mentors for one more seat",
        "Where one more mentor would help most",
        "By topic offered",
        "a price could tell what one IMG answered. When a run is published, this list says",
        "None of the 2 IMGs without a mentor is possible here",
    ):
        assert words in page.text


def test_what_is_kept_is_what_the_matcher_knows() -> None:
    kept = {column.name for column in sa.inspect(MentorGain).columns}
    gain = {field.name for field in dataclasses.fields(Gain)}
    assert kept == gain | {"run_id", "kind", "word"}
