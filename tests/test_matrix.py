"""Every route as every kind of person: who is let in, and that the others learn nothing.

What is not somebody's looks to them like what does not exist: the same status, the same body, and
nothing is written.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship.access import OPEN_ENDPOINTS
from mentorship.accounts.models import User
from tests.page import PageClient, without_end
from tests.rounds.cast import counted
from tests.stage import Stage, set_stage

EVERYBODY = frozenset(
    {
        *("stranger", "img", "mentor", "mentee", "mentoring", "both", "waiting"),
        *("leader", "leader2", "administrator"),
    }
)
SIGNED_IN = EVERYBODY - {"stranger"}

IMGS = frozenset({"img", "mentee", "both"})
MENTORS = frozenset({"mentor", "mentoring", "both"})
OF_THE_SECTION = IMGS | MENTORS | {"leader"}  # the stage's; "waiting" is not yet one of them

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
    **dict.fromkeys(("inbox.open_notice", "signins.end"), frozenset({"img"})),
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
    # Its post is the section's own, its letter is Ana's, and so is the idea for a resolution.
    **dict.fromkeys(("news.show", "spotlight.show"), OF_THE_SECTION),
    **dict.fromkeys(
        (
            *("spotlight.edit", "spotlight.change", "spotlight.submit", "spotlight.take_back"),
            *("spotlight.confirm_delete", "spotlight.delete"),
        ),
        frozenset({"img"}),
    ),
    # Whoever belongs to some section may write for its gallery.
    **dict.fromkeys(("spotlight.new", "spotlight.create"), OF_THE_SECTION | {"leader2"}),
    "community.resolution": frozenset({"img", "leader"}),
    # Its resource is one that only the section has.
    **dict.fromkeys(
        ("shelf.show", "shelf.mark", "shelf.report", "shelf.send_report"), OF_THE_SECTION
    ),
}
OF_THE_LEADER = re.compile(
    r"/sections/<slug>/"
    r"(rounds|members|mentorships|finding|news|letters|resources|about/keep|about/.*/step$)\b"
)
OF_THE_MEMBERS = re.compile(r"/sections/<slug>/about\b")
OF_A_PAIR = re.compile(r"^/mentorships/")
ANSWERS_BY_KEY = frozenset({"token"})  # such pages are about their key, not about who asks

# Names that mean another thing in some addresses, and what they mean there.
ELSEWHERE = (
    ("/leaders/", "membership_id", "leader_membership_id"),
    ("/keep/", "kind", "kept_kind"),
    ("/everybodys/", "item_id", "everybodys_item_id"),
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return set_stage(session)


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
    if OF_THE_MEMBERS.search(rule.rule):
        return SCOPES.get(rule.endpoint, OF_THE_SECTION)
    if OF_A_PAIR.search(rule.rule):
        return SCOPES.get(rule.endpoint, frozenset({"mentee", "mentoring"}))
    return SCOPES.get(rule.endpoint, SIGNED_IN)


def _address(rule: Rule, values: Mapping[str, object]) -> str:
    given = dict(values)
    given.update({name: values[other] for part, name, other in ELSEWHERE if part in rule.rule})
    _, path = rule.build(given, append_unknown=False)  # type: ignore[misc]
    return path


def _writes(statements: list[str]) -> list[str]:
    """Return what was written, but for when the session was last seen."""
    written = [s.lstrip() for s in statements]
    written = [s for s in written if s.upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    return [s for s in written if not s.startswith("UPDATE user_session SET seen_at=")]


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
        "kept_kind": "nothing",
        "resource_id": "nothing",
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
    """Leave out what differs between any two answers: the request's name, the form's token, and
    until when one stays signed in."""
    html = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", without_end(html))
    return re.sub(r"\b[0-9a-f]{12}\b", "", html)
