"""The report of a round as a file, and a run solved again from what was kept of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.extensions import transaction
from mentorship.privacy import emptying, retention
from mentorship.rosters.escape import formula_sign, guard, unguard
from mentorship.rounds import follow_views, paging, proving, service
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.report import COLUMNS, report_rows
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast


def taken(leader: PageClient, home: str, form: str) -> TestResponse:
    return leader.client.post(f"{home}/report", data={"csrf_token": leader.token(), "form": form})


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_offer_and_everybody_left_is_in_the_report(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    cast.img(
        "=HYPERLINK(1)", avoid=tuple(str(cast.people[n].id) for n in ("Noor Haddad", "Omar Aziz"))
    )
    round_ = cast.published()
    service.decline_offer(
        session,
        person_id=cast.people["Noor Haddad"].id,
        offer_id=cast.offer("Ana Silva").id,
        reason="conflict",
        words="For the leader only",
        now=NOW,
    )
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = taken(sign_in(cast.leader), home, "csv")
    logged = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "round.report")).one()
    assert (logged.section_id, logged.about_id) == (cast.section.id, round_.id)
    assert page.headers["Content-Disposition"] == 'attachment; filename="round-report.csv"'
    rows = read(page.data)
    assert list(rows[0]) == list(COLUMNS)
    ana = next(row for row in rows if row["img"] == "Ana Silva")
    assert (ana["mentor"], ana["state"]) == ("Noor Haddad", "declined_by_mentor")
    assert ana["reason"] == "Conflict of interest"
    assert "For the leader only" not in page.text
    assert rows[-1]["img"] == "'=HYPERLINK(1)"
    assert rows[-1]["state"] == "no_offer"
    assert len(rows) == 4


def test_an_offer_nobody_answered_is_closed_once_the_round_is_finished(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Its day to answer had not come: nobody was late."""
    round_ = cast.published()
    assert {row[3] for row in report_rows(session, round_, cast.leader.id)} == {"offered"}
    service.finish_round(session, round_id=round_.id, now=NOW)
    states = {row[3] for row in report_rows(session, cast.again(round_), cast.leader.id)}
    assert states == {"closed"}
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    page = sign_in(cast.leader).get(f"{home}/report").text
    assert "Closed without an answer" in page
    assert "No answer in time" not in page


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_any_name_comes_back_and_none_is_run(name: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([guard(name)])
    ((cell,),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert not formula_sign(cell)
    assert unguard(cell) == name


@pytest.mark.parametrize("policy", ["best-total", "most-matched", "fairest", "stable"])
def test_a_run_is_proved_again(cast: Cast, session: Session, policy: str) -> None:
    _, run = cast.reviewed(policy=policy)
    proof = proving.prove_again(session, run_id=run.id)
    assert (proof.number, proof.pairs, proof.faults) == (1, 3, ())


def a_point_more(session: Session, run: Run) -> None:
    pair = session.scalars(sa.select(Pair).where(Pair.run_id == run.id)).first()
    assert pair is not None
    first, *rest = pair.parts or []
    pair.parts = [{**first, "points": first["points"] + 1}, *rest]


def another_bound(_session: Session, run: Run) -> None:
    run.proof = {**(run.proof or {}), "dual": 1}


def another_answer(_session: Session, run: Run) -> None:
    inputs = run.inputs or {}
    run.inputs = {**inputs, "imgs": [{**img, "states": ["NY"]} for img in inputs["imgs"]]}


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (a_point_more, "1 pair differs"),
        (another_bound, "the certificate differs"),
        (another_answer, "what it was made of has another digest than was noted"),
    ],
)
def test_whatever_was_changed_in_a_run_is_found(
    cast: Cast, session: Session, tamper: Callable[[Session, Run], None], fault: str
) -> None:
    _, run = cast.reviewed()
    tamper(session, run)
    session.flush()
    session.expire_all()
    assert fault in proving.prove_again(session, run_id=run.id).faults


def test_the_command_proves_a_run_and_names_what_differs(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context(), transaction() as session:
        _, run = small_cast(session).reviewed()
    call = app.test_cli_runner().invoke
    good = call(args=["round", "verify", str(run.id)])
    assert good.exit_code == 0, good.output
    assert "Run 1: the same 3 pairs and the same certificate" in good.output
    missing = call(args=["round", "verify", "0b3d6d1e-5f3b-4c5e-9c38-6c1f0d0b7a11"])
    assert "there is no such run" in missing.output
    with app.app_context(), transaction() as session:
        a_point_more(session, session.get_one(Run, run.id))
    bad = call(args=["round", "verify", str(run.id)])
    assert (bad.exit_code, bad.output) == (1, "Error: run 1: 1 pair differs\n")


def test_a_run_whose_inputs_are_deleted_says_when(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context(), transaction() as session:
        cast = small_cast(session)
        round_ = cast.published()
        service.finish_round(session, round_id=round_.id, now=NOW)
        run_id = session.scalars(sa.select(Run.id)).one()
        ana = cast.profile("Ana Silva")
    verify = ["round", "verify", str(run_id)]
    with app.app_context(), transaction() as session:
        emptying.blank_in_runs(session, [ana])
    erased = app.test_cli_runner().invoke(args=verify)
    assert "run 1 cannot be solved again: answers of somebody in it were deleted" in erased.output
    with app.app_context():
        retention.run(now=dt.datetime(2027, 5, 4, 3, tzinfo=dt.UTC))
    gone = app.test_cli_runner().invoke(args=verify)
    assert gone.exit_code == 1
    assert "run 1 cannot be solved again: inputs deleted on 2027-05-04" in gone.output


def test_the_same_report_as_a_workbook_and_on_one_page(
    cast: Cast, sign_in: Callable[[User], PageClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = cast.published()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    sheet = load_workbook(io.BytesIO(taken(leader, home, "xlsx").data)).worksheets[0]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    plain = taken(leader, home, "csv").data.decode("utf-8-sig")
    assert rows == list(csv.reader(io.StringIO(plain)))
    page = leader.get(f"{home}/report").text
    assert re.search(r"\b\d+ of 100\b", page)  # as on every page, whole points
    assert all(row[0] in page for row in rows[1:])
    monkeypatch.setattr(follow_views, "MOST_ROWS", 2)
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    first, second = (leader.get(f"{home}/report?page={n}").text for n in (1, 2))
    assert [row[0] in first for row in rows[1:]] == [True, True, False]
    assert [row[0] in second for row in rows[1:]] == [False, False, True]
    assert all(row[0] in leader.get(f"{home}/report?rows=all").text for row in rows[1:])
    draft = cast.draft("Later")
    later = f"/sections/{cast.section.slug}/rounds/{draft.id}"
    leader.get(f"{later}/report", status=409)
    assert taken(leader, later, "csv").status_code == 409
    assert taken(leader, home, "exe").status_code == 400
