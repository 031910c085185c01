"""The catalog as the leaders of a section shape it for their members.

The catalog that comes with the service stays as it is. A section that says something in other
words keeps a resource of its own in its place, and every change is kept with what stood before.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.sections.models import Membership, MembershipState
from mentorship.toolkit.resource_models import Resource, ResourceType
from mentorship.toolkit.resource_words import Words, words_now, write
from mentorship.toolkit.shelf_models import Change, ResourceChange, ResourceMark, ResourcePlacing

FIRST = 9  # places a section can give


def add(
    session: Session, section_id: uuid.UUID, *, words: Words, by: uuid.UUID, now: dt.datetime
) -> Resource:
    """Add a resource that only this section has."""
    row = Resource(id=f"section-{uuid.uuid4()}", section_id=section_id)
    write(session, row, words)
    _note(session, section_id, row.id, Change.ADDED, by=by, now=now)
    return row


def edit(  # noqa: PLR0913  what, in which words, by whom and when
    session: Session,
    section_id: uuid.UUID,
    row: Resource,
    *,
    words: Words,
    by: uuid.UUID,
    now: dt.datetime,
    change: Change = Change.EDITED,
) -> Resource:
    """Say something in other words; of the common catalog the section then has its own version."""
    before = words_now(session, row)
    if row.section_id is None:
        row = _own_version(section_id, row)
        write(session, row, words)
        _take_over(session, section_id, str(row.replaces_id), row.id)
        _carry_marks(session, section_id, str(row.replaces_id), row.id)
    else:
        write(session, row, words)
    _note(session, section_id, row.id, change, by=by, now=now, before=before.as_json())
    return row


def place(  # noqa: PLR0913  what, where, by whom and when
    session: Session,
    section_id: uuid.UUID,
    row: Resource,
    *,
    hidden: bool,
    position: int | None,
    by: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Hide a resource or show it, and say which place it has among the first."""
    key = {"section_id": section_id, "resource_id": row.id}
    placing = session.get(ResourcePlacing, key, populate_existing=True)
    if placing is None:
        placing = ResourcePlacing(**key, hidden=False, position=None)
    before = {"hidden": placing.hidden, "position": placing.position}
    if before == {"hidden": hidden, "position": position}:
        return
    change = Change.MOVED
    if placing.hidden != hidden:
        change = Change.HIDDEN if hidden else Change.SHOWN
    placing.hidden, placing.position = hidden, position
    session.add(placing)
    _note(session, section_id, row.id, change, by=by, now=now, before=before)


def history(session: Session, section_id: uuid.UUID, row: Resource) -> Sequence[ResourceChange]:
    """Return what was done to a resource here, the latest first."""
    keys = [row.id, row.replaces_id] if row.replaces_id else [row.id]
    return session.scalars(
        sa.select(ResourceChange)
        .where(ResourceChange.section_id == section_id, ResourceChange.resource_id.in_(keys))
        .options(joinedload(ResourceChange.by))
        .order_by(ResourceChange.at.desc(), ResourceChange.id)
    ).all()


def restore(  # noqa: PLR0913  which change, of what, by whom and when
    session: Session,
    section_id: uuid.UUID,
    row: Resource,
    change_id: uuid.UUID,
    *,
    by: uuid.UUID,
    now: dt.datetime,
) -> Resource:
    """Bring back the words that stood before a change."""
    change = session.scalars(
        sa.select(ResourceChange).where(
            ResourceChange.id == change_id,
            ResourceChange.section_id == section_id,
            ResourceChange.resource_id == row.id,
            ResourceChange.change.in_([Change.EDITED, Change.RESTORED]),
        )
    ).one()
    old = change.before or {}
    words = Words(
        title=old["title"],
        type=ResourceType(old["type"]),
        organization=old["organization"],
        who=old.get("who", ""),  # as with the mark below
        url=old["url"],
        description=old["description"],
        stages=tuple(old["stages"]),
        topics=tuple(old["topics"]),
        volatile=old.get("volatile", False),  # changes of before there was this mark have none
    )
    return edit(session, section_id, row, words=words, by=by, now=now, change=Change.RESTORED)


# --- Underneath ---------------------------------------------------------------------------------


def _own_version(section_id: uuid.UUID, row: Resource) -> Resource:
    return Resource(
        id=f"section-{uuid.uuid4()}",
        section_id=section_id,
        replaces_id=row.id,
        url=row.url,
        url_check=row.url_check,
        as_of=row.as_of,
        confidence=row.confidence,
        checked_on=row.checked_on,
    )


def _take_over(session: Session, section_id: uuid.UUID, old: str, new: str) -> None:
    """Give the section's own version the place that the common one had."""
    session.execute(
        sa.update(ResourcePlacing)
        .where(ResourcePlacing.section_id == section_id, ResourcePlacing.resource_id == old)
        .values(resource_id=new)
        .execution_options(synchronize_session=False)
    )


def _carry_marks(session: Session, section_id: uuid.UUID, old: str, new: str) -> None:
    """Let the section's members keep on its version what they had marked on the common one.

    The marks on the common one stay: a member may see it in another section.
    """
    members = sa.select(Membership.person_id).where(
        Membership.section_id == section_id, Membership.state == MembershipState.ACTIVE
    )
    marked = sa.select(
        ResourceMark.person_id, sa.literal(new), ResourceMark.kind, ResourceMark.at
    ).where(ResourceMark.resource_id == old, ResourceMark.person_id.in_(members))
    columns = ["person_id", "resource_id", "kind", "at"]
    session.execute(sa.insert(ResourceMark).from_select(columns, marked))


def _note(  # noqa: PLR0913  one argument a column
    session: Session,
    section_id: uuid.UUID,
    resource_id: str,
    change: Change,
    *,
    by: uuid.UUID,
    now: dt.datetime,
    before: dict[str, Any] | None = None,
) -> None:
    session.add(
        ResourceChange(
            section_id=section_id,
            resource_id=resource_id,
            by_id=by,
            at=now,
            change=change,
            before=before,
        )
    )
    session.flush()
