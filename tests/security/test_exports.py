"""Files that go out: no cell runs in a spreadsheet, nothing is lost, and their names are ours."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from mentorship.rosters.escape import formula_sign, guard, unguard
from tests.page import PageClient
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PIECES = (*SIGNS, " ", "'", '"', ",", ";", "|", "\n", "\u00a0", "\u3000", "\ufeff", "1+1", "cmd")
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=6).map("".join))


def _runs(cell: str) -> bool:
    """Tell whether a spreadsheet might take a cell for a formula, apart from how we do."""
    if cell[:1] in {"\t", "\r", "\n"}:
        return True
    first = unicodedata.normalize("NFKC", cell.lstrip()[:1])
    return first[:1] in {"=", "+", "-", "@"}


@given(TEXTS.filter(lambda text: "\0" not in text and "\r" not in text))
@example("'=1+1")
@example("''=1+1")
@example(" =1+1")
def test_any_text_goes_out_and_in(text: str) -> None:
    written = io.StringIO()
    csv.writer(written).writerow([guard(text), "end"])
    (row,) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert not _runs(row[0])
    assert unguard(row[0]) == text


@given(TEXTS)
def test_what_may_run_is_known_by_its_sign(text: str) -> None:
    assert bool(formula_sign(text)) == _runs(text)


def test_files_have_names_of_our_own(app: Flask, stage: Stage) -> None:
    """Whoever fetches a file gets it as one, under a plain name, whatever people are called."""
    files = [
        rule for rule in rules(app, "GET") if re.search(r"\.(csv|ics|xlsx|json|zip)$", rule.rule)
    ]
    assert len(files) >= 4
    for rule in files:
        client = PageClient(app, stage.people[min(admitted(app, rule))])
        answer = client.client.get(address(rule, stage.values))
        assert answer.status_code == 200, rule.rule
        said = answer.headers["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="?[\w.-]+"?', said), (rule.rule, said)
        assert answer.mimetype != "text/html"
        if rule.rule.endswith(".csv"):
            assert answer.data.startswith("\ufeff".encode()), rule.rule
            text = answer.data.decode("utf-8-sig")
            assert not [
                cell for row in csv.reader(io.StringIO(text)) for cell in row if _runs(cell)
            ]


def test_no_page_serves_what_was_uploaded(app: Flask, stage: Stage) -> None:
    """A file that is a spreadsheet and a page: its words are text, or go out as a file."""
    mark = "<svg onload=alert(1)>"
    sent = f"email,name,{mark}\nana@example.org,{mark},x\n".encode()
    leader = PageClient(app, stage.people["leader"])
    path = f"/sections/{stage.values['slug']}/import"
    begun = leader.post(path, {"img": (io.BytesIO(sent), "imgs.csv")}, status=303)
    values = dict(stage.values) | {"import_id": str(begun.location).rpartition("/")[2]}
    told = 0
    for rule in rules(app, "GET"):
        if "leader" not in admitted(app, rule):
            continue
        answer = leader.client.get(address(rule, values))
        told += "svg onload" in answer.text
        as_file = answer.headers.get("Content-Disposition", "").startswith("attachment")
        assert as_file or mark not in answer.text, rule.rule
    assert told  # its columns are asked about
