"""``licensure.yaml``: what each of the 55 boards asks, read once."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("data") / "licensure.yaml"


@functools.cache
def states() -> Sequence[Mapping[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded = yaml.load(FILE.read_bytes(), Loader=loader)  # noqa: S506  a safe one
    return tuple(loaded["states"])
