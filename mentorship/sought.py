"""Names and addresses that somebody looks for: kept with their session, never in an address.

An address stands in histories, in the logs of proxies and on screens that others see. A form is
posted, what it looks for is kept here, and the page it leads to says only that there is something.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

MARK = "named"  # the argument of a page that looks for what is kept
_KEY = "sought"
LONGEST = 254


def keep(session: MutableMapping[str, Any], place: str, words: str) -> str | None:
    """Keep what is looked for at one place, in place of what was before; return the mark."""
    found = " ".join(words.split())[:LONGEST]
    session[_KEY] = [place, found]
    return "yes" if found else None


def sought(session: MutableMapping[str, Any], place: str, mark: str | None) -> str:
    """Return what is kept for a place; "" where the address does not ask for it."""
    kept = session.get(_KEY)
    return str(kept[1]) if mark and kept and kept[0] == place else ""
