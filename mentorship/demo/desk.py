"""What the leader of the demo has on the desk: an import to decide on, tags and a saved view."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.rosters import carrying_out, uploads
from mentorship.rounds import bulk
from mentorship.sections.models import Section, SectionRole

WAITING_LIST = Path(__file__).with_name("waiting_list.csv")
TAG, TAGGED = "Spring meeting", 8
VIEWS = (
    ("Met at the spring meeting", {"show": "imgs", "tag": TAG}),
    ("Psychiatry, ready", {"show": "imgs", "specialty": "psychiatry"}),
)


def load_desk(
    session: Session, section: Section, leader_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Leave an import tried and not written, and a table of people somebody has worked on."""
    bulk.tag(session, section_id=section.id, people=_interviewing(session), words=TAG, now=now)
    for name, wanted in VIEWS:
        bulk.save_view(session, section_id=section.id, name=name, wanted=wanted, now=now)
    _try_waiting_list(session, section, leader_id, now=now - dt.timedelta(hours=2))


def _interviewing(session: Session) -> Sequence[uuid.UUID]:
    return session.scalars(
        sa.select(Profile.person_id)
        .join(Choice, Choice.profile_id == Profile.id)
        .where(
            Profile.kind == ProfileKind.IMG, Choice.field == "stage", Choice.term == "interviews"
        )
        .order_by(Profile.person_id)
        .limit(TAGGED)
    ).all()


def _try_waiting_list(
    session: Session, section: Section, leader_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Try a small file as a worker would: nothing of it is written."""
    made = uploads.begin(
        session,
        section_id=section.id,
        by=leader_id,
        files={SectionRole.IMG: (WAITING_LIST.name, WAITING_LIST.read_bytes())},
        now=now,
    )
    mapping = {
        SectionRole.IMG: {
            column.place: column.guess for column in uploads.columns_of(made)[SectionRole.IMG]
        }
    }
    mapping[SectionRole.IMG] |= {2: "stage", 3: "specialties"}
    uploads.try_out(session, made, mapping)
    held = carrying_out.claim(session, made.id, now=now)
    if held is None:
        raise ValueError("the demo's import is not there to be tried")
    rosters = carrying_out.read_files(session, held)
    carrying_out.finish(
        session, held, carrying_out.work_out(session, held, rosters, now=now), now=now
    )
