"""Every route as every kind of person: who is let in, and that the others learn nothing.

What is not somebody's looks to them like what does not exist: the same status, the same body, and
nothing is written. The stage holds, beside the owner of each thing, others of the same section
("both", "mentee"), somebody who left it, the leader of another section, and an administrator.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from mentorship import web
from mentorship.access import OPEN_ENDPOINTS
from tests.page import PageClient, without_end
from tests.rounds.cast import counted
from tests.rows import changes, rows
from tests.security.asks import undone
from tests.stage import Stage

EVERYBODY = frozenset(
    {
        *("stranger", "img", "mentor", "mentee", "mentoring", "both", "waiting"),
        *("leader", "leader2", "administrator", "gone"),
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
            *("rounds.participation", "rounds.withdraw", "rounds.come_back", "rounds.join"),
            *("rounds.match", "rounds.confirm"),
            *("rounds.confirm_decline_match", "rounds.decline_match"),
        ),
        frozenset({"img"}),
    ),
    **dict.fromkeys(  # who was in the round as an IMG
        ("rounds.requests", "rounds.send_request", "rounds.take_back_request"),
        frozenset({"img", "mentee"}),
    ),
    "privacy.fetch_data": frozenset({"img"}),  # the copy is theirs
    **dict.fromkeys(
        (
            *("inbox.open_notice", "signins.end"),
            *("factors.remove_passkey", "providers.disconnect"),
        ),
        frozenset({"img"}),
    ),
    **dict.fromkeys(("sections.leave", "sections.left"), frozenset({"img"})),
    **dict.fromkeys(("finding.mentors", "finding.compare", "finding.choices"), IMGS),
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
        (
            "facts.report",
            "facts.show",
            "facts.correct",
            "facts.check",
            "facts.check_all",
            "facts.put_back",
        ),
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
    **dict.fromkeys(("introductions.answer", "introductions.end"), frozenset({"img"})),
    # Its resource is one that only the section has.
    **dict.fromkeys(
        ("shelf.show", "shelf.mark", "shelf.report", "shelf.send_report"), OF_THE_SECTION
    ),
}
OF_THE_LEADER = re.compile(
    r"/sections/<slug>/"
    r"(rounds|members|import|export|mentorships|finding|news|letters|resources|log|log.csv"
    r"|about/keep|about/.*/step$)\b"
)
OF_THE_MEMBERS = re.compile(r"/sections/<slug>/about\b")
OF_A_PAIR = re.compile(r"^/mentorships/")
ANSWERS_BY_KEY = frozenset({"token"})  # such pages are about their key, not about who asks
# There is none here, and to nobody: tests/accounts/test_single_sign_on.py asks for them with one.
# No round is over here either: tests/equity/test_told.py asks for one that is.
OF_A_PROVIDER = frozenset({"provider_id", "over_id"})

# Forms about what nobody on the stage has, and one that leads to the sign-in page by its nature.
NOT_ON_THE_STAGE = {
    "introductions.end": "what Ana was asked still waits for her answer",
    "signins.end_all": "signs out everywhere",
    "breaks.end_pause": "none of those who are no mentors has a break to end",
    "rounds.join": "whoever could join is in the round",
    "curating.restore": "no resource has been changed",
    "facts.put_back": "no fact has been changed",
}

# Names that mean another thing in some addresses, and what they mean there.
ELSEWHERE = (
    ("/leaders/", "membership_id", "leader_membership_id"),
    ("/keep/", "kind", "kept_kind"),
    ("/everybodys/", "item_id", "everybodys_item_id"),
)


def rules(app: Flask, method: str | None = None) -> list[Rule]:
    """List the routes that are about who asks, all of them or those that take ``method``."""
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN_ENDPOINTS]
    found = [rule for rule in found if not (ANSWERS_BY_KEY | OF_A_PROVIDER) & rule.arguments]
    return [rule for rule in found if method is None or method in (rule.methods or ())]


def admitted(app: Flask, rule: Rule) -> frozenset[str]:
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


def address(rule: Rule, values: Mapping[str, object]) -> str:
    given = dict(values)
    given.update({name: values[other] for part, name, other in ELSEWHERE if part in rule.rule})
    _, path = rule.build(given, append_unknown=False)  # type: ignore[misc]  # its hint wants the text of a rule
    return path


def writes(statements: list[str]) -> list[str]:
    """Return what was written, but for when the session was last seen, and tries counted."""
    written = [s.lstrip() for s in statements]
    written = [s for s in written if s.upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    known = ("UPDATE user_session SET seen_at=", "INSERT INTO throttle ")
    return [s for s in written if not s.startswith(known)]


@pytest.fixture
def short_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let error pages be their number: drawing them is most of the time of the matrix.

    A view that answers with a page of its own is found out all the same, and the last test but
    one compares the real pages.
    """
    monkeypatch.setattr(web, "_error_text", str)


@pytest.mark.usefixtures("short_errors")
def test_each_page_opens_to_whom_it_is_for_and_writes_nothing(
    app: Flask, stage: Stage, session: Session
) -> None:
    """What does not open looks like what does not exist, and no page changes a row."""
    clients = {who: PageClient(app, person).client for who, person in stage.people.items()}
    wrong, before = [], rows(session)
    with counted(session) as statements:
        for who, client in clients.items():
            for rule in rules(app, "GET"):
                statements.clear()
                path = address(rule, stage.values)
                answer = client.get(path)
                opens = answer.status_code < 500 and not _turned_away(answer)
                if opens != (who in admitted(app, rule)):
                    wrong.append(f"{who} {path}: {answer.status_code} {answer.location or ''}")
                wrong += [f"{who} {path} writes {each}" for each in writes(statements)]
    assert wrong == []
    assert list(changes(before, rows(session))) == []


@pytest.mark.usefixtures("short_errors")
def test_asking_for_the_head_alone_writes_nothing(
    app: Flask, stage: Stage, session: Session
) -> None:
    wrong = []
    with counted(session) as statements:
        for rule in rules(app, "GET"):
            who = min(admitted(app, rule) - {"stranger"}, default="leader")
            client = PageClient(app, stage.people[who]).client
            statements.clear()
            answer = client.head(address(rule, stage.values))
            if answer.status_code >= 500 or answer.data or writes(statements):
                wrong.append(f"{who} {rule.rule}: {answer.status_code} {writes(statements)}")
    assert wrong == []


@pytest.mark.usefixtures("short_errors")
def test_nothing_can_be_done_by_whom_it_is_not_for(
    app: Flask, stage: Stage, session: Session
) -> None:
    wrong = []
    with counted(session) as statements:
        for who, person in stage.people.items():
            client = PageClient(app, person)
            for rule in rules(app, "POST"):
                if who in admitted(app, rule):
                    continue
                statements.clear()
                path = address(rule, stage.values)
                answer = client.client.post(path, data={"csrf_token": client.token()})
                if not _turned_away(answer) or writes(statements):
                    wrong.append(f"{who} {path}: {answer.status_code} {writes(statements)}")
    assert wrong == []


@pytest.mark.usefixtures("short_errors")
def test_whoever_it_is_for_may_send_each_form(app: Flask, stage: Stage, session: Session) -> None:
    """Each cell that admits: the form, sent with nothing filled in, is answered and not unknown."""
    wrong, sent = [], 0
    for who, person in stage.people.items():
        for rule in rules(app, "POST"):
            if who not in admitted(app, rule):
                continue
            with undone(session):
                client = PageClient(app, person)
                path = address(rule, stage.values)
                answer = client.client.post(path, data={"csrf_token": client.token()})
            sent += 1
            away = _turned_away(answer) and rule.endpoint not in NOT_ON_THE_STAGE
            if answer.status_code >= 500 or away:
                wrong.append(f"{who} {path}: {answer.status_code} {answer.location or ''}")
    assert wrong == []
    assert sent >= len(rules(app, "POST"))


def _turned_away(answer: TestResponse) -> bool:
    """Tell the page of what does not exist, and the way to the sign-in page, from all others."""
    nothing = answer.status_code == 404 and answer.text == "404"  # a page may be a spreadsheet
    return nothing or "/login" in (answer.location or "")


@pytest.mark.parametrize("who", ["both", "leader2"])
def test_what_is_not_mine_looks_like_what_does_not_exist(
    app: Flask, stage: Stage, who: str
) -> None:
    client = PageClient(app, stage.people[who]).client
    missing = _masked(client.get("/no-such-page").text)
    made_up = {name: uuid.uuid4() for name in stage.values} | {"slug": "no-such-section"}
    for rule in rules(app, "GET"):
        if not rule.arguments - {"key"}:
            continue
        path = address(rule, made_up if who in admitted(app, rule) else stage.values)
        answer = client.get(path)
        assert (answer.status_code, _masked(answer.text)) == (404, missing), path


def test_the_matrix_is_whole(app: Flask, stage: Stage) -> None:
    """Each route stands in it, with a value for each of its arguments and somebody let in."""
    assert set(stage.people) == EVERYBODY
    for rule in rules(app):
        assert rule.arguments <= set(stage.values), rule.rule
        assert admitted(app, rule), f"{rule.rule} is for nobody"
        assert admitted(app, rule) <= EVERYBODY
    listed = {rule.endpoint for rule in rules(app)}
    others = {rule.endpoint for rule in app.url_map.iter_rules()} - listed
    apart = ANSWERS_BY_KEY | OF_A_PROVIDER
    keyed = {r.endpoint for r in app.url_map.iter_rules() if apart & r.arguments}
    assert others - keyed == OPEN_ENDPOINTS


def _masked(html: str) -> str:
    """Leave out what differs between any two answers: place, end, name and token."""
    html = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", without_end(html))
    html = re.sub(r' (aria-current="\w+"|class="[^"]*usa-current[^"]*")', "", html)
    return re.sub(r"\b[0-9a-f]{12}\b", "", html)
