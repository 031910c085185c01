"""Fair timing on a machine that drifts: everybody takes turns in one run, and medians are told."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

TOLD = ("numpy", "scipy", "numba", "networkx")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and what the work returned."""
    gc.collect()
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def turn_about(works: Mapping[str, Callable[[], Any]], times: int) -> dict[str, float]:
    """Return the median seconds of each, run one after the other, ``times`` rounds of it."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            seconds[name].append(timed(work)[0])
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def machine() -> str:
    """Return date, cores, processor and versions in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in TOLD)
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {cores} cores, {_processor()}, load {load:.1f}, "
        f"Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    for line in cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
