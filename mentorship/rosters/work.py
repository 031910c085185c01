"""What a worker does with an import: read, try or write, and tell how far it is."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from mentorship.extensions import reading, transaction
from mentorship.rosters import carrying_out
from mentorship.rosters.carrying_out import Held

log = logging.getLogger("mentorship")
READ, WORKED_OUT = 30, 70  # per cent
QUIET_TRIES = 3  # to work it out beside others; the next time they wait


def work_on_import(row_id: str, clock: Callable[[], dt.datetime]) -> None:
    """Work on one import, if nobody else does. A try writes nothing, whatever it finds.

    Reading and working it out hold up nobody; what then is written goes out at once, in the
    transaction that ends the work.
    """
    with transaction() as session:
        held = carrying_out.claim(session, uuid.UUID(row_id), now=clock())
    if held is None:
        return
    try:
        with reading() as session:
            rosters = carrying_out.read_files(session, held)
        _tell(held, READ)
        for _ in range(QUIET_TRIES):
            with reading() as session:
                plan = carrying_out.work_out(session, held, rosters, now=clock())
            _tell(held, WORKED_OUT)
            with transaction() as session:
                if carrying_out.finish(session, held, plan, now=clock()):
                    return
                session.rollback()
        with transaction() as session:  # they changed it under our hands each time: now they wait
            plan = carrying_out.work_out(session, held, rosters, now=clock())
            while not carrying_out.finish(session, held, plan, now=clock()):
                plan = carrying_out.work_out(session, held, rosters, now=clock())
    except carrying_out.NotMine:
        log.info("import %s is no longer this worker's", row_id)
    except OperationalError:
        log.warning("import %s lost its database; a worker takes it over after its lease", row_id)
    except Exception:  # any, also of a bug: an import must end, and its row say so
        log.exception("import %s failed", row_id)
        with transaction() as session:
            carrying_out.fail(session, held, now=clock())


def _tell(held: Held, percent: int) -> None:
    with transaction() as session:
        carrying_out.tell_progress(session, held, percent)
