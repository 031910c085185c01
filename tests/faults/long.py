"""The faults at length: ``script/faults``. Writes what it measured to docs/reliability.md.

script/faults                       # 100 kills on each database, a minute of crowd, F17 two hours
script/faults --scale 0.1           # a tenth of it
script/faults --only F8 F15         # some; the lines of the others stay as they are
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults import disk
from tests.faults.bench import Bench, NotHere
from tests.faults.place import ROOT
from tests.faults.server import own_server
from tests.faults.trials import FAULTS
from tests.postgres import tools

FIGURES, PAGE = ROOT / "docs" / "reliability.json", ROOT / "docs" / "reliability.md"
TESTS: Mapping[str, tuple[str, str]] = {  # what tests try: files, what it is
    "F7": (
        "tests/rounds/test_withdrawing.py tests/rounds/test_publishing.py",
        "seats lowered, mentor withdrawn, IMG erased at each step",
    ),
    "F10": (
        "tests/faults/test_mailing.py",
        "500 mails to servers that refuse, are slow, hang, lie and are not proven",
    ),
    "F11": (
        "tests/test_migrations.py tests/operations/test_updating.py",
        "each migration and back",
    ),
    "F12": ("tests/operations/test_backup.py", "rehearsals of backup and restore"),
    "F13": (
        "tests/rounds/test_reminding.py tests/rounds/test_closing.py tests/faults/test_clock.py",
        "days and hours in over 200 zones and dates, clocks that go back",
    ),
    "F14": ("tests/rosters", "every odd file of the list"),
    "F18": (
        "tests/rounds/test_running.py tests/rounds/test_jobs.py",
        "a person whose data make the matcher fail",
    ),
    "F19": ("tests/operations/test_health.py", "the database gone"),
}


@dataclass(frozen=True, slots=True)
class Line:
    fault: str
    database: str
    done: str
    measured: str
    target: str
    met: bool
    at: str
    machine: str


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GB, load {load:.0f} at the start"


def tried(name: str, database: str, scale: float) -> Line | None:
    """Try one fault on one database, in a place of its own."""
    at, here = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d"), machine()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        folder.chmod(0o755)
        server = stack.enter_context(own_server(folder)) if database == "PostgreSQL" else None
        url = server.url if server else f"sqlite:///{folder}/site.db"
        try:
            told = FAULTS[name](Bench(database, folder, url, scale, server))
        except (NotHere, disk.CannotMount):
            return None
        except Exception as trouble:  # noqa: BLE001  it stands in the table as what it is
            told = ("tried", f"{type(trouble).__name__}: {str(trouble)[:160]}", "no fault", False)
    return Line(name, database, *told, at, here)


def tested(name: str, database: str) -> Line:
    at, here = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d"), machine()
    files, words = TESTS[name]
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "--long"),
            *("--database", database.lower(), *files.split()),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    summary = ended.stdout.strip().splitlines()[-1].strip("= ") if ended.stdout else ended.stderr
    done = f"`{files.replace(' ', '`, `')}`: {words}"
    return Line(name, database, done, summary, "all pass", ended.returncode == 0, at, here)


def write(lines: Sequence[Line]) -> None:
    """Keep the figures, and the page made of them."""
    FIGURES.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
    rows = "\n".join(
        f"| {line.fault} | {line.database} | {line.done} | {line.measured} | {line.target} |"
        f" {'met' if line.met else '**not met**'} | {line.at}, {line.machine} |"
        for line in sorted(
            lines, key=lambda line: (int(line.fault[1:].split(",")[0]), line.database)
        )
    )
    head, _, rest = PAGE.read_text().partition("<!-- figures -->\n")
    _, _, tail = rest.partition("<!-- end -->\n")
    table = (
        "| fault | database | done | measured | target | | when, where |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    PAGE.write_text(f"{head}<!-- figures -->\n{table}{rows}\n<!-- end -->\n{tail}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/faults")
    parser.add_argument("--scale", type=float, default=1.0)
    names = [*dict.fromkeys((*FAULTS, *TESTS))]
    parser.add_argument("--only", nargs="*", choices=names, default=names)
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], nargs="*")
    given = parser.parse_args()
    os.environ["PATH"] = f"{tools()}{os.pathsep}{os.environ['PATH']}"
    known = {
        (line["fault"], line["database"], line["done"].startswith("`")): Line(**line)
        for line in (json.loads(FIGURES.read_text()) if FIGURES.exists() else [])
    }
    for name in [name for name in names if name in given.only]:
        for database in given.database or ("SQLite", "PostgreSQL"):
            for line in (
                tried(name, database, given.scale) if name in FAULTS else None,
                tested(name, database) if name in TESTS else None,
            ):
                if line is not None:
                    print(f"{name} {database}: {line.measured}", flush=True)  # noqa: T201
                    known[name, database, line.done.startswith("`")] = line
                    write(list(known.values()))


if __name__ == "__main__":
    main()
