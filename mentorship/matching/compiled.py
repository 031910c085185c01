"""The one door to compiled code: numba is loaded when a round is solved, never before."""

from __future__ import annotations

from types import ModuleType


def kernels() -> ModuleType:
    """Load and return the package ``kernels``."""
    from mentorship.matching import kernels  # noqa: PLC0415 - the web must not load numba

    return kernels
