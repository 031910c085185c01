"""The loops that must be quick, compiled by numba. Import it only where a large round is solved.

Importing it loads numba (and, the first time on a machine, compiles for about half a minute), so
nothing that a web page needs does; ``mentorship.matching.compiled`` imports it when it is needed.
Compiled code is kept in one folder, ``NUMBA_CACHE_DIR`` or ``numba`` inside the environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if os.access(sys.prefix, os.W_OK):
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(sys.prefix) / "numba"))

from mentorship.matching.kernels import (
    assign,
    draws,
    lists,
    prices,
    pricing,
    propose,
    rows,
    seats,
    undo,
)

__all__ = ["assign", "draws", "lists", "prices", "pricing", "propose", "rows", "seats", "undo"]
