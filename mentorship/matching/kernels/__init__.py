"""The loops that must be quick, compiled by numba. Import it only where a large round is solved.

Importing it loads numba (and, the first time on a machine, compiles for about half a minute), so
nothing that a web page needs does; ``mentorship.matching.compiled`` imports it when it is needed.
"""

from __future__ import annotations

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
