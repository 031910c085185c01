"""One's own way through the journey: where I am, what I have done, and what concerns me.

Only the person sees it. The status may be sensitive, so it is kept sealed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.profiles.service import read_img, write_img
from mentorship.toolkit.models import ChecklistItem, JourneyStage
from mentorship.toolkit.path_models import Tick
from mentorship.toolkit.shown import PathItem, topic_name
from mentorship.toolkit.tracks import Track, lock_person, notes_for, profile_of, track_of


class NoProfileYet(ValueError):
    """Somebody says where they are before there is a profile to say it in."""


class NoSuchStage(ValueError):
    """A stage that the journey does not have."""


@dataclass(frozen=True, slots=True)
class PathStage:
    id: str
    position: int
    title: str
    items: tuple[PathItem, ...]
    notes: tuple[tuple[str, str], ...]  # whom it is for, and what it says
    topics: tuple[str, ...]  # names of what a mentor can help with here

    @property
    def name(self) -> str:
        return vocabulary.name("stage", self.id)

    @property
    def done(self) -> int:
        return sum(item.done_on is not None for item in self.items)


@dataclass(frozen=True, slots=True)
class Path:
    stages: tuple[PathStage, ...]
    here: str | None  # id of the present stage
    track: Track
    has_profile: bool

    @property
    def present(self) -> PathStage | None:
        return next((stage for stage in self.stages if stage.id == self.here), None)

    @property
    def after(self) -> PathStage | None:
        place = self.present.position if self.present else 0
        return next((stage for stage in self.stages if stage.position == place + 1), None)

    @property
    def done(self) -> int:
        return sum(stage.done for stage in self.stages)

    @property
    def count(self) -> int:
        return sum(len(stage.items) for stage in self.stages)


def my_path(session: Session, person_id: uuid.UUID) -> Path:
    """Return all stages with what this person has done of each."""
    profile, here = profile_of(session, person_id)
    track = track_of(session, person_id, profile)
    items: dict[str, list[PathItem]] = defaultdict(list)
    rows = session.execute(
        sa.select(ChecklistItem, Tick.done_on)
        .join(
            Tick,
            sa.and_(Tick.item_id == ChecklistItem.id, Tick.person_id == person_id),
            isouter=True,
        )
        .order_by(ChecklistItem.position)
    )
    for item, done_on in rows:
        items[item.stage_id].append(PathItem(item.id, item.text, done_on))
    stages = session.scalars(sa.select(JourneyStage).order_by(JourneyStage.position))
    return Path(
        stages=tuple(
            PathStage(
                id=stage.id,
                position=stage.position,
                title=stage.title,
                items=tuple(items[stage.id]),
                notes=notes_for(stage, track),
                topics=tuple(topic_name(topic) for topic in stage.topics),
            )
            for stage in stages
        ),
        here=here,
        track=track,
        has_profile=profile is not None,
    )


def keep_ticks(
    session: Session, *, person_id: uuid.UUID, stage_id: str, done: Mapping[str, dt.date]
) -> int:
    """Make the ticks of one stage those in ``done``; items of other stages are passed over.

    Return how many of the stage's items are done now.
    """
    items = set(
        session.scalars(sa.select(ChecklistItem.id).where(ChecklistItem.stage_id == stage_id))
    )
    if not items:
        raise NoSuchStage(stage_id)
    lock_person(session, person_id)
    mine = sa.select(Tick).where(Tick.person_id == person_id, Tick.item_id.in_(items))
    kept = {tick.item_id: tick for tick in session.scalars(mine)}
    wanted = {item: day for item, day in done.items() if item in items}
    for item, tick in kept.items():
        if item in wanted:
            tick.done_on = wanted[item]
        else:
            session.delete(tick)
    session.add_all(
        Tick(person_id=person_id, item_id=item, done_on=day)
        for item, day in wanted.items()
        if item not in kept
    )
    session.flush()
    return len(wanted)


def move_to(session: Session, *, person_id: uuid.UUID, stage_id: str, now: dt.datetime) -> None:
    """Say in one's profile that one is at this stage now.

    Raises
    ------
    NoProfileYet
        There is no profile; it asks for more than the stage, so its own page comes first.

    """
    if stage_id not in vocabulary.LISTS["stage"]:
        raise NoSuchStage(stage_id)
    said = read_img(session, person_id)
    if said.updated_at is None:
        raise NoProfileYet
    moved = dataclasses.replace(said.values, stage=stage_id)
    write_img(session, person_id=person_id, img=moved, lines=said.lines, now=now)
