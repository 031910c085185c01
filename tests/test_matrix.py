"""Every route as every kind of person: who is let in, and that the others learn nothing.

What is not somebody's looks to them like what does not exist: the same status, the same body, and
nothing is written.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship.access import OPEN_ENDPOINTS
from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, give
from mentorship.mentorships import service as mentorships
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import service
from mentorship.rounds.run_models import JobKind, JobState, RunJob
from mentorship.rounds.scope import run_of_round
from mentorship.sections.models import Browsing, Membership, MembershipState, SectionRole
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import Pair, confirm
from tests.page import PageClient
from tests.rounds.cast import Cast, counted, small_cast

EVERYBODY = frozenset(
    {
        *("stranger", "img", "mentor", "mentee", "mentoring", "both", "waiting"),
        *("leader", "leader2", "administrator"),
    }
)
SIGNED_IN = EVERYBODY - {"stranger"}

IMGS = frozenset({"img", "mentee", "both"})
MENTORS = frozenset({"mentor", "mentoring", "both"})

# Endpoints that belong to fewer people than their mark admits.
SCOPES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            *("rounds.offer", "rounds.accept"),
            *("rounds.confirm_decline_offer", "rounds.decline_offer"),
        ),
        frozenset({"mentor"}),
    ),
    **dict.fromkeys(
        (
            *("rounds.participation", "rounds.withdraw", "rounds.come_back"),
            *("rounds.match", "rounds.confirm"),
            *("rounds.confirm_decline_match", "rounds.decline_match"),
        ),
        frozenset({"img"}),
    ),
    **dict.fromkeys(("sections.leave", "sections.left"), frozenset({"img"})),
    **dict.fromkeys(
        ("finding.mentors", "finding.compare", "finding.choices", "finding.outlook"), IMGS
    ),
    **dict.fromkeys(
        (
            *("finding.mentor", "finding.mark", "finding.ask", "finding.move", "finding.drop"),
            *("finding.confirm_avoid", "finding.avoid"),
        ),
        IMGS,
    ),
    **dict.fromkeys(
        (
            *("finding_imgs.imgs", "finding_imgs.avoided", "finding_imgs.img"),
            "finding_imgs.outlook",
            *("finding_imgs.mark", "finding_imgs.welcome", "finding_imgs.allow"),
            *("finding_imgs.confirm_avoid", "finding_imgs.avoid"),
        ),
        MENTORS,
    ),
    "mentorships.confirm_delete_note": frozenset({"mentee"}),
    "dashboard.img": frozenset({"img", "mentee", "both"}),
    "dashboard.mentor": frozenset({"mentor", "mentoring", "both", "waiting"}),
    "dashboard.leader": frozenset({"leader", "leader2"}),
    **dict.fromkeys(
        ("facts.report", "facts.show", "facts.correct", "facts.check", "facts.put_back"),
        frozenset({"leader", "leader2", "administrator"}),
    ),
}
OF_THE_LEADER = re.compile(r"/sections/<slug>/(rounds|members|mentorships|finding)\b")
OF_A_PAIR = re.compile(r"^/mentorships/")
ANSWERS_BY_KEY = frozenset({"token"})  # such pages are about their key, not about who asks


@dataclass(frozen=True)
class Stage:
    """One published round of one section, and everybody who may look at it."""

    people: Mapping[str, User | None]
    values: Mapping[str, object]


@pytest.fixture
def stage(session: Session) -> Stage:
    load_facts(session)
    cast = small_cast(session)
    round_ = cast.published()
    offer = cast.offer("Ana Silva")
    mentor = next(
        who for name, who in cast.people.items() if _profile_of(cast, name) == offer.mentor_id
    )
    service.accept_offer(session, person_id=mentor.id, offer_id=offer.id, now=NOW)
    kept = _kept(confirm(cast, round_, "Chi Tanaka", "Omar Aziz"))
    both = cast.img("Bo Both")
    cast.mentor("Bo Both")
    ana = cast.people["Ana Silva"]
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(session, who.id, LISTED, NOW)
    waiting = factories.member(
        session, cast.section, SectionRole.MENTOR, state=MembershipState.ASKED
    )
    run = run_of_round(session, round_.id)
    job = RunJob(
        round_id=round_.id,
        kind=JobKind.RUN,
        state=JobState.CANCELLED,
        policy=run.policy,
        rules=run.rules,
        asked_at=NOW,
        ended_at=NOW,
    )
    session.add(job)
    session.flush()
    mine = session.query(Membership).filter_by(person_id=ana.id).one()
    leading = session.query(Membership).filter_by(person_id=cast.leader.id).one()
    return Stage(
        people={
            "stranger": None,
            "img": ana,
            "mentor": mentor,
            "mentee": cast.people["Chi Tanaka"],
            "mentoring": cast.people["Omar Aziz"],
            "both": both,
            "waiting": waiting,
            "leader": cast.leader,
            "leader2": factories.leader(session, factories.section(session)),
            "administrator": factories.administrator(session),
        },
        values={
            "slug": cast.section.slug,
            "round_id": run.round_id,
            "pair_id": offer.pair_id,
            "job_id": job.id,
            "offer_id": offer.id,
            **kept,
            "profile_id": offer.img_id,
            "mentor_profile_id": offer.mentor_id,
            "membership_id": mine.id,
            "leader_membership_id": leading.id,
            "purpose": "matching",
            "stage_id": "interviews",
            "state_id": "tx",
            "kind": "license_rule",
            "fact_id": "TX",
            "change_id": uuid.uuid4(),
            "token": "made-up",
        },
    )


def _kept(pair: Pair) -> dict[str, uuid.UUID]:
    """Return the keys of what the pair keeps: one of each kind."""
    say: dict[str, Any] = {"person_id": pair.img.id, "mentorship_id": pair.id, "now": NOW}
    plan = mentorships.Plan(starts_at=NOW, minutes=30)
    goal: dict[str, Any] = {"title": "Match", "first_step": "", "due_on": None}
    return {
        "mentorship_id": pair.id,
        "goal_id": mentorships.add_goal(pair.session, **goal, **say).id,
        "meeting_id": mentorships.plan_meeting(pair.session, plan=plan, **say).id,
        "note_id": mentorships.write_note(pair.session, text="Mine", **say).id,
        "concern_id": mentorships.raise_concern(pair.session, kind="other", words="Hm", **say).id,
    }


def _profile_of(cast: Cast, name: str) -> uuid.UUID:
    kinds = (ProfileKind.MENTOR if name in {"Noor Haddad", "Omar Aziz"} else ProfileKind.IMG,)
    return cast.profile(name, *kinds)


def _rules(app: Flask) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN_ENDPOINTS]
    return [rule for rule in found if not ANSWERS_BY_KEY & rule.arguments]


def _admitted(app: Flask, rule: Rule) -> frozenset[str]:
    mark = getattr(app.view_functions[rule.endpoint], "admits", "")
    if mark == "public":
        return EVERYBODY
    if mark == "administrators":
        return frozenset({"administrator"})
    if OF_THE_LEADER.search(rule.rule):
        return frozenset({"leader"})
    if OF_A_PAIR.search(rule.rule):
        return SCOPES.get(rule.endpoint, frozenset({"mentee", "mentoring"}))
    return SCOPES.get(rule.endpoint, SIGNED_IN)


def _address(rule: Rule, values: Mapping[str, object]) -> str:
    given = dict(values)
    if "/leaders/" in rule.rule:
        given["membership_id"] = given["leader_membership_id"]
    _, path = rule.build(given, append_unknown=False)  # type: ignore[misc]
    return path


def _writes(statements: list[str]) -> list[str]:
    return [s for s in statements if s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_each_page_opens_to_whom_it_is_for_and_writes_nothing(
    app: Flask, stage: Stage, session: Session
) -> None:
    wrong = []
    with counted(session) as statements:
        for who, person in stage.people.items():
            client = PageClient(app, person).client
            for rule in _rules(app):
                if "GET" not in (rule.methods or ()):
                    continue
                statements.clear()
                path = _address(rule, stage.values)
                answer = client.get(path)
                asked_in = "/login" in (answer.location or "")
                opens = answer.status_code < 500 and answer.status_code != 404 and not asked_in
                if opens != (who in _admitted(app, rule)):
                    wrong.append(f"{who} {path}: {answer.status_code} {answer.location or ''}")
                wrong += [f"{who} {path} writes {each}" for each in _writes(statements)]
    assert wrong == []


def test_nothing_can_be_done_by_whom_it_is_not_for(
    app: Flask, stage: Stage, session: Session
) -> None:
    wrong = []
    with counted(session) as statements:
        for who, person in stage.people.items():
            client = PageClient(app, person)
            for rule in _rules(app):
                if "POST" not in (rule.methods or ()) or who in _admitted(app, rule):
                    continue
                statements.clear()
                path = _address(rule, stage.values)
                answer = client.client.post(path, data={"csrf_token": client.token()})
                turned_away = answer.status_code == 404 or "/login" in (answer.location or "")
                if not turned_away or _writes(statements):
                    wrong.append(f"{who} {path}: {answer.status_code} {_writes(statements)}")
    assert wrong == []


def test_what_is_not_mine_looks_like_what_does_not_exist(
    app: Flask, stage: Stage, sign_in: Callable[[User], PageClient]
) -> None:
    made_up = {
        "slug": "no-such-section",
        "purpose": "nothing",
        "stage_id": "nothing",
        "state_id": "zz",
        "kind": "nothing",
        "fact_id": "nothing",
    }
    nowhere = {name: made_up.get(name, uuid.uuid4()) for name in stage.values}
    different = []
    for who, person in stage.people.items():
        if person is None:
            continue
        client = sign_in(person).client
        for rule in _rules(app):
            if not rule.arguments or "GET" not in (rule.methods or ()):
                continue
            if who in _admitted(app, rule):
                continue
            theirs = client.get(_address(rule, stage.values))
            missing = client.get(_address(rule, nowhere))
            if (theirs.status_code, _masked(theirs.text)) != (404, _masked(missing.text)):
                different.append(f"{who} {rule.rule}")
    assert different == []


def _masked(html: str) -> str:
    """Leave out what differs between any two answers: the request's name and the form's token."""
    html = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", html)
    return re.sub(r"\b[0-9a-f]{12}\b", "", html)
