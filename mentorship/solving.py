"""A run solved in the background: its worker shows signs of life, and ends when it is told to."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mentorship.extensions import reading, transaction
from mentorship.pulse import NotMine, Pulse, ending, utc_now
from mentorship.rounds import holding
from mentorship.rounds.run_models import Phase
from mentorship.rounds.running import solved

log = logging.getLogger("mentorship")
SHARES = {  # phase -> per cent at which it begins, and how much it takes
    Phase.GATHERING: (0, 10),
    Phase.SOLVING: (10, 50),
    Phase.CHECKING: (60, 10),
    Phase.EXPLAINING: (70, 25),
    Phase.KEEPING: (95, 5),
}


class Heart(Pulse):
    """The pulse of a run, with how far it is."""

    def __init__(self, held: holding.Held) -> None:
        self._held = held
        self._phase, self._percent = Phase.GATHERING, 0
        super().__init__(self._say_how_far, self._release, ("solve_run", held.job_id))

    def enter(self, phase: Phase) -> None:
        self.check()
        self._phase, self._percent = phase, SHARES[phase][0]

    def progress(self, placed: int, of: int) -> None:
        """Hear from the engine. A policy of several steps counts from the start in each."""
        self.check()
        start, share = SHARES[self._phase]
        self._percent = max(self._percent, start + share * placed // max(of, 1))

    def _say_how_far(self, session: Session) -> None:
        holding.beat(session, self._held, phase=self._phase, percent=self._percent, now=utc_now())

    def _release(self, session: Session) -> bool:
        return holding.release(session, self._held, now=utc_now())


def solve_run(row_id: str, heart: Callable[[holding.Held], Heart] = Heart) -> None:
    """Work on one run that was asked for, if nobody else does."""
    if ending.is_set():
        current_app.extensions["queue"].put("solve_run", uuid.UUID(row_id))  # for another worker
        return
    with transaction() as session:
        held = holding.claim(session, uuid.UUID(row_id), now=utc_now())
    if held is None:
        return
    try:
        with heart(held) as alive:
            with reading() as session:
                inputs = holding.inputs_of(session, held, now=utc_now())
            made = solved(inputs, progress=alive.progress, enter=alive.enter)
        with transaction() as session:
            holding.finish(session, held, made, now=utc_now())
    except NotMine:
        log.info("run %s is no longer this worker's", row_id)
    except OperationalError:
        log.warning("run %s lost its database; a worker takes it over after its lease", row_id)
    except Exception as refused:  # any, also of a bug: a run must end, and its row say why
        if type(refused) not in holding.REFUSALS:
            log.exception("run %s failed", row_id)
        with transaction() as session:
            holding.fail(session, held, failure=holding.failure_of(refused), now=utc_now())
