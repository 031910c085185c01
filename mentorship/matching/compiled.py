"""The one door to compiled code: numba is loaded when a large round is solved, never before."""

from __future__ import annotations

from types import ModuleType


def kernels() -> tuple[ModuleType, ModuleType, ModuleType]:
    """Load and return the modules ``assign``, ``lists`` and ``rows`` of ``kernels``."""
    from mentorship.matching.kernels import (  # noqa: PLC0415 - the web must not load numba
        assign,
        lists,
        rows,
    )

    return assign, lists, rows


def proposals() -> ModuleType:
    """Load and return the module ``propose`` of ``kernels``."""
    from mentorship.matching.kernels import propose  # noqa: PLC0415 - the web must not load numba

    return propose
