"""Changes by hand: what they do, that the rest follows, and that an undo gives back the same."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import POLICIES
from mentorship.profiles.models import Profile
from mentorship.rounds import (
    comparing,
    editing,
    handmade,
    holding,
    jobs,
    progress,
    service,
    steps,
)
from mentorship.rounds.edit_words import edit_between
from mentorship.rounds.editing import BadEdit, Edit, EditKind, edited
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.paging import Wanted
from mentorship.rounds.run_models import JobState, RunJob, RunStep, StepKind
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.running import solved
from mentorship.rounds.scope import run_of_round
from mentorship.rounds.service import SetUp
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import alter
from tests.rounds.cast import Cast, counted
from tests.rounds.work import work

Pairs = set[tuple[uuid.UUID, uuid.UUID]]


def pairs_of(session: Session, run: Run) -> Pairs:
    rows = session.execute(sa.select(Pair.img_id, Pair.mentor_id).where(Pair.run_id == run.id))
    return {(img, mentor) for img, mentor in rows}


def places_of(session: Session, run: Run) -> dict[tuple[uuid.UUID, uuid.UUID], int]:
    """Return whether each pair is with a first or a second mentor."""
    rows = session.execute(
        sa.select(Pair.img_id, Pair.mentor_id, Pair.place).where(Pair.run_id == run.id)
    )
    return {(img, mentor): place for img, mentor, place in rows}


def pair(cast: Cast, img: str, mentor: str) -> tuple[uuid.UUID, uuid.UUID]:
    return cast.profile(img), cast.profile(mentor)


def try_edit(
    cast: Cast, session: Session, kind: EditKind, *pairs: tuple[uuid.UUID, uuid.UUID]
) -> tuple[RunJob, Run | None]:
    """Have an edit of the current run worked out; return its job and run, not kept yet."""
    round_id = session.scalars(sa.select(Round.id)).one()
    now = run_of_round(session, round_id)
    job = editing.ask_edit(
        session,
        round_id=round_id,
        seen=now.id,
        edit=Edit(kind, pairs),
        by=cast.leader.id,
        now=NOW,
    )
    work(session)
    session.refresh(job)
    return job, session.get(Run, job.run_id) if job.run_id else None


def keep(cast: Cast, session: Session, run: Run) -> Run:
    seen = run_of_round(session, run.round_id).id
    return steps.choose(
        session, round_id=run.round_id, run_id=run.id, seen=seen, by=cast.leader.id, now=NOW
    )


@pytest.mark.parametrize("policy", list(POLICIES))
def test_locks_and_bans_hold_in_every_policy(cast: Cast, session: Session, policy: str) -> None:
    cast.reviewed(policy=policy)
    by_hand = pair(cast, "Ana Silva", "Omar Aziz")
    never = pair(cast, "Chi Tanaka", "Omar Aziz")
    _, run = try_edit(cast, session, EditKind.PAIR, by_hand)
    assert run
    keep(cast, session, run)
    if never in pairs_of(session, run):
        _, run = try_edit(cast, session, EditKind.FORBID, never)
        assert run
    assert by_hand in pairs_of(session, run)
    assert never not in pairs_of(session, run)
    assert run.certificate["violations"] == 0


def test_an_edit_and_its_undo_give_back_the_same_pairs(cast: Cast, session: Session) -> None:
    round_, first = cast.reviewed()
    before = pairs_of(session, first)
    _, run = try_edit(cast, session, EditKind.UNMATCH, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    assert run_of_round(session, round_.id) is first  # until somebody keeps it
    keep(cast, session, run)
    after = pairs_of(session, run)
    assert after != before
    assert not [img for img, _ in after if img == cast.profile("Ana Silva")]

    who: dict[str, Any] = {"round_id": round_.id, "by": cast.leader.id, "now": NOW}
    back = steps.undo(session, seen=run.id, **who)
    assert pairs_of(session, run_of_round(session, round_.id)) == before == pairs_of(session, back)
    forth = steps.redo(session, seen=back.id, **who)
    assert pairs_of(session, forth) == after
    with pytest.raises(steps.NothingToUndo):
        steps.redo(session, seen=forth.id, **who)
    steps.undo(session, seen=forth.id, **who)
    with pytest.raises(steps.NothingToUndo):
        steps.undo(session, seen=first.id, **who)


def test_lifting_an_edit_by_its_opposite_gives_the_same_pairs_too(
    cast: Cast, session: Session
) -> None:
    _, first = cast.reviewed()
    one = pair(cast, "Ana Silva", "Noor Haddad")
    for there, back in (
        (EditKind.LOCK, EditKind.UNLOCK),
        (EditKind.FORBID, EditKind.ALLOW),
        (EditKind.UNMATCH, EditKind.REMATCH),
    ):
        _, run = try_edit(cast, session, there, one)
        assert run
        keep(cast, session, run)
        _, run = try_edit(cast, session, back, one)
        assert run
        keep(cast, session, run)
        assert pairs_of(session, run) == pairs_of(session, first)
        assert run.rules == first.rules


@pytest.mark.parametrize("policy", POLICIES)
def test_a_second_mentor_who_is_locked_leaves_the_first_one_in_place(
    cast: Cast, session: Session, policy: str
) -> None:
    alter(cast, "Ana Silva", mentors_wanted=2)
    alter(cast, "Omar Aziz", seats=3)
    _, first = cast.reviewed(set_up=SetUp(two_mentors=True), policy=policy)
    before = places_of(session, first)
    second = next(made for made, place in before.items() if place == 2)
    _, run = try_edit(cast, session, EditKind.LOCK, second)
    assert run
    assert places_of(session, run) == before
    of_img = {(str(img), str(mentor)) for img, mentor in before if img == second[0]}
    assert len(of_img) == 2
    assert RunRules.from_json(run.rules).locked == of_img


def test_a_second_mentor_is_unlocked_together_with_the_first() -> None:
    ana, noor, omar = (uuid.uuid4() for _ in range(3))
    made = [(str(ana), str(noor)), (str(ana), str(omar))]
    rules = RunRules(locked=frozenset(made))
    assert not edited(rules, Edit(EditKind.UNLOCK, ((ana, noor),)), made=made).locked
    assert edited(rules, Edit(EditKind.UNLOCK, ((ana, omar),)), made=made).locked == {made[0]}
    agreed = edited(rules, Edit(EditKind.UNLOCK, ((ana, noor),)), made=made[:1])
    assert agreed.locked == {made[1]}  # both have said yes


def test_a_swap_of_second_mentors_leaves_the_first_ones_in_place() -> None:
    ids = {key: uuid.uuid4() for key in ("ana", "ben", "noor", "omar", "pia")}
    ana, ben, noor, omar, pia = ids.values()
    made = [(str(ana), str(noor)), (str(ben), str(pia)), (str(ana), str(omar))]
    after = edited(RunRules(), Edit(EditKind.SWAP, ((ana, omar), (ben, pia))), made=made)
    assert after.locked == {made[0], (str(ana), str(pia)), (str(ben), str(omar))}


def test_a_swap_changes_two_mentors_and_locks_them(cast: Cast, session: Session) -> None:
    _, first = cast.reviewed()
    ana, chi = pair(cast, "Ana Silva", "Noor Haddad"), pair(cast, "Chi Tanaka", "Omar Aziz")
    assert {ana, chi} <= pairs_of(session, first)
    _, run = try_edit(cast, session, EditKind.SWAP, ana, chi)
    assert run
    assert {(ana[0], chi[1]), (chi[0], ana[1])} <= pairs_of(session, run)
    assert len(RunRules.from_json(run.rules).locked) == 2


def test_what_contradicts_a_rule_is_refused_in_words(cast: Cast, session: Session) -> None:
    cast.img("Dana Free", avoid=(str(cast.people["Noor Haddad"].id),))
    round_, first = cast.reviewed()
    job, run = try_edit(cast, session, EditKind.PAIR, pair(cast, "Dana Free", "Noor Haddad"))
    assert run is None
    page = progress.job_page(session, round_.id, job.id, now=NOW)
    assert page.state is JobState.FAILED
    assert "Dana Free and Noor Haddad cannot be a pair" in page.failure[0]
    assert "people to avoid" in page.failure[0]
    assert run_of_round(session, round_.id) is first


def test_more_locks_than_seats_are_refused_in_words(cast: Cast, session: Session) -> None:
    round_, _ = cast.reviewed()
    _, run = try_edit(cast, session, EditKind.LOCK, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    keep(cast, session, run)
    job, _ = try_edit(cast, session, EditKind.PAIR, pair(cast, "Ben Okafor", "Noor Haddad"))
    page = progress.job_page(session, round_.id, job.id, now=NOW)
    assert "Noor Haddad has fewer seats than IMGs who are locked" in page.failure[0]


def test_edits_of_nothing_or_of_strangers_are_refused(cast: Cast, session: Session) -> None:
    cast.reviewed()
    ana = pair(cast, "Ana Silva", "Noor Haddad")
    with pytest.raises(BadEdit):
        try_edit(cast, session, EditKind.UNLOCK, ana)
    with pytest.raises(BadEdit):
        try_edit(cast, session, EditKind.SWAP, ana)
    with pytest.raises(BadEdit, match="Tick at least one pair"):
        try_edit(cast, session, EditKind.LOCK)
    for kind in (EditKind.LOCK, EditKind.PAIR):
        with pytest.raises(NoResultFound):
            try_edit(cast, session, kind, (uuid.uuid4(), uuid.uuid4()))


def test_who_looked_at_another_run_is_told(cast: Cast, session: Session) -> None:
    round_, first = cast.reviewed()
    later = NOW + dt.timedelta(minutes=1)
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=later)
    edit = Edit(EditKind.LOCK, (pair(cast, "Ana Silva", "Noor Haddad"),))
    with pytest.raises(steps.RunChanged) as told:
        editing.ask_edit(
            session, round_id=round_.id, seen=first.id, edit=edit, by=cast.leader.id, now=NOW
        )
    assert (told.value.number, told.value.by, told.value.at) == (2, cast.leader.name, later)
    with pytest.raises(steps.RunChanged):
        steps.choose(
            session,
            round_id=round_.id,
            run_id=first.id,
            seen=first.id,
            by=cast.leader.id,
            now=NOW,
        )


def test_a_new_run_keeps_the_locks(cast: Cast, session: Session) -> None:
    round_, _ = cast.reviewed()
    by_hand = pair(cast, "Ana Silva", "Omar Aziz")
    _, run = try_edit(cast, session, EditKind.PAIR, by_hand)
    assert run
    keep(cast, session, run)
    jobs.ask_run(session, round_id=round_.id, by=None, now=NOW)
    work(session)
    again = run_of_round(session, round_.id)
    assert again.number == 3
    assert by_hand in pairs_of(session, again)


@pytest.mark.parametrize("taken_up", [False, True])
def test_a_lock_that_is_kept_while_a_run_is_worked_out_is_not_lost(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient], *, taken_up: bool
) -> None:
    """A run that waits still takes the lock; one that is being solved does not count any more."""
    round_, _ = cast.reviewed()
    by_hand = pair(cast, "Ana Silva", "Omar Aziz")
    _, locked = try_edit(cast, session, EditKind.PAIR, by_hand)
    assert locked
    asked = jobs.ask_run(session, round_id=round_.id, by=None, now=NOW)
    held = holding.claim(session, asked.id, now=NOW) if taken_up else None
    made = solved(holding.inputs_of(session, held, now=NOW)) if held else None
    keep(cast, session, locked)
    if held and made:
        run = holding.finish(session, held, made, now=NOW)
    else:
        work(session)
        run = run_of_round(session, round_.id)
    assert run.number == 3
    assert (by_hand in pairs_of(session, run)) is not taken_up
    assert run_of_round(session, round_.id) is (locked if taken_up else run)
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = leader.follow(leader.get(f"{home}/jobs/{asked.id}", status=303)).text
    told = f"Run 3 does not count: while it was worked out, {cast.leader.name} made run 2 count"
    assert (told in page) is taken_up
    assert ("Use run 3 instead" in page) is taken_up
    late = leader.get(f"{home}/compare?run=1&run=2").text
    assert ("Run 3 counts now" in late) is not taken_up


def test_a_lock_on_somebody_who_left_does_not_hold(cast: Cast, session: Session) -> None:
    round_, _ = cast.reviewed()
    _, run = try_edit(cast, session, EditKind.LOCK, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    keep(cast, session, run)
    noor = cast.profile("Noor Haddad")
    service.leave_out(session, round_id=round_.id, profile_ids=[noor], now=NOW)
    jobs.ask_run(session, round_id=round_.id, by=None, now=NOW)
    work(session)
    assert RunRules.from_json(run_of_round(session, round_.id).rules).locked == frozenset()


def test_an_edit_works_on_the_people_as_the_run_saw_them(cast: Cast, session: Session) -> None:
    _, first = cast.reviewed()
    session.execute(
        sa.update(Profile).where(Profile.id == cast.profile("Omar Aziz")).values(seats=0)
    )
    _, run = try_edit(cast, session, EditKind.LOCK, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    assert pairs_of(session, run) == pairs_of(session, first)


def test_two_runs_side_by_side_say_who_gains_and_who_loses(cast: Cast, session: Session) -> None:
    round_, _ = cast.reviewed()
    _, run = try_edit(cast, session, EditKind.UNMATCH, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    runs = comparing.runs_of(session, round_.id, [1, 2, 99, 2])
    assert [each.number for each in runs] == [1, 2]
    shown = comparing.comparison(session, runs, Wanted())
    assert [column.matched for column in shown.columns] == [3, 2]
    ana = next(line for line in shown.listing.rows if line.name == "Ana Silva")
    (lost,) = (score for _, score in ana.mentors[0])
    assert ana.change == -((lost + 50) // 100)
    assert shown.losers[0] == "Ana Silva"
    assert [column.by_hand for column in shown.columns] == ["", "1 taken apart"]
    assert [column.is_same for column in shown.columns] == [True, False]
    assert [len(mentors) for mentors in ana.mentors] == [1, 0]
    assert shown.columns[1].lose == shown.counts["lose"] >= 1
    assert edit_between(session, runs) == "Take apart: Ana Silva and Noor Haddad"
    three = comparing.comparison(session, [*runs, runs[0]], Wanted(), to=2)
    assert three.listed.number == 2
    assert three.counts == shown.counts
    only = comparing.comparison(session, runs, Wanted(show="lose", words="silva"))
    assert [line.name for line in only.listing.rows] == ["Ana Silva"]


def test_the_effect_of_a_change_takes_twelve_statements_at_most(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, _ = cast.reviewed()
    try_edit(cast, session, EditKind.FORBID, pair(cast, "Ana Silva", "Noor Haddad"))
    leader = sign_in(cast.leader)
    effect = f"/sections/{cast.section.slug}/rounds/{round_.id}/compare?run=1&run=2"
    session.expunge_all()
    with counted(session) as seen:
        assert "Keep this change?" in leader.get(effect).text
    assert len([each for each in seen if not each.startswith(("SAVEPOINT", "RELEASE"))]) <= 12


def test_pairing_by_hand_lists_the_best_mentor_first_with_the_score(
    cast: Cast, session: Session
) -> None:
    ana, noor = cast.profile("Ana Silva"), cast.profile("Noor Haddad")
    cast.mentor("Abe Strict", accepts_specialties=("psychiatry",), topics=("visa_choice",))
    _, run = cast.reviewed()
    hand = handmade.by_hand(session, run, Wanted(), img=ana, mentor=None)
    assert hand.img
    assert hand.listing
    assert [each.name for each in hand.listing.rows] == ["Noor Haddad", "Omar Aziz", "Abe Strict"]
    made = sa.select(Pair.open_score).where(Pair.img_id == ana)
    suits = [each.suits for each in hand.listing.rows if each.suits]
    assert suits[0].score == session.scalars(made).one()
    assert [each.forbidden for each in suits] == [False, False, True]
    found = handmade.by_hand(session, run, Wanted(words="AZ"), img=ana, mentor=None).listing
    assert found
    assert [each.name for each in found.rows] == ["Omar Aziz"]
    both = handmade.by_hand(session, run, Wanted(), img=ana, mentor=noor)
    assert both.mentor
    assert (both.listing, both.mentor.suits) == (None, suits[0])


def test_whom_to_pair_by_hand_is_looked_for_and_chosen_one_after_the_other(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast.img("Zoe Last", avoid=tuple(str(cast.people[n].id) for n in ("Noor Haddad", "Omar Aziz")))
    round_, run = cast.reviewed()
    first = handmade.by_hand(session, run, Wanted(), img=None, mentor=None).listing
    assert first
    assert [each.name for each in first.rows] == [
        "Zoe Last",  # who has no mentor comes first
        "Ana Silva",
        "Ben Okafor",
        "Chi Tanaka",
    ]
    assert [each.stands == "no mentor" for each in first.rows] == [True, False, False, False]
    assert first.found == 4
    leader = sign_in(cast.leader)
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/review/by-hand"
    ana, omar = cast.profile("Ana Silva"), cast.profile("Omar Aziz")
    page = leader.get(f"{here}?q=silva")
    assert "Ben Okafor" not in page.text
    assert f"{here}?img={ana}&run=1" in page.links()
    page = leader.get(f"{here}?run=1&img={ana}")
    assert "Choose a mentor for Ana Silva" in page.text
    assert f"{here}?img={ana}&mentor={omar}&run=1" in page.links()
    page = leader.get(f"{here}?mentor={omar}")
    assert "Choose the IMG" in page.text
    assert f"{here}?img={ana}&mentor={omar}&run=1" in page.links(), "the mentor stays chosen"
    for unknown in (f"img={omar}", "img=nobody", f"img={ana}&mentor={ana}"):
        assert "Try this pair" not in leader.get(f"{here}?{unknown}").text


def page_by_hand(cast: Cast, leader: PageClient, img: str, mentor: str) -> str:
    round_id = cast.session.scalars(sa.select(Round.id)).one()
    home = f"/sections/{cast.section.slug}/rounds/{round_id}/review/by-hand"
    return leader.get(f"{home}?img={cast.profile(img)}&mentor={cast.profile(mentor)}").text


def test_what_stands_in_the_way_is_named_before_anything_is_tried(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast.mentor("Abe Strict", accepts_specialties=("psychiatry",), accepts_stages=("residency",))
    cast.reviewed()
    leader = sign_in(cast.leader)
    told = page_by_hand(cast, leader, "Ana Silva", "Abe Strict")
    assert "The mentor takes only IMGs of other specialties." in told
    assert "The mentor takes only IMGs at other stages." in told
    assert "Try this pair" not in told
    job, run = try_edit(cast, session, EditKind.PAIR, pair(cast, "Ana Silva", "Abe Strict"))
    assert (job.state, run) == (JobState.FAILED, None)
    told = page_by_hand(cast, leader, "Ana Silva", "Omar Aziz")
    assert "Try this pair" in told


def test_two_who_are_a_pair_are_not_told_of_a_change(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast.reviewed()
    leader = sign_in(cast.leader)
    same = page_by_hand(cast, leader, "Ana Silva", "Noor Haddad")
    assert "They are a pair already. Pairing them by hand locks it." in same
    for words in ("would change mentor", "somebody else would lose theirs"):
        assert words not in same
    other = page_by_hand(cast, leader, "Chi Tanaka", "Noor Haddad")
    for words in ("would change mentor", "somebody else would lose theirs"):
        assert words in other


def test_locks_that_stand_in_the_way_are_named_too(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast.reviewed()
    _, run = try_edit(cast, session, EditKind.LOCK, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    keep(cast, session, run)
    leader = sign_in(cast.leader)
    full = page_by_hand(cast, leader, "Ben Okafor", "Noor Haddad")
    assert "Every seat of Noor Haddad is kept by a lock, for Ana Silva." in full
    same = page_by_hand(cast, leader, "Ana Silva", "Noor Haddad")
    assert "They are a pair already, and it is locked." in same
    assert "Try this pair" not in full + same
    job, run = try_edit(cast, session, EditKind.PAIR, pair(cast, "Ben Okafor", "Noor Haddad"))
    assert (job.state, run) == (JobState.FAILED, None)


def test_history_names_the_pair_and_the_run_of_a_change(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, run = cast.reviewed()
    leader, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds/{round_.id}"
    img, mentor = (str(key) for key in pair(cast, "Ana Silva", "Noor Haddad"))
    sent = {"run": str(run.id), "kind": "lock", "img": img, "mentor": mentor}
    leader.post(f"{home}/review/change", sent)
    told = leader.get(f"{home}/history").text
    assert "Tried a change by hand: Lock: Ana Silva and Noor Haddad (run 1)" in told
    leader.post(f"{home}/publish", {"run": str(run.id)})
    leader.post(f"{home}/publish/now")
    told = leader.get(f"{home}/history").text
    assert "Planned to publish run 1" in told
    assert "Published run 1 right away" in told


def test_a_new_run_says_how_to_go_back_to_the_one_before(cast: Cast, session: Session) -> None:
    round_, _ = cast.reviewed()
    assert steps.ways(session, round_.id).before is None
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    assert steps.ways(session, round_.id).before == 1


def test_kinds_of_steps_are_told_apart(cast: Cast, session: Session) -> None:
    _, first = cast.reviewed()
    _, run = try_edit(cast, session, EditKind.LOCK, pair(cast, "Ana Silva", "Noor Haddad"))
    assert run
    keep(cast, session, run)
    keep(cast, session, first)
    taken = sa.select(RunStep.kind).order_by(RunStep.number)
    assert list(session.scalars(taken)) == [StepKind.RUN, StepKind.EDIT, StepKind.CHOOSE]


KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))


@given(locked=st.frozensets(KEYS), banned=st.frozensets(KEYS), data=st.data())
def test_no_edit_makes_rules_that_contradict_themselves(
    locked: frozenset[tuple[str, str]], banned: frozenset[tuple[str, str]], data: st.DataObject
) -> None:
    ids = {key: uuid.uuid5(uuid.NAMESPACE_OID, key) for key in "abcxyz"}

    def keys(pairs: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset((str(ids[i]), str(ids[j])) for i, j in pairs)

    alone = data.draw(st.frozensets(st.sampled_from("abc")))
    rules = RunRules(
        locked=keys(locked),
        banned=keys(banned - locked),
        left_alone=frozenset(str(ids[each]) for each in alone),
    )
    kind = data.draw(st.sampled_from(list(EditKind)))
    drawn = data.draw(st.lists(KEYS, min_size=2, max_size=2, unique=True))
    pairs = tuple((ids[i], ids[j]) for i, j in drawn)
    after = edited(rules, Edit(kind, pairs), made=sorted(rules.locked))
    assert not after.locked & after.banned
    if kind is EditKind.UNMATCH:  # what the IMG has besides is kept
        others = {pair for pair in rules.locked if pair[0] in {str(img) for img, _ in pairs}}
        assert others - {(str(i), str(j)) for i, j in pairs} <= after.locked


def test_undoing_a_choice_goes_back_to_what_counted_before_it(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Also where the chosen run is itself an edit: the choice is what was done last."""
    round_, _ = cast.reviewed()
    _, two = try_edit(cast, session, EditKind.LOCK, pair(cast, "Chi Tanaka", "Omar Aziz"))
    assert two
    keep(cast, session, two)
    jobs.ask_run(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    work(session)
    three = run_of_round(session, round_.id)
    leader = sign_in(cast.leader)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}/review"
    for number, run in ((2, two), (1, run_of_round(session, round_.id, 1))):
        chosen = leader.post(f"{home}/choose", {"run": str(three.id), "to": str(run.id)})
        page = leader.follow(chosen)
        assert f"Run {number} counts from now on. You can undo this." in page.text
        undone = leader.follow(leader.submit(home, action=f"{home}/undo"))
        assert "Undone. Run 3 counts again." in undone.text
        assert run_of_round(session, round_.id) == three
        again = leader.follow(leader.submit(home, action=f"{home}/redo"))
        assert f"Done again. Run {number} counts." in again.text
        leader.submit(home, action=f"{home}/undo")


def test_a_policy_that_is_chosen_is_the_rounds_until_the_set_up_names_another(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    round_, one = cast.reviewed()
    jobs.ask_policies(session, round_id=round_.id, run=one, by=cast.leader.id, now=NOW)
    work(session)
    fair = session.scalars(sa.select(Run).where(Run.policy == "fairest")).one()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader, label = sign_in(cast.leader), POLICIES["fairest"].label
    sent = leader.post(f"{home}/review/choose", {"run": str(one.id), "to": str(fair.id)})
    change = f"Best result: {POLICIES[one.policy].label} → {label}"
    assert f"In the set-up: {change}." in leader.follow(sent).text
    assert change in leader.get(f"{home}/history").text
    page = leader.get(home).text
    assert "The set-up has changed" not in page
    assert "Review the pairs" in page
    for step, policy in (("undo", one.policy), ("redo", "fairest")):
        leader.submit(f"{home}/review", action=f"{home}/review/{step}")
        assert cast.again(round_).policy == policy

    cast.again(round_).policy = "stable"  # in the set-up: that is the leaders' last word
    who: dict[str, Any] = {"round_id": round_.id, "by": cast.leader.id, "now": NOW}
    session.flush()
    steps.undo(session, seen=fair.id, **who)
    assert "The set-up has changed since run 1" in leader.get(home).text
    steps.redo(session, seen=one.id, **who)
    assert cast.again(round_).policy == "stable"
    service.publish_round(session, run_id=fair.id, **who)
    assert jobs.ask_rest(session, **who).policy == "fairest"  # as what went out


def test_undo_goes_back_step_by_step_past_a_choice(cast: Cast, session: Session) -> None:
    round_, one = cast.reviewed()
    who: dict[str, Any] = {"round_id": round_.id, "by": cast.leader.id, "now": NOW}
    two = service.run_round(session, **who)
    steps.choose(session, run_id=one.id, seen=two.id, **who)
    _, three = try_edit(cast, session, EditKind.LOCK, pair(cast, "Chi Tanaka", "Omar Aziz"))
    assert three
    keep(cast, session, three)
    assert steps.undo(session, seen=three.id, **who) == one
    assert steps.undo(session, seen=one.id, **who) == two
    with pytest.raises(steps.NothingToUndo):
        steps.undo(session, seen=two.id, **who)


def test_redo_leads_to_what_was_undone_however_many_edits_a_run_has(
    cast: Cast, session: Session
) -> None:
    round_, one = cast.reviewed()
    who: dict[str, Any] = {"round_id": round_.id, "by": cast.leader.id, "now": NOW}
    _, two = try_edit(cast, session, EditKind.LOCK, pair(cast, "Chi Tanaka", "Omar Aziz"))
    assert two
    keep(cast, session, two)
    steps.choose(session, run_id=one.id, seen=two.id, **who)
    _, three = try_edit(cast, session, EditKind.UNMATCH, pair(cast, "Ana Silva", "Noor Haddad"))
    assert three
    keep(cast, session, three)
    assert steps.undo(session, seen=three.id, **who) == one
    assert steps.undo(session, seen=one.id, **who) == two
    assert steps.redo(session, seen=two.id, **who) == one
    assert steps.redo(session, seen=one.id, **who) == three
    with pytest.raises(steps.NothingToUndo):
        steps.redo(session, seen=three.id, **who)
