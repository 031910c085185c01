"""How a round served groups, and where one more mentor helps: on the report's page and in files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds.models import Round
from mentorship.rounds.private_tables import PrivateTables
from mentorship.rounds.report_groups import GROUP_COLUMNS, TOO_FEW, WORTH_COLUMNS
from tests.page import PageClient
from tests.rounds.cast import Cast
from tests.rounds.test_report import taken

SignIn = Callable[[User], PageClient]
TOLD: dict[str, Any] = {
    "groups": {
        "visa": [["f1", 60, 45, [6_400, 400]], ["h1b", 20, 15, None]],
        "gender": [["woman", 80, 60, [6_300, 300]]],
    },
    "scale of groups": [6_150, 2_000, 900],
    "need": [["h1b_visa", 80, 20], ["j1_visa", 60, None]],
    "mentors": {"visa": [["lived", 50, 40, [130, 20]]], "gender": []},
    "scale of mentors": [140, 100, 50],
}


def published(cast: Cast, session: Session, tables: dict[str, Any] = TOLD) -> tuple[Round, str]:
    round_ = cast.published()
    session.execute(sa.update(PrivateTables).values(tables=tables))
    return round_, f"/sections/{cast.section.slug}/rounds/{round_.id}"


def test_the_page_for_paper_has_groups_and_the_worth_of_one_more_mentor(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    _, home = published(cast, session)
    page = sign_in(cast.leader).get(f"{home}/report").text
    for words in (
        "Who got a mentor, group by group",
        "Visa situation",
        "64 ± 4",
        "75% ± 11",
        TOO_FEW,
        "the average is 62.",
        "Mentors: Visa path lived through",
        "Where one more mentor would help most",
        "about 80 IMGs look for it, about 20 of them have nobody",
        "up to +1 IMG, +10 points",
        "(up to +800 for all of them)",
        "up to +10 points",
    ):
        assert words in page


def test_the_files_have_them_too_and_say_what_is_about(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    _, home = published(cast, session)
    answer = taken(sign_in(cast.leader), home, "groups")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="round-groups.csv"'
    text = answer.data.decode("utf-8-sig")
    groups, worth = (
        list(csv.reader(io.StringIO(part, newline=""))) for part in text.split("\r\n\r\n")[:2]
    )
    assert groups[0] == list(GROUP_COLUMNS)
    assert [
        "IMGs",
        "Visa situation",
        "F-1 student",
        "60",
        "45",
        "75%",
        "11",
        "64",
        "4",
        "about",
    ] in groups
    assert [
        "IMGs",
        "Visa situation",
        "H-1B",
        "20",
        "15",
        TOO_FEW,
        "",
        TOO_FEW,
        "",
        "about",
    ] in groups
    assert any(row[0] == "mentors" and row[7:] == ["1.3", "0.2", "about"] for row in groups)
    assert worth[0] == list(WORTH_COLUMNS)
    paths = [row for row in worth if row[0] == "By visa path lived"]
    assert [row[3:] for row in paths] == [
        ["80", "20", "1", "10", "800", "about, at most"],
        ["60", TOO_FEW, "", "10", "600", "about, at most"],
    ]
    book = load_workbook(io.BytesIO(taken(sign_in(cast.leader), home, "xlsx").data))
    assert book.sheetnames == ["Round", "Runs", "Groups", "One more mentor"]
    cells = [[cell or "" for cell in row] for row in book["Groups"].iter_rows(values_only=True)]
    assert groups[1] in cells


def test_a_round_of_few_people_says_that_they_were_too_few(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    _, home = published(cast, session, {})
    leader = sign_in(cast.leader)
    assert "They were too few." in leader.get(f"{home}/report").text
    text = taken(leader, home, "groups").data.decode("utf-8-sig")
    assert text.startswith('"of","kind"')
    assert taken(leader, home, "anything").status_code == 400
