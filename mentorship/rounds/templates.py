"""Where the set-up of a new round may start from: a round or a template of the section."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.rounds.models import Round
from mentorship.rounds.template_models import SetUpTemplate


class TemplateNameTaken(ValueError):
    """Another template of this section has this name."""


@dataclass(frozen=True, slots=True)
class StartLine:
    id: uuid.UUID
    label: str
    template: bool


@dataclass(frozen=True, slots=True)
class Starts:
    """What there is to start from, and what was chosen; None is the usual set-up.

    The usual one also stands in for a choice that is not there, as a template that is removed.
    """

    lines: Sequence[StartLine]
    chosen: uuid.UUID | None
    source: Round | SetUpTemplate | None


def starts(session: Session, section_id: uuid.UUID, chosen: uuid.UUID | None = None) -> Starts:
    """Return the last round of a section, an earlier one if it was chosen, and all templates."""
    rounds = sa.select(Round.id).where(Round.section_id == section_id)
    newest_first = Round.created_at.desc(), Round.name
    last = rounds.order_by(*newest_first).limit(1)
    of_those = sa.or_(Round.id == last.scalar_subquery(), Round.id == chosen)
    found = session.scalars(
        sa.select(Round).where(Round.section_id == section_id, of_those).order_by(*newest_first)
    ).all()
    kept = session.scalars(
        sa.select(SetUpTemplate)
        .where(SetUpTemplate.section_id == section_id)
        .order_by(sa.func.lower(SetUpTemplate.name), SetUpTemplate.id)
    ).all()
    lines = [
        StartLine(each.id, f"{word} round: {each.name}", template=False)
        for each, word in zip(found, ("The last", "An earlier"), strict=False)
    ]
    lines += [StartLine(each.id, f"Template: {each.name}", template=True) for each in kept]
    sources: list[Round | SetUpTemplate] = [*found, *kept]
    source = next((each for each in sources if each.id == chosen), None)
    return Starts(lines, source.id if source else None, source)


def keep_template(session: Session, round_: Round, *, name: str, now: dt.datetime) -> SetUpTemplate:
    """Keep the set-up of a round as it is saved.

    Raises
    ------
    TemplateNameTaken
        Another template of the section has this name.

    """
    made = SetUpTemplate(
        section_id=round_.section_id,
        name=name,
        policy=round_.policy,
        rules=round_.rules,
        answer_days=round_.answer_days,
        browsing=round_.browsing,
        made_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise TemplateNameTaken(name) from None
    return made


def template_of(session: Session, section_id: uuid.UUID, template_id: uuid.UUID) -> SetUpTemplate:
    """Return a template of the section; NoResultFound for any other."""
    return session.scalars(
        sa.select(SetUpTemplate).where(
            SetUpTemplate.id == template_id, SetUpTemplate.section_id == section_id
        )
    ).one()


def remove_template(session: Session, section_id: uuid.UUID, template_id: uuid.UUID) -> str:
    """Forget a template and return its name; rounds that started from it keep their set-up."""
    template = template_of(session, section_id, template_id)
    session.delete(template)
    session.flush()
    return template.name
