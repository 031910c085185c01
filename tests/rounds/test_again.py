"""What pages of a run say of matching once more: only what can be done in the round's state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds import planning, service
from mentorship.rounds.models import Round, Run, Unmatched
from tests.factories import NOW
from tests.page import Page, PageClient
from tests.rounds.asking import alter
from tests.rounds.cast import Cast
from tests.rounds.resting import LATER, rest

SignIn = Callable[[User], PageClient]
RUN, REST = "run the match again", "match the rest again"
TAKE_BACK = "take back the planned publication"


def reviewed(cast: Cast) -> Round:
    """Return a round in review in which one IMG of four has nobody."""
    cast.img("Dee Wolf")
    return cast.reviewed()[0]


def planned(cast: Cast) -> Round:
    round_ = reviewed(cast)
    plan(cast, round_, run_of(cast, round_))
    return round_


def answering(cast: Cast) -> Round:
    round_ = planned(cast)
    planning.send_out(cast.session, round_id=round_.id, now=LATER)
    return round_


def rest_planned(cast: Cast) -> Round:
    round_ = answering(cast)
    alter(cast, "Noor Haddad", seats=2)
    plan(cast, round_, rest(cast, cast.session, round_))
    return round_


def plan(cast: Cast, round_: Round, run: Run) -> None:
    planning.plan_publication(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW
    )


def run_of(cast: Cast, round_: Round) -> Run:
    return cast.session.query(Run).filter_by(round_id=round_.id).one()


def words(page: Page) -> str:
    return page.text.replace(" .", ".").replace(" ,", ",")


@pytest.mark.parametrize(
    ("made", "said", "leads_to"),
    [
        (reviewed, f"in their profile, {RUN}.", ""),
        (planned, f"in their profile, {TAKE_BACK}, then {RUN}.", "/publish"),
        (answering, f"in their profile, {REST}. Nobody else", "/answers"),
        (rest_planned, f"in their profile, {TAKE_BACK}, then {REST}. Nobody else", "/publish"),
    ],
)
def test_where_one_more_seat_helps_the_way_there_is_open(
    cast: Cast, sign_in: SignIn, made: Callable[[Cast], Round], said: str, leads_to: str
) -> None:
    round_ = made(cast)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/unmatched?run=1")
    assert said in words(page)
    (panel,) = page.tree.findall(".//section[@class='panel panel--quiet']")
    link = next(panel.iterfind(".//p//a"))
    assert link.get("href") == f"{home}{leads_to}"


def test_a_run_without_mentors_while_another_is_on_its_way_out(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = cast.open()
    ids = [cast.profile(name) for name in ("Noor Haddad", "Omar Aziz")]
    service.leave_out(session, round_id=round_.id, profile_ids=ids, now=NOW)
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    service.put_back(session, round_id=round_.id, profile_id=ids[1], now=NOW)
    second = service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    plan(cast, cast.again(round_), second)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader, ana = sign_in(cast.leader), cast.profile("Ana Silva")
    paths = ("review?run=1", f"review/by-hand?run=1&img={ana}", "unmatched?run=1")
    for path, said in zip(
        paths, ("take it back first",) * 2 + (f"First {TAKE_BACK}.",), strict=True
    ):
        page = leader.get(f"{home}/{path}")
        assert said in page.text
        assert f"{home}/publish" in page.links()
        assert REST not in page.text
    planning.send_out(session, round_id=round_.id, now=LATER)
    service.finish_round(session, round_id=round_.id, now=LATER)
    for path in paths[:2]:
        text = leader.get(f"{home}/{path}").text
        assert "This round is over, so nothing changes in it." in text
        assert REST not in text


def test_a_run_of_the_rest_is_made_again_as_such(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    """It went out of date, or a rule keeps two of it apart: only the rest is matched again."""
    round_ = answering(cast)
    left = session.query(Unmatched).one().img_id
    person = session.get_one(Profile, left).person_id
    alter(cast, "Noor Haddad", seats=2, exclude=(str(person),))
    run = rest(cast, session, round_)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader, pair = sign_in(cast.leader), f"img={left}&mentor={cast.profile('Noor Haddad')}"
    page = leader.get(f"{home}/review/by-hand?run={run.number}&{pair}")
    assert f"If it changes there, {REST}. Or" in words(page)
    assert f"{home}/answers" in page.links()
    alter(cast, "Noor Haddad", exclude=())
    run = rest(cast, session, round_)
    alter(cast, "Noor Haddad", seats=0)
    text = leader.get(f"{home}/review?run={run.number}").text
    assert "so it cannot be published. Match the rest again." in text
    assert RUN not in text.lower()
