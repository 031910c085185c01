"""A worker for tests: it does what waits, here and now, in the transaction of the test."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds import holding
from mentorship.rounds.run_models import JobState, RunJob
from mentorship.solving import Heart, solve_run


class Still(Heart):
    """No signs of life: they would come from another thread, which has no part in the test."""

    def _beat(self) -> None:
        return


def work(session: Session) -> None:
    """Do every job that waits. Without signs of life a lease must outlast a first compilation."""
    waiting = sa.select(RunJob.id).where(RunJob.state == JobState.WAITING).order_by(RunJob.asked_at)
    with patch.object(holding, "LEASE", dt.timedelta(hours=1)):
        for job_id in session.scalars(waiting).all():
            solve_run(str(job_id), heart=Still)
