"""The one door to compiled code: numba is loaded when a round is solved, never before.

Compiled code is kept in ``NUMBA_CACHE_DIR``, or ``numba`` inside the environment, in a folder for
each form of the loops. It names our classes and holds our constants, and numba looks only at the
file a loop stands in: what an older engine left behind could not be read, or would be used wrongly.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from pathlib import Path
from types import ModuleType

ENGINE = Path(__file__).parent
READ = ("lottery.py", "marks.py", "weights.py", "scores/ingredients.py")  # by the loops


@functools.cache
def kernels() -> ModuleType:
    """Load and return the package ``kernels``."""
    import numba  # noqa: PLC0415 - the web must not load numba

    if os.access(sys.prefix, os.W_OK) or "NUMBA_CACHE_DIR" in os.environ:
        numba.config.CACHE_DIR = str(_folder())
    from mentorship.matching import kernels  # noqa: PLC0415 - likewise

    return kernels


def are_compiled() -> bool:
    """Whether the loops were compiled before, in this form."""
    return _folder().is_dir()


def _folder() -> Path:
    return Path(os.environ.get("NUMBA_CACHE_DIR", Path(sys.prefix) / "numba")) / form()


def form(engine: Path = ENGINE) -> str:
    """Digest the loops and what they read of constants and kinds of arguments, with their names."""
    digest = hashlib.sha256()
    for path in (*sorted(engine.glob("kernels/*.py")), *(engine / name for name in READ)):
        digest.update(str(path.relative_to(engine)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
