"""All files or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numba.core import serialize

from mentorship.matching import warm
from mentorship.rosters.match import match
from mentorship.rosters.writing import write_all

OLD = {"a.csv": b"old a", "b.csv": b"old b"}
NEW = {"a.csv": b"new a", "b.csv": b"new b", "c.json": b"{}"}
ROOT = Path(__file__).parents[2]


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_made_and_replaced_and_others_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    write_all(folder, OLD)
    assert held(folder) == OLD
    (folder / "mine.txt").write_bytes(b"mine")
    write_all(folder, NEW)
    assert held(folder) == {**NEW, "mine.txt": b"mine"}


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_trouble_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    write_all(tmp_path, OLD)
    write_bytes = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        if path.name == "b.csv":
            write_bytes(path, content[:2])
            raise trouble
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(type(trouble)):
        write_all(tmp_path, NEW)
    assert held(tmp_path) == OLD


def test_a_folder_in_the_way_of_a_file_is_told_before_anything_changes(tmp_path: Path) -> None:
    write_all(tmp_path, OLD)
    (tmp_path / "c.json").mkdir()
    with pytest.raises(IsADirectoryError):
        write_all(tmp_path, NEW)
    assert (tmp_path / "a.csv").read_bytes() == b"old a"


def test_ctrl_c_stops_a_round_in_short_and_leaves_no_file(tmp_path: Path) -> None:
    """The matrix is slow to solve, explain and check: it is stopped somewhere in there."""
    code = (
        # whoever starts the suite in the background has it ignore SIGINT, and so all that it starts
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "import numpy as np, sys; from mentorship.matching import solve, warm; warm();"
        "from mentorship.rosters.match import match; rng = np.random.default_rng(1);"
        "s = rng.integers(0, 9000, 2000) + rng.integers(0, 2, (3000, 2000));"
        "np.savez(sys.argv[1], scores=s, seats=np.ones(2000, int)); print('go', flush=True);"
        "match(['--scores', sys.argv[1], '--out', sys.argv[2], '--policy', 'fairest'])"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "m.npz"), str(tmp_path / "out")]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"go\n"
        time.sleep(1.5)
        asked = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
        assert time.monotonic() - asked < 20
    assert running.returncode == 1
    assert b"Aborted!" in told
    assert b"Traceback" not in told
    assert not (tmp_path / "out").exists()


class Pressed(dict[object, object]):
    """What numba's own Python looks into while compiled code hands back an array."""

    def __getitem__(self, key: object) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_within_numbas_own_python_is_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm()
    np.savez(tmp_path / "m.npz", scores=np.full((3, 2), 9), seats=np.ones(2, int))
    monkeypatch.setattr(serialize, "_unpickled_memo", Pressed())
    words = ["--scores", str(tmp_path / "m.npz"), "--out", str(tmp_path / "out")]
    run = CliRunner().invoke(match, words)
    assert (run.exit_code, run.output.strip()) == (1, "Aborted!")
    assert not (tmp_path / "out").exists()
