"""What a leader has forbidden or taken apart: it is on the page, it lasts, and it can be lifted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds import comparing, jobs, proving, service
from mentorship.rounds.editing import BadEdit, EditKind
from mentorship.rounds.made_with import made_with
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.paging import Wanted
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.scope import run_of_round
from tests.factories import NOW
from tests.page import Page, PageClient
from tests.rounds.asking import alter
from tests.rounds.cast import Cast
from tests.rounds.test_editing import keep, pair, pairs_of, try_edit
from tests.rounds.work import work

SignIn = Callable[[User], PageClient]


def kept(cast: Cast, session: Session, kind: EditKind, img: str, mentor: str) -> None:
    _, run = try_edit(cast, session, kind, pair(cast, img, mentor))
    assert run
    keep(cast, session, run)


def rows(page: Page) -> list[Element]:
    """Return the rows that hold a form: those of what is ruled out."""
    return [row for row in page.tree.findall(".//tbody/tr") if row.find(".//form") is not None]


@pytest.mark.parametrize(
    ("kind", "show", "button"),
    [("forbid", "forbidden", "Allow again"), ("unmatch", "apart", "Match again")],
)
def test_a_leader_lifts_in_the_browser_what_was_ruled_out(
    cast: Cast, session: Session, sign_in: SignIn, *, kind: str, show: str, button: str
) -> None:
    round_, first = cast.reviewed()
    before = pairs_of(session, first)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    img, mentor = (str(key) for key in pair(cast, "Ana Silva", "Noor Haddad"))
    leader.post(
        f"{home}/review/change", {"run": first.id, "kind": kind, "img": img, "mentor": mentor}
    )
    work(session)
    edited = run_of_round(session, round_.id, 2)
    leader.post(f"{home}/review/choose", {"run": first.id, "to": edited.id})
    leader.post(f"{home}/run")  # a new run keeps it, and has no undo
    work(session)
    page = leader.get(f"{home}/review?show={show}")
    (row,) = rows(page)
    assert "Ana Silva" in "".join(row.itertext())
    (form,) = row.findall(".//form")
    assert button in "".join(form.itertext())
    fields = {each.get("name") or "": each.get("value") or "" for each in form.findall("input")}
    leader.post(form.get("action") or "", fields)
    work(session)
    lifted = run_of_round(session, round_.id, 4)
    assert pairs_of(session, lifted) == before
    told = leader.get(f"{home}/history").text
    names = "Ana Silva and Noor Haddad" if kind == "forbid" else "Ana Silva"
    assert f"{button}: {names} (run 3)" in told


def test_all_that_was_found_is_lifted_at_once(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, first = cast.reviewed()
    kept(cast, session, EditKind.FORBID, "Ana Silva", "Noor Haddad")
    kept(cast, session, EditKind.FORBID, "Chi Tanaka", "Omar Aziz")
    run = run_of_round(session, round_.id)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    assert "Allow again: all 2" in leader.get(f"{home}/review?show=forbidden").text
    found = leader.get(f"{home}/review?show=forbidden&q=omar")
    assert len(rows(found)) == 1
    sent = {"run": run.id, "kind": "allow", "every": "y", "show": "forbidden", "q": ""}
    leader.post(f"{home}/review/change", sent)
    work(session)
    assert pairs_of(session, run_of_round(session, round_.id, 4)) == pairs_of(session, first)


def test_whoever_is_taken_apart_is_given_to_no_newcomer(cast: Cast, session: Session) -> None:
    round_, _ = cast.reviewed()
    kept(cast, session, EditKind.UNMATCH, "Ana Silva", "Noor Haddad")
    cast.mentor("Pia Late", specialties=("neurology",), seats=5)
    service.refresh(session, round_id=round_.id, now=NOW)
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    assert cast.profile("Ana Silva") not in {img for img, _ in pairs_of(session, run)}
    assert proving.prove_again(session, run_id=run.id).faults == ()
    column = comparing.comparison(session, [run, run], Wanted()).columns[0]
    assert column.by_hand == "1 taken apart"


def test_of_two_mentors_the_one_that_is_not_taken_stays(cast: Cast, session: Session) -> None:
    profile = session.get_one(Profile, cast.profile("Ana Silva"))
    profile.mentors_wanted = 2
    session.get_one(Profile, cast.profile("Omar Aziz")).seats = 3
    session.flush()
    round_, first = cast.reviewed()
    mine = {mentor for img, mentor in pairs_of(session, first) if img == profile.id}
    assert len(mine) == 2
    kept(cast, session, EditKind.UNMATCH, "Ana Silva", "Noor Haddad")
    cast.mentor("Pia Late", specialties=("neurology",), seats=5)
    service.refresh(session, round_id=round_.id, now=NOW)
    run = service.run_round(session, round_id=round_.id, by=None, now=NOW)
    left = sa.select(Pair.mentor_id).where(Pair.run_id == run.id, Pair.img_id == profile.id)
    assert session.scalars(left).all() == [cast.profile("Omar Aziz")]


def test_lifting_what_is_not_there_is_refused(cast: Cast, session: Session) -> None:
    cast.reviewed()
    ana = cast.profile("Ana Silva")
    for kind in (EditKind.ALLOW, EditKind.REMATCH):
        with pytest.raises(BadEdit, match="it is so already"):
            try_edit(cast, session, kind, (ana, ana))


def lock_of_one_away(cast: Cast, session: Session) -> tuple[Run, tuple[str, str]]:
    """Lock Ana and Noor, and run without Noor, who has no seat for a moment."""
    round_, _ = cast.reviewed()
    kept(cast, session, EditKind.LOCK, "Ana Silva", "Noor Haddad")
    alter(cast, "Noor Haddad", seats=0)
    img, mentor = pair(cast, "Ana Silva", "Noor Haddad")
    return run_again(cast, session, round_.id), (str(img), str(mentor))


def run_again(cast: Cast, session: Session, round_id: uuid.UUID) -> Run:
    job = jobs.ask_run(session, round_id=round_id, by=cast.leader.id, now=NOW)
    work(session)
    session.refresh(job)
    assert job.run_id, job.failure
    return session.get_one(Run, job.run_id)


def test_a_lock_of_somebody_who_is_away_waits_and_holds_again(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    run, locked = lock_of_one_away(cast, session)
    rules = RunRules.from_json(run.rules)
    assert (rules.locked, rules.waiting) == (frozenset(), frozenset({locked}))
    assert made_with(run)["Locked"] == "none, and 1 pair whose lock waits"
    assert not proving.prove_again(session, run_id=run.id).faults
    home = f"/sections/{cast.section.slug}/rounds/{run.round_id}"
    page = sign_in(cast.leader).get(f"{home}/review")
    assert "1 lock does not hold in this run" in page.text
    assert "The set-up has changed" not in page.text
    alter(cast, "Noor Haddad", seats=1)
    again = run_again(cast, session, run.round_id)
    rules = RunRules.from_json(again.rules)
    assert (rules.locked, rules.waiting) == (frozenset({locked}), frozenset())
    assert not proving.prove_again(session, run_id=again.id).faults
    assert pair(cast, "Ana Silva", "Noor Haddad") in pairs_of(session, again)


def test_a_lock_that_waits_does_not_come_back_where_it_cannot_hold(
    cast: Cast, session: Session
) -> None:
    """Meanwhile a leader has given the only seat to another, by a lock, too."""
    run, locked = lock_of_one_away(cast, session)
    service.leave_out(
        session, round_id=run.round_id, profile_ids=[cast.profile("Ana Silva")], now=NOW
    )
    alter(cast, "Noor Haddad", seats=1)
    run_again(cast, session, run.round_id)
    kept(cast, session, EditKind.PAIR, "Ben Okafor", "Noor Haddad")
    service.put_back(session, round_id=run.round_id, profile_id=cast.profile("Ana Silva"), now=NOW)
    rules = RunRules.from_json(run_again(cast, session, run.round_id).rules)
    ben, noor = pair(cast, "Ben Okafor", "Noor Haddad")
    assert rules.locked == frozenset({(str(ben), str(noor))})
    assert rules.waiting == frozenset({locked})
    kept(cast, session, EditKind.FORBID, "Ben Okafor", "Noor Haddad")
    back = RunRules.from_json(run_again(cast, session, run.round_id).rules)
    assert (back.locked, back.waiting) == (frozenset({locked}), frozenset())


def test_a_lock_that_waits_is_lifted_where_it_stands_or_by_a_later_decision(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    run, _ = lock_of_one_away(cast, session)
    home = f"/sections/{cast.section.slug}/rounds/{run.round_id}"
    leader = sign_in(cast.leader)
    (row,) = rows(leader.get(f"{home}/review?show=waiting"))
    assert "Ana Silva" in "".join(row.itertext())
    (form,) = row.findall(".//form")
    fields = {each.get("name") or "": each.get("value") or "" for each in form.findall("input")}
    leader.post(form.get("action") or "", fields)
    work(session)
    lifted = run_of_round(session, run.round_id, run.number + 1)
    assert "waiting" not in lifted.rules
    _, paired = try_edit(cast, session, EditKind.PAIR, pair(cast, "Ana Silva", "Omar Aziz"))
    assert paired
    assert "waiting" not in paired.rules
