"""Whatever is sent to any address by anybody, no answer is a fault of ours.

What is drawn comes from the fields of each route's own forms and the names it reads. The short form
runs on every commit; ``pytest tests/security/test_fuzz.py --long`` draws 5000 cases a route, which
takes a day, or as many as ``--cases`` says. There the fields are learned from each person who is
let in, before and after a first answer.
"""

from __future__ import annotations

import io
import re
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from mentorship.access import OPEN_ENDPOINTS
from tests.page import PageClient
from tests.security.asks import ODD, Asked, encoded, learn, undone
from tests.stage import Stage
from tests.test_matrix import address, admitted

SHORT = 2
FORM = "application/x-www-form-urlencoded"
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
KEYS = ("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")
Case = tuple[str, str, tuple[tuple[str, bytes], ...]]  # who, address, what is sent


def _rules(app: Flask, method: str) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN_ENDPOINTS]
    return [rule for rule in found if method in (rule.methods or ())]


def _addresses(rule: Rule, right: str) -> st.SearchStrategy[str]:
    """Draw the right address, mostly, or one with odd words in the place of its arguments."""

    @st.composite
    def odd(draw: Callable[..., bytes]) -> str:
        def word(match: re.Match[str]) -> str:
            known = st.sampled_from([key.encode() for key in KEYS])
            values = known if match.group(1) == "uuid" else st.sampled_from(ODD)
            return quote_from_bytes(draw(values), safe="") or "x"

        return ARGUMENT.sub(word, rule.rule)

    return st.just(right) if not rule.arguments else st.one_of(*[st.just(right)] * 4, odd())


def _cases(rule: Rule, right: str, asked: Asked, let_in: list[str]) -> st.SearchStrategy[Case]:
    return st.tuples(st.sampled_from(let_in), _addresses(rule, right), asked.anything())


def _send(client: PageClient, path: str, pairs: tuple[tuple[str, bytes], ...], asked: Asked) -> Any:
    if not asked.files:
        body = f"csrf_token={client.token()}&{encoded(pairs)}"
        return client.client.post(path, data=body, content_type=FORM)
    data: MultiDict[str, Any] = MultiDict([("csrf_token", client.token())])
    for name, value in pairs:
        file = (io.BytesIO(value), value[:40].decode("latin-1"))
        data.add(name, file if name in asked.files else value.decode("utf-8", "replace"))
    return client.client.post(path, data=data, content_type="multipart/form-data")


@dataclass(frozen=True)
class Sender:
    app: Flask
    stage: Stage
    session: Session
    cases: int = SHORT
    sent: Counter[str] = field(default_factory=Counter)

    def check(self, rule: Rule, method: str) -> None:
        """Send what is drawn for one route; raise with the smallest request that is a fault."""
        right, long = address(rule, self.stage.values), self.cases > SHORT
        let_in = sorted(admitted(self.app, rule))
        asked = Asked({})
        for who in let_in if long else let_in[:1]:
            for known in (None, asked) if long else (None,):
                with undone(self.session):
                    client = PageClient(self.app, self.stage.people[who])
                    asked |= learn(self.app, client, right, method, known)

        @settings(
            max_examples=self.cases,
            derandomize=not long,
            database=None,
            phases=(Phase.generate, Phase.shrink) if long else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(_cases(rule, right, asked, [*let_in, *let_in, *self.stage.people]))
        def probe(case: Case) -> None:
            who, path, pairs = case
            with undone(self.session):
                client = PageClient(self.app, self.stage.people[who])
                if method == "POST":
                    answer = _send(client, path, pairs, asked)
                else:
                    answer = client.client.get(path, query_string=encoded(pairs))
            self.sent[method] += 1
            assert answer.status_code < 500, answer.status

        probe()


def test_a_field_that_is_left_out_is_no_fault(app: Flask, stage: Stage, session: Session) -> None:
    """All fields of each form but one are sent: what is hidden in a page can be missing, too."""
    faults = []
    for rule in _rules(app, "POST"):
        path, who = address(rule, stage.values), min(admitted(app, rule))
        with undone(session):
            asked = learn(app, PageClient(app, stage.people[who]), path, "POST")
        plain = asked.plain()
        for left_out in plain:
            rest = tuple((name, value) for name, value in plain.items() if name != left_out)
            with undone(session):
                answer = _send(PageClient(app, stage.people[who]), path, rest, asked)
            if answer.status_code >= 500:
                faults.append((path, left_out))
    assert faults == []


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_nothing_that_is_sent_is_a_fault(
    app: Flask, stage: Stage, session: Session, request: pytest.FixtureRequest, method: str
) -> None:
    long = request.config.getoption("--long")
    sender = Sender(app, stage, session, request.config.getoption("--cases") if long else SHORT)
    faults = {}
    for rule in _rules(app, method):
        try:
            sender.check(rule, method)
        except Exception as fault:  # noqa: BLE001  whatever it is, it is told below
            told = "".join(traceback.format_exception(fault)[-4:])
            faults[rule.rule] = f"{told} {getattr(fault, '__notes__', '')}"[:3000]
    print(f"{sender.sent[method]} x {method}")  # noqa: T201
    assert faults == {}, "\n".join(f"{method} {where} {what}" for where, what in faults.items())


JUNK: Mapping[str, Mapping[str, Any]] = {
    "JSON": {"data": b'{"a": 1}', "content_type": "application/json"},
    "broken JSON": {"data": b'{"a', "content_type": "application/json"},
    "XML": {"data": b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"},
    "no boundary": {"data": b"--x\r\n", "content_type": "multipart/form-data"},
    "cut multipart": {
        "data": b'--x\r\nContent-Disposition: form-data; name="a',
        "content_type": "multipart/form-data; boundary=x",
    },
    "2000 parts": {
        "data": {f"field{n}": "x" for n in range(2000)},
        "content_type": "multipart/form-data",
    },
    "2 MB in one field": {"data": {"a": "x" * 2_000_000}},
    "odd charset": {"data": b"a=\xff", "content_type": f"{FORM}; charset=utf-7"},
    "50000 names": {"data": "&".join(f"a{n}=" for n in range(50_000)), "content_type": FORM},
    "odd cookie": {"headers": {"Cookie": "sealed=a.b.c; sealed=\xff; =; ;;"}},
    "odd headers": {
        "headers": {
            "Accept-Language": "\xff" * 5000,
            "If-Modified-Since": "not a day",
            "If-None-Match": '"' * 50,
            "Range": "bytes=9999999999999-",
            "Authorization": "Basic !!!",
            "Authentication-Token": "x",
            "User-Agent": "",
        }
    },
}


@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_refused_calmly(app: Flask, stage: Stage, junk: str) -> None:
    for who, path in (("stranger", "/login"), ("img", "/profile/img"), ("leader", "/search")):
        client = PageClient(app, stage.people[who])
        for method in ("POST", "GET"):
            answer = client.client.open(path, method=method, **JUNK[junk])
            assert answer.status_code < 500, (who, path, method)
