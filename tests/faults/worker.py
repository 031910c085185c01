"""A real worker with a short lease: ``python -m tests.faults.worker``, its settings on stdin."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

from mentorship import jobs, worker
from mentorship.app import create_app
from mentorship.config import Mode, Settings
from mentorship.matching.warming import warm
from mentorship.rounds import jobs as rounds_jobs

LEASE = 2.5  # seconds; nobody waits twenty in a test


def main() -> None:
    given = json.load(sys.stdin)
    settings = Settings(**(given | {"mode": Mode.TESTING, "instance": Path(given["instance"])}))
    rounds_jobs.LEASE = dt.timedelta(seconds=LEASE)
    jobs.BEAT, worker.LOOK_ROUND = 0.3, 0.3
    ready = worker.Workers(create_app(settings), threads=1)
    warm()  # as the command does
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    ready.run()


if __name__ == "__main__":
    main()
