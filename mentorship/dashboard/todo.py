"""What waits for a leader besides the rounds: one statement for all sections."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community.models import Resolution, ResolutionState
from mentorship.mentorships.service import concerns_in, met_in
from mentorship.news.feeds import ILL_AFTER
from mentorship.news.models import Feed, ItemState, NewsItem
from mentorship.notices.models import Message
from mentorship.notices.service import is_given_up
from mentorship.sections.models import Membership, MembershipState, SectionRole
from mentorship.spotlight.models import LetterState, SpotlightLetter
from mentorship.toolkit.links import is_dead
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import ResourceReport

# what waits -> how it reads for one and for several, and the page where it is dealt with
WORDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "news": ("item from a feed waits", "items from feeds wait", "news_desk.board"),
        "feeds": ("feed does not work", "feeds do not work", "news_desk.feed_list"),
        "letters": ("letter waits to be read", "letters wait to be read", "spotlight_desk.board"),
        "ideas": ("idea for a resolution", "ideas for resolutions", "community.resolutions"),
        "reports": ("resource was reported", "resources were reported", "curating.listing"),
        "dead": ("link of your own is dead", "links of your own are dead", "curating.listing"),
    }
)
QUERIES: Mapping[str, Mapping[str, str]] = MappingProxyType({"dead": {"dead": "yes"}})


@dataclass(frozen=True, slots=True)
class ToDo:
    count: int
    words: str
    endpoint: str
    query: Mapping[str, str]  # which part of that page


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a leader of a section: people who ask to join, concerns, and all else."""

    asking: int
    concerns: int
    met: int  # pairs that have met
    rows: Sequence[ToDo]


def to_do(
    session: Session, section_ids: Collection[uuid.UUID], *, reader_id: uuid.UUID
) -> Mapping[uuid.UUID, Waiting]:
    """Return what waits in each section for one of its leaders, in one query."""
    counts = [
        _counted("news", NewsItem, section_ids, NewsItem.state == ItemState.WAITING),
        _counted("feeds", Feed, section_ids, Feed.failures >= ILL_AFTER, Feed.paused.is_(False)),
        _counted(
            "letters", SpotlightLetter, section_ids, SpotlightLetter.state == LetterState.SUBMITTED
        ),
        _counted("ideas", Resolution, section_ids, Resolution.state == ResolutionState.IDEA),
        _reported(section_ids),
        _counted("dead", Resource, section_ids, is_dead(Resource.url)),
        _counted(
            "asking",
            Membership,
            section_ids,
            Membership.state == MembershipState.ASKED,
            Membership.role != SectionRole.LEADER,
        ),
        concerns_in(section_ids, reader_id=reader_id),
        met_in(section_ids),
    ]
    sums: dict[str, dict[uuid.UUID, int]] = {"asking": {}, "concerns": {}, "met": {}}
    found: dict[uuid.UUID, list[ToDo]] = defaultdict(list)
    for kind, section_id, count in session.execute(sa.union_all(*counts)):
        if kind in sums:
            sums[kind][section_id] = count
            continue
        one, several, endpoint = WORDS[kind]
        found[section_id].append(
            ToDo(count, one if count == 1 else several, endpoint, QUERIES.get(kind, {}))
        )
    return {
        each: Waiting(**{kind: of.get(each, 0) for kind, of in sums.items()}, rows=found[each])
        for each in section_ids
    }


def not_reached(
    session: Session, section_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[str]]:
    """Return the names of the members whom a mail did not reach, by section."""
    given_up = sa.select(Message.recipient).where(is_given_up())  # few; a join looked at all mails
    rows = session.execute(
        sa.select(Membership.section_id, User.name)
        .join(User, User.id == Membership.person_id)
        .where(
            User.email.in_(given_up),
            Membership.section_id.in_(section_ids),
            Membership.state == MembershipState.ACTIVE,
        )
        .distinct()
        .order_by(User.name)
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for section_id, name in rows:
        found[section_id].append(name)
    return found


def mails_given_up(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(Message.id)).where(is_given_up())) or 0


def _counted(
    kind: str, table: type, section_ids: Collection[uuid.UUID], *which: sa.ColumnElement[bool]
) -> sa.Select[str, uuid.UUID, int]:
    section: sa.orm.InstrumentedAttribute[uuid.UUID] = table.section_id  # type: ignore[attr-defined]  # each table listed has this column
    return (
        sa.select(sa.literal(kind).label("kind"), section.label("section_id"), sa.func.count())
        .where(section.in_(section_ids), *which)
        .group_by(section)
    )


def _reported(section_ids: Collection[uuid.UUID]) -> sa.Select[str, uuid.UUID, int]:
    count = sa.func.count(ResourceReport.id.distinct())
    return (
        sa.select(sa.literal("reports"), Membership.section_id, count)
        .join(Membership, Membership.person_id == ResourceReport.person_id)
        .join(Resource, Resource.id == ResourceReport.resource_id)
        .where(
            sa.or_(Resource.section_id.is_(None), Resource.section_id == Membership.section_id),
            ResourceReport.settled_at.is_(None),
            Membership.section_id.in_(section_ids),
            Membership.state == MembershipState.ACTIVE,
        )
        .group_by(Membership.section_id)
    )
