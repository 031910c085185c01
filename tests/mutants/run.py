"""Try mutants of ``mentorship.matching`` one after the other, in a copy of the project.

A fork of a process that has loaded all libraries, but nothing of ours, runs the tests of the
module concerned. Compiled loops would be compiled anew for each mutant, so those of ``kernels``
run as plain Python, and Hypothesis does not stop to look for the simplest example.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from functools import wraps
from hashlib import blake2b
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".mutants"
TREE = HOME / "tree"
KEPT = HOME / "results.jsonl"
CORE = Path("mentorship/matching")
SECONDS = 15  # of the processor that a test may use; without a fault none needs five
WAITING = 600  # seconds until a mutant that does nothing is ended
EXAMPLES = 20  # of Hypothesis, where a test does not say how many
MEMORY = 6 * 2**30

Mutant = dict[str, Any]


def copy_tree() -> None:
    """Copy what tests of the matcher need; faults are made in the copy alone."""
    shutil.rmtree(TREE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "screenshots")
    for folder in ("mentorship", "tests", "docs"):
        shutil.copytree(ROOT / folder, TREE / folder, ignore=ignored)
    shutil.copy2(ROOT / "pyproject.toml", TREE)


def drawn(modules: list[str], many: Mapping[str, int], seed: int) -> Iterator[Mutant]:
    """Yield the sample: a first mutant of each module, then a second one of each, and so on."""
    command = [str(HOME / "tool/bin/python"), "tests/mutants/draw.py", str(seed)]
    command += [f"{CORE / module}.py:{many[module]}" for module in modules]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for line in said.stdout.splitlines():
        mutant = json.loads(line)
        path = Path(mutant.pop("path"))
        sound = (ROOT / path).read_text(encoding="utf-8").splitlines()
        changes = unified_diff(sound, mutant["source"].splitlines(), lineterm="", n=0)
        change = [each for each in changes if each[0] in "+-" and each[:3] not in {"+++", "---"}]
        module = str(path.relative_to(CORE).with_suffix(""))
        yield {"module": module, "seed": seed, **mutant, "change": change}


def run_tests(tests: tuple[str, ...]) -> tuple[int, float]:
    """Fork, run tests in the copy, and return how they ended and the processor's seconds."""
    started = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        _tests_in_child(tests)
    deadline = time.monotonic() + WAITING
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.02)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = spent.ru_utime + spent.ru_stime - started.ru_utime - started.ru_stime
    return os.waitstatus_to_exitcode(status), used


class Patience:
    """A test may use so many seconds of the processor, then the process is ended."""

    def pytest_runtest_setup(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = round(used.ru_utime + used.ru_stime) + SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _tests_in_child(tests: tuple[str, ...]) -> None:
    import hypothesis
    import pytest

    from tests.mutants.modules import NOT_RUN, NOT_RUN_PLAIN

    left_out = NOT_RUN + (NOT_RUN_PLAIN if os.environ["NUMBA_DISABLE_JIT"] == "1" else ())
    for name in [name for name in sys.modules if name.split(".")[0] in {"tests", "mentorship"}]:
        del sys.modules[name]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    log = os.open(HOME / "last.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(TREE)
    sys.path[:] = [str(TREE), *(each for each in sys.path if each not in {"", str(ROOT)})]
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    parts = (name.partition("::") for name in dict.fromkeys(tests))
    files = [f"tests/matching/{file}.py{colons}{test}" for file, colons, test in parts]
    deselected = " and ".join(f"not {name}" for name in left_out)
    plain = ["-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "--noconftest"]
    plain += ["-W", "ignore::RuntimeWarning"]  # numpy warns of sums that run over; numba lets them
    code = 3
    try:
        code = pytest.main(
            ["-x", "-q", "--tb=line", "-k", deselected, *plain, *files], plugins=[Patience()]
        )
    finally:
        sys.stdout.flush()
        os._exit(code)


def ended_how(code: int) -> str:
    """Return what the end of the tests says of a mutant."""
    if code < 0:
        return "time-out"
    return "survived" if code == 0 else "killed"


def who_noticed() -> str:
    """Return the last failure that the log names."""
    lines = (HOME / "last.log").read_text(errors="replace").splitlines()
    failed = [line.split(" - ")[0] for line in lines if line.startswith(("FAILED", "ERROR"))]
    return failed[-1].rpartition("/")[2] if failed else ""


def try_all(mutants: list[Mutant]) -> None:
    """Try mutants of modules that are all compiled, or all run as plain Python."""
    from tests.mutants.modules import TESTS

    every = tuple({test: None for mutant in mutants for test in TESTS[mutant["module"]]})
    sound = HOME / f"sound-{digest(every)}"
    if not sound.exists():
        if run_tests(every)[0]:  # also compiles what has to be
            sys.exit(f"tests fail without a fault: see {HOME / 'last.log'}")
        sound.touch()
    for number, mutant in enumerate(mutants, 1):
        module, tests = mutant["module"], TESTS[mutant["module"]]
        path = TREE / CORE / f"{module}.py"
        unharmed = path.read_bytes()
        path.write_text(mutant["source"])
        try:
            code, used = run_tests(tests)
        finally:
            path.write_bytes(unharmed)
        kept = {key: value for key, value in mutant.items() if key != "source"}
        kept |= {"end": ended_how(code), "by": who_noticed(), "seconds": round(used, 1)}
        with KEPT.open("a") as file:
            file.write(json.dumps(kept) + "\n")
        print(f"{number}/{len(mutants)}", module, mutant["line"], kept["end"], kept["by"], used)
        sys.stdout.flush()


def digest(tests: tuple[str, ...]) -> str:
    """Return what stands for these tests, everything they are run on, and how they are run."""
    said = blake2b(f"{tests} {os.environ['NUMBA_DISABLE_JIT']}".encode(), digest_size=8)
    for path in sorted(path for path in TREE.rglob("*") if path.is_file()):
        said.update(path.read_bytes())
    return said.hexdigest()


def already() -> list[Mutant]:
    """Return what was tried before."""
    return [json.loads(line) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []


def identity(mutant: Mutant) -> tuple[object, ...]:
    """Return what tells a mutant from others, whatever stands above it in the file."""
    return mutant["module"], mutant["operator"], *mutant["change"]


def table(results: list[Mutant]) -> None:
    """Print figures of each module, then every survivor."""
    latest = {identity(mutant): mutant for mutant in results}.values()
    ends = ("killed", "time-out", "survived")
    print(f"{'module':<16}", *(f"{end:>9}" for end in ends))
    for module in (*dict.fromkeys(mutant["module"] for mutant in latest), None):
        count = Counter(each["end"] for each in latest if module in {None, each["module"]})
        print(f"{module or 'all':<16}", *(f"{count[end]:>9}" for end in ends))
    for mutant in latest:
        if mutant["end"] == "survived":
            print(mutant["module"], mutant["line"], mutant["operator"], *mutant["change"], sep="\n")


def load_libraries() -> None:
    """Load once what every fork needs."""
    import hypothesis.strategies
    import networkx
    import numba
    import numpy
    import pytest
    import scipy.optimize
    import snowballstemmer


def leave_out_the_compiler() -> None:
    """Let loops run as they are written; like numba, give them whole numbers of 64 bits."""
    import numba
    import numpy as np

    def plain(**_: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def decorate(loop: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(loop)
            def run(*given: Any) -> Any:
                return loop(*(np.int64(each) if type(each) is int else each for each in given))

            return run

        return decorate

    numba.njit = plain


def main() -> None:
    """Draw, try, and print what came of it."""
    from tests.mutants.modules import MANY, runs_plain

    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--modules", nargs="*", choices=MANY, default=list(MANY))
    parser.add_argument("--many", type=int, help="mutants of each module")
    parser.add_argument("--again", action="store_true", help="try the survivors once more")
    parser.add_argument("--table", action="store_true", help="only print what came of it so far")
    asked = parser.parse_args()
    if asked.table:
        return table(already())
    print(f"seed {asked.seed}")
    copy_tree()
    latest = {identity(mutant): mutant for mutant in already()}
    done = {
        name for name, mutant in latest.items() if not asked.again or mutant["end"] != "survived"
    }
    many = dict.fromkeys(MANY, asked.many) if asked.many else MANY
    mutants = [
        mutant
        for mutant in drawn(asked.modules, many, asked.seed)
        if identity(mutant) not in done and (not asked.again or identity(mutant) in latest)
    ]
    for plain in (False, True):
        some = [each for each in mutants if runs_plain(each["module"]) is plain]
        if some:
            _in_a_process(some, plain=plain)
    return table(already())


def _in_a_process(mutants: list[Mutant], *, plain: bool) -> None:
    """Try mutants in a process of their own, which has numba or has it not."""
    child = os.fork()
    if child == 0:
        os.environ |= {
            "NUMBA_DISABLE_JIT": str(int(plain)),
            "NUMBA_CACHE_DIR": str(HOME / "numba"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        sys.dont_write_bytecode = True
        load_libraries()
        if plain:
            leave_out_the_compiler()
        try_all(mutants)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
