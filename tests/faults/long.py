"""The faults at length: ``script/faults``. Writes what it measured to docs/reliability.md.

script/faults                       # 100 kills on each database, a minute of crowd: an hour
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
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from mentorship.extensions import db, transaction
from mentorship.operations.backup import back_up, restore
from mentorship.pulse import utc_now
from tests import factories
from tests.faults import answers, crowd, disk, outage, stopping
from tests.faults.importing import freeze_importer, kill_importers
from tests.faults.killing import Stage, freeze, kill
from tests.faults.place import NO_ANSWER, ROOT, Place, place
from tests.faults.sending import freeze_sender, kill_senders
from tests.faults.server import Server, own_server
from tests.postgres import tools

FIGURES, PAGE = ROOT / "docs" / "reliability.json", ROOT / "docs" / "reliability.md"
PEOPLE = 100_000
TESTS = {  # what is tried by tests, on both databases, in the suite too
    "F4, F5, F6": "tests/rounds/test_races.py tests/rounds/test_races_http.py",
    "F7": "tests/rounds/test_withdrawing.py tests/rounds/test_answering.py",
    "F10": "tests/faults/test_mailing.py",
    "F11": "tests/test_migrations.py tests/operations/test_updating.py",
    "F12": "tests/operations/test_backup.py",
    "F13": "tests/rounds/test_reminding.py tests/rounds/test_closing.py tests/faults/test_clock.py",
    "F14": "tests/rosters",
    "F18": "tests/rounds/test_jobs.py",
    "F19": "tests/operations/test_health.py",
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


@dataclass
class Bench:
    """Where one fault is tried: a folder, a database of its own, and how much of it."""

    database: str
    folder: Path
    url: str
    scale: float
    server: Server | None

    def times(self, full: int, least: int = 1) -> int:
        return max(least, round(full * self.scale))

    def place(self) -> Place:
        return Place(self.url, self.folder)


Told = tuple[str, str, str, bool]  # what was done, what was measured, the target, whether it is met


def f1_f2(bench: Bench) -> Told:
    times, site = bench.times(100), bench.place()
    stage = Stage(site.app)
    try:
        took = sorted(kill(stage, times))  # raises what it finds
        stage.end()
        freeze(stage, times)
    finally:
        stage.end()
        site.end()
    done = f"{times} workers killed in the middle of a run, 1 frozen beyond its lease"
    measured = (
        f"0 runs half done, lost or doubled; taken over in {took[len(took) // 2]:.1f} s (median),"
        f" {took[-1]:.1f} s at most"
    )
    return done, measured, "0; lease (2.5 s here) + 10 s", took[-1] <= 12.5


def f1_publication(bench: Bench) -> Told:
    times, site = bench.times(100), bench.place()
    try:
        late, longest = kill_senders(site.app, times)  # raises what it finds
        freeze_sender(site.app, bench.times(10))
    finally:
        site.end()
    done = f"{times} workers killed while they sent a publication out, {bench.times(10)} frozen"
    measured = (
        f"0 half published, 0 lost, 0 offers, mails or notices doubled; {late} times nothing was"
        f" out yet, and another worker had sent it within {longest:.1f} s"
    )
    return done, measured, "0 half, lost or doubled", longest <= 12.5


def f1_import(bench: Bench) -> Told:
    times, site = bench.times(100), bench.place()
    try:
        took = sorted(kill_importers(site.app, times))  # raises what it finds
        freeze_importer(site.app, bench.times(10))
    finally:
        site.end()
    done = f"{times} workers killed while they wrote an import, {bench.times(10)} frozen"
    measured = (
        f"0 half written, 0 lost, nobody doubled; {len(took)} times nothing was written yet, and"
        f" another worker had the import within {max(took, default=0):.1f} s"
    )
    return done, measured, "0; lease (2.5 s here) + 10 s", max(took, default=0) <= 12.5


def f3(bench: Bench) -> Told:
    kills = bench.times(50, 3)
    with _ended(bench.place()) as site:
        told = answers.kill_while_answering(site, offers=10, kills=kills)
    done = f"{kills} server processes killed while {told.total()} times yes was said"
    measured = f"0 half states; {told[NO_ANSWER]} lines broke, all else answered as ever"
    return done, measured, "0 half states", set(told) <= {303, NO_ANSWER}


def f8(bench: Bench) -> Told:
    if bench.server is None:
        raise NotHere
    cuts = bench.times(8, 3)
    with _ended(bench.place()) as site:
        site.web()
        with outage.under_load(site) as load:
            for _ in range(cuts):
                time.sleep(1)
                outage.cut_connections(site)
            time.sleep(1)
        with outage.under_load(site) as stopped:
            time.sleep(1)
            back = outage.stop_and_start(site, bench.server, seconds=10 * min(1, bench.scale * 5))
            time.sleep(2)
    other = set(load.reads + load.writes + stopped.reads + stopped.writes) - {200, 303, 503}
    done = f"all connections cut {cuts} times, then the server stopped; 8 clients"
    measured = (
        f"cut: {load.reads[503]} of {load.reads.total()} pages and {load.writes[503]} of"
        f" {load.writes.total()} forms were 503; stopped: 503 with Retry-After, ready"
        f" {back:.1f} s after its return; other errors {len(other)}"
    )
    met = (
        not other
        and load.reads[503] == 0
        and back <= 5
        and load.writes[503] <= cuts * outage.WRITERS
        and not stopped.without_retry_after
    )
    return done, measured, "pages 0, forms at most those in flight; ready within 5 s", met


def f9(bench: Bench) -> Told:
    if bench.server is not None:
        raise NotHere
    with (
        disk.small_disk(bench.folder / "disk") as small,
        place(f"sqlite:///{small}/site.db", bench.folder) as site,
    ):
        forms, pages, entries = disk.write_until_full(site, small)
    done = f"40 forms and 40 pages on a disk without room ({disk.SIZE} tmpfs)"
    measured = (
        f"pages {dict(pages)}, forms {dict(forms)}; whole, nothing lost, {entries} log entries"
    )
    return done, measured, "pages work, 503 for forms, integrity ok", set(pages) == {200}


def f11(bench: Bench) -> Told:
    people = bench.times(PEOPLE)
    with _ended(bench.place()) as site, site.app.app_context():
        with transaction() as session:
            made = factories.person(session)
            session.flush()
            row = session.execute(sa.select(type(made).__table__)).mappings().one()
        downgrade(revision="0012")
        key = sa.Column("id", sa.Uuid(), primary_key=True)  # which SQLite does not tell
        table = sa.Table("user", sa.MetaData(), key, autoload_with=db.engine)
        plain = {name: value for name, value in row.items() if name in table.columns}
        rows = [
            plain
            | {
                "id": uuid.uuid4(),
                "email": f"p{n}@example.org",
                "fs_uniquifier": f"{n:032}",
            }
            for n in range(people)
        ]
        with db.engine.begin() as connection:
            connection.execute(table.insert(), rows)
        start = time.monotonic()
        upgrade()
        seconds = time.monotonic() - start
        count = db.session.scalar(sa.select(sa.func.count()).select_from(sa.table("user")))
        db.session.remove()
    done = f"from migration 0012 to the newest with {people} people"
    return (
        done,
        f"{seconds:.1f} s, {count} people after it",
        "60 s, none lost",
        seconds <= 60 and count == people + 1,
    )


def f12(bench: Bench) -> Told:
    people = bench.times(20_000)
    with _ended(bench.place()) as site, site.app.app_context():
        with transaction() as session:
            for _ in range(people):
                factories.person(session)
        file = bench.folder / "site.backup"
        start = time.monotonic()
        _, size = back_up(db.engine, file, now=utc_now())
        taken = time.monotonic() - start
        restored = restore(db.engine, file, force=True)
        back = time.monotonic() - start - taken
        db.session.remove()
    done = f"a site of {people} people backed up and restored, {size / 1e6:.1f} MB"
    measured = (
        f"backup {taken:.1f} s; restore with all checks {back:.1f} s (RTO),"
        f" {sum(restored.state.rows.values())} rows equal; RPO is the time between two backups"
    )
    return done, measured, "RPO 24 h, RTO 15 min", back < 15 * 60


def f15(bench: Bench) -> Told:
    seconds = bench.times(60, 5)
    with _ended(bench.place()) as site:
        site.web()
        found = crowd.crowd(site, seconds)
    done = f"{crowd.WRITERS} writers and {crowd.READERS} readers, {seconds} s, all over HTTP"
    measured = (
        f"{len(found.writes)} writes, {found.reads} pages, {len(found.bad)} errors;"
        f" a write p99 {found.p99() * 1000:.0f} ms"
    )
    return done, measured, "0 errors; p99 500 ms", not found.bad and found.p99() < 0.5


def f16(bench: Bench) -> Told:
    with _ended(bench.place()) as site:
        bad, seconds = stopping.stop_web(site, reloads=bench.times(5, 1))
        took = stopping.stop_worker(site.app)
    done = "server reloaded under load and ended; worker ended (TERM) in the middle of a run"
    measured = f"{bad.total()} bad answers, end in {seconds:.1f} s; run taken over in {took:.1f} s"
    return done, measured, "0 errors, 30 s; 2 s", not bad and seconds <= 30 and took <= 2


def f17(bench: Bench) -> Told:
    minutes = bench.times(10, 1)
    with _ended(bench.place()) as site:
        server = site.web()
        with outage.under_load(site, readers=3, writers=1) as load:
            time.sleep(20)  # warm
            before = _sizes(site.children(server))
            time.sleep(minutes * 60)
            after = _sizes(site.children(server))
    grown = max(after[pid][0] / before[pid][0] - 1 for pid in after)
    files = max(after[pid][1] - before[pid][1] for pid in after)
    done = f"{minutes} minutes of mixed load, {(load.reads + load.writes).total()} requests"
    return (
        done,
        f"memory {grown:+.1%}, open files {files:+d}",
        "less than 10 %, no file left open",
        grown < 0.1 and files <= 4,
    )


FAULTS: dict[str, Callable[[Bench], Told]] = {
    "F1, F2": f1_f2,
    "F1, publication": f1_publication,
    "F1, import": f1_import,
    "F3": f3,
    "F8": f8,
    "F9": f9,
    "F11": f11,
    "F12": f12,
    "F15": f15,
    "F16": f16,
    "F17": f17,
}


class NotHere(RuntimeError):
    """The fault is one of the other database."""


def _sizes(processes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return memory (pages) and open files of each process."""
    return {
        pid: (
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]),
            len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208  a count, and no paths
        )
        for pid in processes
    }


@contextmanager
def _ended(site: Place) -> Iterator[Place]:
    try:
        yield site
    finally:
        site.end()


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
    files = TESTS[name].split()
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", *files),
            *("--database", database.lower()),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    summary = ended.stdout.strip().splitlines()[-1].strip("= ") if ended.stdout else ended.stderr
    words = ", ".join(f"`{file}`" for file in files)
    return Line(name, database, words, summary, "all pass", ended.returncode == 0, at, here)


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
    parser.add_argument("--only", nargs="*", default=[*FAULTS, *TESTS])
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], nargs="*")
    given = parser.parse_args()
    os.environ["PATH"] = f"{tools()}{os.pathsep}{os.environ['PATH']}"
    known = {
        (line["fault"], line["database"], line["done"].startswith("`")): Line(**line)
        for line in (json.loads(FIGURES.read_text()) if FIGURES.exists() else [])
    }
    for name in [name for name in dict.fromkeys((*FAULTS, *TESTS)) if name in given.only]:
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
