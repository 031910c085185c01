"""What a worker does with an import: read, try or write, and tell how far it is."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from mentorship.extensions import reading, transaction
from mentorship.rosters import carrying_out

log = logging.getLogger("mentorship")


def work_on_import(row_id: str, clock: Callable[[], dt.datetime]) -> None:
    """Work on one import, if nobody else does. A try is rolled back, whatever it finds."""
    with transaction() as session:
        held = carrying_out.claim(session, uuid.UUID(row_id), now=clock())
    if held is None:
        return
    try:
        with reading() as session:
            rosters = carrying_out.read_files(session, held)
        with transaction() as session:
            carrying_out.tell_progress(session, held, 40)
        with transaction() as session:
            report = carrying_out.carry_out(session, held, rosters, now=clock())
            if report is None:
                log.info("import %s is no longer this worker's", row_id)
            elif not held.writes:
                session.rollback()
            if report is not None:
                carrying_out.end(session, held, report, now=clock())
    except OperationalError:
        log.warning("import %s lost its database; a worker takes it over after its lease", row_id)
    except Exception:  # any, also of a bug: an import must end, and its row say so
        log.exception("import %s failed", row_id)
        with transaction() as session:
            carrying_out.fail(session, held, now=clock())
