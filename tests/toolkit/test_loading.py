"""Loading brings the tables to what the files say, and does nothing when they say it already."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.toolkit.entries import FactsRefused
from mentorship.toolkit.facts import TABLES, read_facts
from mentorship.toolkit.loading import LoadReport, load_facts
from mentorship.toolkit.models import ChecklistItem, JourneyStage
from mentorship.toolkit.resource_models import Resource, ResourceStage, ResourceTopic
from tests.toolkit.files import Files, resource


def counts(report: LoadReport, table: str) -> tuple[int, int, int, int]:
    (each,) = (each for each in report.tables if each.table == table)
    return each.added, each.changed, each.removed, each.kept


def test_the_first_load_adds_every_row(session: Session) -> None:
    report = load_facts(session)
    wanted = read_facts().rows
    assert not report.changed_nothing
    for table in TABLES:
        name = table.__tablename__
        assert counts(report, name) == (len(wanted[table]), 0, 0, 0)
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == len(wanted[table])


def test_a_second_load_changes_nothing(session: Session) -> None:
    load_facts(session)
    session.commit()
    session.expire_all()
    assert load_facts(session).changed_nothing
    assert not session.dirty


def test_a_changed_text_is_the_only_change(session: Session, files: Files) -> None:
    load_facts(session, folder=files.write())
    files.catalog["resources"][0]["title"] = "Another title"
    report = load_facts(session, folder=files.write())
    assert counts(report, "resource") == (0, 1, 0, 0)
    assert counts(report, "journey_stage") == (0, 0, 0, 16)
    assert session.get_one(Resource, "guide").title == "Another title"


def test_a_row_changed_by_hand_is_put_right(session: Session, files: Files) -> None:
    load_facts(session, folder=files.write())
    session.execute(sa.update(JourneyStage).values(what="Nonsense"))
    session.expire_all()
    report = load_facts(session, folder=files.write())
    assert counts(report, "journey_stage") == (0, 16, 0, 0)
    assert session.get_one(JourneyStage, "visa").what == "What it is."


def test_what_left_the_files_leaves_the_tables(session: Session, files: Files) -> None:
    files.catalog["resources"].append(resource("tool", stages=["visa", "practice"]))
    load_facts(session, folder=files.write())
    files.catalog["resources"].pop()
    report = load_facts(session, folder=files.write())
    assert counts(report, "resource") == (0, 0, 1, 1)
    assert counts(report, "resource_stage") == (0, 0, 2, 1)
    assert set(session.scalars(sa.select(Resource.id))) == {"guide"}
    assert set(session.scalars(sa.select(ResourceStage.resource_id))) == {"guide"}
    assert set(session.scalars(sa.select(ResourceTopic.resource_id))) == {"guide"}


def test_items_keep_their_ids_when_they_move(session: Session, files: Files) -> None:
    visa = files.stage("visa")
    visa["checklist"] = [{"id": "first", "text": "One"}, {"id": "second", "text": "Two"}]
    load_facts(session, folder=files.write())
    visa["checklist"].reverse()
    load_facts(session, folder=files.write())
    of_visa = sa.select(ChecklistItem.id, ChecklistItem.text).where(
        ChecklistItem.stage_id == "visa"
    )
    items = session.execute(of_visa.order_by(ChecklistItem.position)).all()
    assert [tuple(item) for item in items] == [("visa.second", "Two"), ("visa.first", "One")]


def test_a_broken_file_changes_nothing_at_all(session: Session, files: Files) -> None:
    load_facts(session, folder=files.write())
    files.journey["stages"][0]["what"] = "Changed"
    files.catalog["resources"][0]["confidence"] = "sure"
    with pytest.raises(FactsRefused):
        load_facts(session, folder=files.write())
    assert set(session.scalars(sa.select(JourneyStage.what))) == {"What it is."}


def test_the_command_says_what_it_did(app: Flask, session: Session) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["toolkit", "load"])
    assert first.exit_code == 0
    assert "toolkit: journey_stage: 16 added, 0 changed, 0 removed, 0 kept" in first.output
    assert runner.invoke(args=["toolkit", "load"]).output == "toolkit: up to date\n"


def test_the_command_refuses_broken_files_in_plain_words(
    app: Flask, session: Session, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.catalog["resources"][0]["confidence"] = "sure"
    folder = files.write()
    monkeypatch.setattr(
        "mentorship.toolkit.command.load_facts", lambda s: load_facts(s, folder=folder)
    )
    result = app.test_cli_runner().invoke(args=["toolkit", "load"])
    assert result.exit_code == 1
    assert "Error: nothing was loaded, the facts are wrong:" in result.output
    assert '  resources.yaml: resources[guide]: confidence: "sure"' in result.output
    assert session.scalar(sa.select(sa.func.count(JourneyStage.id))) == 0
