"""What a worker does with an import: read, try or write, and tell how far it is."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from mentorship.extensions import enqueue, reading, transaction
from mentorship.pulse import NotMine, Pulse, ending, utc_now
from mentorship.rosters import carrying_out
from mentorship.rosters.carrying_out import Held, Rosters

log = logging.getLogger("mentorship")
READ, WORKED_OUT = 30, 70  # per cent
QUIET_TRIES = 3  # to work it out beside others; the next time they wait


class Alive(Pulse):
    """The pulse of an import."""

    def __init__(self, held: Held, clock: Callable[[], dt.datetime]) -> None:
        super().__init__(
            lambda session: carrying_out.beat(session, held, now=clock()),
            lambda session: carrying_out.release(session, held, now=clock()),
            ("import_roster", held.import_id),
        )


def work_on_import(
    row_id: str,
    clock: Callable[[], dt.datetime] = utc_now,
    pulse: Callable[[Held, Callable[[], dt.datetime]], Pulse] = Alive,
) -> None:
    """Work on one import, if nobody else does. A try writes nothing, whatever it finds.

    Reading and working it out hold up nobody; what then is written goes out at once, in the
    transaction that ends the work.
    """
    if ending.is_set():
        enqueue("import_roster", uuid.UUID(row_id))  # for another worker
        return
    with transaction() as session:
        held = carrying_out.claim(session, uuid.UUID(row_id), now=clock())
    if held is None:
        return
    try:
        with pulse(held, clock), reading() as session:
            rosters = carrying_out.read_files(session, held)
        _tell(held, READ, clock)
        for _ in range(QUIET_TRIES):
            with pulse(held, clock), reading() as session:
                plan = carrying_out.work_out(session, held, rosters, now=clock())
            _tell(held, WORKED_OUT, clock)
            with transaction() as session:
                if carrying_out.finish(session, held, plan, now=clock()):
                    return
                session.rollback()
        _while_others_wait(held, rosters, clock)
    except NotMine:
        log.info("import %s is no longer this worker's", row_id)
    except OperationalError:
        log.warning("import %s lost its database; a worker takes it over after its lease", row_id)
    except Exception:  # any, also of a bug: an import must end, and its row say so
        log.exception("import %s failed", row_id)
        with transaction() as session:
            carrying_out.fail(session, held, now=clock())


def _while_others_wait(held: Held, rosters: Rosters, clock: Callable[[], dt.datetime]) -> None:
    """Work out and write in one transaction: others changed it under our hands each time."""
    with transaction() as session:
        alone = carrying_out.ALONE
        carrying_out.beat(session, held, now=clock(), lease=alone, frozen=alone)
        plan = carrying_out.work_out(session, held, rosters, now=clock())
        while not carrying_out.finish(session, held, plan, now=clock()):
            plan = carrying_out.work_out(session, held, rosters, now=clock())


def _tell(held: Held, percent: int, clock: Callable[[], dt.datetime]) -> None:
    with transaction() as session:
        carrying_out.beat(session, held, now=clock(), percent=percent)
