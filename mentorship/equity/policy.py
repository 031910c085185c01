"""Positions, plans and bills, and how the section works, as pages show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.policy_models import PolicyStatement, Theme, WayToTakePart
from mentorship.toolkit.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Statement:
    """A position, report, plan, bill or fact about the section."""

    id: str
    title: str
    text: str
    number: str
    status: str
    stance: str
    provenance: Provenance


def statements(
    session: Session, themes: Collection[Theme] = tuple(Theme)
) -> Mapping[Theme, Sequence[Statement]]:
    """Return the statements of some themes in the order of the file, in one query."""
    found: dict[Theme, list[Statement]] = {theme: [] for theme in themes}
    rows = sa.select(PolicyStatement).where(PolicyStatement.theme.in_(themes))
    for row in session.scalars(rows.order_by(PolicyStatement.position, PolicyStatement.id)):
        found[row.theme].append(_statement(row))
    return found


def ways_to_take_part(session: Session) -> Sequence[WayToTakePart]:
    return session.scalars(sa.select(WayToTakePart).order_by(WayToTakePart.position)).all()


def way_to_take_part(session: Session, key: str) -> WayToTakePart | None:
    return session.get(WayToTakePart, key)


def _statement(row: PolicyStatement) -> Statement:
    return Statement(
        id=row.id,
        title=row.title,
        text=row.text,
        number=row.number or "",
        status=row.status or "",
        stance=row.stance or "",
        provenance=Provenance.of(row),
    )
