"""``flask match``: the check, the graph, score matrices and progress."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner, Result

from mentorship.demo.generate import FOLDER
from mentorship.matching import CRITERIA, POLICIES, solve
from mentorship.matching import Result as Solved
from mentorship.rosters import outcome, outcome_report
from mentorship.rosters.match import match

ROOT = Path(__file__).parent.parent
DEMO = (str(FOLDER / "imgs.csv"), str(FOLDER / "mentors.csv"))
HEAD = "img,mentor,score,kind,locked\n"
SCORES = [[9000, 8000], [8500, 100], [-1, 700]]


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(match, [*words, "--out", str(folder / "out")])


def run_matrix(folder: Path, *words: str, **arrays: Any) -> Result:
    np.savez(folder / "matrix.npz", **arrays)
    return run(folder, "--scores", str(folder / "matrix.npz"), *words)


def read(folder: Path, name: str) -> str:
    return (folder / "out" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("policy", POLICIES)
def test_verify_says_what_was_looked_at(tmp_path: Path, policy: str) -> None:
    done = run_matrix(tmp_path, "--verify", "--policy", policy, scores=SCORES, seats=[1, 1])
    assert done.exit_code == 0, done.output
    prices = 0 if policy in {"fairest", "stable"} else 5
    wanted = f"independent check: ok, 6 possible pairs and {prices} prices looked at"
    assert wanted in done.stdout.splitlines()
    assert json.loads(read(tmp_path, "report.json"))["proof"]["ok"] is True


def test_verify_names_the_faults_and_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def wrong(*arguments: Any) -> Solved:
        result = solve(*arguments)
        return dataclasses.replace(result, total=result.total + 1)

    monkeypatch.setattr(outcome, "solve", wrong)
    done = run_matrix(tmp_path, "--verify", scores=SCORES, seats=[1, 1])
    assert done.exit_code == 1
    proof = json.loads(read(tmp_path, "report.json"))["proof"]
    assert proof["ok"] is False
    assert f"independent check: {'; '.join(proof['faults'])}" in done.stderr
    assert run_matrix(tmp_path, scores=SCORES, seats=[1, 1]).exit_code == 0


def test_in_a_large_round_the_check_is_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "MOST_CHECKED", 5)
    done = run_matrix(tmp_path, scores=SCORES, seats=[1, 1])
    assert done.exit_code == 0
    assert outcome_report.LEFT_OUT in done.stdout
    assert json.loads(read(tmp_path, "report.json"))["proof"] == {
        "left_out": outcome_report.LEFT_OUT
    }
    done = run_matrix(tmp_path, "--verify", scores=SCORES, seats=[1, 1])
    assert "independent check: ok" in done.stdout
    assert outcome_report.LEFT_OUT not in done.stdout
    assert json.loads(read(tmp_path, "report.json"))["proof"]["ok"] is True


@pytest.mark.parametrize("policy", POLICIES)
def test_both_graphs_load_again_and_tell_the_same(tmp_path: Path, policy: str) -> None:
    for form in ("graphml", "json"):
        done = run(tmp_path, *DEMO, "--policy", policy, "--graph", form)
        assert done.exit_code == 0, done.output
    flat = nx.read_graphml(io.BytesIO(read(tmp_path, "outcome.graphml").encode()), node_type=int)
    data = json.loads(read(tmp_path, "outcome.json"))
    full = nx.node_link_graph(data, name="node", edges="edges")
    assert set(flat) == set(full)
    assert {frozenset(edge) for edge in flat.edges} == {frozenset(edge) for edge in full.edges}
    for one, other, held in full.edges(data=True):
        assert held["score"] == flat.edges[one, other]["score"]
        parts = {key for key in held if key.startswith("part_")}
        assert parts == {f"part_{key}" for key, each in CRITERIA.items() if not each.sensitive}
    for node, held in full.nodes(data=True):
        assert {"side", "id", "price"} <= set(held)
        assert ("price" in flat.nodes[node]) is (held["price"] is not None)
        assert ("seats" in held and "used" in held) is (held["side"] == "mentor")
    made = [held for *_, held in full.edges(data=True) if held["kind"] != "next"]
    assert len(made) == read(tmp_path, "pairs.csv").count("\n") - 1


@pytest.mark.parametrize("form", ["graphml", "json"])
def test_the_order_of_rows_and_the_hash_seed_change_no_byte_of_the_graph(
    tmp_path: Path, form: str
) -> None:
    turned = []
    for path in map(Path, DEMO):
        header, *rows = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        (tmp_path / path.name).write_text(header + "".join(reversed(rows)), encoding="utf-8")
        turned.append(str(tmp_path / path.name))
    code = "from mentorship.rosters.match import match; match()"
    found = set()
    for seed, files in (("0", DEMO), ("1", turned)):
        words = [*files, "--out", str(tmp_path / "out"), "--graph", form]
        subprocess.run(
            [sys.executable, "-c", code, *words],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
        )
        found.add(read(tmp_path, f"outcome.{form}"))
    assert len(found) == 1


def test_a_matrix_is_paired(tmp_path: Path) -> None:
    ids = {"img_ids": ["a", "b", "c"], "mentor_ids": ["x", "y"]}
    words = ("--graph", "graphml", "--compare")
    done = run_matrix(tmp_path, *words, scores=SCORES, seats=[1, 1], **ids)
    assert done.exit_code == 0, done.output
    assert read(tmp_path, "pairs.csv") == f"{HEAD}a,y,8000,first,no\nb,x,8500,first,no\n"
    assert read(tmp_path, "unmatched.csv").startswith("img,reason,smallest_change\nc,")
    told = json.loads(read(tmp_path, "report.json"))
    assert told["total"] == 16500
    assert set(told["policies"]) == set(POLICIES)
    assert not {"rules", "on", "week", "left_out", "mean_marks"} & set(told)
    graph = nx.read_graphml(io.BytesIO(read(tmp_path, "outcome.graphml").encode()), node_type=int)
    assert graph.edges[0, 4]["kind"] == "first"


def test_a_matrix_keeps_wants_locks_and_bans(tmp_path: Path) -> None:
    more = {"wants": [2, 1, 1], "locked": [[0, 0]], "banned": [[1, 1]]}
    done = run_matrix(tmp_path, "--verify", scores=SCORES, seats=[1, 2], **more)
    assert done.exit_code == 0, done.output
    assert read(tmp_path, "pairs.csv") == (
        f"{HEAD}0,0,9000,first,yes\n0,1,8000,second,no\n2,1,700,first,no\n"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scores": None}, "scores: missing"),
        ({"seats": None}, "seats: missing"),
        ({"shoe_size": [1]}, "shoe_size: not a known key"),
        ({"scores": [[0.5, 1.0]]}, "scores: want whole numbers"),
        ({"scores": [[10001, 0]]}, "scores: from 0 to 10001"),
        ({"scores": np.array([[{}, 1]], dtype=object)}, "scores: cannot be read"),
        ({"seats": [-1, 1]}, "seats: -1 in place 0"),
        ({"wants": [1]}, "wants: shape (1,)"),
        ({"locked": [[0, 9]]}, "locked: there is no pair (0, 9)"),
        ({"locked": [[0, 0]], "banned": [[0, 0]]}, "locked: 0 and 0 are forbidden"),
        ({"banned": [1, 2, 3]}, "banned: shape (3,)"),
        ({"mentor_scores": [[1, 2]]}, "mentor_scores: shape (1, 2)"),
        ({"img_ids": ["a", "a", "b"]}, "img_ids: an id occurs twice"),
        ({"img_ids": ["a", "b\x01", "c"]}, "img_ids: 'b\\x01' has a character"),
        ({"mentor_ids": [[1, 2]]}, "mentor_ids: want one row"),
        ({"mentor_ids": [1.5, 2.5]}, "mentor_ids: want one row"),
    ],
)
def test_a_bad_matrix_is_told_in_one_line(tmp_path: Path, change: Any, said: str) -> None:
    arrays = {"scores": SCORES, "seats": [1, 1], **change}
    given = {key: value for key, value in arrays.items() if value is not None}
    done = run_matrix(tmp_path, **given)
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert said in line
    assert line.startswith("Error: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"scores\n1\n", b"PK\x03\x04 no zip", "npy"])
def test_a_file_that_is_no_matrix_is_told(tmp_path: Path, content: bytes | str) -> None:
    if isinstance(content, str):
        buffer = io.BytesIO()
        np.save(buffer, np.array(SCORES))
        content = buffer.getvalue()
    (tmp_path / "bad.npz").write_bytes(content)
    done = run(tmp_path, "--scores", str(tmp_path / "bad.npz"))
    assert done.exit_code == 1
    assert done.output == "Error: bad.npz: not a file of arrays (.npz)\n"


def test_what_does_not_go_with_scores_is_refused(tmp_path: Path) -> None:
    for name, words in {
        "--on": ["--on", "2027-03-01"],
        "--skip-bad": ["--skip-bad"],
        "IMGS": list(DEMO),
    }.items():
        done = run_matrix(tmp_path, *words, scores=SCORES, seats=[1, 1])
        assert done.exit_code == 2
        assert f"{name} does not go with --scores" in done.output
    done = run(tmp_path, DEMO[0])
    assert done.exit_code == 2
    assert "want IMGS and MENTORS, or --scores" in done.output


def test_locks_and_bans_of_rules_go_with_a_matrix(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('locked = [["b", "y"]]\nbanned = [["a", "x"]]\n', encoding="utf-8")
    ids = {"img_ids": ["a", "b", "c"], "mentor_ids": ["x", "y"]}
    words = ("--rules", str(rules))
    done = run_matrix(tmp_path, *words, scores=SCORES, seats=[1, 1], locked=[[1, 1]], **ids)
    assert done.exit_code == 0, done.output
    assert read(tmp_path, "pairs.csv") == f"{HEAD}b,y,100,first,yes\n"
    rules.write_text("banned = [[0, 0]]\n", encoding="utf-8-sig")  # as Notepad writes it
    assert run_matrix(tmp_path, *words, scores=SCORES, seats=[1, 1]).exit_code == 0
    assert read(tmp_path, "pairs.csv") == f"{HEAD}0,1,8000,first,no\n1,0,8500,first,no\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minimum_score = 9", "minimum_score of --rules does not go with --scores"),
        ("[weights]\ntopics = 1", "only locked and banned are left to say"),
        ('banned = [["a", "z"]]', "rules.toml: banned: 'a' and 'z' are not both in the matrix"),
        ("banned = [1]", "rules.toml: banned: want pairs (id of an IMG, id of a mentor)"),
        ("banned = 1", "rules.toml: banned: want pairs (id of an IMG, id of a mentor)"),
        ('locked = [["a", "x"], ["b", "x"]]', "has 1 seats and is locked to more IMGs"),
        ("locked = ", "rules.toml: "),
        (f"locked = {'[' * 3000}{']' * 3000}", "rules.toml: lists in lists, too deep"),
    ],
)
def test_other_rules_with_a_matrix_are_refused_in_a_sentence(
    tmp_path: Path, text: str, said: str
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(text, encoding="utf-8")
    ids = {"img_ids": ["a", "b", "c"], "mentor_ids": ["x", "y"]}
    done = run_matrix(tmp_path, "--rules", str(rules), scores=SCORES, seats=[1, 1], **ids)
    assert done.exit_code in {1, 2}
    assert said in done.output
    assert not (tmp_path / "out").exists()


def everything(terminal: int) -> str:
    """Read a terminal until nobody writes to it any more."""
    seen = b""
    with contextlib.suppress(OSError):  # how Linux says that it is closed at the other end
        while more := os.read(terminal, 65_536):
            seen += more
    os.close(terminal)
    return seen.decode()


def test_progress_is_told_on_a_terminal_only(tmp_path: Path) -> None:
    code = "from mentorship.rosters.match import match; match()"
    words = [sys.executable, "-c", code, *DEMO, "--out"]
    ours, theirs = pty.openpty()
    with subprocess.Popen([*words, str(tmp_path / "out")], cwd=ROOT, stderr=theirs) as running:
        os.close(theirs)
        seen = everything(ours)
    assert running.returncode == 0
    phases = ("scoring", "pairing", "proof", "reasons", "changes that would help", "files")
    places = [seen.index(f"{phase} ...") for phase in phases]
    assert places == sorted(places)
    assert "pairing: " in seen
    quiet = subprocess.run(
        [*words, str(tmp_path / "quiet")], check=True, cwd=ROOT, capture_output=True
    )
    assert b"pairing" not in quiet.stderr
    for name in ("pairs.csv", "unmatched.csv", "report.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "quiet" / name).read_bytes()


def test_the_page_names_every_key_of_the_report(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "matching-report.md").read_text(encoding="utf-8")
    assert run(tmp_path, *DEMO, "--compare").exit_code == 0
    told = json.loads(read(tmp_path, "report.json"))
    keys = [*told, *told["proof"], *told["left_out"], *told["policies"]["stable"]]
    assert [key for key in keys if f"`{key}`" not in page] == []
    options = [name for each in match.params for name in each.opts if name.startswith("--")]
    assert [name for name in options if f"`{name}" not in page] == []
