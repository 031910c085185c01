"""What some of the demo's IMGs have done of their checklists, by the same service as real ones."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.toolkit.models import ChecklistItem
from mentorship.toolkit.path import keep_ticks

EVERY = 3  # one IMG in so many keeps a checklist
DAYS_APART = 9


def walk(session: Session, *, now: dt.datetime) -> None:
    """Tick the first half of the checklist of the stage that these IMGs are at."""
    items: dict[str, list[str]] = {}
    for stage, item in session.execute(
        sa.select(ChecklistItem.stage_id, ChecklistItem.id).order_by(ChecklistItem.position)
    ):
        items.setdefault(stage, []).append(item)
    imgs = session.execute(
        sa.select(Profile.person_id, Choice.term)
        .join(Choice, Choice.profile_id == Profile.id)
        .where(Profile.kind == ProfileKind.IMG, Choice.field == "stage")
        .order_by(Profile.person_id)
    ).all()
    for person_id, stage in imgs[::EVERY]:
        mine = items.get(stage, [])
        half = mine[: (len(mine) + 1) // 2]
        days = [now.date() - dt.timedelta(days=DAYS_APART * (n + 1)) for n in range(len(half))]
        if half:
            done = dict(zip(half, reversed(days), strict=True))
            keep_ticks(session, person_id=person_id, stage_id=stage, done=done)
