"""Start the service under many configurations: ``python -m tests.operations.starting``.

Reads a JSON list of environments; each start is a process of its own, forked from this one, which
has the modules loaded already. Writes the list of [exit code, what it said].
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import tempfile

import mentorship.app  # noqa: F401  loaded once, for all starts


def start(environment: dict[str, str]) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 2)
            os.environ.clear()
            os.environ.update(environment)
            code = 0
            try:
                runpy.run_path("wsgi.py")
            except SystemExit as end:
                code = int(end.code or 0)
            except BaseException as trouble:  # noqa: BLE001  said, and judged by the test
                sys.stderr.write(repr(trouble))
                code = 1
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read()


if __name__ == "__main__":
    sys.argv = ["gunicorn", "wsgi:app"]
    json.dump([start(each) for each in json.load(sys.stdin)], sys.stdout)
