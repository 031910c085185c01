"""The buttons that move one choice of a ranking up or down, on a form as it was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from werkzeug.datastructures import MultiDict

BUTTON = "move"
MOVE = re.compile(r"(specialty|topic|request)_([1-5]) (up|down)")
MOVED_TOGETHER: Mapping[str, tuple[str, ...]] = MappingProxyType({"request": ("request", "why")})


def moved(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form with two neighbors of a ranking changed about, if a button said so."""
    places = _places(sent)
    if places is None:
        return sent
    name, here, there = places
    turned = sent.copy()
    for part in MOVED_TOGETHER.get(name, (name,)):
        one, other = f"{part}_{here}", f"{part}_{there}"
        turned[one], turned[other] = sent.get(other, ""), sent.get(one, "")
    return turned


def moved_to(sent: MultiDict[str, str]) -> str | None:
    """Return the field to come back to after a move."""
    places = _places(sent)
    return f"{places[0]}_{places[2]}" if places else None


def _places(sent: MultiDict[str, str]) -> tuple[str, int, int] | None:
    said = MOVE.fullmatch(sent.get(BUTTON, ""))
    if said is None:
        return None
    here = int(said[2])
    there = here - 1 if said[3] == "up" else here + 1
    return (said[1], here, there) if f"{said[1]}_{there}" in sent else None
