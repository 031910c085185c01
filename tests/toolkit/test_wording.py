"""No sentence is copied: what shares words in a row with its page is found."""

from __future__ import annotations

import re

import pytest
import yaml
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.toolkit import command, wording
from mentorship.toolkit.facts import DATA
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import JourneyFact
from mentorship.toolkit.wording import compare_all, shared_runs
from tests.site import Reply, Site
from tests.toolkit.files import SOURCE, Files

PAGE = "The board\u2019s rule: an applicant who fails any part four times must train one more year."


def kind(of_page: str) -> dict[str, str]:
    return {"Content-Type": of_page}


@pytest.mark.parametrize(
    ("ours", "shared"),
    [
        ("An applicant who fails any part four times must wait.", 1),
        ("an APPLICANT, who fails any part (four times) must", 1),  # only the words count
        ("Who fails four times has to train for another year.", 0),
        ("The board's rule: an applicant who fails any part pays.", 1),
        ("applicant who fails any part four times", 0),  # seven words
        ("", 0),
    ],
)
def test_words_in_a_row_are_found_whatever_stands_between_them(ours: str, shared: int) -> None:
    assert len(shared_runs(ours, PAGE)) == shared


def test_a_run_is_shown_whole_and_once() -> None:
    ours = "We say: an applicant who fails any part four times must train one more year. So be it."
    (run,) = shared_runs(ours, PAGE)
    assert run == "an applicant who fails any part four times must train one more year"
    assert len(shared_runs(f"{ours} {ours}", PAGE)) == 2


@pytest.fixture
def rested(session: Session, files: Files, site: Site) -> JourneyFact:
    """One fact on a page of the test's own server, as all others are."""
    files.stage("visa")["facts"] = [{"id": "rule", "text": PAGE, **SOURCE}]
    for file in files.write().iterdir():
        text = re.sub(r"https?://[^\s'\"]+", site.url("/source"), file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    load_facts(session, folder=files.folder)
    return session.get_one(JourneyFact, "visa.rule")


def test_a_copied_fact_is_found_on_its_page(rested: JourneyFact, site: Site) -> None:
    html = f"<html><body><h1>Rules</h1><p>{PAGE}</p></body></html>".encode()
    site.replies["/source"] = Reply(html, headers=kind("text/html; charset=utf-8"))
    found = compare_all(site.fetcher(step=2, whole=2))
    assert [(one.ours.kind, one.ours.id) for one in found.shared] == [("journey_fact", "visa.rule")]
    assert site.url("/source") not in found.unread


def test_what_is_said_in_other_words_is_not(rested: JourneyFact, site: Site) -> None:
    page = b"<p>Four failed tries at any part mean a year of training on top.</p>"
    site.replies["/source"] = Reply(page, headers=kind("text/html"))
    found = compare_all(site.fetcher(step=2, whole=2))
    assert not found.shared
    assert site.url("/source") not in found.unread


@pytest.mark.parametrize(
    "reply", [Reply(b"%PDF-1.7", headers=kind("application/pdf")), Reply(b"", status=404)]
)
def test_a_page_that_cannot_be_read_is_said_to_be(
    rested: JourneyFact, site: Site, reply: Reply
) -> None:
    site.replies["/source"] = reply
    found = compare_all(site.fetcher(step=2, whole=2))
    assert site.url("/source") in found.unread
    assert not found.shared


def test_the_command_fails_where_words_are_shared(
    app: Flask, rested: JourneyFact, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/source"] = Reply(PAGE.encode(), headers=kind("text/plain"))
    monkeypatch.setattr(command, "listed_fetcher", lambda: site.fetcher(step=2, whole=2))
    done = app.test_cli_runner().invoke(args=["toolkit", "compare-words"])
    assert done.exit_code == 1
    assert "journey_fact visa.rule: " in done.output
    site.replies["/source"] = Reply(b"Other words.", headers=kind("text/plain"))
    done = app.test_cli_runner().invoke(args=["toolkit", "compare-words"])
    assert done.exit_code == 0, done.output


# ---- the files among themselves


def test_the_files_quote_nobody_at_length() -> None:
    """A quotation of more than a title would be somebody else's sentence."""
    for path in DATA.glob("*.yaml"):
        for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
            for quoted in re.findall(r"[“\"]([^”\"]+)[”\"]", text):
                assert len(quoted.split()) < wording.RUN, (path.name, quoted)


def _texts(part: object) -> list[str]:
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict | list):
        parts = part.values() if isinstance(part, dict) else part
        return [text for each in parts for text in _texts(each)]
    return []
