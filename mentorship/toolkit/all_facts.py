"""Every fact of the toolkit, of all its tables, in the same few columns."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from mentorship import vocabulary
from mentorship.toolkit.kinds import KINDS, Kind
from mentorship.toolkit.links import is_dead
from mentorship.toolkit.models import UrlCheck
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import ResourceReport

ALWAYS_FRESH = "9999"  # the date of advice, which does not grow old by itself


def all_facts() -> sa.Subquery:
    """Return every fact that leaders may correct, of all tables, in the same few columns."""
    return sa.union_all(*(_facts_of(kind) for kind in KINDS.values())).subquery("facts")


def says(facts: sa.Subquery, word: str) -> sa.ColumnElement[bool]:
    """Tell which facts hold a word; a state is found by its name too."""
    names = vocabulary.LISTS["state"].values()
    states = [state.id for state in names if word.casefold() in state.name.casefold()]
    return sa.or_(facts.c.said.icontains(word, autoescape=True), facts.c.id.in_(states))


def _facts_of(kind: Kind) -> sa.Select[Any]:
    table = kind.table
    columns: dict[str, Any] = {
        "kind": sa.literal(kind.id),
        "id": sa.cast(table.id, sa.String),
        "label": sa.cast(_label(kind), sa.Text),
        "said": _said(kind),
        "harm": kind.harm,
    }
    columns |= _marks_of(kind) if kind.is_fact else _MARKS_OF_ADVICE
    if kind.linked:
        columns["dead"] = is_dead(getattr(table, kind.linked))
    return sa.select(*(column.label(name) for name, column in columns.items())).where(kind.only)


def _marks_of(kind: Kind) -> dict[str, Any]:
    table, address = kind.table, getattr(kind.table, kind.address)
    reported = sa.exists().where(
        ResourceReport.resource_id == table.id, ResourceReport.settled_at.is_(None)
    )
    return {
        "date": sa.func.coalesce(
            sa.cast(table.checked_on, sa.String), getattr(table, "as_of", None)
        ),
        "ages": sa.true() if kind.ages else sa.false(),
        "checked": table.checked_on.is_not(None),
        "wants_date": sa.true() if kind.ages and kind.dated else sa.false(),
        "confidence": sa.cast(getattr(table, "confidence", ""), sa.String),
        "volatile": getattr(table, "volatile", sa.false()),
        "has_source": address.is_not(None),
        "source": address,
        "unopened": table.url_check == UrlCheck.NOT_OPENED,
        "dead": is_dead(address),
        "reported": reported if table is Resource else sa.false(),
    }


_MARKS_OF_ADVICE: Mapping[str, Any] = MappingProxyType(
    {
        "date": sa.literal(ALWAYS_FRESH),
        "ages": sa.false(),
        "checked": sa.false(),
        "wants_date": sa.false(),
        "confidence": sa.literal(""),
        "volatile": sa.false(),
        "has_source": sa.true(),
        "source": sa.cast(sa.null(), sa.Text),
        "unopened": sa.false(),
        "dead": sa.false(),
        "reported": sa.false(),
    }
)


def _label(kind: Kind) -> sa.ColumnElement[object]:
    """Return the words a fact is known by; those of a state or a year are known by their key."""
    column = getattr(kind.table, kind.fields[0])
    by_key = kind.fields[0] in {"img_years", "us_img", "standing", "status", "board_url"}
    return kind.table.id if by_key else column


def _said(kind: Kind) -> sa.ColumnElement[str]:
    """Return all words of a fact in one, to be searched."""
    columns = [getattr(kind.table, name) for name in ("id", *kind.fields)]
    texts: list[sa.ColumnElement[str]] = [
        sa.func.coalesce(column, "") for column in columns if _is_text(column.type)
    ]
    return functools.reduce(lambda all_, text: all_ + " " + text, texts)


def _is_text(kind: sa.types.TypeEngine[object]) -> bool:
    return isinstance(kind, sa.String) and not isinstance(kind, sa.Enum)
