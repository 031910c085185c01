"""``flask match``: two roster files in, three files out, the same bytes every time."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mentorship.demo.generate import FOLDER
from mentorship.matching import CRITERIA, POLICIES
from mentorship.rosters.match import match

DEMO = (FOLDER / "imgs.csv", FOLDER / "mentors.csv")
FILES = ("pairs.csv", "unmatched.csv", "report.json")


def run(folder: Path, imgs: Path, mentors: Path, *options: str) -> Result:
    words = [str(imgs), str(mentors), "--out", str(folder / "out"), *options]
    return CliRunner().invoke(match, words)


def run_text(folder: Path, imgs: str, mentors: str, *options: str) -> Result:
    (folder / "imgs.csv").write_text(imgs, encoding="utf-8")
    (folder / "mentors.csv").write_text(mentors, encoding="utf-8")
    return run(folder, folder / "imgs.csv", folder / "mentors.csv", *options)


def outcome(folder: Path) -> dict[str, bytes]:
    return {name: (folder / "out" / name).read_bytes() for name in FILES}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "out" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def report(folder: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((folder / "out" / "report.json").read_text())
    return loaded


def test_the_demo_is_paired_and_everybody_is_accounted_for(tmp_path: Path) -> None:
    done = run(tmp_path, *DEMO, "--policy", "best-total", "--lottery", "7")
    assert done.exit_code == 0, done.output
    pairs, unmatched = table(tmp_path, "pairs.csv"), table(tmp_path, "unmatched.csv")
    assert list(pairs[0]) == ["img", "mentor", "score", "kind", "locked", *CRITERIA]
    assert list(unmatched[0]) == ["img", "reason", "smallest_change"]
    assert all(row["reason"].endswith(".") for row in unmatched)
    with DEMO[0].open(encoding="utf-8-sig", newline="") as file:
        everybody = {row["email"] for row in csv.DictReader(file)}
    assert {row["img"] for row in pairs} | {row["img"] for row in unmatched} == everybody
    assert not {row["img"] for row in pairs} & {row["img"] for row in unmatched}
    for row in pairs:
        assert int(row["score"]) == sum(int(row[key]) for key in CRITERIA)
    told = report(tmp_path)
    assert told["policy"] == "best-total"
    assert told["lottery"] == 7
    assert told["total"] == sum(int(row["score"]) for row in pairs)
    assert isinstance(told["proof"], dict)
    assert told["proof"]["ok"] is True


def test_most_matched_matches_at_least_as_many(tmp_path: Path) -> None:
    counts = []
    for policy in ("best-total", "most-matched"):
        assert run(tmp_path, *DEMO, "--policy", policy).exit_code == 0
        counts.append(len({row["img"] for row in table(tmp_path, "pairs.csv")}))
    assert counts[0] <= counts[1]


def test_neither_hash_seed_nor_folder_changes_a_byte(tmp_path: Path) -> None:
    code = "from mentorship.rosters.match import match; match()"
    found = []
    for seed in ("0", "1", "4711"):
        folder = tmp_path / seed
        words = [*map(str, DEMO), "--lottery", "7", "--out", str(folder / "out")]
        subprocess.run(
            [sys.executable, "-c", code, *words],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
        )
        found.append(outcome(folder))
    assert found[0] == found[1] == found[2]


def test_neither_order_nor_dress_of_the_files_changes_a_byte(tmp_path: Path) -> None:
    shuffle = random.Random(3).shuffle  # noqa: S311 - any order will do
    plain, dressed = tmp_path / "plain", tmp_path / "dressed"
    assert run(plain, *DEMO, "--lottery", "7").exit_code == 0
    dressed.mkdir()
    for path in DEMO:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{**row, "shoe size": "42"} for row in csv.DictReader(file)]
        columns = list(rows[0])
        shuffle(rows)
        shuffle(columns)
        with (dressed / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, delimiter=";", lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
    done = run(dressed, dressed / "imgs.csv", dressed / "mentors.csv", "--lottery", "7")
    assert done.exit_code == 0, done.output
    assert 'column "shoe_size" is not known and was ignored' in done.output
    assert outcome(dressed) == outcome(plain)


def test_the_lottery_decides_between_equals(tmp_path: Path) -> None:
    imgs = "email,name\n" + "".join(f"i{n}@example.org,I\n" for n in range(6))
    mentors = "email,name,seats\n" + "".join(f"m{n}@example.org,M,1\n" for n in range(3))
    chosen = set()
    for lottery in range(8):
        run_text(tmp_path, imgs, mentors, "--lottery", str(lottery))
        chosen.add((tmp_path / "out" / "pairs.csv").read_bytes())
    assert len(chosen) > 1


def test_a_fault_stops_it_with_file_line_and_column(tmp_path: Path) -> None:
    done = run_text(
        tmp_path,
        "email,name,stage\na@example.org,A,Residncy\nb@example.org,B,\n",
        "email,name,seats\nm@example.org,M,1\n",
    )
    assert done.exit_code == 1
    assert (
        'imgs.csv line 2, column stage: "Residncy" is not known; did you mean "Residency"?'
        in done.output
    )
    assert "Traceback" not in done.output
    assert not (tmp_path / "out").exists()


def test_skip_bad_goes_on_with_good_rows(tmp_path: Path) -> None:
    done = run_text(
        tmp_path,
        "email,name,stage,requests\n"
        "a@example.org,A,Residncy,\n"
        "b@example.org,B,,nobody@example.org\n",
        "email,name,seats\nm@example.org,M,1\nm@example.org,M,3\n",
        "--skip-bad",
    )
    assert done.exit_code == 0, done.output
    assert [row["img"] for row in table(tmp_path, "pairs.csv")] == ["b@example.org"]
    left_out = report(tmp_path)["left_out"]
    assert isinstance(left_out, dict)
    assert left_out["bad_rows"] == 2  # the row with only a bad wish is not lost


@pytest.mark.parametrize("content", [b"", b"name\nA\n", "email,name\n".encode("utf-16"), b"\0\0"])
def test_a_file_that_is_no_roster_is_refused_even_with_skip_bad(
    tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    done = run(tmp_path, bad, DEMO[1], "--skip-bad")
    assert done.exit_code == 1
    assert "bad.csv" in done.output
    assert "a file cannot be used" in done.output
    assert isinstance(done.exception, SystemExit)


def test_rosters_without_rows_give_no_pairs_and_no_error(tmp_path: Path) -> None:
    done = run_text(tmp_path, "email,name\n", "email,name\n")
    assert done.exit_code == 0, done.output
    assert table(tmp_path, "pairs.csv") == []
    done = run_text(tmp_path, "email,name\na@example.org,A\n", "email,name\n")
    assert done.exit_code == 0, done.output
    (row,) = table(tmp_path, "unmatched.csv")
    assert row["reason"] == "There are no mentors in this round."


def test_without_consent_nobody_takes_part(tmp_path: Path) -> None:
    imgs = "email,name,consents\na@example.org,A,matching\nb@example.org,B,statistics\n"
    mentors = "email,name,seats,consents\nm@example.org,M,1,matching\nn@example.org,N,1,\n"
    assert run_text(tmp_path, imgs, mentors).exit_code == 0
    assert [row["mentor"] for row in table(tmp_path, "pairs.csv")] == ["m@example.org"]
    (row,) = table(tmp_path, "unmatched.csv")
    assert row == {
        "img": "b@example.org",
        "reason": "Has not agreed to matching (column consents).",
        "smallest_change": "",
    }


def test_the_smallest_change_and_what_seats_are_worth_are_told(tmp_path: Path) -> None:
    imgs = "email,name\na@example.org,A\nb@example.org,B\n"
    mentors = "email,name,seats,state\nm@example.org,M,1,NY\n"
    assert run_text(tmp_path, imgs, mentors).exit_code == 0
    (row,) = table(tmp_path, "unmatched.csv")
    assert row["smallest_change"] == (
        "One more seat with m@example.org would give this IMG a mentor; nobody loses theirs."
    )
    by_group = report(tmp_path)["one_more_seat_by_group"]
    assert isinstance(by_group, dict)
    assert set(by_group) == {"specialty", "topic", "state", "visa"}
    assert by_group["state"]["NY"]["seats"] == 1
    assert run_text(tmp_path, imgs, mentors, "--policy", "stable").exit_code == 0
    assert report(tmp_path)["one_more_seat_by_group"] is None


def test_files_that_do_not_speak_of_consent_are_taken_as_they_are(tmp_path: Path) -> None:
    done = run_text(
        tmp_path, "email,name\na@example.org,A\n", "email,name,seats\nm@example.org,M,1\n"
    )
    assert "imgs.csv has no column consents; everybody in it takes part" in done.output
    assert len(table(tmp_path, "pairs.csv")) == 1


@pytest.mark.parametrize(
    ("options", "matched"),
    [((), 0), (("--on", "2027-02-28"), 0), (("--on", "2027-03-01"), 1)],
)
def test_a_pause_lasts_until_its_day_and_without_a_day_it_lasts(
    tmp_path: Path, options: tuple[str, ...], matched: int
) -> None:
    mentors = "email,name,seats,paused_until\nm@example.org,M,1,2027-03-01\n"
    assert run_text(tmp_path, "email,name\na@example.org,A\n", mentors, *options).exit_code == 0
    assert len(table(tmp_path, "pairs.csv")) == matched


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_out_of_this_age_is_refused(tmp_path: Path, day: str) -> None:
    done = run(tmp_path, *DEMO, "--on", day)
    assert done.exit_code == 1
    assert f"--on {day}: want a year from 2000 to 2100" in done.output


def test_the_day_sets_the_week_whose_clocks_are_compared(tmp_path: Path) -> None:
    header = "email,name,availability,timezone"
    imgs = f"{header}\na@example.org,A,Sat 18:00-21:00,Asia/Kolkata\n"
    mentors = f"{header},seats\nm@example.org,M,Sat 07:30-09:30,America/New_York,1\n"
    earned = {}
    for day in ("2027-01-06", "2027-07-07"):
        assert run_text(tmp_path, imgs, mentors, "--on", day).exit_code == 0
        earned[report(tmp_path)["week"]] = int(table(tmp_path, "pairs.csv")[0]["availability"])
    assert earned["2027-01-04"] > earned["2027-07-05"] > 0  # two hours in common, and one


def test_preferring_not_to_say_counts_as_no_answer(tmp_path: Path) -> None:
    mentors = "email,name,seats,visas,gender\nm@example.org,M,1,j1_visa,woman\n"
    scores = set()
    for said in ("prefer_not", ""):
        imgs = f"email,name,visa,gender,wishes\na@example.org,A,{said},{said},same_gender\n"
        run_text(tmp_path, imgs, mentors)
        scores.add((tmp_path / "out" / "pairs.csv").read_bytes())
    assert len(scores) == 1


def test_addresses_that_look_like_formulas_are_written_as_text(tmp_path: Path) -> None:
    imgs = "email,name\n=a@example.org,A\n+b@example.org,B\n"
    assert run_text(tmp_path, imgs, "email,name,seats\n@,x,1\n", "--skip-bad").exit_code == 0
    assert {row["img"] for row in table(tmp_path, "unmatched.csv")} == {
        "'=a@example.org",
        "'+b@example.org",
    }


def test_an_out_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = [*map(str, DEMO), "--out", str(tmp_path / "file" / "out")]
    done = CliRunner().invoke(match, words)
    assert done.exit_code == 1
    assert "cannot write to" in done.output


def test_it_needs_neither_flask_nor_a_database() -> None:
    code = (
        "import sys; from mentorship.rosters import match;"
        " assert not {'flask', 'sqlalchemy'} & sys.modules.keys()"
    )
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


@pytest.mark.parametrize("flask", [["-m", "flask", "--app", "wsgi"], ["-m", "flask", "--app=wsgi"]])
def test_it_works_without_settings_and_leaves_nothing_but_its_files(
    tmp_path: Path, flask: list[str]
) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(tmp_path)}
    instance = {"INSTANCE_DIR": str(tmp_path / "instance"), "MENTORSHIP_MODE": "no such mode"}
    done = subprocess.run(
        [sys.executable, *flask, "match", *map(str, DEMO), "--out", str(tmp_path / "out")],
        env=bare | instance,
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert sorted(outcome(tmp_path)) == sorted(FILES)


def test_rules_come_from_a_file_and_policies_stand_side_by_side(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(
        'minimum_score = 1\nbanned = [["a@example.org", "m@example.org"]]\n[weights]\ntopics = 0\n'
    )
    imgs = "email,name\na@example.org,A\nb@example.org,B\n"
    mentors = "email,name,seats\nm@example.org,M,2\n"
    done = run_text(tmp_path, imgs, mentors, "--rules", str(rules), "--compare")
    assert done.exit_code == 0, done.output
    assert [row["img"] for row in table(tmp_path, "pairs.csv")] == ["b@example.org"]
    told = report(tmp_path)["policies"]
    assert isinstance(told, dict)
    assert set(told) == set(POLICIES)
    assert told["fairest"]["matched"] == 1


@pytest.mark.parametrize("rule", ["banned", "not_again", "locked"])
def test_case_does_not_count_in_the_addresses_of_rules(tmp_path: Path, rule: str) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(f'{rule} = [["A@Example.org", " m@EXAMPLE.org"]]\n')
    imgs = "email,name\na@example.org,A\n"
    done = run_text(tmp_path, imgs, "email,name,seats\nM@example.org,M,1\n", "--rules", str(rules))
    assert done.exit_code == 0, done.output
    assert len(table(tmp_path, "pairs.csv")) == (rule == "locked")
    assert "rules, " not in done.output


@pytest.mark.parametrize("rule", ["banned", "not_again"])
def test_people_of_rules_who_are_not_here_are_named(tmp_path: Path, rule: str) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(f'{rule} = [["aa@example.org", "m@example.org"]]\n')
    imgs = "email,name\na@example.org,A\n"
    done = run_text(tmp_path, imgs, "email,name,seats\nm@example.org,M,1\n", "--rules", str(rules))
    assert done.exit_code == 0, done.output
    assert (
        f'rules, {rule}: "aa@example.org" is no IMG\'s e-mail here, so the rule does nothing;'
        ' did you mean "a@example.org"?' in done.output
    )


@pytest.mark.parametrize(
    "content",
    [
        "topics = [",
        "[weights]\ntopics = 99",
        "shoe_size = 1",
        "weights = 5",
        'banned = ["ab"]',
        'must_share_language = "false"',
    ],
)
def test_rules_that_cannot_be_read_are_told(tmp_path: Path, content: str) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(content)
    done = run_text(tmp_path, "email,name\n", "email,name\n", "--rules", str(rules))
    assert done.exit_code == 1
    assert "rules.toml: " in done.output
    assert "Traceback" not in done.output


def test_locks_that_contradict_the_rules_are_told(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('locked = [["a@example.org", "m@example.org"]]\n')
    imgs = "email,name\na@example.org,A\n"
    done = run_text(tmp_path, imgs, "email,name,seats\nm@example.org,M,0\n", "--rules", str(rules))
    assert done.exit_code == 1
    assert "m@example.org" in done.output


def test_the_report_says_how_groups_fared_and_tells_no_small_one(tmp_path: Path) -> None:
    states = ["NY"] * 6 + ["TX"] * 2 + ["CA"] * 3
    imgs = "email,name,state,gender\n" + "".join(
        f"i{number}@example.org,I,{state},woman\n" for number, state in enumerate(states)
    )
    done = run_text(tmp_path, imgs, "email,name,seats\nm@example.org,M,4\nn@example.org,N,0\n")
    assert done.exit_code == 0, done.output
    told = report(tmp_path)["fairness"]
    assert isinstance(told, dict)
    assert {name: group["imgs"] for name, group in told["groups"]["state"].items()} == {
        "NY": 6,
        "others": 5,
    }
    assert sum(group["matched"] for group in told["groups"]["state"].values()) == 4
    assert set(told["groups"]) == {"stage", "specialty", "state", "country"}
    assert told["load"] == {"4": 1}
