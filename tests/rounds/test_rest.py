"""Matching the rest of a published round again: who waits, with what is left, and nobody twice."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.notices.models import Message
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.pulse import NotMine
from mentorship.rounds import comparing, editing, holding, jobs, planning, service, steps
from mentorship.rounds import rest as rests
from mentorship.rounds.declined import Reading
from mentorship.rounds.difference import difference
from mentorship.rounds.due import end_of_day
from mentorship.rounds.editing import Edit, EditKind
from mentorship.rounds.models import Pair, Participant, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.overview import overview
from mentorship.rounds.paging import Wanted
from mentorship.rounds.rest_runs import may_go_out
from mentorship.rounds.ruled_out import ruled_out
from mentorship.rounds.run_models import PublishPlan, RunJob
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.running import solved
from mentorship.rounds.scope import run_of_round
from mentorship.rounds.setup import SetUp
from mentorship.rounds.still_waiting import waiting_imgs
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, alter, ask
from tests.rounds.cast import Cast
from tests.rounds.resting import LATER, answer, edit_rest, rest, with_rest
from tests.rounds.work import work


@pytest.fixture
def round_(cast: Cast, session: Session) -> Round:
    return with_rest(cast, session)


def test_only_who_waits_is_matched_and_never_with_whom_they_were_offered(
    cast: Cast, session: Session, round_: Round
) -> None:
    run = rest(cast, session, round_)
    pairs = session.execute(
        sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id)
    ).all()
    assert [tuple(row) for row in pairs] == [(cast.profile("Ana Silva"), cast.profile("Pia Late"))]
    assert (run.matched, run.unmatched) == (1, 0)
    assert cast.again(round_).state is RoundState.REMATCHING


def test_the_rest_goes_out_beside_what_was_answered(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    before = {o.id: o.state for o in session.scalars(sa.select(Offer))}
    session.execute(sa.delete(Message))
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    assert len(session.scalars(sa.select(Offer)).all()) == len(before)
    out = LATER + planning.UNDO
    planning.send_out(session, round_id=round_.id, now=out)
    assert cast.again(round_).state is RoundState.ANSWERING
    after = {o.id: o.state for o in session.scalars(sa.select(Offer))}
    assert {key: after[key] for key in before} == before
    (mail,) = session.scalars(sa.select(Message)).all()
    assert mail.recipient == cast.people["Pia Late"].email
    lines = overview(session, cast.again(round_), now=NOW).runs
    assert {line.number: line.published for line in lines} == {1: True, run.number: True}
    publication = session.get_one(Publication, round_.id, populate_existing=True)
    days = round_.answer_days
    before_due = end_of_day(NOW, days=days)
    assert publication.answer_by == before_due  # nobody who was asked before gains time
    assert cast.offer("Ana Silva", "Pia Late").due_at == end_of_day(out, days=days)
    shown = overview(session, cast.again(round_), now=NOW)
    assert shown.due == [(before_due, 2), (end_of_day(out, days=days), 1)]
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    (said,) = re.findall(r"due (\d) by (.*?), (\d) by (.*?)\.", sign_in(cast.leader).get(home).text)
    assert (said[0], said[2]) == ("2", "1")
    assert said[1] != said[3]
    answer(cast, session, "Pia Late", "Ana Silva", yes=True)
    assert cast.offer("Ana Silva", "Pia Late").state is OfferState.ACCEPTED
    with pytest.raises(service.RoundChanged):  # once
        planning.plan_publication(
            session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
        )


def test_who_said_no_for_good_may_look_again(cast: Cast, session: Session, round_: Round) -> None:
    """And a later rest does not forget it; a no of after that does count."""
    offer = cast.offer("Bea Lind", "Omar Aziz")
    bea = {"person_id": cast.people["Bea Lind"].id, "offer_id": offer.id, "now": NOW}
    service.decline_match(session, **bea, reason="no_time", words="")  # type: ignore[arg-type]  # values of one dict, of many types
    assert not _is_free(cast, round_, "Bea Lind")
    key = cast.profile("Bea Lind")
    rests.match_again(session, round_id=round_.id, profile_id=key, now=LATER)
    assert _is_free(cast, round_, "Bea Lind")
    run = rest(cast, session, round_)
    assert run.matched + run.unmatched == 2
    offer.img_answered_at = LATER + dt.timedelta(days=1)
    session.flush()
    assert not _is_free(cast, round_, "Bea Lind")
    ben = cast.profile("Ben Okafor")  # left out
    with pytest.raises(NoResultFound):
        rests.match_again(session, round_id=round_.id, profile_id=ben, now=LATER)


def _is_free(cast: Cast, round_: Round, name: str) -> bool:
    people = rests.still_free(cast.session, cast.again(round_), now=LATER)
    return any(each.takes_part for each in people if each.name == name)


def test_for_a_run_of_the_rest_few_are_looked_at_and_they_are_as_among_all(
    cast: Cast, session: Session, round_: Round
) -> None:
    run = rest(cast, session, round_)
    here = cast.again(round_)
    every = {each.profile_id: each for each in rests.still_free(session, here, now=LATER)}
    people, agreed = rests.for_publishing(session, here, now=LATER, run_id=run.id)
    some = {each.profile_id: each for each in people}
    assert some == {key: every[key] for key in some}
    assert (len(some) < len(every), agreed.standing) == (True, {})
    made = session.execute(sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id))
    assert {key for pair in made for key in pair} <= some.keys()
    free = {each.profile_id for each in every.values() if each.takes_part}
    assert {key for key in free if every[key].kind is ProfileKind.IMG} <= some.keys()


def test_finishing_takes_a_planned_rest_back(cast: Cast, session: Session, round_: Round) -> None:
    run = rest(cast, session, round_)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    service.finish_round(session, round_id=round_.id, now=LATER)
    assert session.scalars(sa.select(PublishPlan)).all() == []
    late = LATER + 2 * planning.UNDO
    assert planning.due_publications(session, now=late) == []
    assert planning.send_out(session, round_id=round_.id, now=late) is None
    assert cast.again(round_).state is RoundState.FINISHED


def test_the_rest_is_not_matched_again_while_one_is_on_its_way_out(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    assert "Match the rest again" in leader.get(f"{home}/answers").text
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    with pytest.raises(service.RoundChanged):
        rest(cast, session, round_)
    page = leader.get(f"{home}/answers")
    assert f"Run {run.number} is on its way out" in page.text
    assert page.tree.find(f".//form[@action='{home}/rest']") is None
    assert f"Run {run.number}" in leader.get(f"{home}/finish").text
    planning.take_back(session, round_id=round_.id, now=NOW)
    assert "is on its way out" not in leader.get(f"{home}/answers").text
    assert rest(cast, session, round_).number > run.number


def test_a_second_rest_that_is_cancelled_leaves_the_first_as_it_was(
    cast: Cast, session: Session, round_: Round
) -> None:
    run = rest(cast, session, round_)
    job = jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=LATER)
    assert jobs.cancel(session, job_id=job.id, now=LATER)
    assert cast.again(round_).state is RoundState.REMATCHING
    assert steps.open_run(session, cast.again(round_)) == run.id
    assert jobs.drop_rest(session, round_id=round_.id, now=LATER)
    assert cast.again(round_).state is RoundState.ANSWERING


def test_a_rest_that_was_asked_before_the_plan_does_not_count(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=LATER)
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    work(session)
    assert steps.ways(session, round_.id).current == run.id
    home, leader = f"/sections/{cast.section.slug}/rounds/{round_.id}", sign_in(cast.leader)
    late = f"{home}/review?run={run.number + 1}"
    page = leader.get(late).text
    assert f"Run {run.number} is on its way out" in page
    assert f"Run {run.number + 1} does not count: it was worked out meanwhile." in page
    planning.take_back(session, round_id=round_.id, now=NOW)
    told = f"while it was worked out, run {run.number} was on its way out"
    assert told in leader.get(late).text
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    planning.send_out(session, round_id=round_.id, now=LATER + planning.UNDO)
    assert cast.again(round_).state is RoundState.ANSWERING


@pytest.mark.parametrize("asked_again", [False, True])
def test_a_rest_that_is_solved_while_another_goes_out_comes_to_nothing(
    cast: Cast,
    session: Session,
    round_: Round,
    sign_in: Callable[[User], PageClient],
    *,
    asked_again: bool,
) -> None:
    """It was made of people as they were before: its pairs are those that were just offered."""
    run = rest(cast, session, round_)
    who = {"round_id": round_.id, "by": cast.leader.id, "now": LATER}
    job = jobs.ask_rest(session, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    held = holding.claim(session, job.id, now=LATER)
    assert held
    made = solved(holding.inputs_of(session, held, now=LATER))
    planning.plan_publication(session, run_id=run.id, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    planning.send_out(session, round_id=round_.id, now=LATER)
    if asked_again:
        assert jobs.ask_rest(session, **who) is not job  # type: ignore[arg-type]  # values of one dict, of many types
    with pytest.raises(NotMine):
        holding.finish(session, held, made, now=LATER)
    end = RoundState.REMATCHING if asked_again else RoundState.ANSWERING
    assert cast.again(round_).state is end
    assert run_of_round(session, round_.id) is run
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/jobs/{job.id}").text
    assert "A run of the rest was published meanwhile, so nothing was kept" in page


def test_who_takes_their_consent_back_holds_the_rest_up(
    cast: Cast, session: Session, round_: Round
) -> None:
    run = rest(cast, session, round_)
    withdraw(session, cast.people["Pia Late"].id, MATCHING, LATER)
    with pytest.raises(service.RunOutOfDate):
        planning.plan_publication(
            session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
        )


def test_an_earlier_run_cannot_go_out_again(cast: Cast, session: Session, round_: Round) -> None:
    first = session.scalars(sa.select(Run)).one()
    with pytest.raises(service.RoundChanged):
        planning.plan_publication(
            session, round_id=round_.id, run_id=first.id, by=cast.leader.id, now=LATER
        )


@pytest.mark.parametrize("reason", ["other_mentor", "wrong_fit"])
def test_an_img_who_needs_nobody_any_more_is_left_alone(
    cast: Cast, session: Session, round_: Round, reason: str
) -> None:
    service.decline_match(
        session,
        person_id=cast.people["Bea Lind"].id,
        offer_id=cast.offer("Bea Lind").id,
        reason=reason,
        words="",
        now=NOW,
    )
    run = rest(cast, session, round_)
    assert run.matched + run.unmatched == (1 if reason == "other_mentor" else 2)


@pytest.mark.parametrize("end", ["draft", "open", "finished"])
def test_only_a_published_round_has_a_rest(cast: Cast, session: Session, end: str) -> None:
    made = cast.published() if end == "finished" else cast.draft()
    if end == "open":
        service.open_round(session, round_id=made.id, now=NOW)
    elif end == "finished":
        service.finish_round(session, round_id=made.id, now=NOW)
    with pytest.raises(service.RoundChanged):
        jobs.ask_rest(session, round_id=made.id, by=cast.leader.id, now=NOW)


def test_a_leader_matches_the_rest_in_the_browser(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    leader = sign_in(cast.leader)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    asked = leader.submit(f"{home}/answers", action=f"{home}/rest")
    assert leader.follow(asked).h1 == "Matching the rest again"
    work(session)
    review = leader.follow(leader.get(asked.location or "", status=303))
    assert "Publish run 2" in review.text
    leader.submit(f"{home}/publish?run=2")
    leader.post(f"{home}/publish/now")
    assert "Pia Late" in leader.get(f"{home}/answers").text
    assert "Publish run 2" not in leader.get(f"{home}/review?run=2").text
    assert session.scalars(sa.select(RunJob.state)).all() == ["done"]


def test_a_second_publication_says_what_changes(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    found = difference(session, run)
    offers = sa.select(sa.func.count()).where(Offer.round_id == round_.id)
    assert (found.stay, found.gone) == (2, 1)
    assert found.stay + found.gone == session.scalar(offers)
    lines = {line.img: line for line in found.lines}
    pairs = sa.select(sa.func.count()).where(Pair.run_id == run.id)
    assert len(found.lines) == session.scalar(pairs)
    assert [(one.mentor, one.state) for one in lines["Ana Silva"].before] == [
        ("Noor Haddad", OfferState.DECLINED_BY_MENTOR)
    ]
    assert lines["Ana Silva"].mentor != "Noor Haddad"
    assert found.again == 1
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/publish?run={run.number}")
    assert "What changes against what was published before" in page.text
    assert "Noor Haddad Mentor said no" in page.text


def mentors_of(session: Session, run: Run) -> dict[uuid.UUID, uuid.UUID]:
    pairs = session.execute(sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id))
    return dict(pairs.all())


def test_the_run_of_the_rest_is_changed_by_hand_like_any_other(
    cast: Cast, session: Session, round_: Round
) -> None:
    cast.mentor("Quin Other", topics=("research",), seats=1)
    session.add(
        Participant(round_id=round_.id, profile_id=cast.profile("Quin Other"), joined_at=NOW)
    )
    session.flush()
    first = rest(cast, session, round_)
    assert run_of_round(session, round_.id) is first  # it counts, until the rest is left
    ana, (mentor,) = cast.profile("Ana Silva"), mentors_of(session, first).values()
    names = {cast.profile(name): name for name in ("Pia Late", "Quin Other")}
    other = next(name for key, name in names.items() if key != mentor)

    forbidden = edit_rest(
        cast, session, round_, kind=EditKind.FORBID, img="Ana Silva", mentor=names[mentor]
    )
    assert mentors_of(session, forbidden) == {ana: cast.profile(other)}
    locked = edit_rest(cast, session, round_, kind=EditKind.LOCK, img="Ana Silva", mentor=other)
    who = {"round_id": round_.id, "by": cast.leader.id, "now": LATER}
    back = steps.undo(session, seen=locked.id, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    assert back is forbidden
    steps.redo(session, seen=forbidden.id, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    again = rest(cast, session, round_)  # with everybody as they are now: lock and ban stay
    assert mentors_of(session, again) == {ana: cast.profile(other)}
    assert cast.again(round_).state is RoundState.REMATCHING

    before = {offer.id for offer in session.scalars(sa.select(Offer))}
    planning.plan_publication(
        session, round_id=round_.id, run_id=again.id, by=cast.leader.id, now=LATER
    )
    with pytest.raises(service.RoundChanged):
        edit_rest(cast, session, round_, kind=EditKind.FORBID, img="Ana Silva", mentor=other)
    assert planning.send_out(session, round_id=round_.id, now=LATER + planning.UNDO)
    new = session.scalars(sa.select(Offer).where(Offer.id.not_in(before))).all()
    assert [(o.img_id, o.mentor_id) for o in new] == [(ana, cast.profile(other))]
    with pytest.raises(service.RoundChanged):
        edit_rest(cast, session, round_, kind=EditKind.FORBID, img="Ana Silva", mentor=other)


def test_what_went_out_is_never_put_back_in_place_of_the_rest(
    cast: Cast, session: Session, round_: Round
) -> None:
    first = run_of_round(session, round_.id)
    run = rest(cast, session, round_)
    with pytest.raises(service.RoundChanged):
        steps.choose(
            session,
            round_id=round_.id,
            run_id=first.id,
            seen=run.id,
            by=cast.leader.id,
            now=LATER,
        )


@pytest.mark.parametrize("way", ["drop", "finish"])
def test_a_rest_that_is_not_published_counts_no_more(
    cast: Cast, session: Session, round_: Round, way: str
) -> None:
    first = run_of_round(session, round_.id)
    run = rest(cast, session, round_)
    ask = {"round_id": round_.id, "seen": run.id, "by": cast.leader.id, "now": LATER}
    edit = Edit(EditKind.FORBID, ((cast.profile("Ana Silva"), cast.profile("Pia Late")),))
    job = editing.ask_edit(session, edit=edit, **ask)  # type: ignore[arg-type]  # values of one dict, of many types
    if way == "drop":
        assert jobs.drop_rest(session, round_id=round_.id, now=LATER)
        assert cast.again(round_).state is RoundState.ANSWERING
    else:
        service.finish_round(session, round_id=round_.id, now=LATER)
    assert run_of_round(session, round_.id) is first
    work(session)  # the edit that was being worked out comes to nothing
    session.refresh(job)
    assert job.run_id is None
    assert cast.again(round_).state is not RoundState.REMATCHING


def test_who_is_in_one_of_two_runs_only_neither_gains_nor_loses(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    """Bea and Chi have offers that stand, so the rest is matched without them."""
    first, run = run_of_round(session, round_.id), rest(cast, session, round_)
    found = comparing.comparison(session, [first, run], Wanted())
    column = found.columns[1]
    assert (column.gone, column.come, column.by_hand) == (2, 0, "")
    assert run.rules["banned"]  # who was offered whom before, which no leader forbade
    assert (column.gain + column.lose + column.other, column.is_same) == (1, False)
    assert [line.name for line in found.listing.rows] == ["Ana Silva"]
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/compare?run=1&run={run.number}").text
    assert "These runs are not of the same IMGs: 2 in run 1 only" in page
    assert "no mentor" not in page
    lock = edit_rest(cast, session, round_, kind=EditKind.LOCK, img="Ana Silva", mentor="Pia Late")
    again = comparing.comparison(session, [run, lock], Wanted()).columns[1]
    assert (again.by_hand, again.is_same) == ("1 locked", True)


def test_only_runs_of_the_rest_can_be_used_instead_of_one(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    first, second = rest(cast, session, round_), rest(cast, session, round_)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    numbers = f"run={second.number}&run=1&run={first.number}"
    page = sign_in(cast.leader).get(f"{home}/compare?{numbers}").text
    assert f"Use run {first.number}" in page
    assert "Use run 1" not in page


def test_a_leader_changes_the_rest_in_the_browser(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    page = leader.get(f"{home}/review?run={run.number}")
    assert "You can change it by hand until you publish it" in page.text
    assert "Compare all policies" in page.text
    (link,) = [each for each in page.links() if "/review/pairs/" in each]
    assert "Forbid this pair" in leader.get(link).text
    leader.post(f"{home}/policies")
    work(session)
    compared = leader.follow(leader.get(f"{home}/policies?run={run.number}", status=303))
    assert "Runs side by side" in compared.text
    overview = leader.get(home)  # the trials are newer, and nobody chose one of them
    assert f"Look at run {run.number}" in overview.text
    assert f"{home}/review?run={run.number}" in overview.links()
    first = leader.get(f"{home}/review?run=1")  # what went out is looked at, not changed
    assert not [
        form for form in first.tree.iterfind(".//form") if "change" in form.get("action", "")
    ]


def test_nobody_is_offered_again_whom_they_were_offered_before(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    again = Edit(EditKind.ALLOW, ((cast.profile("Ana Silva"), cast.profile("Noor Haddad")),))
    who = {"round_id": round_.id, "by": cast.leader.id, "now": LATER}
    with pytest.raises(editing.BadEdit, match="offered each other before"):
        editing.ask_edit(session, seen=run.id, edit=again, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/review?run={run.number}&show=forbidden")
    assert page.text.count("Offered before in this round: not again") == len(run.rules["banned"])
    assert run.rules["banned"]


@pytest.mark.parametrize("what", ["said yes in another round", "lowered the seats"])
def test_the_rest_has_no_more_seats_than_the_mentor_has_now(
    cast: Cast, session: Session, what: str
) -> None:
    """Noor had two seats when the round went out, has one mentee by it, and no second seat now."""
    alter(cast, "Noor Haddad", seats=2)
    round_ = cast.published()
    for img, yes in (("Ana Silva", True), ("Ben Okafor", False)):
        answer(cast, session, "Noor Haddad", img, yes=yes)
    assert _free_seats(cast, session, round_) == 1
    if what == "lowered the seats":
        alter(cast, "Noor Haddad", seats=1)
    else:
        cast.img("Dua Lind", requests=(str(cast.people["Noor Haddad"].id),))
        other = cast.open("Fall", set_up=SetUp(direct_requests=True))
        assert accept(cast, ask(cast, other, "Dua Lind"), "Noor Haddad") is OfferState.CONFIRMED
    assert _free_seats(cast, session, round_) == 0
    cast.img("Eli Late")
    late = Participant(round_id=round_.id, profile_id=cast.profile("Eli Late"), joined_at=NOW)
    session.add(late)
    run = rest(cast, session, round_)
    mentors = session.scalars(sa.select(Pair.mentor_id).where(Pair.run_id == run.id)).all()
    assert cast.profile("Noor Haddad") not in mentors
    assert cast.profile("Omar Aziz") in mentors


def _free_seats(cast: Cast, session: Session, round_: Round) -> int:
    people = rests.still_free(session, cast.again(round_), now=NOW)
    return next(each.seats for each in people if each.name == "Noor Haddad")


def send(cast: Cast, session: Session, round_: Round, run: Run) -> None:
    planning.plan_publication(
        session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    planning.send_out(session, round_id=round_.id, now=LATER)


def test_a_run_of_the_rest_does_not_go_out_after_its_pairs_were_offered_by_another(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    """One who said no to the later run would be asked about the same IMG again."""
    earlier, later = rest(cast, session, round_), rest(cast, session, round_)
    ana, pia = cast.profile("Ana Silva"), cast.profile("Pia Late")
    taken_back = {"state": OfferState.WITHDRAWN, "answer_by": NOW, "offered_at": NOW, "place": 1}
    session.add(Offer(round_id=round_.id, img_id=ana, mentor_id=pia, **taken_back))
    session.flush()
    assert may_go_out(session, cast.again(round_), earlier)
    send(cast, session, round_, later)
    answer(cast, session, "Pia Late", "Ana Silva", yes=False)
    assert not may_go_out(session, cast.again(round_), earlier)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    assert "Publish run" not in leader.get(f"{home}/review?run={earlier.number}").text
    leader.get(f"{home}/publish?run={earlier.number}", status=409)
    with pytest.raises(service.RoundChanged):
        send(cast, session, round_, earlier)


def test_a_ban_outlives_runs_of_the_rest_that_the_two_are_not_in(
    cast: Cast, session: Session
) -> None:
    """Until a leader lifts it, be it in a run without them."""
    cast.mentor("Pia Late", topics=("research",), seats=1)
    made = cast.open()
    service.run_round(session, round_id=made.id, by=None, now=NOW)
    edit_rest(cast, session, made, kind=EditKind.PAIR, img="Ana Silva", mentor="Pia Late")
    edit_rest(cast, session, made, kind=EditKind.FORBID, img="Ana Silva", mentor="Pia Late")
    run = edit_rest(cast, session, made, kind=EditKind.PAIR, img="Ana Silva", mentor="Noor Haddad")
    send(cast, session, made, run)
    ben = cast.offer("Ben Okafor")
    names = {cast.profile(name): name for name in cast.people}
    answer(cast, session, names[ben.mentor_id], "Ben Okafor", yes=False)
    first = rest(cast, session, made)  # Ana has an offer that waits: she is not in it
    forbidden = (str(cast.profile("Ana Silva")), str(cast.profile("Pia Late")))
    assert forbidden in RunRules.from_json(first.rules).banned
    (line,) = [
        line
        for line in ruled_out(session, first, Wanted(show="forbidden")).rows
        if line.img == "Ana Silva"
    ]
    assert (line.mentors, line.offered) == (("Pia Late",), False)
    lifted = edit_rest(cast, session, made, kind=EditKind.ALLOW, img="Ana Silva", mentor="Pia Late")
    assert forbidden not in RunRules.from_json(lifted.rules).banned


def test_a_mentor_on_a_break_at_the_publication_has_seats_once_it_is_over(
    cast: Cast, session: Session
) -> None:
    cast.mentor("Pia Late", topics=("research",), seats=2)
    made = cast.open()
    leave_out = [cast.profile("Ben Okafor")]
    service.leave_out(session, round_id=made.id, profile_ids=leave_out, now=NOW)
    run = service.run_round(session, round_id=made.id, by=None, now=NOW)
    pia = session.get_one(Profile, cast.profile("Pia Late"))
    pia.paused_until = NOW.date() + dt.timedelta(days=2)
    session.flush()
    send(cast, session, made, run)
    pia.paused_until = None
    session.flush()
    (free,) = [
        each
        for each in rests.still_free(session, cast.again(made), now=LATER)
        if each.name == "Pia Late"
    ]
    assert (free.seats, free.obstacle) == (2, None)


def test_what_happened_last_is_told_of_who_waits(
    cast: Cast, session: Session, round_: Round
) -> None:
    first = cast.offer("Ana Silva", "Noor Haddad")
    first.state, first.decline_reason, first.mentor_answered_at = OfferState.EXPIRED, None, None
    session.flush()
    leader = cast.leader.id
    rests.match_again(session, round_id=round_.id, profile_id=cast.profile("Ana Silva"), now=NOW)
    send(cast, session, round_, rest(cast, session, round_))
    answer(cast, session, "Pia Late", "Ana Silva", yes=False)
    waiting = waiting_imgs(
        session, round_.id, Wanted(), reading=Reading.by(session, leader), finished=False
    )
    found = {line.name: line.state for line in waiting.rows}
    assert found["Ana Silva"] is OfferState.DECLINED_BY_MENTOR


def test_taking_a_rest_back_that_was_left_leaves_the_round_answering(
    cast: Cast, session: Session, round_: Round, sign_in: Callable[[User], PageClient]
) -> None:
    run = rest(cast, session, round_)
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader.post(f"{home}/rest/drop")
    leader.post(f"{home}/publish", {"run": str(run.id)})
    assert cast.again(round_).state is RoundState.REMATCHING
    page = leader.follow(leader.submit(f"{home}/publish", action=f"{home}/publish/undo"))
    assert f"Publish run {run.number}" in page.text  # it is still there, as before
    assert cast.again(round_).state is RoundState.ANSWERING
    assert "The rest is being matched again" not in leader.get(home).text


def test_taking_a_rest_back_leaves_what_is_solved_meanwhile_to_come(
    cast: Cast, session: Session, round_: Round
) -> None:
    run, who = rest(cast, session, round_), {"round_id": round_.id, "by": cast.leader.id}
    assert jobs.drop_rest(session, round_id=round_.id, now=LATER)
    job = jobs.ask_rest(session, now=LATER, **who)
    planning.plan_publication(session, run_id=run.id, now=LATER, **who)  # type: ignore[arg-type]  # values of one dict, of many types
    planning.take_back(session, round_id=round_.id, now=LATER)
    assert cast.again(round_).state is RoundState.REMATCHING
    work(session)
    session.refresh(job)
    assert run_of_round(session, round_.id).id == job.run_id


def test_the_rest_of_a_finished_round_is_not_left_as_it_is(
    cast: Cast, session: Session, round_: Round
) -> None:
    jobs.ask_rest(session, round_id=round_.id, by=cast.leader.id, now=LATER)
    service.finish_round(session, round_id=round_.id, now=LATER)
    assert not jobs.drop_rest(session, round_id=round_.id, now=LATER)
    work(session)
    assert cast.again(round_).state is RoundState.FINISHED
