"""What some of the demo's IMGs have done of their checklists, by the same service as real ones."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.toolkit.models import ChecklistItem, JourneyStage
from mentorship.toolkit.path import keep_ticks

EVERY = 5  # one IMG in so many keeps a checklist, and each of those worth trying
DAYS_APART = 11
PASSED_OVER = 7  # of the stages behind, one item in so many was never ticked

Stages = Mapping[str, Sequence[str]]


def walk(session: Session, *, shown: Collection[str], now: dt.datetime) -> None:
    """Tick what lies behind these IMGs, and the first half of the stage they are at.

    ``shown`` are the addresses of those whom a visitor is told to sign in as.
    """
    stages = _stages(session)
    imgs = session.execute(
        sa.select(User.email, User.id, Choice.term)
        .join(Profile, Profile.person_id == User.id)
        .join(Choice, Choice.profile_id == Profile.id)
        .where(Profile.kind == ProfileKind.IMG, Choice.field == "stage")
        .order_by(User.email)
    )
    for number, (email, person_id, here) in enumerate(imgs):
        if here in stages and (email in shown or number % EVERY == 0):
            _tick(session, person_id, _behind(stages, here), now.date())


def _stages(session: Session) -> Stages:
    """Return the checklist of each stage, in the order of the journey."""
    rows = session.execute(
        sa.select(JourneyStage.id, ChecklistItem.id)
        .join(ChecklistItem, ChecklistItem.stage_id == JourneyStage.id)
        .order_by(JourneyStage.position, ChecklistItem.position)
    )
    return {
        stage: [item for _, item in items]
        for stage, items in itertools.groupby(rows, lambda row: row[0])
    }


def _behind(stages: Stages, here: str) -> Iterator[tuple[str, str]]:
    """Yield (stage, item) of all that somebody at this stage has done, in order."""
    counter = itertools.count(1)
    for stage, items in stages.items():
        if stage == here:
            yield from ((stage, item) for item in items[: (len(items) + 1) // 2])
            return
        yield from ((stage, item) for item in items if next(counter) % PASSED_OVER)


def _tick(
    session: Session, person_id: uuid.UUID, done: Iterator[tuple[str, str]], today: dt.date
) -> None:
    """Keep the items as done, the last a few days ago and the others before it."""
    items = list(done)
    days = {
        item: today - dt.timedelta(days=4 + DAYS_APART * n + n % 3)
        for n, (_, item) in enumerate(reversed(items))
    }
    for stage, of_stage in itertools.groupby(items, lambda row: row[0]):
        dated = {item: days[item] for _, item in of_stage}
        keep_ticks(session, person_id=person_id, stage_id=stage, done=dated)
